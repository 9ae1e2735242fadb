"""The life of a local engine, with a stand-in for the JVM (and so in seconds, without Flink)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.engine import process
from gateway.engine.jvm import State, save
from protocol.errors import INVALID_PARAMETER_VALUE, SYSTEM_ERROR, Notice, SqlError
from tests.fixtures.flink import ignore
from tests.gateway.engine.fakes import home, provider, starts, state, until_gone

ROOT = Path(__file__).parents[3]


@pytest_asyncio.fixture
async def data(tmp_path: Path) -> AsyncIterator[Path]:
    """A data directory; whatever runs in it is gone afterwards."""
    yield tmp_path
    cleaner = provider(tmp_path)
    await cleaner.stop()
    await cleaner.close()


async def test_unknown_version_lists_the_known(data: Path) -> None:
    server = provider(data)
    with pytest.raises(SqlError) as caught:
        await server.ensure("1.15", ignore)
    assert caught.value.sqlstate == INVALID_PARAMETER_VALUE
    assert "1.16, " in (caught.value.hint or "")
    await server.close()


async def test_starts_and_tells(data: Path) -> None:
    server = provider(data)
    notices: list[Notice] = []
    endpoint = await server.ensure("2.2", notices.append)
    assert (endpoint.version, endpoint.release, endpoint.api) == ("2.2", "2.2.1", "v2")
    assert [n.message for n in notices] == ["preparing", "starting Flink 2.2.1"]
    assert await server.check(endpoint)
    await server.close()


async def test_engine_outlives_its_server_and_is_found_again(data: Path) -> None:
    first = provider(data)
    assert not await first.runs("2.2")
    endpoint = await first.ensure("2.2", ignore)
    assert await first.runs("2.2")
    await first.close()
    second = provider(data)
    assert await second.runs("2.2") and not await second.runs("1.20")
    notices: list[Notice] = []
    assert await second.ensure("2.2", notices.append) == endpoint
    assert [n.message for n in notices] == ["preparing"]
    assert starts(data) == 1
    await second.close()


async def test_concurrent_ensures_start_one(data: Path) -> None:
    one, two = provider(data), provider(data)
    found = await asyncio.gather(*(p.ensure("2.2", ignore) for p in (one, one, two, two, one)))
    assert len(set(found)) == 1
    assert starts(data) == 1
    await one.close()
    await two.close()


async def test_two_processes_start_one(data: Path) -> None:
    provider(data)  # lays the stand-in for java
    servers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.gateway.engine.fakes",
            str(data),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    outputs = await asyncio.gather(*(server.communicate() for server in servers))
    urls = {line for out, _ in outputs for line in out.decode().splitlines() if "http" in line}
    assert [server.returncode for server in servers] == [0, 0, 0]
    assert len(urls) == 1
    assert starts(data) == 1


async def test_a_killed_engine_is_replaced(data: Path) -> None:
    server = provider(data)
    endpoint = await server.ensure("2.2", ignore)
    os.kill(state(data).pid, signal.SIGKILL)
    await until_gone(state(data).identity)
    assert not await server.check(endpoint)
    again = await server.ensure("2.2", ignore)
    assert again != endpoint
    assert await server.check(again)
    assert starts(data) == 2
    await server.close()


async def test_a_hung_engine_is_replaced(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.engine.jvm._TERM_S", 0.3)
    monkeypatch.setattr("gateway.engine.probe._CALL_S", 0.5)
    first = provider(data)
    await first.ensure("2.2", ignore)
    await first.close()
    hung = state(data)
    os.kill(hung.pid, signal.SIGSTOP)
    server = provider(data)
    await server.ensure("2.2", ignore)
    assert state(data).pid != hung.pid
    assert not process.alive(hung.identity)
    await server.close()


async def test_an_engine_whose_start_was_not_written_down_is_cleared_away(data: Path) -> None:
    first = provider(data)
    await first.ensure("2.2", ignore)
    await first.close()
    orphan = state(data)
    home(data).state.unlink()
    server = provider(data)
    await server.ensure("2.2", ignore)
    assert not process.alive(orphan.identity)
    assert process.alive(state(data).identity)
    await server.close()


async def test_a_lock_held_from_elsewhere_is_an_error_and_kills_nobody(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when two containers share a volume: the pid in the lock file means another process."""
    monkeypatch.setattr("gateway.engine.jvm._KILL_S", 0.3)
    home(data).root.mkdir(parents=True)
    script = (
        "import fcntl,os,sys,time\nf=open('alive.lock','w')\nfcntl.lockf(f,fcntl.LOCK_EX)\n"
        "f.write(str(os.getpid()))\nf.flush()\nprint('held',flush=True)\ntime.sleep(60)\n"
    )
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=home(data).root, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    server = provider(data)
    try:
        with pytest.raises(SqlError, match="another process holds the engine's data directory"):
            await server.ensure("2.2", ignore)
        assert holder.returncode is None
    finally:
        holder.kill()
        await holder.communicate()
        await server.close()


