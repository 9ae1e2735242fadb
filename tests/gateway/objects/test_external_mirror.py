"""The databases that show external catalogs, without Flink: what was listed stands there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialects.ddl.model import ObjectKind
from gateway.catalog.admin import asyncpg
from gateway.catalog.catalog import Catalog, CatalogConfig
from gateway.objects.external_mirror import ExternalMirrors
from gateway.objects.healing import prepare
from gateway.objects.resolved import ResolvedColumn
from gateway.objects.store import Store
from gateway.objects.stored import Place, StoredObject
from protocol.errors import SqlError
from tests.gateway.engine.driving import until

pytestmark = pytest.mark.postgres

TEXT = "CREATE CATALOG lake WITH ('type' = 'paimon')"
COLUMNS = (
    ResolvedColumn("id", "BIGINT", False, "PRI(id)", None, None, None),
    ResolvedColumn("name", "STRING", True, None, None, None, "said"),
)


@pytest.fixture(scope="module")
async def started(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Catalog]:
    data = Path(tmp_path_factory.mktemp("external"))
    opened = await Catalog.start(CatalogConfig(data, defaults={"flink.version": "2.2"}))
    await prepare(Store(opened.sessions))
    yield opened
    await opened.close()


@pytest.fixture
async def mirrors(started: Catalog) -> AsyncIterator[ExternalMirrors]:
    yield ExternalMirrors(started.databases, Store(started.sessions))
    await started.sessions.execute("DELETE FROM xuanwu_catalog.object WHERE catalog = 'lake'")
    await started.databases.drop("lake")


@pytest.fixture
async def lake(mirrors: ExternalMirrors) -> StoredObject:
    made = StoredObject(
        0, Place("lake"), ObjectKind.CATALOG, TEXT, TEXT, TEXT, "2.2", owner="xuanwu"
    )
    await mirrors.create(made)
    return made


async def shown(started: Catalog) -> list[tuple[str, str]]:
    """Relations of the database, but the platform's own."""
    async with started.databases.connection("lake") as connection:
        rows = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|info|xuanwu)'"
            " ORDER BY 1, 2"
        )
    return [tuple(row) for row in rows]


async def stored(started: Catalog) -> list[str]:
    rows = await started.sessions.fetch(
        "SELECT database FROM xuanwu_catalog.object WHERE catalog = 'lake' ORDER BY 1"
    )
    return [row[0] for row in rows]


async def test_what_is_gone_from_the_list_goes(
    started: Catalog, mirrors: ExternalMirrors, lake: StoredObject
) -> None:
    assert await mirrors.set_databases(lake, ["default", "中文"]) == []
    assert await mirrors.set_tables(lake, "default", ["a", "B.c"]) == []
    assert await mirrors.set_tables(lake, "中文", ["表"]) == []
    assert await shown(started) == [("default", "B.c"), ("default", "a"), ("中文", "表")]
    await mirrors.set_tables(lake, "default", ["a"])
    await mirrors.set_databases(lake, ["default"])
    assert await shown(started) == [("default", "a")]
    assert await stored(started) == ["default"]


async def test_columns_are_told_later(
    started: Catalog, mirrors: ExternalMirrors, lake: StoredObject
) -> None:
    await mirrors.set_databases(lake, ["default"])
    await mirrors.set_tables(lake, "default", ["a", "b"])
    assert await mirrors.bare("lake", "default") == ["a", "b"]
    await mirrors.set_columns(lake, Place("lake", "default", "a"), COLUMNS)
    await mirrors.set_columns(lake, Place("lake", "default", "never listed"), COLUMNS)
    assert await mirrors.bare("lake", "default") == ["b"]
    assert await shown(started) == [("default", "a"), ("default", "b")]


