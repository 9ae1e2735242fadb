"""20 sessions that query Flink at once, beside one session alone."""

from __future__ import annotations

import asyncio
import statistics
import time

import asyncpg

from tests.bench.serving import SMALL, Serving, rss_mb, serving

SESSIONS = 20
ROUNDS = 3


async def opened(server: Serving) -> asyncpg.Connection:
    connection = await server.connect()
    await connection.execute(SMALL)
    await connection.fetch("SELECT id FROM small")
    return connection


async def timed(connection: asyncpg.Connection) -> float:
    began = time.perf_counter()
    found = await connection.fetch("SELECT id, word FROM small")
    if len(found) != 3:
        raise RuntimeError(f"{len(found)} rows")
    return time.perf_counter() - began


async def main() -> None:
    async with serving() as server:
        alone = await opened(server)
        single = [await timed(alone) for _ in range(10)]
        began = time.perf_counter()
        sessions = await asyncio.gather(*(opened(server) for _ in range(SESSIONS)))
        opening = time.perf_counter() - began
        began = time.perf_counter()
        taken: list[float] = []
        for _ in range(ROUNDS):
            taken += await asyncio.gather(*(timed(session) for session in sessions))
        passed = time.perf_counter() - began
        taken.sort()
        print(f"one alone         median {statistics.median(single) * 1e3:6.0f} ms")
        print(
            f"{SESSIONS} at once        median {statistics.median(taken) * 1e3:6.0f} ms   "
            f"p95 {taken[int(len(taken) * 0.95)] * 1e3:6.0f} ms"
        )
        rate, base = len(taken) / passed, 1 / statistics.median(single)
        print(f"queries per second {rate:.1f}, {rate / base:.2f} x one alone")
        print(f"opening and first query of {SESSIONS}: {opening:.1f} s")
        print(f"server {rss_mb(server.pid):.0f} MB")
        await asyncio.gather(*(session.close() for session in (alone, *sessions)))


if __name__ == "__main__":
    asyncio.run(main())
