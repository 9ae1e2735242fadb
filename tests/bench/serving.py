"""A server in a process of its own over an engine of a given version, and what processes cost."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from gateway import logs
from gateway.engine.launch import Options
from gateway.engine.local import LocalProvider
from gateway.engine.provider import Endpoint
from protocol.errors import Notice

_START_S = 90
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

SMALL = """CREATE TEMPORARY TABLE small (id INT, word STRING) WITH ('connector' = 'datagen',
 'number-of-rows' = '3', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1',
 'fields.id.end' = '3', 'fields.word.length' = '10')"""
ENDLESS = """CREATE TEMPORARY TABLE endless (id INT, word STRING) WITH ('connector' = 'datagen',
 'rows-per-second' = '50000', 'fields.word.length' = '100')"""


@dataclass(frozen=True, slots=True)
class Serving:
    port: int
    pid: int  # of the server
    socket: Path  # folder of its Postgres
    endpoint: Endpoint | None
    engine_pid: int | None

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            host="127.0.0.1", port=self.port, user="xuanwu", database="xuanwu", timeout=60
        )


NOBODY = "http://127.0.0.1:9"  # the port of discard: no engine


def quiet(notice: Notice) -> None:
    """Nobody reads notices here."""


@asynccontextmanager
async def serving(
    version: str | None = "2.2", *options: str, engine: Options | None = None
) -> AsyncIterator[Serving]:
    """A warm server; `version` None: without an engine. All of it is gone afterwards."""
    logs.configure("error")
    with tempfile.TemporaryDirectory(prefix="xw") as folder:
        root = Path(folder)
        provider = LocalProvider(root, options=engine or Options())
        try:
            endpoint = None
            line = ["--data", str(root / "server"), "--engine", "static", *options]
            if version is not None:
                endpoint = await provider.ensure(version, quiet)
                await provider.warmed(version)
                urls = f"{endpoint.gateway_url},{endpoint.jobmanager_url}"
                line += ["--flink", f"{version}={urls}", "--flink-version", version]
            else:
                line += ["--flink", f"2.2={NOBODY},{NOBODY}"]
            async with served(*line) as (process, port):
                pid = None if version is None else engine_pid(root, version)
                socket = (root / "server" / "run").resolve()
                yield Serving(port, process.pid, socket, endpoint, pid)
        finally:
            await provider.stop()
            await provider.close()


@asynccontextmanager
async def served(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """`xuanwu serve` on a free port."""
    line = [sys.executable, "-m", "gateway", "serve", "--listen", "127.0.0.1:0", *options]
    process = await asyncio.create_subprocess_exec(*line, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    said = ""
    try:
        async with asyncio.timeout(_START_S):
            while not (found := re.search(r"listening on .*:(\d+)", said)):
                line_ = await process.stderr.readline()
                if not line_:
                    raise RuntimeError(f"the server ended:\n{said}")
                said += line_.decode()
        draining = asyncio.create_task(process.stderr.read(), name="words of the server")
        yield process, int(found[1])
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
    await draining


def engine_pid(data: Path, version: str) -> int:
    state = json.loads((data / "engines" / version / "state.json").read_text())
    return int(state["pid"])


def cpu_s(pid: int) -> float:
    """Processor time that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def children_cpu_s() -> float:
    """Processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
