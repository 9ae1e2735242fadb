"""A small query again and again on a warm engine: first row and end, through every driver."""

from __future__ import annotations

import asyncio
import statistics

from tests.bench import drivers
from tests.bench.serving import SMALL, serving

ROUNDS = 4  # the engine becomes faster all the time: every driver has its turn in each round
RUNS = 16  # of a driver in a round; the first quarter warms it up and does not count
QUERY = "SELECT id, word FROM small"
_LIMIT_S = 180


async def measure(line: list[str]) -> list[tuple[float, float]]:
    """Milliseconds to the first row and to the end, of each run that counts."""
    runs = await drivers.run(line, _LIMIT_S)
    return [(first, end) for _, first, end in runs[len(runs) // 4 :]]


async def main() -> None:
    async with serving(drivers.VERSION) as server:
        lines = {
            "Flink's own JDBC": drivers.flink_jdbc(server, QUERY, [SMALL], RUNS),
            "pgjdbc": drivers.pgjdbc(server, QUERY, [SMALL], RUNS),
            "asyncpg": drivers.python("asyncpg", server, QUERY, [SMALL], RUNS),
            "psycopg": drivers.python("psycopg", server, QUERY, [SMALL], RUNS),
        }
        await measure(lines["pgjdbc"])  # warms the engine for all
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in lines}
        for _ in range(ROUNDS):
            for name, line in lines.items():
                found[name] += await measure(line)
        kept = len(found["pgjdbc"])
        print(f"3 rows, warm, median of {kept}, Flink {drivers.VERSION}, batch mode")
        print(f"{'':25} {'first ms':>9} {'end ms':>8} {'ratio of first rows':>20}")
        base = 0.0
        for name, times in found.items():
            first, end = (statistics.median(column) for column in zip(*times, strict=True))
            base = base or first
            print(f"{name:25} {first:9.0f} {end:8.0f} {first / base:20.2f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
