"""A mirror changes without being made anew, and heals."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from gateway.catalog.address import Admin
from gateway.objects import mirror
from gateway.objects.mirror import MirrorTable
from gateway.objects.mirror.shape import found
from gateway.objects.resolved import ResolvedColumn as Column
from protocol.errors import SqlError

from .support import ITEMS, ORDERS, READS, connected, refused

pytestmark = pytest.mark.postgres


CHANGES: list[tuple[MirrorTable, dict[str, str]]] = [
    (replace(ORDERS, name="orders 2", schema="other"), {}),
    (replace(ORDERS, comment=None), {}),
    (replace(ORDERS, comment="b\\'"), {}),
    (replace(ORDERS, owner="bert"), {}),
    (replace(ORDERS, primary_key=()), {}),
    (replace(ORDERS, primary_key=("price", "item")), {}),
    (replace(ORDERS, columns=ORDERS.columns[:3]), {}),
    (replace(ORDERS, columns=ORDERS.columns[1:], primary_key=("price",)), {}),
    (replace(ORDERS, columns=[*ORDERS.columns, Column("x", "DATE", False, comment="new")]), {}),
    (
        replace(
            ORDERS,
            columns=[
                Column("id", "STRING", False),
                Column("item", "ARRAY<INT>", False),
                Column("price", "ROW<`a` INT>"),
                Column("at", "BOOLEAN", False),
                Column("twice", "STRING", False, extras="AS 'x'"),
                Column("offset", "BIGINT", False),
                Column("stamp", "TIMESTAMP_LTZ(3)", extras="METADATA VIRTUAL"),
            ],
        ),
        {},
    ),
    (
        replace(
            ORDERS,
            columns=[
                Column("item", "INT", False, comment="the key"),
                Column("id", "STRING"),
                Column("cost", "DECIMAL(10, 2)", False),
            ],
            primary_key=("item",),
        ),
        {"id": "item", "item": "id", "price": "cost"},
    ),
]


@pytest.mark.parametrize(("table", "renamed"), CHANGES)
async def test_a_table_is_changed_and_stays(
    platform: Any, anna: Any, orders: int, table: MirrorTable, renamed: dict[str, str]
) -> None:
    await mirror.create_schema(platform, "other", "anna")
    await platform.execute('GRANT SELECT ON shop."Orders" TO bert WITH GRANT OPTION')
    assert await mirror.alter(platform, orders, table, renamed) == orders
    assert not await mirror.differences(platform, [table])
    assert await platform.fetchval("SELECT has_table_privilege('bert', $1::oid, 'SELECT')", orders)
    owners = (
        "SELECT DISTINCT relowner::regrole::text FROM pg_class c LEFT JOIN pg_index i ON"
        " c.oid = indexrelid WHERE $1::oid IN (indrelid, c.oid)"
    )
    assert [row[0] for row in await platform.fetch(owners, orders)] == [table.owner]
    name = f'{table.schema}."{table.name}"'
    if table.owner == "anna":
        await anna.execute("SET enable_seqscan = off")
        for sql in READS[:2]:
            assert table.name in str(await refused(anna, sql.format(t=name)))
        if table.primary_key:
            key = f"SELECT 1 FROM {name} WHERE \"{table.primary_key[0]}\" = '7'"
            assert table.name in str(await refused(anna, key))
    assert await mirror.alter(platform, orders, ORDERS) == orders
    assert not await mirror.differences(platform, [ORDERS])
    await mirror.drop_schema(platform, "other")


async def test_moved_to_where_its_names_are_taken(platform: Any, orders: int) -> None:
    await mirror.create_schema(platform, "other", "anna")
    there = replace(ORDERS, schema="other")
    await mirror.create(platform, there)
    moved = replace(there, name="second")
    assert await mirror.alter(platform, orders, moved) == orders
    assert not await mirror.differences(platform, [there, moved])
    await mirror.drop_schema(platform, "other")


async def test_renamed_columns_keep_their_place(platform: Any, orders: int) -> None:
    columns = [Column("ID", "INT", False, comment="the key"), *ORDERS.columns[1:]]
    table = replace(ORDERS, columns=columns, primary_key=("ID",))
    await mirror.alter(platform, orders, table, {"id": "ID"})
    attnum = "SELECT attnum FROM pg_attribute WHERE attrelid = $1 AND attname = 'ID'"
    assert await platform.fetchval(attnum, orders) == 1


async def test_what_is_right_already_is_left_alone(platform: Any, orders: int) -> None:
    xmin = "SELECT xmin::text FROM pg_class WHERE oid = $1"
    before = await platform.fetchval(xmin, orders)
    await mirror.alter(platform, orders, ORDERS)
    assert await platform.fetchval(xmin, orders) == before


@pytest.mark.parametrize(
    "damage",
    [
        'ALTER TABLE shop."Orders" DISABLE ROW LEVEL SECURITY',
        'ALTER TABLE shop."Orders" NO FORCE ROW LEVEL SECURITY',
        'DROP TRIGGER flink ON shop."Orders"',
        'ALTER TABLE shop."Orders" DISABLE TRIGGER flink; TRUNCATE shop."Orders"',
        'REINDEX TABLE shop."Orders"; REINDEX INDEX shop."Orders_pkey"',
        'COMMENT ON COLUMN shop."Orders".id IS NULL',
        'ALTER TABLE shop."Orders" ALTER item SET NOT NULL',
    ],
)
async def test_a_damaged_mirror_heals(platform: Any, anna: Any, orders: int, damage: str) -> None:
    await platform.execute(
        "UPDATE pg_trigger SET tgisinternal = false WHERE tgrelid = $1::oid", orders
    )
    await platform.execute("UPDATE shop.\"Orders\" SET item = ''")
    await platform.execute(damage)
    [(oid, table)] = (await mirror.differences(platform, [ORDERS])).changed
    assert await mirror.alter(platform, oid, table) == orders
    assert not await mirror.differences(platform, [ORDERS])
    await anna.execute("SET enable_seqscan = off")
    for sql in [*READS[:3], "TRUNCATE {t}"]:
        assert "Orders" in str(await refused(anna, sql.format(t='shop."Orders"')))


async def test_differences(platform: Any, orders: int) -> None:
    new, odd = replace(ORDERS, name="new"), replace(ORDERS, name="odd")
    items = await mirror.create(platform, ITEMS)
    await platform.execute("CREATE TABLE shop.odd (a int); INSERT INTO shop.odd VALUES (1)")
    there = await mirror.differences(platform, [new, odd, replace(ORDERS, comment="x")])
    assert there == mirror.Differences(
        (new,), ((orders, replace(ORDERS, comment="x")),), (items,), (odd,)
    )
    stranger = await platform.fetchval("SELECT 'shop.odd'::regclass::oid")
    for change in (mirror.alter(platform, stranger, odd), mirror.drop(platform, stranger)):
        with pytest.raises(SqlError) as failure:
            await change
        assert failure.value.sqlstate == "42809"


async def test_dropped(platform: Any, anna: Any, orders: int) -> None:
    await anna.execute('CREATE TEMP VIEW mine AS SELECT * FROM shop."Orders"')
    await mirror.drop(platform, orders)
    await mirror.drop(platform, orders)
    assert await found(platform, [orders]) == {}
    with pytest.raises(SqlError) as failure:
        await mirror.alter(platform, orders, ORDERS)
    assert failure.value.sqlstate == "42P01"


async def test_temporary_views_of_sessions_are_no_obstacle(
    platform: Any, anna: Any, orders: int
) -> None:
    await anna.execute('CREATE TEMP VIEW mine AS SELECT * FROM shop."Orders"')
    table = replace(ORDERS, columns=[Column("id", "STRING", False)])
    await mirror.alter(platform, orders, table)
    assert not await mirror.differences(platform, [table])


async def test_schema_renamed(platform: Any, orders: int) -> None:
    await mirror.rename_schema(platform, "shop", "store")
    assert not await mirror.differences(platform, [replace(ORDERS, schema="store")])
    await mirror.rename_schema(platform, "store", "shop")


async def test_a_session_that_holds_a_lock(platform: Any, anna: Any, orders: int) -> None:
    table = replace(ORDERS, comment="changed")
    async with anna.transaction():
        await anna.execute('LOCK TABLE shop."Orders"')
        with pytest.raises(SqlError) as failure:
            await mirror.alter(platform, orders, table)
        assert failure.value.sqlstate == "55P03"
        assert failure.value.hint
        with pytest.raises(SqlError):
            await mirror.drop(platform, orders)
    await mirror.alter(platform, orders, table)
    assert not await mirror.differences(platform, [table])
    assert await platform.fetchval("SHOW lock_timeout") == "0"


async def test_a_lock_that_goes_in_time_is_waited_for(
    platform: Any, anna: Any, orders: int
) -> None:
    transaction = anna.transaction()
    await transaction.start()
    await anna.execute('LOCK TABLE shop."Orders"')
    changing = asyncio.create_task(mirror.alter(platform, orders, replace(ORDERS, comment="x")))
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = $1::oid)"
    async with asyncio.timeout(10):
        while not await anna.fetchval(waits, orders):  # noqa: ASYNC110 - Postgres sets no event
            await asyncio.sleep(0.01)
    await transaction.rollback()
    assert await changing == orders


async def test_inside_the_transaction_of_the_store(platform: Any, orders: int) -> None:
    """What the caller rolls back has not happened."""
    transaction = platform.transaction()
    await transaction.start()
    await mirror.alter(platform, orders, replace(ORDERS, comment="x", columns=ORDERS.columns[:2]))
    await mirror.create(platform, ITEMS)
    assert await platform.fetchval("SHOW lock_timeout") == "0"
    await transaction.rollback()
    assert not await mirror.differences(platform, [ORDERS])


async def test_two_servers_prepare_at_once(admin: Admin, platform: Any) -> None:
    async with connected(admin) as other:
        for _ in range(5):
            await asyncio.gather(mirror.prepare(platform), mirror.prepare(other))
