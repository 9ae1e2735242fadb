"""Servers for the tests of stored objects: without Flink, one or two over one Postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from gateway.app import App
from gateway.config import Config, Listen
from tests.fixtures.server import NoEngines

PASSWORD = "klartext"
OPTIONS = "WITH ('connector' = 'datagen')"


@dataclass(slots=True)
class Client:
    """One psycopg session, and the notices that it got since they were read last."""

    connection: psycopg.AsyncConnection[Any]
    _notices: list[str] = field(default_factory=list)

    async def run(self, *statements: str) -> None:
        for sql in statements:
            await self.connection.execute(sql)  # type: ignore[arg-type]

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await (await self.connection.execute(sql)).fetchall()  # type: ignore[arg-type]

    async def column(self, sql: str) -> list[Any]:
        return [row[0] for row in await self.rows(sql)]

    async def fail(self, sql: str) -> psycopg.errors.Diagnostic:
        """What Postgres's clients show of the error; a statement that passes is a failure."""
        try:
            await self.connection.execute(sql)  # type: ignore[arg-type]
        except psycopg.Error as error:
            return error.diag
        raise AssertionError(f"was not refused: {sql}")

    async def state(self, sql: str) -> tuple[str | None, int | None]:
        """SQLSTATE and position of the refusal."""
        diag = await self.fail(sql)
        position = diag.statement_position
        return diag.sqlstate, int(position) if position is not None else None

    def notices(self) -> list[str]:
        told, self._notices = self._notices, []
        return told


@asynccontextmanager
async def client(app: App, user: str = "xuanwu", **more: Any) -> AsyncIterator[Client]:
    connection = await psycopg.AsyncConnection.connect(
        host="127.0.0.1",
        port=app.server.port,
        user=user,
        autocommit=True,
        **({"dbname": "xuanwu"} | more),
    )
    async with connection:
        opened = Client(connection)
        connection.add_notice_handler(
            lambda notice: opened._notices.append(notice.message_primary or "")
        )
        yield opened


@asynccontextmanager
async def clients(apps: Sequence[App], count: int) -> AsyncIterator[list[Client]]:
    """So many sessions, on the servers in turn."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(client(apps[i % len(apps)])) for i in range(count)]


@asynccontextmanager
async def serving(data: Path, dsn: str | None = None) -> AsyncIterator[App]:
    """A server without engines; a `dsn` is that of a Postgres that somebody else stops."""
    config = Config(data, Listen(port=0), engine="static", postgres=dsn, warm=False)
    async with App(config, provider=NoEngines()) as app:  # type: ignore[arg-type]
        yield app
