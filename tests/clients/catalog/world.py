"""The catalog of real tables: a server without engines over one Postgres, and both their ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from gateway.app import App
from gateway.config import Config, Listen
from gateway.objects import mirror
from gateway.objects.mirror import MirrorTable
from gateway.objects.resolved import ResolvedColumn
from tests.bench.bare import Front
from tests.exchanges.client import Address
from tests.fixtures.server import NoEngines

RIGHTS = Path(__file__).parent / "world.sql"
SCHEMAS = {"sales": "What is sold where", "Sales-2024": None}


def _columns(*columns: str) -> tuple[ResolvedColumn, ...]:
    """`name TYPE [NOT NULL] [AS …] [-- comment]`; a name with a blank has it as `%20`."""
    return tuple(map(_column, columns))


def _column(text: str) -> ResolvedColumn:
    definition, _, comment = text.partition(" -- ")
    name, _, type_ = definition.partition(" ")
    type_, _, computed = type_.partition(" AS ")
    bare = type_.removesuffix(" NOT NULL")
    extras = f"AS {computed}" if computed else None
    return ResolvedColumn(
        name.replace("%20", " "), bare, bare == type_, extras=extras, comment=comment or None
    )


TABLES = (
    MirrorTable(
        "public",
        "customers",
        _columns(
            "id INT NOT NULL",
            "name STRING NOT NULL",
            "country CHAR(2) -- ISO 3166",
            "since DATE",
            "active BOOLEAN",
        ),
        ("id",),
        "Everybody who ever bought something",
    ),
    MirrorTable(
        "public",
        "orders",
        _columns(
            "order_id BIGINT NOT NULL",
            "customer_id INT NOT NULL",
            "amount DECIMAL(10, 2)",
            "status VARCHAR(16)",
            "placed_at TIMESTAMP(3) *ROWTIME* NOT NULL",
        ),
        ("order_id",),
        "Orders as they come; 'late' ones too — 订单",
    ),
    MirrorTable(
        "public",
        "payments",
        _columns(
            "order_id BIGINT NOT NULL",
            "attempt SMALLINT NOT NULL",
            "method STRING",
            "amount DECIMAL(18, 4) NOT NULL",
            "doubled DECIMAL(18, 4) AS amount * 2",
            "paid_at TIMESTAMP_LTZ(3)",
        ),
        ("order_id", "attempt"),
    ),
    MirrorTable(
        "public", "clicks", _columns("user_id BIGINT", "url STRING", "at TIMESTAMP(3) *ROWTIME*")
    ),
    MirrorTable(
        "public",
        "all_types",
        _columns(
            "a_boolean BOOLEAN",
            "a_tinyint TINYINT",
            "a_smallint SMALLINT",
            "an_integer INT",
            "a_bigint BIGINT",
            "a_float FLOAT",
            "a_double DOUBLE",
            "a_decimal DECIMAL(38, 18)",
            "a_char CHAR(3)",
            "a_varchar VARCHAR(255)",
            "a_string STRING",
            "some_bytes BYTES",
            "a_date DATE",
            "a_time TIME(0)",
            "a_timestamp TIMESTAMP(9)",
            "a_moment TIMESTAMP_LTZ(6)",
            "months INTERVAL YEAR TO MONTH",
            "seconds INTERVAL DAY TO SECOND",
            "integers ARRAY<INT>",
            "strings ARRAY<STRING>",
            "a_map MAP<STRING, INT>",
            "a_row ROW<`a` INT, `b` STRING>",
            "a_multiset MULTISET<STRING>",
        ),
    ),
    MirrorTable(
        "public",
        "MixedCase",
        _columns(
            "Id INT NOT NULL",
            "Some%20Column STRING -- with a blank",
            "select STRING",
            "用户 STRING",
        ),
        ("Id",),
    ),
    MirrorTable(
        "public", "订单", _columns("编号 BIGINT NOT NULL", "金额 DECIMAL(10, 2)"), ("编号",)
    ),
    MirrorTable(
        "public",
        "order_totals",
        _columns("customer_id INT", "total DECIMAL(38, 2)"),
        comment="Money by customer",
        view=True,
    ),
    MirrorTable("sales", "orders", _columns("region STRING NOT NULL", "total BIGINT"), ("region",)),
    MirrorTable("sales", "regions", _columns("region STRING NOT NULL", "Manager STRING")),
    MirrorTable("sales", "region_totals", _columns("region STRING", "total BIGINT"), view=True),
    MirrorTable("Sales-2024", "Items", _columns("Item-Id BIGINT NOT NULL", "price DECIMAL(10, 2)")),
)


@dataclass(frozen=True, slots=True)
class World:
    """Two ports of this machine that lead to the same Postgres; `oids` by `schema.name`."""

    oracle: int
    ours: int
    socket_dir: Path
    oids: dict[str, int] = field(default_factory=dict)

    @property
    def addresses(self) -> tuple[Address, Address]:
        """Postgres, then ours."""
        return Address(port=self.oracle), Address(port=self.ours)


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[World]:
    """A world of its own under `data`, for the length of a block."""
    config = Config(data=data, listen=Listen(port=0), engine="static", warm=False)
    async with App(config, provider=NoEngines()) as app:  # type: ignore[arg-type]
        socket_dir = (data / "run").resolve()
        oids = await create(socket_dir)
        async with _bare(socket_dir) as port:
            yield World(port, app.server.port, socket_dir, oids)


async def create(socket_dir: Path) -> dict[str, int]:
    """Make the relations, as the administrator; their oids by name."""
    where = {"host": str(socket_dir), "user": "postgres", "database": "xuanwu"}
    connection = await asyncpg.connect(**where)
    try:
        await mirror.prepare(connection)
        for schema, comment in SCHEMAS.items():
            await mirror.create_schema(connection, schema, "xuanwu", comment)
        oids = await mirror.create_many(connection, TABLES)
        await connection.execute(RIGHTS.read_text("utf-8"))
        # From here on nothing changes by itself: no vacuum, no counter that is still on its way.
        await connection.execute("ALTER SYSTEM SET autovacuum TO off")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.execute("SELECT pg_stat_force_next_flush()")
    finally:
        await connection.close()
    names = [f"{table.schema}.{table.name}" for table in TABLES]
    return dict(zip(names, oids, strict=True))


@asynccontextmanager
async def _bare(socket_dir: Path) -> AsyncIterator[int]:
    """Postgres itself at a port, since most drivers know no Unix socket."""
    dialling: set[asyncio.Task[object]] = set()
    path = str(socket_dir / ".s.PGSQL.5432")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Front(path, dialling), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
