"""Command lines that read a query through one driver and print `rows first_ms all_ms` per run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from gateway.engine.versions import Coordinates
from tests.bench.serving import Serving
from tests.clients import javac

# The driver of 2.3 is the only one that its repository has; it speaks to an engine of 2.3.
FLINK = (
    Coordinates.parse("org.apache.flink:flink-sql-jdbc-driver-bundle:2.3.0"),
    Coordinates.parse("org.slf4j:slf4j-api:1.7.36"),
)
VERSION = "2.3"
_SOURCE = Path(__file__).parent / "java" / "Rows.java"
_BATCH = "SET 'execution.runtime-mode' = 'batch'"


def flink_jdbc(server: Serving, query: str, before: Sequence[str], runs: int) -> list[str]:
    """Flink's own driver, straight to the SQL Gateway."""
    assert server.endpoint is not None
    jars = [javac.jar(each) for each in FLINK]
    where = urlsplit(server.endpoint.gateway_url).netloc
    arguments = [f"jdbc:flink://{where}", "-", "0", str(runs), query, _BATCH, *before]
    return _java(jars, arguments)


def pgjdbc(server: Serving, query: str, before: Sequence[str], runs: int) -> list[str]:
    """pgjdbc with a cursor, so that it need not hold all rows."""
    url = f"jdbc:postgresql://127.0.0.1:{server.port}/xuanwu"
    return _java([javac.jar(javac.PGJDBC)], [url, "xuanwu", "5000", str(runs), query, *before])


def python(driver: str, server: Serving, query: str, before: Sequence[str], runs: int) -> list[str]:
    """`driver` is one of tests.bench.reader."""
    line = [sys.executable, "-m", "tests.bench.reader", driver, str(server.port), str(runs)]
    return [*line, query, *before]


async def run(line: Sequence[str], limit_s: float) -> list[tuple[float, float, float]]:
    """What the command line printed: rows, ms to the first, ms to the end, for each run.

    Raises RuntimeError with its last words if it failed, TimeoutError after the limit.
    """
    process = await asyncio.create_subprocess_exec(
        *line, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(limit_s):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(err.decode()[-2000:])
    found = [[float(word) for word in text.split()] for text in out.decode().splitlines()]
    return [(rows, first, end) for rows, first, end in found]


def _java(jars: list[Path], arguments: Sequence[str]) -> list[str]:
    classes = javac.compiled(_SOURCE, [])
    return javac.command("Rows", [classes, *jars], *arguments, heap_mb=512)
