"""The clients behind one face: read a query, or say how it failed.

`texts`: the client shows values as the server's text, so they are compared with the suite's own;
others are compared with what the same client reads from Postgres for the same values.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg
import psycopg

from tests.clients.jdbc import Jdbc, JdbcError
from tests.clients.odbc import Odbc, OdbcError, opened
from tests.clients.psql import Psql
from tests.clients.suite import internal


@dataclass(frozen=True, slots=True)
class Reply:
    """Columns as (name, name of the type in pg_type; None: the client does not tell)."""

    columns: tuple[tuple[str, str | None], ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Failed:
    """An error as the client tells it; `position` -1: it does not tell positions."""

    sqlstate: str
    position: int | None
    message: str


class Client(Protocol):
    texts: bool

    async def run(self, sql: str) -> None:
        """A statement that answers nothing."""
        ...

    async def read(self, sql: str) -> Reply: ...

    async def fail(self, sql: str) -> Failed:
        """Run what has to fail."""
        ...


def must_fail(sql: str) -> AssertionError:
    return AssertionError(f"no error: {sql}")


class PsqlClient:
    texts = True

    def __init__(self, psql: Psql) -> None:
        self.psql = psql

    async def run(self, sql: str) -> None:
        said = await self.psql.ask(f"{sql};")
        assert "ERROR" not in said.err, said.err

    async def read(self, sql: str) -> Reply:
        shape = await self.psql.ask(f"{sql} \\gdesc")
        assert not shape.err, shape.err
        said = await self.psql.ask(f"{sql};")
        assert not said.err, said.err
        header, *rows = said.table
        columns = [(str(name), str(type_)) for name, type_ in shape.table[1:]]
        assert header == [name for name, _ in columns]
        return Reply(
            tuple((name, internal(type_)) for name, type_ in columns), [tuple(row) for row in rows]
        )

    async def fail(self, sql: str) -> Failed:
        said = await self.psql.ask(f"{sql};")
        match = re.search(r"ERROR:  (\w{5}): (.*)\n(?:LINE 1: (.*)\n( *)\^)?", said.err)
        if match is None:
            raise must_fail(sql)
        position = None
        if match[3] is not None:
            position = len(match[4]) - len("LINE 1: ") + 1
        return Failed(match[1], position, match[2])


class AsyncpgClient:
    texts = False

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def run(self, sql: str) -> None:
        await self.connection.execute(sql)

    async def read(self, sql: str) -> Reply:
        statement = await self.connection.prepare(sql)
        rows = await statement.fetch()
        columns = ((a.name, _pg_name(a.type.name)) for a in statement.get_attributes())
        return Reply(tuple(columns), [tuple(row) for row in rows])

    async def fail(self, sql: str) -> Failed:
        try:
            await self.connection.fetch(sql)
        except asyncpg.PostgresError as error:
            position = int(error.position) if error.position else None
            return Failed(error.sqlstate, position, error.message)
        raise must_fail(sql)


def _pg_name(name: str) -> str:
    """asyncpg calls the array of int4 `int4[]`."""
    return f"_{name[:-2]}" if name.endswith("[]") else name


class PsycopgClient:
    """In text every value stays the server's text; in binary psycopg's own values are compared."""

    def __init__(self, connection: psycopg.AsyncConnection, *, binary: bool) -> None:
        self.connection = connection
        self.binary = binary
        self.texts = not binary

    async def run(self, sql: str) -> None:
        await self.connection.execute(sql)  # type: ignore[call-overload]

    async def read(self, sql: str) -> Reply:
        async with self.connection.cursor(binary=self.binary) as cursor:
            await cursor.execute(sql, binary=self.binary)  # type: ignore[call-overload]
            assert cursor.description is not None
            columns = tuple(
                (column.name, self._type(column.type_code)) for column in cursor.description
            )
            if self.binary:
                return Reply(columns, await cursor.fetchall())
            result = cursor.pgresult
            assert result is not None
            rows = [
                tuple(_decoded(result.get_value(row, column)) for column in range(result.nfields))
                for row in range(result.ntuples)
            ]
            return Reply(columns, rows)

    async def fail(self, sql: str) -> Failed:
        try:
            await self.connection.execute(sql)  # type: ignore[call-overload]
        except psycopg.Error as error:
            position = error.diag.statement_position
            text = error.diag.message_primary or ""
            return Failed(error.sqlstate or "", int(position) if position else None, text)
        raise must_fail(sql)

    def _type(self, oid: int) -> str:
        found = self.connection.adapters.types.get(oid)
        assert found is not None, oid
        return found.name if found.oid == oid else f"_{found.name}"


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


class JdbcClient:
    texts = True

    def __init__(self, jdbc: Jdbc, name: str) -> None:
        self.jdbc = jdbc
        self.name = name

    async def run(self, sql: str) -> None:
        await self.jdbc.ask("query", self.name, sql)

    async def read(self, sql: str) -> Reply:
        answer = await self.jdbc.ask("query", self.name, sql)
        return Reply(
            tuple((name, type_) for name, type_ in answer["columns"]),
            [tuple(row) for row in answer["texts"]],
        )

    async def fail(self, sql: str) -> Failed:
        try:
            await self.jdbc.ask("query", self.name, sql)
        except JdbcError as error:
            return Failed(error.sqlstate, error.position, error.message)
        raise must_fail(sql)


class OdbcClient:
    """psqlodbc through pyodbc. It tells neither positions nor the names of types."""

    texts = False

    def __init__(self, odbc: Odbc) -> None:
        self.odbc = odbc

    async def run(self, sql: str) -> None:
        await self.odbc.ask("read", sql)

    async def read(self, sql: str) -> Reply:
        answer = await self.odbc.ask("read", sql)
        columns = tuple((name, None) for name in answer["columns"])
        return Reply(columns, [tuple(row) for row in answer["rows"]])

    async def fail(self, sql: str) -> Failed:
        try:
            await self.odbc.ask("read", sql)
        except OdbcError as error:
            return Failed(error.sqlstate, -1, error.message)
        raise must_fail(sql)


# ── connecting ──────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def open_psql(port: int, *options: str) -> AsyncIterator[PsqlClient]:
    """In CSV, so that values of any shape can be told apart."""
    dsn = f"host=127.0.0.1 port={port} user=xuanwu dbname=xuanwu"
    given = options or ("--csv", "-P", "null=<null>")
    psql = await Psql.start(dsn, *given)
    try:
        yield PsqlClient(psql)
    finally:
        await psql.close()


@asynccontextmanager
async def open_asyncpg(port: int) -> AsyncIterator[AsyncpgClient]:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=port, user="xuanwu", database="xuanwu", timeout=20
    )
    try:
        yield AsyncpgClient(connection)
    finally:
        await connection.close(timeout=20)


async def _open_psycopg(port: int) -> psycopg.AsyncConnection:
    dsn = f"host=127.0.0.1 port={port} user=xuanwu dbname=xuanwu"
    return await psycopg.AsyncConnection.connect(dsn, autocommit=True)


@asynccontextmanager
async def open_psycopg_text(port: int) -> AsyncIterator[PsycopgClient]:
    async with await _open_psycopg(port) as connection:
        yield PsycopgClient(connection, binary=False)


@asynccontextmanager
async def open_psycopg_binary(port: int) -> AsyncIterator[PsycopgClient]:
    async with await _open_psycopg(port) as connection:
        yield PsycopgClient(connection, binary=True)


@asynccontextmanager
async def open_odbc(port: int) -> AsyncIterator[OdbcClient]:
    async with opened(port) as connection:
        yield OdbcClient(connection)


Opener = Callable[[int], AbstractAsyncContextManager[Client]]
OPENERS: dict[str, Opener] = {
    "psql": open_psql,
    "asyncpg": open_asyncpg,
    "psycopg-text": open_psycopg_text,
    "psycopg-binary": open_psycopg_binary,
}
