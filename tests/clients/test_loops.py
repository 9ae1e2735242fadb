"""The same answers on both event loops: the fixture's server runs on asyncio's own, `xuanwu serve`
on uvloop. The engines are those of the run, given by their URLs."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvloop

from gateway.engine.local import LocalProvider
from tests.clients.conftest import Connect, opener
from tests.clients.jdbc import Jdbc
from tests.clients.suite import CASES, FAILURES, Case, Failure
from tests.clients.test_suite import check
from tests.fixtures.flink import ignore

pytestmark = [pytest.mark.postgres, pytest.mark.flink]

_START_S = 60
CLIENTS = ("psql", "asyncpg", "pgjdbc")


@pytest.fixture(scope="module")
async def served(
    engines: LocalProvider, jdbc: Jdbc, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Connect]:
    """Clients of a server in a process of its own."""
    endpoint = await engines.ensure(engines.default_version, ignore)
    flink = f"{endpoint.version}={endpoint.gateway_url},{endpoint.jobmanager_url}"
    folder = tmp_path_factory.mktemp("served")
    process = await _serve(folder, "--engine", "static", "--flink", flink)
    try:
        async with AsyncExitStack() as stack:
            yield opener(stack, await _port(process), jdbc)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0


async def _serve(folder: Path, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "serve", "--listen", "127.0.0.1:0",
        "--data", str(folder), *options,
        stderr=asyncio.subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stderr is not None
    said = ""
    async with asyncio.timeout(_START_S):
        while line := (await process.stderr.readline()).decode():
            said += line
            if found := re.search(r"listening on .*:(\d+)", line):
                return int(found[1])
    raise AssertionError(f"the server ended:\n{said}")


async def test_this_process_runs_the_other_loop() -> None:
    assert not isinstance(asyncio.get_running_loop(), uvloop.Loop)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("name", CLIENTS)
async def test_case(served: Connect, name: str, case: Case) -> None:
    await check(await served(name), case)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
async def test_failure(served: Connect, failure: Failure) -> None:
    failed = await (await served("asyncpg")).fail(failure.sql)
    assert (failed.sqlstate, failed.position) == (failure.sqlstate, failure.position)
