"""The mirror of 2,000 tables of 20 columns, beside plain tables of the same definition.

    python -m tests.bench.mirror        TABLES=200 for a smaller one

Two databases of one Postgres: time and size to make them, then what tools ask about them. Each
question is asked of both in turn, by the owner of the tables; the median counts.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from gateway import logs
from gateway.catalog.address import Admin
from gateway.catalog.admin import asyncpg, connected
from gateway.catalog.embedded import EmbeddedPostgres
from gateway.objects import mirror
from gateway.objects.mirror import MirrorTable
from gateway.objects.mirror.shape import wanted
from gateway.objects.mirror.sql import define, owner
from gateway.objects.resolved import ResolvedColumn

TABLES = int(os.environ.get("TABLES", "2000"))
_ROUNDS = 9
_TYPES = ("BIGINT", "STRING", "DECIMAL(10, 2)", "TIMESTAMP(3)")
# psql's \d shop.t7 (describeOneTableDetails) and \dt, pgjdbc's getColumns: their joins, abridged
# only in what is selected.
_D = (
    "SELECT c.oid FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n"
    " ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) '^(t7)$' COLLATE"
    " pg_catalog.default AND n.nspname OPERATOR(pg_catalog.~) '^(shop)$'",
    "SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers,"
    " c.relrowsecurity, c.relforcerowsecurity FROM pg_catalog.pg_class c LEFT JOIN"
    " pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid) WHERE c.oid = 'shop.t7'::regclass",
    "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT"
    " pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE"
    " d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull,"
    " a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid ="
    " 'shop.t7'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
    "SELECT c2.relname, i.indisprimary, i.indisunique, i.indisvalid,"
    " pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid,"
    " true) FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i LEFT JOIN"
    " pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND"
    " contype IN ('p','u','x')) WHERE c.oid = 'shop.t7'::regclass AND c.oid = i.indrelid AND"
    " i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname",
    "SELECT pol.polname, pol.polpermissive, pg_catalog.pg_get_expr(pol.polqual, pol.polrelid),"
    " pol.polcmd FROM pg_catalog.pg_policy pol WHERE pol.polrelid = 'shop.t7'::regclass",
)
_QUESTIONS: dict[str, tuple[str, ...]] = {
    "\\d shop.t7": _D,
    "\\dt shop.*": (
        "SELECT n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner) FROM"
        " pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r','p','s','') AND n.nspname OPERATOR(pg_catalog.~) '^(shop)$'"
        " COLLATE pg_catalog.default ORDER BY 1, 2",
    ),
    "JDBC getColumns": (
        "SELECT n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull OR (t.typtype = 'd' AND"
        " t.typnotnull) AS attnotnull, a.atttypmod, a.attlen, t.typtypmod, row_number() OVER"
        " (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') AS"
        " attidentity, nullif(a.attgenerated, '') AS attgenerated,"
        " pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc, dsc.description, t.typbasetype,"
        " t.typtype FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace ="
        " n.oid) JOIN pg_catalog.pg_attribute a ON (a.attrelid = c.oid) JOIN pg_catalog.pg_type t"
        " ON (a.atttypid = t.oid) LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid"
        " AND a.attnum = def.adnum) LEFT JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid"
        " AND a.attnum = dsc.objsubid) LEFT JOIN pg_catalog.pg_class dc ON (dc.oid = dsc.classoid"
        " AND dc.relname = 'pg_class') LEFT JOIN pg_catalog.pg_namespace dn ON (dc.relnamespace ="
        " dn.oid AND dn.nspname = 'pg_catalog') WHERE c.relkind IN ('r','p','v','f','m') AND"
        " a.attnum > 0 AND NOT a.attisdropped AND n.nspname LIKE 'shop'",
    ),
    "information_schema": (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'shop'",
    ),
}


def _table(number: int) -> MirrorTable:
    columns = [ResolvedColumn("id", "INT", nullable=False)]
    columns += [ResolvedColumn(f"c{each}", _TYPES[each % len(_TYPES)]) for each in range(1, 20)]
    return MirrorTable("shop", f"t{number}", columns, ("id",), owner="anna")


async def _mirrored(connection: Any, tables: list[MirrorTable]) -> None:
    await mirror.create_many(connection, tables)


async def _plain(connection: Any, tables: list[MirrorTable]) -> None:
    statements = [f"{';'.join(define(each))};{owner(each)}" for each in map(wanted, tables)]
    for start in range(0, len(statements), 200):
        await connection.execute(";".join(statements[start : start + 200]))


async def _fill(
    admin: Admin, database: str, make: Callable[[Any, list[MirrorTable]], Awaitable[None]]
) -> tuple[float, float]:
    """Seconds, and MB on top of an empty database."""
    tables = [_table(number) for number in range(TABLES)]
    async with connected(admin, "postgres") as connection:
        await connection.execute(f"CREATE DATABASE {database}")
    async with connected(admin, database) as connection:
        await mirror.prepare(connection)
        await mirror.create_schema(connection, "shop", "anna")
        empty = await connection.fetchval("SELECT pg_database_size(current_database())")
        began = time.perf_counter()
        await make(connection, tables)
        took = time.perf_counter() - began
        full = await connection.fetchval("SELECT pg_database_size(current_database())")
        await connection.execute("VACUUM ANALYZE")
        return took, (full - empty) / 1e6


async def _asked(connection: Any, queries: tuple[str, ...]) -> float:
    began = time.perf_counter()
    for query in queries:
        await connection.fetch(query)
    return (time.perf_counter() - began) * 1e3


async def _compare(admin: Admin) -> None:
    ours = await asyncpg.connect(**admin.asyncpg("mirrored") | {"user": "anna"})
    plain = await asyncpg.connect(**admin.asyncpg("plain") | {"user": "anna"})
    for name, queries in _QUESTIONS.items():
        taken = [
            (await _asked(ours, queries), await _asked(plain, queries)) for _ in range(_ROUNDS)
        ]
        a, b = (statistics.median(times) for times in zip(*taken, strict=True))
        print(f"{name:20} mirror {a:8.1f} ms   plain {b:8.1f} ms   ratio {a / b:.2f}", flush=True)
    await ours.close()
    await plain.close()


async def _changes(admin: Admin) -> None:
    """One table changed, and all compared with what they should be."""
    tables = [_table(number) for number in range(TABLES)]
    async with connected(admin, "mirrored") as connection:
        oid = await connection.fetchval("SELECT 'shop.t7'::regclass::oid")
        taken = []
        for count in range(_ROUNDS):
            columns = [*tables[7].columns, ResolvedColumn(f"x{count}", "STRING")]
            began = time.perf_counter()
            await mirror.alter(connection, oid, MirrorTable("shop", "t7", columns, ("id",)))
            taken.append((time.perf_counter() - began) * 1e3)
        began = time.perf_counter()
        there = await mirror.differences(connection, tables)
        took = time.perf_counter() - began
        print(
            f"alter one {statistics.median(taken):.1f} ms, differences of all {took:.2f} s"
            f" ({len(there.changed)} found)"
        )


async def main() -> None:
    logs.configure("error")
    with tempfile.TemporaryDirectory(prefix="xw") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        await asyncio.to_thread(server.start)
        try:
            async with connected(server.admin, "postgres") as connection:
                await connection.execute("CREATE ROLE anna LOGIN")
                await connection.execute("CREATE ROLE xuanwu LOGIN")
            plain_s, plain_mb = await _fill(server.admin, "plain", _plain)
            ours_s, ours_mb = await _fill(server.admin, "mirrored", _mirrored)
            print(
                f"{TABLES} tables × 20 columns: mirror {ours_s:.1f} s, {ours_mb:.0f} MB; plain"
                f" {plain_s:.1f} s, {plain_mb:.0f} MB; ratio {ours_s / plain_s:.2f} in time,"
                f" {ours_mb / plain_mb:.2f} in size",
                flush=True,
            )
            await _compare(server.admin)
            await _changes(server.admin)
        finally:
            await asyncio.to_thread(server.stop)


if __name__ == "__main__":
    asyncio.run(main())
