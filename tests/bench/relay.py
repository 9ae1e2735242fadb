"""The rate of the relay against the same Postgres without it: `python -m tests.bench.relay`.

Two clients that send and read the same frames in the same loop: one through a lease, one over a
bare asyncio protocol that only looks for ReadyForQuery. asyncpg, in its simple protocol, for scale.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import uvloop

from gateway.catalog.admin import asyncpg
from gateway.catalog.catalog import Catalog, CatalogConfig
from protocol.encode import encode_query, encode_startup
from session.ports import Principal

_READY = b"Z\0\0\0\5"
_DESCRIBE = """SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner),
 a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull
 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relname OPERATOR(pg_catalog.~) '^(pg_class)$' COLLATE pg_catalog.default ORDER BY 2, 3"""
_CASES = {
    "select 1": ("select 1", 4000),
    "\\d pg_class": (_DESCRIBE, 800),
    "pg_type, all": ("select * from pg_catalog.pg_type", 100),
    "1,000,000 rows": ("select g, 'row ' || g from generate_series(1, 1000000) g", 2),
}


class Nothing:
    """The events of a session that has none."""

    def on_parameter(self, name: str, value: str) -> None: ...

    def on_async(self, frames: bytes) -> None: ...

    def on_signal(self, verb: str, pid: int) -> None: ...


class Bare(asyncio.Protocol):
    """Sends, and waits until the last bytes are a ReadyForQuery."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if data[-6:-1] == _READY:
            self._ready.set_result(None)

    async def run(self, request: bytes) -> None:
        self._ready = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._ready


async def rate(run: Callable[[], Awaitable[object]], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        await run()
    return times / (time.perf_counter() - started)


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="xw") as folder:
        catalog = await Catalog.start(CatalogConfig(Path(folder)))
        try:
            await measure(catalog)
        finally:
            await catalog.close()


async def measure(catalog: Catalog) -> None:
    path = catalog.address.unix_path
    _, bare = await asyncio.get_running_loop().create_unix_connection(Bare, path)
    await bare.run(encode_startup({"user": "xuanwu", "database": "xuanwu"}))
    lease, _ = await catalog.open(Principal("xuanwu"), {}, Nothing())
    plain = await asyncpg.connect(host=catalog.address.host, user="xuanwu", database="xuanwu")
    for name, (sql, times) in _CASES.items():
        request = encode_query(sql)

        async def leased(request: bytes = request) -> None:
            async with lease.hold() as backend:
                async for _ in backend.exchange(request, b"Q"):
                    pass

        best = [0.0, 0.0, 0.0]
        for _ in range(3):
            for i, run in enumerate(
                (lambda: bare.run(request), leased, lambda: plain.execute(sql))  # noqa: B023
            ):
                best[i] = max(best[i], await rate(run, times))
        direct, through, other = best
        print(
            f"{name:16} direct {direct:9.1f}/s  lease {through:9.1f}/s "
            f"({through / direct:6.1%})  asyncpg {other:9.1f}/s"
        )
    await plain.close()
    await lease.close()


if __name__ == "__main__":
    uvloop.run(main())
