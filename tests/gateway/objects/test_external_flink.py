"""External catalogs on real Flink: a jdbc catalog of a real Postgres, and Paimon's files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gateway.app import App
from gateway.config import Config, Listen
from gateway.engine.launch import Options
from gateway.engine.local import LocalProvider
from gateway.engine.provision import Job, cache_root, optional_jars
from gateway.engine.versions import catalogue
from protocol.errors import SqlError
from tests.fixtures.postgres import Postgres, running
from tests.fixtures.skips import OPTIONAL

from .serving import PASSWORD, Client, client

pytestmark = [pytest.mark.flink, pytest.mark.postgres, pytest.mark.timeout(300)]

VERSIONS = ("2.2", "1.20")
SECRET = "geheimnis"
_SHOP = """
CREATE TABLE orders (id bigint PRIMARY KEY, name varchar(20) NOT NULL, price numeric(10, 2),
                     at timestamp(3));
CREATE SCHEMA sales;
CREATE TABLE sales.totals (day date PRIMARY KEY, total double precision);
INSERT INTO orders VALUES (1, 'one', 1.50, '2024-02-29 12:00'), (2, 'two', NULL, NULL);
"""


# ── a Postgres that Flink can reach ─────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Shop:
    """A server of its own, behind a port that can be shut."""

    postgres: Postgres
    port: int = 0
    server: asyncio.Server | None = None
    pumps: set[asyncio.Task[None]] = field(default_factory=set)

    def run(self, *statements: str) -> list[Any]:
        """In database shop, past the port."""
        uri = self.postgres.uri.replace("/postgres?", "/shop?")
        with psycopg.connect(uri, autocommit=True) as connection:
            for sql in statements:
                cursor = connection.execute(sql)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    async def open(self) -> None:
        self.server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        assert self.server is not None
        self.server.close()
        for pump in self.pumps:
            pump.cancel()
        await asyncio.gather(*self.pumps, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = self.postgres.socket_dir / ".s.PGSQL.5432"
        behind = await asyncio.open_unix_connection(str(path))
        for source, sink in ((reader, behind[1]), (behind[0], writer)):
            pump = asyncio.create_task(_pump(source, sink), name="pump of the shop")
            self.pumps.add(pump)
            pump.add_done_callback(self.pumps.discard)

    @property
    def options(self) -> str:
        return (
            "'type' = 'jdbc', 'default-database' = 'shop', 'username' = 'postgres',"
            f" 'password' = '{SECRET}', 'base-url' = 'jdbc:postgresql://127.0.0.1:{self.port}'"
        )


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        return  # either end may go first
    finally:
        sink.close()


@pytest.fixture(scope="module")
def target() -> Iterator[Postgres]:
    with running() as server:
        with server.connect() as connection:
            connection.execute("CREATE DATABASE shop")
        yield server


@pytest.fixture
async def shop(target: Postgres) -> AsyncIterator[Shop]:
    made = Shop(target)
    made.run("DROP SCHEMA IF EXISTS sales CASCADE", "DROP SCHEMA public CASCADE",
             "CREATE SCHEMA public", _SHOP)  # fmt: skip
    await made.open()
    yield made
    await made.shut()


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def catalog(app: App, name: str, options: str, version: str) -> AsyncIterator[Client]:
    """A session with a catalog of that name, which goes at the end, with all that needs it."""
    async with client(app) as session:
        await session.run(f"SET flink.version = '{version}'", "SET flink.dml = 'sync'")
        await session.run(f"CREATE CATALOG {name} WITH ({options})")
        try:
            yield session
        finally:
            await session.run(f"DROP CATALOG IF EXISTS {name} CASCADE")


# ── jdbc ────────────────────────────────────────────────────────────────────────────────────────


async def test_it_is_listed_described_read_and_written(
    server: App, shop: Shop, version: str
) -> None:
    async with catalog(server, "pg", shop.options, version) as session:
        assert "shop" in await session.column("SHOW DATABASES FROM pg")
        assert await session.column("SHOW TABLES FROM pg.shop") == ["public.orders", "sales.totals"]
        assert await session.column("SHOW TABLES FROM pg.shop LIKE 'sales%'") == ["sales.totals"]
        described = await session.rows("DESCRIBE pg.shop.`public.orders`")
        assert [row[:4] for row in described] == [
            ("id", "BIGINT", False, "PRI(id)"),
            ("name", "VARCHAR(20)", False, None),
            ("price", "DECIMAL(10, 2)", True, None),
            ("at", "TIMESTAMP(3)", True, None),
        ]
        read = "SELECT id, name FROM pg.shop.`public.orders` WHERE id > %s"
        cursor = await session.connection.execute(read, [1])
        assert await cursor.fetchall() == [(2, "two")]
        await session.run("INSERT INTO pg.shop.`sales.totals` VALUES (DATE '2024-03-01', 9.5)")
        assert [(str(d), t) for d, t in shop.run("SELECT * FROM sales.totals")] == [
            ("2024-03-01", 9.5)
        ]


async def test_it_joins_stored_tables_in_stored_views(
    server: App, shop: Shop, version: str
) -> None:
    async with catalog(server, "pg", shop.options, version) as session:
        await session.run(
            "CREATE TABLE ext_gen (id BIGINT) WITH ('connector' = 'datagen',"
            " 'number-of-rows' = '2', 'fields.id.kind' = 'sequence',"
            " 'fields.id.start' = '2', 'fields.id.end' = '3')",
            "USE CATALOG pg",
            # Unqualified names of this session mean the same in every other one.
            "CREATE VIEW xuanwu.public.ext_joined AS SELECT o.name FROM `public.orders` AS o"
            " JOIN xuanwu.public.ext_gen AS g ON o.id = g.id",
            "USE CATALOG xuanwu",
        )
        try:
            async with client(server) as other:
                await other.run(f"SET flink.version = '{version}'")
                assert await other.column("SELECT * FROM ext_joined") == ["two"]
            refused = await session.fail("DROP CATALOG pg")
            assert refused.sqlstate == "2BP01"
            assert refused.message_detail == 'view "ext_joined" depends on catalog "pg"'
            await session.run("DROP CATALOG pg CASCADE")
            assert 'drop cascades to view "ext_joined"' in session.notices()
            assert await session.column("SHOW VIEWS LIKE 'ext_joined'") == []
        finally:
            await session.run("DROP TABLE ext_gen")


async def test_use_selects_its_databases(server: App, shop: Shop) -> None:
    async with catalog(server, "pg", shop.options, "2.2") as session:
        await session.run("USE CATALOG pg")
        assert await session.column("SHOW CURRENT DATABASE") == ["shop"]
        assert await session.column("SELECT name FROM `sales.totals`, orders") == []
        assert await session.state("USE nowhere") == ("3F000", 5)
        await session.run("USE postgres")
        assert (await session.fail("SELECT * FROM `public.orders`")).sqlstate == "42P01"
        await session.run("USE pg.shop")
        assert await session.column("SELECT count(*) FROM `public.orders`") == [2]


async def test_nobody_sees_its_password(server: App, shop: Shop) -> None:
    async with catalog(server, "pg", shop.options, "2.2") as session:
        for sql in (
            "SHOW CREATE CATALOG pg",
            "DESCRIBE CATALOG EXTENDED pg",
            "SHOW CREATE TABLE pg.shop.`public.orders`",
            "SELECT * FROM xuanwu.objects WHERE catalog = 'pg'",
            "SELECT * FROM xuanwu.object_revisions WHERE catalog = 'pg'",
            "EXPLAIN SELECT * FROM pg.shop.`public.orders`",
        ):
            told = str(await session.rows(sql))
            assert SECRET not in told, sql
            assert "******" in told or not sql.startswith(("SHOW", "DESC")), sql
        wrong = shop.options.replace(f":{shop.port}", ":1")
        refused = await session.fail(f"CREATE CATALOG pg2 WITH ({wrong})")
        assert refused.sqlstate == "08006"
        assert SECRET not in f"{refused.message_primary} {refused.message_detail}"
        assert await session.column("SHOW CATALOGS LIKE 'pg2'") == []


async def test_altered_and_dropped_it_is_so_in_open_sessions(server: App, shop: Shop) -> None:
    async with catalog(server, "pg", shop.options, "2.2") as session, client(server) as other:
        read = "SELECT count(*) FROM pg.shop.`public.orders`"
        await other.run("USE CATALOG pg")
        assert await other.column(read) == [2]
        await session.run("ALTER CATALOG pg SET ('default-database' = 'postgres')")
        assert await other.column(read) == [2]
        other_type = await session.fail("ALTER CATALOG pg SET ('type' = 'generic_in_memory')")
        assert other_type.sqlstate == "0A000"
        await session.run("DROP CATALOG pg")
        assert (await other.fail(read)).sqlstate is not None
        assert (await session.fail(read)).sqlstate is not None


# ── its database of Postgres ────────────────────────────────────────────────────────────────────


async def test_tools_see_it_in_a_database_of_its_own(server: App, shop: Shop, version: str) -> None:
    async with (
        catalog(server, "pg", shop.options, version),
        client(server, dbname="pg") as session,
    ):
        columns = await session.rows(
            "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
            """ WHERE attrelid = '"public.orders"'::regclass AND attnum > 0 ORDER BY attnum"""
        )
        assert columns == [
            ("id", "bigint", True),
            ("name", "character varying(20)", True),
            ("price", "numeric(10,2)", False),
            ("at", "timestamp(3) without time zone", False),
        ]
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'shop' ORDER BY 1"
        assert await session.column(tables) == ["public.orders", "sales.totals"]
        # What a tool makes of these names is what Flink understands.
        await session.run(f"SET flink.version = '{version}'")
        assert await session.column('SELECT name FROM "shop"."public.orders" AS t') == [
            "one",
            "two",
        ]
        assert await session.column('SELECT name FROM "public.orders" WHERE id = 2') == ["two"]
        assert await session.column("SELECT datname FROM pg_stat_activity") >= ["pg"]
        assert (await session.fail("DROP CATALOG pg")).sqlstate == "55006"
    with pytest.raises(psycopg.OperationalError, match='database "pg" does not exist'):
        async with client(server, dbname="pg"):
            pass


async def test_a_listing_brings_it_up_to_date(server: App, shop: Shop) -> None:
    async with catalog(server, "pg", shop.options, "2.2") as session:
        oid = """SELECT '"public.orders"'::regclass::oid"""
        async with client(server, dbname="pg") as tool:
            [before] = await tool.column(oid)
            shop.run(
                "ALTER TABLE orders ADD extra int",
                "DROP TABLE sales.totals",
                f"CREATE TABLE {'x' * 60} (a int)",
            )
            session.notices()
            assert len(await session.column("SHOW TABLES FROM pg.shop")) == 2
            assert any("not shown" in notice for notice in session.notices())
            await session.rows("DESCRIBE pg.shop.`public.orders`")
            tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'shop'"
            assert await tool.column(tables) == ["public.orders"]
            extra = "SELECT count(*) FROM pg_attribute WHERE attname = 'extra'"
            assert await tool.column(extra) == [1]
            assert await tool.column(oid) == [before]


async def test_the_search_path_is_never_guessed(server: App, shop: Shop) -> None:
    async with (
        catalog(server, "pg", shop.options, "2.2"),
        client(server, dbname="pg") as session,
    ):
        await session.run("SET search_path = nowhere")
        assert await session.state('SELECT * FROM "public.orders"') == ("3F000", 15)
        await session.run("USE shop")
        assert await session.column("SHOW search_path") == ["shop"]
        assert await session.column('SELECT count(*) FROM "public.orders"') == [2]


async def test_one_that_cannot_be_reached_keeps_nobody_out(server: App, shop: Shop) -> None:
    async with catalog(server, "pg", shop.options, "2.2"):
        await shop.shut()
        server.mirrors.forget()
        async with client(server, dbname="pg") as session:
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'shop'"
            assert await session.column(tables) == [2]
            assert (await session.fail("SHOW TABLES")).sqlstate is not None
        await shop.open()


async def test_a_start_makes_what_is_missing_and_drops_what_is_left(
    server: App, shop: Shop
) -> None:
    async with catalog(server, "pg", shop.options, "2.2"):
        await server.catalog.databases.drop("pg")
        await server.catalog.databases.create("left_over", "public")
        await server.mirrors.heal()
        assert await server.catalog.databases.names() == ["pg"]
        server.mirrors.forget()
        async with client(server, dbname="pg") as session:
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'shop'"
            assert await session.column(tables) == [2]


async def test_others_may_do_what_they_are_granted_there(server: App, shop: Shop) -> None:
    async with catalog(server, "pg", shop.options, "2.2") as owner:
        await owner.run(f"CREATE ROLE ext_reader LOGIN PASSWORD '{PASSWORD}'")
        try:
            async with (
                client(server, dbname="pg") as there,
                client(server, user="ext_reader", password=PASSWORD) as reader,
            ):
                read = "SELECT count(*) FROM pg.shop.`public.orders`"
                assert (await reader.fail(read)).sqlstate == "42501"
                await there.run('GRANT SELECT ON "public.orders" TO ext_reader')
                assert await reader.column(read) == [2]
                insert = "INSERT INTO pg.shop.`public.orders` VALUES (7, 'x', 1, NULL)"
                assert (await reader.fail(insert)).sqlstate == "42501"
                # The same table by another of its names is not what was granted.
                assert (await reader.fail("SELECT * FROM pg.shop.orders")).sqlstate == "42501"
                assert (await reader.fail("DROP CATALOG pg")).sqlstate == "42501"
                await there.run('REVOKE SELECT ON "public.orders" FROM ext_reader')
        finally:
            await owner.run("DROP ROLE ext_reader")


@pytest.mark.parametrize("name", ["postgres", "xuanwu_platform", "pg_lake", "x" * 64])
async def test_names_that_no_database_can_have(server: App, shop: Shop, name: str) -> None:
    async with client(server) as session:
        refused = await session.fail(f"CREATE CATALOG {name} WITH ({shop.options})")
        assert refused.sqlstate in ("42939", "42622")


# ── Paimon ──────────────────────────────────────────────────────────────────────────────────────

PAIMON = "2.2"


@pytest.fixture(scope="module")
async def lake_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """A server whose engines have Paimon on their class path."""
    try:
        found = await asyncio.to_thread(
            optional_jars, catalogue().get(PAIMON), ["paimon"], cache_root(), Job()
        )
    except SqlError as error:
        found = ()
        reason = str(error)
    else:
        reason = "no release"
    if not found:
        pytest.skip(f"{OPTIONAL}Paimon cannot be had: {reason}")
    data: Path = tmp_path_factory.mktemp("lake")
    options = Options(heap_mb=384, managed_mb=128, network_mb=64, slots=8, packs=("paimon",))
    provider = LocalProvider(data, options=options)
    try:
        async with App(Config(data, Listen(port=0), warm=False), provider=provider) as app:
            yield app
    finally:
        await provider.stop()
        await provider.close()


async def test_tables_of_a_lake(lake_server: App, tmp_path: Path) -> None:
    options = f"'type' = 'paimon', 'warehouse' = 'file:{tmp_path}/lake'"
    async with catalog(lake_server, "lake", options, PAIMON) as session:
        await session.run(
            "SET flink.runtime_mode = 'batch'",
            "CREATE TABLE lake.`default`.t (id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED)",
            "INSERT INTO lake.`default`.t VALUES (1, 'one'), (2, 'two')",
            "CREATE DATABASE lake.other",
            "CREATE TABLE lake.other.copied AS SELECT * FROM lake.`default`.t",
        )
        assert await session.rows("SELECT * FROM lake.other.copied ORDER BY id") == [
            (1, "one"),
            (2, "two"),
        ]
        async with client(lake_server, dbname="lake") as there:
            tables = (
                "SELECT table_schema, table_name FROM information_schema.tables WHERE"
                " table_schema IN ('default', 'other') ORDER BY 1"
            )
            assert await there.rows(tables) == [("default", "t"), ("other", "copied")]
            await there.run("CREATE TABLE made (a INT)", "ALTER TABLE made ADD (b STRING)")
            columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'made'"
            assert await there.column(columns) == ["a", "b"]
            await there.run("DROP TABLE made", "DROP DATABASE other CASCADE")
            assert await there.rows(tables) == [("default", "t")]
            assert "other" not in await there.column("SELECT nspname FROM pg_namespace")
