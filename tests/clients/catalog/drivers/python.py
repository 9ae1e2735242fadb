"""asyncpg's and psycopg's own looks at the catalog, run as a program: `python -m … PORT`."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import psycopg
from psycopg.types import TypeInfo
from psycopg.types.composite import CompositeInfo

Asyncpg = Callable[[asyncpg.Connection], Awaitable[Any]]
Psycopg = Callable[[psycopg.AsyncConnection], Awaitable[Any]]
TABLES = "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 2200 ORDER BY 1"

COLUMNS = (
    "SELECT attname, atttypid, attnotnull, atttypmod FROM pg_attribute"
    " WHERE attrelid = %s::regclass ORDER BY attnum"
)


async def _rows_as_composites(c: asyncpg.Connection) -> Any:
    """The type of a row is looked up by a recursive query over pg_type and pg_attribute."""
    return await c.fetch("SELECT d FROM pg_description d WHERE objoid = 'orders'::regclass")


async def _cursor(c: asyncpg.Connection) -> Any:
    async with c.transaction(isolation="serializable", readonly=True):
        return [tuple(row) async for row in c.cursor(TABLES, prefetch=3)]


async def _savepoint(c: asyncpg.Connection) -> Any:
    async with c.transaction():
        try:
            async with c.transaction():
                await c.execute("SELECT * FROM pg_catalog.nothing")
        except asyncpg.PostgresError as error:
            return [error.sqlstate, str(error), await c.fetchval("SELECT 'orders'::regclass::text")]


async def _copied(c: asyncpg.Connection) -> Any:
    text = io.BytesIO()
    return [await c.copy_from_query(TABLES, output=text, format="csv"), text.getvalue()]


async def _codec(c: asyncpg.Connection) -> Any:
    await c.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    return await c.fetchval("SELECT jsonb_agg(t ORDER BY relname) FROM (" + TABLES + ") t")


async def _reset(c: asyncpg.Connection) -> Any:
    await c.execute("SET search_path TO sales")
    await c.reset()
    return await c.fetchval("SHOW search_path")


async def _prepared(c: asyncpg.Connection) -> Any:
    one = await c.prepare("SELECT attname FROM pg_attribute WHERE attrelid = $1 AND attnum > 0")
    oid = await c.fetchval("SELECT 'orders'::regclass::oid")
    return [one.get_parameters(), one.get_attributes(), await one.fetch(oid)]


ASYNCPG: dict[str, Asyncpg] = {
    "asyncpg, rows as composites": _rows_as_composites,
    "asyncpg, cursor": _cursor,
    "asyncpg, savepoint": _savepoint,
    "asyncpg, COPY": _copied,
    "asyncpg, codec of a type": _codec,
    "asyncpg, reset of a pooled connection": _reset,
    "asyncpg, prepared": _prepared,
    "asyncpg, first row": lambda c: c.fetchrow(TABLES),
    "asyncpg, names": lambda c: c.fetch("SELECT 'orders'::regclass, ARRAY['sales'::regnamespace]"),
}


async def _types(c: psycopg.AsyncConnection) -> Any:
    found = [await TypeInfo.fetch(c, name) for name in ("jsonb", "numeric", "_text", "orders")]
    return [info and [info.name, info.oid, info.array_oid, info.regtype] for info in found]


async def _composite(c: psycopg.AsyncConnection) -> Any:
    found = await CompositeInfo.fetch(c, "orders")
    return found and [found.name, found.field_names, found.field_types]


async def _server_cursor(c: psycopg.AsyncConnection) -> Any:
    async with c.cursor("named", scrollable=True) as cursor:
        await cursor.execute(TABLES)
        page = await cursor.fetchmany(3)
        await cursor.scroll(-2)
        return [page, await cursor.fetchone(), repr(cursor.description)]


async def _streamed(c: psycopg.AsyncConnection) -> Any:
    return [row async for row in c.cursor().stream(TABLES)]


async def _pipelined(c: psycopg.AsyncConnection) -> Any:
    async with c.pipeline():
        cursors = [await c.execute(TABLES), await c.execute("SHOW search_path")]
        return [await cursor.fetchall() for cursor in cursors]


async def _binary(c: psycopg.AsyncConnection) -> Any:
    cursor = c.cursor(binary=True)
    await cursor.execute(COLUMNS, ["payments"])
    return await cursor.fetchall()


async def _written(c: psycopg.AsyncConnection) -> Any:
    await c.execute("CREATE TEMPORARY TABLE staging (a int, b text) ON COMMIT DROP")
    cursor = c.cursor()
    async with cursor.copy("COPY staging FROM STDIN") as copy:
        await copy.write_row((1, "x"))
    found = await (await c.execute("SELECT * FROM staging")).fetchall()
    return [found, cursor.statusmessage]


async def _often(c: psycopg.AsyncConnection) -> Any:
    """From the sixth run on the statement is prepared."""
    runs = [await c.execute("SELECT to_regclass(%s)::text", ["orders"]) for _ in range(7)]
    return [await run.fetchall() for run in runs]


PSYCOPG: dict[str, Psycopg] = {
    "psycopg, types": _types,
    "psycopg, composite": _composite,
    "psycopg, server cursor": _server_cursor,
    "psycopg, stream": _streamed,
    "psycopg, pipeline": _pipelined,
    "psycopg, binary": _binary,
    "psycopg, COPY into a temporary table": _written,
    "psycopg, seven runs": _often,
}


async def main(port: int) -> None:
    uri = f"postgresql://xuanwu@127.0.0.1:{port}/xuanwu"
    answers: dict[str, Any] = {}
    for name, call in ASYNCPG.items():
        connection = await asyncpg.connect(uri, ssl=False)
        try:
            answers[name] = repr(await call(connection))
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            answers[name] = {"error": repr(error)}
        await connection.close()
    for name, one in PSYCOPG.items():
        async with await psycopg.AsyncConnection.connect(uri, sslmode="disable") as opened:
            try:
                answers[name] = repr(await one(opened))
            except psycopg.Error as error:
                answers[name] = {"error": repr(error)}
    print(json.dumps(answers))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
