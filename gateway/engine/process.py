"""A detached process that outlives its starter, and whether a pid is still that process.

A pid alone proves nothing: it is used again. A process is named by pid and start time together.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.1
_children: set[int] = set()  # spawned here and not yet reaped


@dataclass(frozen=True, slots=True)
class Identity:
    pid: int
    started: str  # opaque: equal for the same process, differs for a later one of the same pid


def identify(pid: int) -> Identity | None:
    """The live process of that pid; None if there is none (a zombie counts as none)."""
    started = _from_proc(pid) if Path("/proc/self/stat").exists() else _from_ps(pid)
    return None if started is None else Identity(pid, started)


def alive(identity: Identity) -> bool:
    _reap(identity.pid)
    return identify(identity.pid) == identity


def spawn(
    command: Sequence[str], environ: Mapping[str, str], output: Path, cwd: Path
) -> Identity | None:
    """Start a process in a session of its own, output appended to a file; None if it died at once.

    Raises OSError when the program cannot be run. The caller need not keep anything: no object
    owns the process, so nothing kills it or warns when the caller goes.
    """
    pid = _fork(command, environ, output, cwd)
    return identify(pid)


async def end(identity: Identity, term_s: float, kill_s: float) -> bool:
    """SIGTERM, wait, SIGKILL, wait; true when the process is gone."""
    for number, limit in ((signal.SIGTERM, term_s), (signal.SIGKILL, kill_s)):
        if not alive(identity):
            return True
        try:
            os.kill(identity.pid, number)
        except ProcessLookupError:
            return True
        if await _gone(identity, limit):
            return True
    return False


def command_line(pid: int) -> str:
    """Program and arguments, for telling processes apart; empty if there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return _ps(pid, "command=") or ""


def resident_bytes(pid: int) -> int | None:
    """Resident memory, where /proc tells it."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _fork(command: Sequence[str], environ: Mapping[str, str], output: Path, cwd: Path) -> int:
    with output.open("ab") as sink:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=cwd,
            start_new_session=True,
        )
    # Popen would warn about, and later reap, a child that is still running when it is collected:
    # this one is meant to. `_reap` does the waiting.
    process.returncode = 0
    _children.add(process.pid)
    return process.pid


async def _gone(identity: Identity, limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while alive(identity):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_POLL_S)
    return True


def _reap(pid: int) -> None:
    """Collect it if it is a dead child of ours. Engines found again are not, and the pid of an
    old one may be that of a child which somebody else waits for."""
    if pid in _children and os.waitpid(pid, os.WNOHANG)[0] == pid:
        _children.discard(pid)


def _from_proc(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat (proc(5)): start in clock ticks since boot; with the boot's id,
    because pids and ticks begin anew with it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat[stat.rindex(")") + 2 :].split()  # the name before it may hold spaces
    return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def _from_ps(pid: int) -> str | None:
    state, _, started = (_ps(pid, "stat=,lstart=") or "Z").partition(" ")
    return None if state.startswith("Z") else started.strip()


def _ps(pid: int, columns: str) -> str | None:
    done = subprocess.run(
        ["ps", "-ww", "-o", columns, "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None
