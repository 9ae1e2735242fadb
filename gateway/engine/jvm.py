"""One engine's folder and JVM: found again, started, stopped. No sharing, no notices, no HTTP.

    DATA/engines/2.2/ conf/ log/ tmp/ checkpoints/ savepoints/
                      state.json   what was started, written by the server
                      alive.lock   locked by the JVM for its life, holds its pid
                      start.lock   locked by the server that looks after it

The JVM is detached and outlives the server. `state.json` says where it answers; `alive.lock` proves
that it lives even if a server died between starting it and writing the state. Every function here
but `load` is called by the holder of start.lock.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.engine import launch, process
from gateway.engine.launch import Home, Ports
from gateway.engine.locks import locked_by_jvm
from gateway.engine.process import Identity
from gateway.engine.recipe import Recipe
from protocol.errors import SYSTEM_ERROR, SqlError

# The launcher gives the cluster 8 s to close; HotSpot's own exit takes little more.
_TERM_S = 15.0
_KILL_S = 10.0
_POLL_S = 0.05
_TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class State:
    """What is written down about a started engine."""

    pid: int
    started: str  # start time of that pid (Identity.started)
    release: str
    gateway_port: int
    jobmanager_port: int
    recipe: str  # digest of all that it was started with, but the ports

    @property
    def identity(self) -> Identity:
        return Identity(self.pid, self.started)


def load(home: Home) -> State | None:
    """What is written down; None if nothing readable is."""
    try:
        return State(**json.loads(home.state.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def save(home: Home, state: State) -> None:
    scratch = home.state.with_suffix(".new")
    scratch.write_text(json.dumps(asdict(state), indent=2) + "\n", "utf-8")
    scratch.replace(home.state)


def start(home: Home, recipe: Recipe) -> State:
    """Start the JVM on free ports and write it down. Raises SqlError 58000, 22023."""
    ports = free_ports()
    _lay_out(home, recipe, ports)
    line = launch.command(recipe.java, home, recipe.distribution, recipe.kit, recipe.options)
    environ = launch.environment(home, recipe.distribution, os.environ)
    try:
        identity = process.spawn(line, environ, home.output, home.root)
    except OSError as error:
        raise SqlError(SYSTEM_ERROR, f"could not run {line[0]}", detail=str(error)) from error
    if identity is None:
        raise SqlError(
            SYSTEM_ERROR, f"Flink {recipe.version.minor} did not start", detail=last_words(home)
        )
    state = State(
        identity.pid,
        identity.started,
        recipe.distribution.release,
        ports.gateway,
        ports.jobmanager,
        recipe.digest(home),
    )
    save(home, state)
    return state


async def stop(home: Home) -> bool:
    """End the engine's JVM, whoever started it, written down or not; false if it cannot be ended.

    Raises SqlError 58000 if the lock is held by a process that is not to be seen from here.
    """
    state = load(home)
    if state is not None and not await process.end(state.identity, _TERM_S, _KILL_S):
        return False
    if not await _let_go(home):
        return False
    home.state.unlink(missing_ok=True)
    shutil.rmtree(home.tmp, ignore_errors=True)
    return True


def free_ports() -> Ports:
    """Two different loopback ports that nobody has now; one may be lost before the JVM binds it."""
    with ExitStack() as stack:
        found: list[int] = []
        for _ in range(2):
            listener = stack.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            found.append(listener.getsockname()[1])
    return Ports(*found)


def tail(home: Home) -> str:
    """The end of what this run of the engine logged and printed."""
    out, log = _end_of(home.output), ""
    # The log belongs to an earlier run if this one did not get as far as opening it.
    if home.log.exists() and home.log.stat().st_mtime >= _born(home):
        log = _end_of(home.log)
    return log + out


def last_words(home: Home) -> str | None:
    """The one line that says most about why an engine ended: its last cause, else last error."""
    lines = [line.strip() for line in tail(home).splitlines() if line.strip()]
    for mark in ("Caused by: ", " ERROR ", "Error", "did not start"):
        marked = [line for line in lines if mark in line]
        if marked:
            return marked[-1]
    return lines[-1] if lines else None


def _lay_out(home: Home, recipe: Recipe, ports: Ports) -> None:
    shutil.rmtree(home.tmp, ignore_errors=True)
    for folder in (home.conf, home.tmp, home.logs, home.checkpoints, home.savepoints):
        folder.mkdir(parents=True, exist_ok=True)
    home.root.chmod(0o700)  # options may hold credentials, checkpoints the users' rows
    values = launch.settings(home, ports, recipe.options)
    text = launch.config_text(recipe.version, values)
    (home.conf / recipe.version.config_file).write_text(text, "utf-8")
    (home.conf / "log4j2.properties").write_text(launch.log4j_text(), "utf-8")
    if home.output.exists():
        home.output.replace(home.output.with_suffix(".out.1"))


async def _let_go(home: Home) -> bool:
    """See that alive.lock is free: end its holder, and wait for what the kernel still clears up
    (a killed process counts as dead before all of its threads, and with them the lock, are)."""
    deadline = time.monotonic() + _KILL_S
    while locked_by_jvm(home.alive):
        holder = _holder(home)
        if holder is not None and not await process.end(holder, _TERM_S, _KILL_S):
            return False
        if holder is None and time.monotonic() > deadline:
            raise SqlError(
                SYSTEM_ERROR,
                "another process holds the engine's data directory",
                detail=f'"{home.alive.name}" is locked, but its holder is not seen from here.',
                hint="Give each machine or container a data directory of its own.",
            )
        await asyncio.sleep(_POLL_S)
    return True


def _holder(home: Home) -> Identity | None:
    """The process that wrote its pid into alive.lock, if it is to be seen from here.

    The pid may be another container's, and then mean an innocent process here: only one that was
    started with this very lock file counts.
    """
    text = home.alive.read_text("ascii").strip()
    if not text.isdigit() or str(home.alive) not in process.command_line(int(text)):
        return None
    return process.identify(int(text))


def _born(home: Home) -> float:
    """When this run began: its output file is made then. Whole seconds, as some systems keep."""
    return float(int(home.conf.joinpath("log4j2.properties").stat().st_mtime))


def _end_of(path: Path) -> str:
    try:
        with path.open("rb") as source:
            source.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            return source.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
