"""A small query again and again on a warm engine: first row and end, through every driver."""

from __future__ import annotations

import asyncio
import statistics

from tests.bench import drivers
from tests.bench.serving import SMALL, serving

RUNS = 20
QUERY = "SELECT id, word FROM small"
_LIMIT_S = 180


async def medians(line: list[str]) -> tuple[float, float]:
    """Milliseconds to the first row and to the end; the first runs warm up and do not count."""
    runs = await drivers.run(line, _LIMIT_S)
    kept = runs[len(runs) // 4 :]
    return statistics.median(r[1] for r in kept), statistics.median(r[2] for r in kept)


async def main() -> None:
    async with serving(drivers.VERSION) as server:
        await medians(drivers.pgjdbc(server, QUERY, [SMALL], RUNS))  # warms the engine for all
        lines = {
            "Flink's own JDBC": drivers.flink_jdbc(server, QUERY, [SMALL], RUNS),
            "pgjdbc": drivers.pgjdbc(server, QUERY, [SMALL], RUNS),
            "asyncpg": drivers.python("asyncpg", server, QUERY, [SMALL], RUNS),
            "psycopg": drivers.python("psycopg", server, QUERY, [SMALL], RUNS),
            "Flink's own JDBC (again)": drivers.flink_jdbc(server, QUERY, [SMALL], RUNS),
        }
        print(f"3 rows, warm, median of {RUNS - RUNS // 4}, Flink {drivers.VERSION}, batch mode")
        print(f"{'':25} {'first ms':>9} {'end ms':>8} {'ratio of first rows':>20}")
        base = 0.0
        for name, line in lines.items():
            first, end = await medians(line)
            base = base or first
            print(f"{name:25} {first:9.0f} {end:8.0f} {first / base:20.2f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
