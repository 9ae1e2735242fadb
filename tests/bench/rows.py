"""A large result through every driver, on one engine: rows per second, first row, CPU of each part.

The table is made as the engine makes it (datagen, five columns, about 120 bytes of JSON a row), so
the source is not free: it takes part in the CPU of the engine.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass

from gateway.engine.launch import Options
from tests.bench import drivers
from tests.bench.serving import Serving, children_cpu_s, cpu_s, serving

ROWS = int(os.environ.get("ROWS", "2000000"))
QUERY = "SELECT * FROM wide_rows"
_LIMIT_S = 300


def table(rows: int) -> str:
    return f"""CREATE TEMPORARY TABLE wide_rows (a BIGINT, b INT, c STRING, d DECIMAL(10, 2),
 e TIMESTAMP(3)) WITH ('connector' = 'datagen', 'number-of-rows' = '{rows}',
 'rows-per-second' = '100000000', 'fields.c.length' = '20')"""


@dataclass(frozen=True, slots=True)
class Figures:
    rows: int
    first_ms: float
    rate: float  # rows per second after the first
    server_s: float  # CPU seconds per million rows
    engine_s: float
    client_s: float


async def measure(server: Serving, line: list[str]) -> Figures:
    assert server.engine_pid is not None
    before = cpu_s(server.pid), cpu_s(server.engine_pid), children_cpu_s()
    rows, first, passed = (await drivers.run(line, _LIMIT_S))[-1]
    after = cpu_s(server.pid), cpu_s(server.engine_pid), children_cpu_s()
    used = [(now - then) / rows * 1e6 for now, then in zip(after, before, strict=True)]
    return Figures(int(rows), first, rows / (passed - first) * 1e3, *used)


async def main() -> None:
    options = Options(heap_mb=1536)
    async with serving(drivers.VERSION, engine=options) as server:
        warm = drivers.python("asyncpg", server, QUERY, [table(50_000)], 2)
        await measure(server, warm)
        before = [table(ROWS)]
        lines = {
            "Flink's own JDBC": drivers.flink_jdbc(server, QUERY, before, 1),
            "psql, COPY": drivers.python("copy", server, QUERY, before, 1),
            "asyncpg": drivers.python("asyncpg", server, QUERY, before, 1),
            "psycopg": drivers.python("psycopg", server, QUERY, before, 1),
            "pgjdbc": drivers.pgjdbc(server, QUERY, before, 1),
            "Flink's own JDBC (again)": drivers.flink_jdbc(server, QUERY, before, 1),
        }
        print(f"{ROWS} rows of 5 columns, Flink {drivers.VERSION}; CPU in s per 1 M rows")
        heads = ("rows/s", "ratio", "first ms", "server", "engine", "client")
        print("{:25} {:>8} {:>6} {:>9} {:>7} {:>7} {:>7}".format("", *heads))
        base: Figures | None = None
        for name, line in lines.items():
            found = await measure(server, line)
            base = base or found
            print(
                f"{name:25} {found.rate:8.0f} {found.rate / base.rate:6.2f} {found.first_ms:9.0f} "
                f"{found.server_s:7.1f} {found.engine_s:7.1f} {found.client_s:7.1f}",
                flush=True,
            )


if __name__ == "__main__":
    asyncio.run(main())
