"""Stored objects: what DDL, SHOW and a statement that names many of them cost.

python -m tests.bench.catalog        TABLES=200 for a smaller one

latency   of DDL and SHOW, with a catalog of 2,000 tables and one of none; medians
bringing  a statement that names 20 views, each over a table of its own, in a fresh Flink
          session: its first and second use, against the same made by hand through the SQL
          Gateway
plain     planning a query of one table, with 2,000 others in the catalog and with none
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import aiohttp
import asyncpg

from gateway.engine.pages import ready
from gateway.engine.provider import Endpoint
from gateway.engine.rest import GatewayClient
from tests.bench.serving import serving

TABLES = int(os.environ.get("TABLES", "2000"))
NAMED = 20
_ROUNDS = 15
_POLL_S = 0.002
_COLUMNS = ", ".join(f"c{number} STRING" for number in range(19))
_WITH = "WITH ('connector' = 'datagen', 'number-of-rows' = '1')"


def table(name: str) -> str:
    return f"CREATE TABLE {name} (id INT, {_COLUMNS}) {_WITH}"


BASES = [table(f"base{number}") for number in range(NAMED)]
VIEWS = [f"CREATE VIEW named{n} AS SELECT id, c0 FROM base{n} WHERE id > {n}" for n in range(NAMED)]
QUERY = "EXPLAIN " + " UNION ALL ".join(f"SELECT id FROM named{n}" for n in range(NAMED))
ONE = "EXPLAIN SELECT id FROM alone WHERE id > 1"


async def taken(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1e3


async def latency(client: asyncpg.Connection) -> None:
    forms = {
        "CREATE TABLE": lambda n: table(f"fresh{n}"),
        "ALTER TABLE": lambda n: f"ALTER TABLE fresh{n} ADD (more INT)",
        "DESCRIBE": lambda n: f"DESCRIBE fresh{n}",
        "SHOW CREATE": lambda n: f"SHOW CREATE TABLE fresh{n}",
        "SHOW TABLES": lambda n: "SHOW TABLES",
        "DROP TABLE": lambda n: f"DROP TABLE fresh{n}",
    }
    for name, form in forms.items():
        statements = [form(number) for number in range(_ROUNDS)]
        times = [await taken(partial(client.execute, sql)) for sql in statements]
        print(
            f"  {name:13} {statistics.median(times):7.1f} ms   worst {max(times):7.1f}", flush=True
        )


async def plain(client: asyncpg.Connection) -> None:
    times = [await taken(partial(client.execute, ONE)) for _ in range(_ROUNDS)]
    print(
        f"  one table     {statistics.median(times):7.1f} ms   best  {min(times):7.1f}", flush=True
    )


async def by_hand(endpoint: Endpoint, statements: Sequence[str]) -> float:
    """Milliseconds of the statements in a fresh session of the SQL Gateway, one after the other."""
    async with aiohttp.ClientSession() as http:
        gateway = GatewayClient(http, endpoint)
        session = await gateway.open("by hand", {})
        try:
            began = time.perf_counter()
            for sql in statements:
                operation = await gateway.submit(session, sql, {})
                while not ready(await gateway.page(session, operation, 0)):  # noqa: ASYNC110
                    await asyncio.sleep(_POLL_S)
            return (time.perf_counter() - began) * 1e3
        finally:
            await gateway.close(session)


async def bringing(connect: Callable[[], Awaitable[asyncpg.Connection]], at: Endpoint) -> None:
    first, second, hand = [], [], []
    for _ in range(5):
        client = await connect()
        await client.execute("EXPLAIN SELECT 1 AS a FROM (VALUES (1)) AS t (x)")  # its session
        first.append(await taken(partial(client.execute, QUERY)))
        second.append(await taken(partial(client.execute, QUERY)))
        await client.close()
        hand.append(await by_hand(at, [*BASES, *VIEWS, QUERY]))
    for name, times in (("first use", first), ("second use", second), ("by hand", hand)):
        print(f"  {name:13} {statistics.median(times):7.1f} ms", flush=True)


async def main() -> None:
    async with serving() as server:
        assert server.endpoint is not None
        client = await server.connect()
        await client.execute(table("alone"))
        print("a catalog of one table", flush=True)
        await latency(client)
        await plain(client)
        for sql in (*BASES, *VIEWS):
            await client.execute(sql)
        print(f"{NAMED} views over {NAMED} tables, in a fresh Flink session", flush=True)
        await bringing(server.connect, server.endpoint)
        for number in range(TABLES):
            await client.execute(table(f"t{number}"))
        print(f"a catalog of {TABLES} tables", flush=True)
        await latency(client)
        await plain(client)
        await client.close()


if __name__ == "__main__":
    asyncio.run(main())
