"""Local engines with real Flink."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from gateway.engine import jvm, process
from gateway.engine.keeper import Attached
from gateway.engine.launch import Home, Options
from gateway.engine.local import LocalProvider
from gateway.engine.probe import Probe
from gateway.engine.provider import Endpoint
from gateway.engine.static import Given, StaticProvider
from protocol.errors import CONNECTION_FAILURE, SqlError
from tests.fixtures.flink import ignore
from tests.gateway.engine.fakes import until_gone

pytestmark = [pytest.mark.flink, pytest.mark.timeout(600)]

VERSIONS = ["1.16", "1.20", "2.2"]
SMALL = Options(slots=4, heap_mb=384, network_mb=64)


async def select_1(endpoint: Endpoint) -> str | None:
    """None when `SELECT 1` ran to its end."""
    probe = Probe()
    try:
        return await probe.warm(endpoint.gateway_url, endpoint.api, 90)
    finally:
        await probe.close()


async def overview(endpoint: Endpoint) -> dict[str, object]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{endpoint.jobmanager_url}/overview") as response,
    ):
        answer: dict[str, object] = await response.json()
        return answer


async def test_three_versions_at_once(engines: LocalProvider) -> None:
    endpoints = await asyncio.gather(*(engines.ensure(v, ignore) for v in VERSIONS))
    assert [e.version for e in endpoints] == VERSIONS
    assert [e.release.startswith(f"{e.version}.") for e in endpoints] == [True] * 3
    assert await asyncio.gather(*map(select_1, endpoints)) == [None] * 3
    assert [(await overview(e))["slots-total"] for e in endpoints] == [32] * 3


async def test_warm_up_leaves_no_job(engines: LocalProvider) -> None:
    endpoint = await engines.ensure("2.2", ignore)
    await engines.warmed("2.2")
    assert await select_1(endpoint) is None
    assert (await overview(endpoint))["jobs-running"] == 0


async def test_log_is_served_by_the_jobmanager(engines: LocalProvider) -> None:
    endpoint = await engines.ensure("2.2", ignore)
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{endpoint.jobmanager_url}/jobmanager/log") as response,
    ):
        assert response.status == 200
        assert "INFO" in await response.text()


def listening_addresses(pid: int) -> list[str]:
    """Addresses of the process's listening TCP sockets, as /proc/PID/net writes them (hex)."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(os.readlink(link))
        except FileNotFoundError:
            continue
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.append(fields[1].split(":")[0])
    return found


async def test_only_loopback_listens(engines: LocalProvider) -> None:
    await engines.ensure("2.2", ignore)
    pid = attached(engines, "2.2").identity.pid
    listening = listening_addresses(pid)
    loopback = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
    assert len(listening) >= 2
    assert set(listening) <= loopback


async def test_life_of_an_engine(tmp_path: Path) -> None:
    """Two servers start one; found again; killed and replaced; stopped without a trace."""
    one, two = LocalProvider(tmp_path, options=SMALL), LocalProvider(tmp_path, options=SMALL)
    try:
        endpoint, other = await asyncio.gather(one.ensure("2.2", ignore), two.ensure("2.2", ignore))
        assert endpoint == other
        first = attached(one, "2.2").identity
        assert attached(two, "2.2").identity == first
        await two.close()

        third = LocalProvider(tmp_path, options=SMALL)
        assert await third.ensure("2.2", ignore) == endpoint
        await third.close()

        os.kill(first.pid, signal.SIGKILL)
        await until_gone(first)
        assert not await one.check(endpoint)
        again = await one.ensure("2.2", ignore)
        second = attached(one, "2.2").identity
        assert second != first
        assert await select_1(again) is None

        await one.stop()
        assert not process.alive(second)
        home = Home(tmp_path / "engines" / "2.2")
        assert jvm.load(home) is None
        assert not home.tmp.exists()
    finally:
        await one.stop()
        await one.close()


async def test_two_processes_start_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway", "engine", "start", "2.2"]
    servers = [
        await asyncio.create_subprocess_exec(
            *command,
            "--data",
            str(tmp_path),
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(2)
    ]
    cleaner = LocalProvider(tmp_path)
    try:
        outputs = await asyncio.gather(*(server.communicate() for server in servers))
        assert [server.returncode for server in servers] == [0, 0]
        lines = [line for out, _ in outputs for line in out.decode().splitlines()]
        endpoints = [line for line in lines if line.startswith("Flink 2.2.")]
        assert len(endpoints) == 2 and len(set(endpoints)) == 1
        assert sum("starting Flink" in line for line in lines) == 1
    finally:
        await cleaner.stop()
        await cleaner.close()


async def test_static_provider_checks_what_it_is_given(engines: LocalProvider) -> None:
    local = await engines.ensure("2.2", ignore)
    given = Given(local.gateway_url, local.jobmanager_url)
    right, wrong = StaticProvider({"2.2": given}), StaticProvider({"2.1": given})
    try:
        assert await right.ensure("2.2", ignore) == local
        assert await right.check(local)
        with pytest.raises(SqlError, match=r"is Flink 2\.2\.\d+, not 2\.1") as caught:
            await wrong.ensure("2.1", ignore)
        assert caught.value.sqlstate == CONNECTION_FAILURE
    finally:
        await right.close()
        await wrong.close()


def attached(provider: LocalProvider, version: str) -> Attached:
    return provider._attached[version]
