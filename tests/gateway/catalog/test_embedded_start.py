"""What the start of the embedded server meets on a busy machine, each brought about on purpose."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.catalog import embedded as module
from gateway.catalog import processes, programs
from gateway.catalog.accounts import Account, account_for
from gateway.catalog.embedded import EmbeddedPostgres
from protocol.errors import SqlError

from .support import until

Completed = subprocess.CompletedProcess[str]


class Watched(EmbeddedPostgres):
    """Counts how often it looks for an answer, and lists the programs that it runs."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.looks = 0
        self.ran: list[str] = []

    def _answers(self) -> bool:
        self.looks += 1
        return super()._answers()

    def _try(self, program: str, *arguments: str) -> Completed:
        self.ran.append(program)
        return super()._try(program, *arguments)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "data")
    yield watched
    watched.stop(force=True)


@pytest.mark.postgres
async def test_a_postmaster_that_dies_slowly(
    server: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, but alive for a while yet: no second one is launched before it is gone."""
    server.start()
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(module, "_PROBE_TIMEOUT_S", 0.05)
    server.ran, server.looks = [], 0
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    await until(lambda: server.looks > 3)
    assert server.ran == [] and not starting.done()
    monkeypatch.undo()
    os.kill(pid, signal.SIGKILL)
    await starting
    assert set(server.ran) == {"pg_ctl"}
    assert server.pid not in (None, pid)


@pytest.mark.postgres
async def test_a_server_that_is_not_ready_is_waited_for(server: Watched) -> None:
    """One that recovers answers the probe like any other, and refuses every session."""
    server.start()
    status = server._cluster / "postmaster.pid"
    ready = status.read_text()
    assert ready.splitlines()[7].strip() == "ready"
    status.write_text(ready.replace("ready   ", "starting"))
    other = Watched(server._root)
    starting = asyncio.create_task(asyncio.to_thread(other.start))
    await until(lambda: other.looks > 3)
    assert not starting.done()
    status.write_text(ready)
    await starting
    assert other.ran == [] and other.pid == server.pid and not other.started


@pytest.mark.postgres
def test_a_directory_that_is_closed_meanwhile(
    server: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our opening it for search and the program's entering it: opened once more."""
    closed: set[str] = set()

    def run(account: Account, program: str, *arguments: str, major: str) -> Completed:
        if program not in closed:
            closed.add(program)
            tmp_path.chmod(0o700)
        return programs.run(account, program, *arguments, major=major)

    monkeypatch.setattr(module, "run", run)
    server.start()
    assert closed == {"initdb", "pg_ctl"} and server.pid is not None


@pytest.mark.postgres
def test_a_failure_tells_what_was_said_now(server: Watched) -> None:
    """By pg_ctl and by Postgres, at once: what an earlier run logged is no cause to try again."""
    server.start()
    server.stop()
    with (server._cluster / "postgresql.conf").open("a") as file:
        file.write("no_such_thing = 1\n")
    with server._log_file.open("a") as file:
        file.write("FATAL:  pre-existing shared memory block is still in use\n")
    server.ran = []
    with pytest.raises(SqlError) as failure:
        server.start()
    assert failure.value.sqlstate == "58000" and failure.value.detail is not None
    assert "pg_ctl: could not start server" in failure.value.detail
    assert 'unrecognized configuration parameter "no_such_thing"' in failure.value.detail
    assert "shared memory" not in failure.value.detail
    assert server.ran == ["pg_ctl"]


@pytest.mark.postgres
def test_a_program_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_TIMEOUT_S", 0.01)
    account = account_for(tmp_path)
    account.reaches(tmp_path)
    account.owns(tmp_path)
    with pytest.raises(SqlError, match=r"initdb did not end within 0\.01 seconds"):
        programs.run(account, "initdb", "-D", str(tmp_path / "data"))


@pytest.mark.parametrize(
    ("said", "past_s", "passes"),
    [
        ("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", 30, True),
        ("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", 61, False),
        ('pg_ctl: could not access directory "/a": Permission denied', 5, True),
        ('pg_ctl: could not access directory "/a": Permission denied', 11, False),
        ("FATAL:  could not load pg_hba.conf", 0, False),
    ],
)
def test_what_passes_by_itself(said: str, past_s: float, passes: bool) -> None:
    assert module._passes(said, past_s) is passes


def test_a_process_that_ends_while_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel answers ESRCH to the read of a /proc file that was opened in time."""

    def ended(*_: object, **__: object) -> str:
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(Path, "read_text", ended)
    assert processes.lines_of(Path("/proc/1/stat")) == []