async def test_a_reused_pid_is_not_taken_for_the_engine(data: Path) -> None:
    """The state names a live process (this one) that is not what was started."""
    home(data).root.mkdir(parents=True)
    save(home(data), State(os.getpid(), "another time", "2.2.1", 1, 2, "recipe"))
    server = provider(data)
    endpoint = await server.ensure("2.2", ignore)
    assert await server.check(endpoint)
    await server.close()


async def test_failure_to_start_carries_the_last_cause(data: Path) -> None:
    server = provider(data, "dies")
    with pytest.raises(SqlError) as caught:
        await server.ensure("2.2", ignore)
    assert caught.value.sqlstate == SYSTEM_ERROR
    assert caught.value.detail == "Caused by: java.lang.Nonsense: no such thing"
    assert starts(data) == 1
    assert not home(data).state.exists()
    await server.close()


async def test_a_lost_port_is_tried_again(data: Path) -> None:
    server = provider(data, "port-once")
    await server.ensure("2.2", ignore)
    assert starts(data) == 2
    await server.close()


async def test_another_release_on_the_ports_is_not_accepted(data: Path) -> None:
    first = provider(data)
    await first.ensure("2.2", ignore)
    await first.close()
    wrong = state(data)
    save(home(data), State(wrong.pid, wrong.started, "2.2.0", 1, 2, wrong.recipe))
    server = provider(data)
    endpoint = await server.ensure("2.2", ignore)
    assert endpoint.release == "2.2.1"
    assert starts(data) == 2
    await server.close()


@pytest.mark.parametrize(("mode", "replaced"), [("well", True), ("jobs", False)])
async def test_changed_settings_replace_only_an_idle_engine(
    data: Path, mode: str, replaced: bool
) -> None:
    first = provider(data, mode)
    await first.ensure("2.2", ignore)
    await first.close()
    server = provider(data, mode, slots=8)
    notices: list[Notice] = []
    await server.ensure("2.2", notices.append)
    assert starts(data) == (2 if replaced else 1)
    assert ("WARNING" in [n.severity for n in notices]) is not replaced
    await server.close()


async def test_stop_leaves_nothing(data: Path) -> None:
    server = provider(data)
    endpoint = await server.ensure("2.2", ignore)
    stopped = state(data)
    await server.stop()
    assert not process.alive(stopped.identity)
    assert not home(data).state.exists()
    assert not home(data).tmp.exists()
    assert not await server.check(endpoint)
    await server.close()


async def test_stop_ends_what_ignores_the_polite_signal(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.engine.jvm._TERM_S", 0.3)
    server = provider(data, "stubborn")
    await server.ensure("2.2", ignore)
    stopped = state(data)
    await server.stop(["2.2"])
    assert not process.alive(stopped.identity)
    await server.close()


async def test_a_caller_that_gives_up_does_not_stop_the_others(data: Path) -> None:
    server = provider(data)
    impatient = asyncio.create_task(server.ensure("2.2", ignore))
    patient = asyncio.create_task(server.ensure("2.2", ignore))
    await asyncio.sleep(0)
    impatient.cancel()
    endpoint = await patient
    assert impatient.cancelled()
    assert await server.check(endpoint)
    await server.close()
