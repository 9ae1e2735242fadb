"""1,000 sessions that do nothing: memory of the server, connections to Postgres, time to answer."""

from __future__ import annotations

import asyncio
import resource
import statistics
import time

import asyncpg

from protocol.encode import encode_query, encode_startup
from tests.bench.serving import Serving, rss_mb, serving

SESSIONS = 1000
_READY = b"Z\0\0\0\5"


class Session:
    """The least that a client can be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Session:
        session = cls(*await asyncio.open_connection("127.0.0.1", port))
        await session.ask(encode_startup({"user": "xuanwu", "database": "xuanwu"}))
        return session

    async def ask(self, request: bytes) -> None:
        self._writer.write(request)
        await self._reader.readuntil(_READY)
        await self._reader.readexactly(1)

    def close(self) -> None:
        self._writer.close()


async def backends(server: Serving) -> int:
    """Connections to Postgres but our own, asked of Postgres itself."""
    direct = await asyncpg.connect(host=str(server.socket), user="postgres", database="postgres")
    try:
        return await direct.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid()"
        )
    finally:
        await direct.close()


async def latency_ms(session: Session) -> float:
    taken = []
    for _ in range(300):
        began = time.perf_counter()
        await session.ask(encode_query("select 1"))
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3


async def show(server: Serving, label: str, base: float, session: Session) -> None:
    now = rss_mb(server.pid)
    print(
        f"{label:34} RSS {now:6.0f} MB (+{now - base:5.1f})   backends {await backends(server):3}"
        f"   select 1 {await latency_ms(session):.2f} ms",
        flush=True,
    )


async def main() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    async with serving(None) as server:
        probe = await Session.open(server.port)
        await latency_ms(probe)
        base = rss_mb(server.pid)
        await show(server, "1 session", base, probe)
        began = time.perf_counter()
        sessions = [await Session.open(server.port) for _ in range(SESSIONS)]
        opened = time.perf_counter() - began
        await show(server, f"{SESSIONS} idle ({opened:.1f} s to open)", base, probe)
        await asyncio.gather(*(each.ask(encode_query("select 1")) for each in sessions))
        await show(server, "the same after one statement each", base, probe)
        await asyncio.gather(*(each.ask(encode_query("set work_mem = '5MB'")) for each in sessions))
        await show(server, "the same after a SET each", base, probe)
        for each in sessions:
            each.close()


if __name__ == "__main__":
    asyncio.run(main())
