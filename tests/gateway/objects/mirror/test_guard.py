"""Nobody reads, writes or changes a mirror but the platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from gateway.catalog.address import Admin
from gateway.objects import mirror
from gateway.objects.resolved import ResolvedColumn as Column

from .support import ITEMS, ORDERS, READS, SILENT, WRITES, connected, refused

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(
    "settings", ["SET jit = off", "SET enable_seqscan = off", "SET row_security = off"]
)
@pytest.mark.parametrize("sql", READS + WRITES)
async def test_a_table_is_neither_read_nor_written(
    anna: Any, orders: int, sql: str, settings: str
) -> None:
    await anna.execute(settings)
    error = await refused(anna, sql.format(t='shop."Orders"'))
    if settings.startswith("SET row_security"):  # Postgres itself refuses where a policy stands
        assert error.sqlstate in ("42501", "0A000", "23502"), error
        return
    assert error.sqlstate in ("0A000", "23502"), error
    if not sql.startswith(("COPY shop", "INSERT", "COPY {t} (id) FROM")):
        assert "Orders" in str(error)


@pytest.mark.parametrize("condition", ["flag", "NOT flag", "flag IS NULL", "flag IS TRUE"])
async def test_no_condition_is_tested_before_the_guard(
    platform: Any, anna: Any, condition: str
) -> None:
    """A boolean column costs as little as the guard; the row holds false."""
    table = replace(ORDERS, columns=[Column("flag", "BOOLEAN", False)], primary_key=("flag",))
    await mirror.create(platform, table)
    for settings in ("SET enable_seqscan = on", "SET enable_seqscan = off"):
        await anna.execute(settings)
        error = await refused(anna, f'SELECT 1 FROM shop."Orders" WHERE {condition}')
        assert error.sqlstate == "0A000"


@pytest.mark.parametrize("sql", READS)
async def test_a_view_is_not_read(platform: Any, anna: Any, sql: str) -> None:
    await mirror.create(platform, replace(ITEMS, columns=[*ITEMS.columns, Column("item", "INT")]))
    error = await refused(anna, sql.format(t="shop.items"))
    assert error.sqlstate in ("0A000", "42809"), error  # FOR UPDATE, COPY of a view: never


@pytest.mark.parametrize("view", [False, True])
@pytest.mark.parametrize("sql", SILENT)
async def test_where_no_row_could_come_the_guard_is_silent(
    platform: Any, anna: Any, sql: str, view: bool
) -> None:
    await mirror.create(platform, replace(ORDERS, view=view))
    transaction = anna.transaction()
    await transaction.start()
    await anna.execute(sql.format(t='shop."Orders"'))
    await transaction.rollback()


async def test_a_prepared_statement_is_described_and_fails(anna: Any, orders: int) -> None:
    statement = await anna.prepare('SELECT * FROM shop."Orders" WHERE id = $1')
    assert [each.name for each in statement.get_attributes()][:2] == ["id", "item"]
    with pytest.raises(asyncpg.FeatureNotSupportedError) as failure:
        await statement.fetch(5)
    assert failure.value.as_dict()["message"] == (
        'relation "shop.Orders" belongs to Flink and cannot be read or written by Postgres'
    )


async def test_rights_come_before_the_guard(admin: Admin, platform: Any, orders: int) -> None:
    async with connected(admin, "bert") as bert:
        await platform.execute("GRANT USAGE ON SCHEMA shop TO bert")
        sql = 'SELECT * FROM shop."Orders"'
        assert (await refused(bert, sql)).sqlstate == "42501"
        await platform.execute('GRANT SELECT ON shop."Orders" TO bert')
        assert (await refused(bert, sql)).sqlstate == "0A000"


@pytest.mark.parametrize(
    "sql",
    [
        'DROP TABLE shop."Orders"',
        'ALTER TABLE shop."Orders" ADD x int',
        'ALTER TABLE shop."Orders" DISABLE ROW LEVEL SECURITY',
        'ALTER TABLE shop."Orders" DISABLE TRIGGER flink',
        'ALTER TABLE shop."Orders" RENAME TO other',
        'DROP POLICY flink ON shop."Orders"',
        'DROP TRIGGER flink ON shop."Orders"',
        'CREATE POLICY mine ON shop."Orders" USING (true)',
        'ALTER POLICY flink ON shop."Orders" USING (true)',
        'CREATE RULE r AS ON INSERT TO shop."Orders" DO INSTEAD NOTHING',
        'CREATE INDEX ON shop."Orders" (item)',
        "COMMENT ON TABLE shop.\"Orders\" IS 'mine'",
        "DO $$ BEGIN EXECUTE 'DROP TABLE shop.\"Orders\"'; END $$",
        "CREATE TABLE shop.mine (a int)",
        "CREATE TABLE shop.mine AS SELECT 1 AS a",
        "CREATE VIEW shop.mine AS SELECT 1 AS a",
        "CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql RETURN 1",
        "DROP SCHEMA shop CASCADE",
        "DROP OWNED BY anna",
        "DROP FUNCTION xuanwu.guard(regclass) CASCADE",
    ],
)
async def test_sessions_change_no_lasting_object(anna: Any, orders: int, sql: str) -> None:
    assert (await refused(anna, sql)).sqlstate in ("0A000", "42501")


async def test_sessions_do_as_they_like_with_temporary_objects(anna: Any, orders: int) -> None:
    await anna.execute(
        "CREATE TEMP TABLE t (id serial PRIMARY KEY, a text DEFAULT 'x');"
        "CREATE INDEX ON t (a); COMMENT ON TABLE t IS 'mine';"
        "CREATE FUNCTION pg_temp.f() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NEW; END $$;"
        "CREATE TRIGGER mine BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION pg_temp.f();"
        "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;"
        "CREATE VIEW pg_temp.v AS SELECT * FROM t; ALTER TABLE t ADD b int;"
        "INSERT INTO t (a) VALUES ('y');"
        "DROP RULE r ON t; DROP TRIGGER mine ON t; DROP VIEW v; DROP TABLE t;"
        "CREATE TEMP TABLE u ON COMMIT DROP AS SELECT 1 AS a; DISCARD TEMP"
    )


async def test_sessions_grant_what_is_theirs(anna: Any, orders: int) -> None:
    await anna.execute('GRANT SELECT ON shop."Orders" TO bert')
    await anna.execute('REVOKE SELECT ON shop."Orders" FROM bert')
    await anna.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO bert")
    await anna.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE SELECT ON TABLES FROM bert")


async def test_the_guard_leaves_no_trace_but_a_policy(platform: Any, orders: int) -> None:
    assert (
        await platform.fetchval(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = $1 AND NOT tgisinternal", orders
        )
        == 0
    )
    valid = "SELECT bool_and(indisvalid AND indisready) FROM pg_index WHERE indrelid = $1"
    assert await platform.fetchval(valid, orders)


@pytest.mark.parametrize(
    "sql",
    [
        "VACUUM (FULL, ANALYZE) {t}",
        "VACUUM (FREEZE) {t}",
        "ANALYZE {t}",
        'CLUSTER {t} USING "Orders_pkey"',
        "CLUSTER {t}",
        "REINDEX TABLE {t}",
        "REINDEX TABLE CONCURRENTLY {t}",
    ],
)
async def test_maintenance_by_the_owner_leaves_the_guard(anna: Any, orders: int, sql: str) -> None:
    """Postgres may refuse some of it: the index is not live."""
    try:
        await anna.execute(sql.format(t='shop."Orders"'))
    except asyncpg.PostgresError as error:
        assert error.sqlstate in ("42704", "0A000", "55000"), error
    await anna.execute("SET enable_seqscan = off")
    for read in READS:
        error = await refused(anna, read.format(t='shop."Orders"'))
        assert error.sqlstate == "0A000", read
