"""One client process: `python -m tests.bench.reader DRIVER PORT RUNS QUERY [STATEMENT …]`.

Prints `rows first_ms all_ms` per run. Drivers: asyncpg (a cursor), psycopg (stream), copy (psql's
COPY, its text counted by lines).
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable

import asyncpg
import psycopg

from gateway.catalog.programs import binaries


class Clock:
    """Counts rows, and notes when the first one came."""

    def __init__(self) -> None:
        self.rows = 0
        self.began = time.perf_counter()
        self.first = 0.0

    def take(self, rows: int) -> None:
        if rows and not self.rows:
            self.first = time.perf_counter() - self.began
        self.rows += rows

    def show(self) -> None:
        passed = time.perf_counter() - self.began
        print(self.rows, self.first * 1e3, passed * 1e3, flush=True)


async def _pages(connection: asyncpg.Connection, query: str) -> AsyncIterator[int]:
    cursor = await connection.cursor(query)
    while rows := await cursor.fetch(5000):
        yield len(rows)


async def read_asyncpg(port: int, runs: int, query: str, before: list[str]) -> None:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=port, user="xuanwu", database="xuanwu", timeout=60
    )
    for statement in before:
        await connection.execute(statement)
    for _ in range(runs):
        clock = Clock()
        async with connection.transaction():
            async for rows in _pages(connection, query):
                clock.take(rows)
        clock.show()
    await connection.close()


async def read_psycopg(port: int, runs: int, query: str, before: list[str]) -> None:
    dsn = f"host=127.0.0.1 port={port} user=xuanwu dbname=xuanwu"
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        for statement in before:
            await connection.execute(statement)  # type: ignore[call-overload]
        for _ in range(runs):
            clock = Clock()
            async with connection.cursor(binary=True) as cursor:
                async for _row in cursor.stream(query, size=1000):  # type: ignore[call-overload]
                    clock.take(1)
            clock.show()


async def read_copy(port: int, runs: int, query: str, before: list[str]) -> None:
    """A psql per run: its `-c` texts come as one session."""
    for _ in range(runs):
        texts = [text for sql in (*before, f"COPY ({query}) TO STDOUT") for text in ("-c", sql)]
        line = [str(binaries() / "psql"), "-X", "-q", "-h", "127.0.0.1", "-p", str(port)]
        clock = Clock()
        psql = await asyncio.create_subprocess_exec(
            *line, "-U", "xuanwu", "xuanwu", *texts, stdout=asyncio.subprocess.PIPE
        )
        assert psql.stdout is not None
        while chunk := await psql.stdout.read(1 << 18):
            clock.take(chunk.count(b"\n"))
        await psql.wait()
        clock.show()


DRIVERS: dict[str, Callable[..., object]] = {
    "asyncpg": read_asyncpg,
    "psycopg": read_psycopg,
    "copy": read_copy,
}

if __name__ == "__main__":
    asyncio.run(DRIVERS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5:]))  # type: ignore[arg-type]
