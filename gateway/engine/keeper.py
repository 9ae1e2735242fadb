"""The care of one local engine while start.lock is held: attach to it, else start it, or stop it.

written down and alive? ──no──▶ clear ─▶ start ─▶ wait for SQL Gateway + slots ─▶ Attached
    │ yes                         ▲        └─ died for a taken port: again, with other ports
    ▼                             │
answers? ──no, for a minute───────┤
    │ yes                         │
    ▼                             │
started otherwise? ─yes, no jobs──┘
    │ no (or it runs jobs)
    ▼
 Attached
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import structlog

from gateway.engine import jvm, process
from gateway.engine.flights import Notify
from gateway.engine.jvm import State
from gateway.engine.launch import Home
from gateway.engine.probe import Probe
from gateway.engine.process import Identity
from gateway.engine.provider import Endpoint
from gateway.engine.recipe import Recipe
from gateway.engine.versions import FlinkVersion
from protocol.errors import SYSTEM_ERROR, Notice, SqlError

log = structlog.get_logger(__name__)

_POLL_S = 0.1
_STARTS = 3  # a port may be taken between choosing and binding
_PORT_TAKEN = ("BindException", "Address already in use")
_LOG_CHARS = 4000  # of the engine's log, in ours


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of waiting, in seconds."""

    up: float = 120.0  # from spawn to slots; 2 to 5 on a quiet machine
    silence: float = 60.0  # how long a live process may not answer before it counts as hung

    @property
    def lock(self) -> float:
        """The longest that another server may rightly be busy with an engine."""
        return self.silence + _STARTS * self.up + 60.0


@dataclass(slots=True)
class Attached:
    """An engine in use. Its owner keeps `answered` up to date."""

    endpoint: Endpoint
    identity: Identity
    answered: float  # monotonic time of the last good answer
    fresh: bool  # just started: nothing of the planner is loaded yet


class Keeper:
    def __init__(
        self, home: Home, recipe: Recipe, probe: Probe, limits: Limits, tell: Notify
    ) -> None:
        self._home = home
        self._recipe = recipe
        self._probe = probe
        self._limits = limits
        self._tell = tell
        self._version = recipe.version.minor

    async def bring_up(self) -> Attached:
        """Raises SqlError 58000 when no engine comes up."""
        return await self._attach() or await self._start()

    async def _attach(self) -> Attached | None:
        """The engine that is there already; None after clearing away what is not usable."""
        state = jvm.load(self._home)
        if state is not None and not process.alive(state.identity):
            self._report("engine has died")
        elif state is not None:
            endpoint = endpoint_of(self._recipe.version, state)
            if not await self._up(state, endpoint, self._limits.silence):
                self._report("engine does not answer")
            elif not await self._replaceable(state, endpoint):
                log.info("engine found", version=self._version, pid=state.pid)
                return Attached(endpoint, state.identity, time.monotonic(), fresh=False)
        await clear(self._home, self._version)
        return None

    async def _replaceable(self, state: State, endpoint: Endpoint) -> bool:
        """Was it started otherwise than one would be now? Jobs outrank settings, though: an
        engine that runs any (or does not say) is kept."""
        if state.recipe == self._recipe.digest(self._home):
            return False
        vitals = await self._probe.vitals(endpoint.jobmanager_url)
        if vitals is not None and vitals.jobs_running == 0:
            return True
        self._tell(
            Notice(
                f"the engine of Flink {self._version} runs with earlier settings",
                severity="WARNING",
                detail="It is kept because jobs run in it.",
                hint="Stop the engine when its jobs may end; the next statement starts it anew.",
            )
        )
        return False

    async def _start(self) -> Attached:
        self._tell(Notice(f"starting Flink {self._recipe.distribution.release}"))
        for _ in range(_STARTS):
            began = time.monotonic()
            state = jvm.start(self._home, self._recipe)
            endpoint = endpoint_of(self._recipe.version, state)
            if await self._up(state, endpoint, self._limits.up):
                took = round(time.monotonic() - began, 1)
                log.info("engine started", version=self._version, pid=state.pid, seconds=took)
                return Attached(endpoint, state.identity, time.monotonic(), fresh=True)
            tail, words = self._report("engine did not start"), jvm.last_words(self._home)
            await clear(self._home, self._version)
            if not any(mark in tail for mark in _PORT_TAKEN):
                break
        raise SqlError(
            SYSTEM_ERROR,
            f"Flink {self._version} did not start",
            detail=words,
            hint="The server's log has the end of the engine's log.",
        )

    async def _up(self, state: State, endpoint: Endpoint, limit_s: float) -> bool:
        """Wait until it answers; false if it dies, is another release, or stays silent."""
        deadline = time.monotonic() + limit_s
        while process.alive(state.identity) and time.monotonic() < deadline:
            if await answers(self._probe, endpoint):
                return True
            await asyncio.sleep(_POLL_S)
        return False

    def _report(self, event: str) -> str:
        tail = jvm.tail(self._home)
        log.warning(event, version=self._version, tail=tail[-_LOG_CHARS:])
        return tail


async def answers(probe: Probe, endpoint: Endpoint) -> bool:
    """Do both interfaces report the release, and has the cluster slots?"""
    release, vitals = await asyncio.gather(
        probe.gateway_release(endpoint.gateway_url), probe.vitals(endpoint.jobmanager_url)
    )
    if vitals is None or not release == vitals.release == endpoint.release:
        return False
    return vitals.slots_total > 0


async def clear(home: Home, version: str) -> None:
    """End the engine that is there, if any. Raises SqlError 58000 if it cannot be ended."""
    if not await jvm.stop(home):
        raise SqlError(SYSTEM_ERROR, f"the engine of Flink {version} cannot be stopped")


def endpoint_of(spec: FlinkVersion, state: State) -> Endpoint:
    return Endpoint(
        spec.minor,
        state.release,
        f"http://127.0.0.1:{state.gateway_port}",
        f"http://127.0.0.1:{state.jobmanager_port}",
        spec.api,
    )
