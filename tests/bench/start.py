"""From nothing to the first row of a query, per Flink version (downloads are not counted)."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

import asyncpg

from gateway import logs
from gateway.engine.local import LocalProvider
from tests.bench.serving import SMALL, engine_pid, quiet, rss_mb, served

VERSIONS = tuple(os.environ.get("VERSIONS", "1.16 1.18 1.20 2.0 2.1 2.2 2.3").split())


async def one(version: str) -> None:
    """Fetched and compiled before; then a server that has no engine yet, and its first query."""
    with tempfile.TemporaryDirectory(prefix="xw") as folder:
        data = Path(folder)
        provider = LocalProvider(data / "fetch")
        await provider.ensure(version, quiet)
        await provider.stop()
        await provider.close()
        async with served("--data", str(data), "--flink-version", version) as (process, port):
            connection = await asyncpg.connect(
                host="127.0.0.1", port=port, user="xuanwu", database="xuanwu", timeout=60
            )
            began = time.perf_counter()
            await connection.execute(SMALL)
            created = time.perf_counter() - began
            await connection.fetch("SELECT id FROM small")
            first = time.perf_counter() - began
            await connection.fetch("SELECT id FROM small")
            again = time.perf_counter() - began - first
            engine = rss_mb(engine_pid(data, version))
            print(
                f"{version:5} table made {created:5.1f} s, first row {first:5.1f} s, next query "
                f"{again * 1e3:5.0f} ms, engine {engine:4.0f} MB, server "
                f"{rss_mb(process.pid):3.0f} MB",
                flush=True,
            )
            await connection.close()


async def main() -> None:
    logs.configure("error")
    for version in VERSIONS:
        await one(version)


if __name__ == "__main__":
    asyncio.run(main())
