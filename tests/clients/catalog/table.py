"""Prints the table of clients in the README: `python -m tests.clients.catalog.table`.

What a row says: how many of its questions about the catalog are answered as by Postgres; how many
of its statements over tables go to Flink (the rest is refused); what is there, but not the same.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from tests.clients.catalog.drivers import DRIVERS, Driver
from tests.clients.catalog.playing import FLINK, REFUSED, routes
from tests.clients.catalog.recorded import everything
from tests.clients.catalog.runs import Runs
from tests.clients.catalog.world import opened

HEADER = (
    "| client | how | catalog as by Postgres | tables sent to Flink | degraded | refused |\n"
    "| --- | --- | --- | --- | --- | --- |"
)
_NONE = "–"
# By the name of their file of recorded messages, and of the drivers that are run.
CLIENTS = {
    "psql": "psql 16",
    "pgjdbc": "pgjdbc",
    "psqlodbc": "psqlodbc",
    "python": "psycopg, asyncpg",
    "sqlalchemy": "SQLAlchemy",
    "node-postgres": "node-postgres",
    "pgx": "pgx",
    "dbeaver": "DBeaver",
    "pgadmin": "pgAdmin 4",
    "metabase": "Metabase",
    "grafana": "Grafana",
    "superset": "Superset",
    "powerbi": "Power BI, Npgsql",
    "tableau": "Tableau",
    "dbt": "dbt",
    "adbc": "ADBC",
}


@dataclass(slots=True)
class Tally:
    same: int = 0
    of: int = 0

    def add(self, same: int, of: int) -> None:
        self.same += same
        self.of += of

    def __str__(self) -> str:
        return f"{self.same} of {self.of}" if self.of else _NONE


async def row(client: str, runs: Runs) -> str | None:
    """A line of the table; None if the client cannot be run here."""
    drivers = drivers_of(client)
    if any(driver.absent() for driver in drivers):
        return None
    catalog = Tally()
    catalog.add(*await runs.counted(client, "xuanwu"))
    for driver in drivers:
        oracle, ours = await runs.driver(driver)
        catalog.add(sum(ours.get(call) == oracle[call] for call in oracle), len(oracle))
    tables, degraded, refused = _over_tables(client, runs)
    how = "run" if drivers else "replayed"
    cells = [CLIENTS[client], how, str(catalog), str(tables), degraded, refused]
    return f"| {' | '.join(cells)} |"


def drivers_of(client: str) -> list[Driver]:
    return [one for one in DRIVERS if one.name.split(",")[0].lower() == client]


def _over_tables(client: str, runs: Runs) -> tuple[Tally, str, str]:
    tally, refused = Tally(), []
    messages = [one for one in everything() if one.tool == client]
    for one in messages:
        if one.subject != "catalog":
            to = routes(one, runs.world.oids)
            tally.add(REFUSED not in to and FLINK in to, 1)
            refused += [one.name] if REFUSED in to else []
    degraded = {one.degraded: None for one in messages if one.degraded}
    return tally, "; ".join(degraded) or _NONE, "; ".join(refused) or _NONE


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="xuanwu-table-") as folder:
        async with opened(Path(folder)) as world:
            runs = Runs(world)
            print(HEADER)
            for client in CLIENTS:
                if (line := await row(client, runs)) is not None:
                    print(line)


if __name__ == "__main__":
    asyncio.run(main())
