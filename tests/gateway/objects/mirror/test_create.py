"""What tools see of a mirror, and the limits of Postgres."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.objects import mirror
from gateway.objects.mirror import MirrorTable
from gateway.objects.resolved import ResolvedColumn as Column
from protocol.errors import SqlError

from .support import ORDERS, refused, shown

pytestmark = pytest.mark.postgres


async def test_columns_are_those_of_the_table(platform: Any, orders: int) -> None:
    assert await shown(platform, 'shop."Orders"') == [
        ("id", "integer", True, ""),
        ("item", "text", False, ""),
        ("price", "numeric(10,2)", True, ""),
        ("at", "timestamp(3) without time zone", True, ""),
        ("twice", "numeric(11,2)", False, "s"),
        ("offset", "bigint", False, "s"),
        ("stamp", "timestamp(6) with time zone", True, ""),
        ("tags", "character varying(20)[]", False, ""),
        ("nested", "jsonb", False, ""),
        ("odd", "text", False, ""),
    ]
    comments = await platform.fetchrow(
        "SELECT obj_description($1::oid, 'pg_class'), col_description($1::oid, 1),"
        " obj_description('shop'::regnamespace, 'pg_namespace'),"
        " (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = $1::oid)",
        orders,
    )
    assert tuple(comments) == ("it's an order", "the key", "a shop", "anna")
    key = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1 AND contype='p'"
    assert await platform.fetchval(key, orders) == "PRIMARY KEY (id)"


async def test_several_hundred_at_once(platform: Any) -> None:
    tables = [replace(ORDERS, name=f"t{i}", view=i % 3 == 0) for i in range(450)]
    oids = await mirror.create_many(platform, tables)
    names = await platform.fetch(
        "SELECT relname FROM pg_class JOIN unnest($1::oid[])"
        " WITH ORDINALITY u (o, i) ON oid = o ORDER BY i",
        oids,
    )
    assert [row[0] for row in names] == [table.name for table in tables]
    assert not await mirror.differences(platform, tables)


async def test_a_table_may_have_the_name_of_a_key(platform: Any, orders: int) -> None:
    other = replace(ORDERS, name="Orders_pkey")
    await mirror.create(platform, other)
    assert not await mirror.differences(platform, [ORDERS, other])


@pytest.mark.parametrize(
    ("table", "sqlstate"),
    [
        (replace(ORDERS, name="n" * 64), "42622"),
        (replace(ORDERS, name="ü" * 32), "42622"),
        (replace(ORDERS, columns=[Column("c" * 64, "INT")]), "42622"),
        (replace(ORDERS, columns=[Column(f"c{i}", "INT") for i in range(1601)]), "54011"),
    ],
)
async def test_limits_of_postgres(platform: Any, table: MirrorTable, sqlstate: str) -> None:
    with pytest.raises(SqlError) as failure:
        await mirror.create(platform, table)
    assert failure.value.sqlstate == sqlstate


@pytest.mark.parametrize("name", ["pg_mine", "information_schema", "xuanwu", "s" * 64])
async def test_reserved_schemas(platform: Any, name: str) -> None:
    with pytest.raises(SqlError) as failure:
        await mirror.create_schema(platform, name, "anna")
    assert failure.value.sqlstate in ("42939", "42622")


async def test_many_columns_and_every_type(platform: Any, anna: Any) -> None:
    types = (
        "BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL(38,38) CHAR(5) VARCHAR(7) STRING"
        " BINARY(3) BYTES DATE TIME(0) TIMESTAMP(9) TIMESTAMP_LTZ(3) ARRAY<INT> ARRAY<ARRAY<INT>>"
        " MAP<INT,INT> MULTISET<STRING> RAW('a','b') VARIANT"
    ).split()
    types += ["INTERVAL DAY(3) TO SECOND(6)", "INTERVAL YEAR TO MONTH"]
    columns = [Column(f"c{i}", each, False) for i, each in enumerate(types)]
    columns += [Column(f"n{i}", "BIGINT") for i in range(1600 - len(columns))]
    await mirror.create(platform, replace(ORDERS, columns=columns, primary_key=("c3",)))
    assert "Flink" in str(await refused(anna, 'SELECT c1 FROM shop."Orders"'))
    assert (await shown(platform, 'shop."Orders"'))[7][1] == "numeric(38,38)"