@pytest.mark.parametrize("table", ["a", "b"])
async def test_nothing_is_ever_read_there(
    started: Catalog, mirrors: ExternalMirrors, lake: StoredObject, table: str
) -> None:
    """With columns, and as long as nobody has told them."""
    await mirrors.set_databases(lake, ["default"])
    await mirrors.set_tables(lake, "default", ["a", "b"])
    await mirrors.set_columns(lake, Place("lake", "default", "a"), COLUMNS)
    async with started.databases.connection("lake") as connection:
        await connection.execute("SET ROLE xuanwu")
        for sql in ("SELECT * FROM", "SELECT count(*) FROM", "DELETE FROM", "TRUNCATE"):
            with pytest.raises(asyncpg.FeatureNotSupportedError):
                await connection.execute(f'{sql} "default".{table}')
        with pytest.raises(asyncpg.FeatureNotSupportedError):
            await connection.execute('CREATE TABLE "default".own (a int)')


async def test_names_that_postgres_keeps_for_itself_are_left_out(
    started: Catalog, mirrors: ExternalMirrors, lake: StoredObject
) -> None:
    names = ["default", "pg_x", "xuanwu", "information_schema", "x" * 64]
    left = await mirrors.set_databases(lake, names)
    assert sorted(left) == sorted(names[1:])
    assert await mirrors.set_tables(lake, "xuanwu", ["t"]) == ["t"]
    await mirrors.set_columns(lake, Place("lake", "xuanwu", "activity"), COLUMNS)
    assert await mirrors.set_tables(lake, "default", ["t", "ä" * 32]) == ["ä" * 32]
    assert await shown(started) == [("default", "t")]
    await mirrors.set_databases(lake, ["default"])  # and nothing of the platform's goes
    async with started.databases.connection("lake") as connection:
        assert await connection.fetchval("SELECT count(*) FROM xuanwu.activity") == 0


async def test_a_role_has_what_it_is_granted(
    started: Catalog, mirrors: ExternalMirrors, lake: StoredObject
) -> None:
    await mirrors.set_databases(lake, ["default"])
    await mirrors.set_tables(lake, "default", ["t"])
    table, other = Place("lake", "default", "t"), Place("lake", "default", "not_listed")
    await started.sessions.execute("CREATE ROLE ext_anna")
    try:
        await mirrors.check(lake, "xuanwu", [(other, "SELECT")])
        with pytest.raises(SqlError, match="permission denied for table t"):
            await mirrors.check(lake, "ext_anna", [(table, "SELECT")])
        async with started.databases.connection("lake") as connection:
            await connection.execute('GRANT SELECT ON "default".t TO ext_anna')
        await mirrors.check(lake, "ext_anna", [(table, "SELECT")])
        for wanted in ((table, "INSERT"), (other, "SELECT")):
            with pytest.raises(SqlError, match="permission denied") as caught:
                await mirrors.check(lake, "ext_anna", [wanted])
            assert caught.value.sqlstate == "42501"
    finally:
        await started.databases.drop("lake")
        await started.sessions.execute("DROP ROLE ext_anna")


async def test_a_catalog_is_made_where_its_last_creation_failed(
    mirrors: ExternalMirrors, lake: StoredObject
) -> None:
    await mirrors.set_databases(lake, ["default"])
    await mirrors.set_tables(lake, "default", ["old"])
    await mirrors.create(lake)
    assert await mirrors.bare("lake", "default") == []


async def test_a_start_waits_for_who_is_creating_a_catalog(
    started: Catalog, mirrors: ExternalMirrors, lake: StoredObject
) -> None:
    """Its database is there already, its row is not yet to be seen."""
    async with mirrors.store.writing(("catalog", lake.place)) as connection:
        healing = asyncio.create_task(mirrors.heal())
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(lambda: started.sessions.fetchval(waits))
        await mirrors.store.insert(connection, lake, (), (), "xuanwu")
    await healing
    assert await started.databases.is_ours("lake")


async def test_a_start_drops_and_makes_databases(
    started: Catalog, mirrors: ExternalMirrors, lake: StoredObject
) -> None:
    await mirrors.heal()
    assert not await started.databases.is_ours("lake")
    async with started.sessions.acquire() as connection:
        await mirrors.store.insert(connection, lake, (), (), "xuanwu")
    await mirrors.heal()
    assert await started.databases.is_ours("lake")
