"""Provider `local`: one detached JVM per Flink version and data directory.

    ensure ─▶ hot? pid + REST ─▶ yes: at once
                 │ no
                 ▼ one task per version, all callers wait for it
       provision ─▶ start.lock ─▶ written down and alive? ─▶ re-attach
                                        │ no
                                        ▼
                                 start, wait for SQL Gateway + slots ─▶ warm up aside

Engines outlive the server: `close` lets go, `stop` really stops. Two servers on one data directory
share an engine; they never start two.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from gateway.engine import java, jvm, kit, process
from gateway.engine.fetch import Cancelled
from gateway.engine.jvm import Recipe, State
from gateway.engine.launch import Home, Options
from gateway.engine.locks import LockTimeout, held_async
from gateway.engine.probe import Probe
from gateway.engine.process import Identity
from gateway.engine.provider import Endpoint
from gateway.engine.provision import Job, cache_root, provision
from gateway.engine.versions import Catalogue, FlinkVersion, catalogue
from protocol.errors import SYSTEM_ERROR, Notice, SqlError

log = structlog.get_logger(__name__)

Notify = Callable[[Notice], None]

_UP_S = 120.0  # from spawn to slots; 5 s on a quiet machine
_SILENCE_S = 60.0  # how long a live process may not answer before it counts as hung
_LOCK_S = _UP_S + _SILENCE_S + 30.0
_FRESH_S = 2.0  # an answer this young needs no new question
_POLL_S = 0.1
_WARM_S = 90.0
_STARTS = 3  # a port may be taken between choosing and binding
_PORT_TAKEN = ("BindException", "Address already in use")


@dataclass(slots=True)
class _Attached:
    endpoint: Endpoint
    identity: Identity
    answered: float  # monotonic


@dataclass(slots=True)
class _Flight:
    """The one attempt to bring a version up, and all who wait for it."""

    listeners: list[Notify] = field(default_factory=list)
    last: Notice | None = None
    task: asyncio.Task[Endpoint] | None = None

    def join(self, notify: Notify) -> None:
        self.listeners.append(notify)
        if self.last is not None:
            notify(self.last)

    def tell(self, notice: Notice) -> None:
        self.last = notice
        for notify in self.listeners:
            notify(notice)


class LocalProvider:
    """See the module. `data` is the server's data directory, `cache` where Flink is kept."""

    def __init__(
        self,
        data: Path,
        *,
        options: Options | None = None,
        cache: Path | None = None,
        known: Catalogue | None = None,
    ) -> None:
        self._root = data.resolve() / "engines"
        self._options = options or Options()
        self._cache = (cache or cache_root()).resolve()
        self._known = known or catalogue()
        self._probe = Probe()
        self._attached: dict[str, _Attached] = {}
        self._flights: dict[str, _Flight] = {}
        self._warming: set[asyncio.Task[None]] = set()
        self._cancelled = threading.Event()

    @property
    def versions(self) -> Sequence[str]:
        return tuple(self._known.versions)

    @property
    def default_version(self) -> str:
        return self._known.default

    async def ensure(self, version: str, notify: Notify) -> Endpoint:
        """See `Provider.ensure`. A caller that gives up does not stop the start for the others."""
        spec = self._known.get(version)
        attached = self._attached.get(version)
        if attached is not None and await self._well(attached):
            return attached.endpoint
        flight = self._flights.get(version)
        if flight is None:
            flight = self._take_off(spec)
        flight.join(notify)
        assert flight.task is not None
        try:
            return await asyncio.shield(flight.task)
        finally:
            if notify in flight.listeners:
                flight.listeners.remove(notify)

    async def check(self, endpoint: Endpoint) -> bool:
        """Is the process there, and do both of its REST interfaces answer?"""
        attached = self._attached.get(endpoint.version)
        if attached is None or attached.endpoint != endpoint:
            return await self._answers(endpoint) is not None
        return await self._well(attached)

    async def stop(self, versions: Sequence[str] | None = None) -> None:
        """Stop the engines (all that this data directory has, if none are named) and their jobs.

        Each gets SIGTERM, a bounded wait, SIGKILL. Raises SqlError 58000 if one stays.
        """
        await self._land()
        for version in self._present() if versions is None else versions:
            self._attached.pop(version, None)
            await self._stop(version)

    async def close(self) -> None:
        """Let go: ends what this object does, not the engines."""
        await self._land()
        await self._probe.close()

    def _home(self, version: str) -> Home:
        return Home(self._root / version)

    def _present(self) -> list[str]:
        return [v for v in self.versions if self._home(v).root.exists()]

    def _take_off(self, spec: FlinkVersion) -> _Flight:
        flight = self._flights[spec.minor] = _Flight()
        flight.task = asyncio.create_task(
            self._bring_up(spec, flight), name=f"bring up Flink {spec.minor}"
        )
        flight.task.add_done_callback(lambda task: self._landed(spec.minor, task))
        return flight

    def _landed(self, version: str, task: asyncio.Task[Endpoint]) -> None:
        self._flights.pop(version, None)
        if not task.cancelled() and task.exception() is not None:
            log.warning("engine not available", version=version, error=str(task.exception()))

    async def _land(self) -> None:
        """End all tasks. A download in its thread sees the flag within a fraction of a second."""
        self._cancelled.set()
        tasks: list[asyncio.Task[Endpoint] | asyncio.Task[None]] = list(self._warming)
        tasks += [flight.task for flight in self._flights.values() if flight.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._cancelled.clear()

    async def _bring_up(self, spec: FlinkVersion, flight: _Flight) -> Endpoint:
        recipe = await self._recipe(spec, flight)
        home = self._home(spec.minor)

        def waiting() -> None:
            flight.tell(Notice(f"waiting for another server that starts Flink {spec.minor}"))

        try:
            async with held_async(home.start, _LOCK_S, waiting=waiting):
                attached = await self._attach(home, recipe, flight)
                if attached is None:
                    attached = await self._start(home, recipe, flight)
        except LockTimeout as error:
            raise SqlError(
                SYSTEM_ERROR, f"another server still starts Flink {spec.minor}"
            ) from error
        self._attached[spec.minor] = attached
        return attached.endpoint

    async def _recipe(self, spec: FlinkVersion, flight: _Flight) -> Recipe:
        """Everything that has to be on disk first; minutes at the first time, then milliseconds."""
        loop = asyncio.get_running_loop()

        def progress(text: str) -> None:
            loop.call_soon_threadsafe(flight.tell, Notice(text))

        def work() -> Recipe:
            job = Job(progress, self._cancelled.is_set)
            runtime = java.find(spec.java)
            distribution = provision(spec, self._cache, job)
            compiled = kit.build(distribution, self._known.compiler, runtime, self._cache, job)
            return Recipe(spec, distribution, runtime, compiled, self._options)

        try:
            return await asyncio.to_thread(work)
        except Cancelled as error:
            raise SqlError(
                SYSTEM_ERROR, f"the preparation of Flink {spec.minor} was given up"
            ) from error

    async def _attach(self, home: Home, recipe: Recipe, flight: _Flight) -> _Attached | None:
        """The engine that is there already; None after clearing away what is not usable."""
        version, state = recipe.version.minor, jvm.load(home)
        if state is not None and process.alive(state.identity):
            endpoint = _endpoint(recipe.version, state)
            if await self._up(home, state, endpoint, _SILENCE_S):
                if not await self._outdated(home, recipe, state, endpoint, flight):
                    log.info("engine found", version=version, pid=state.pid)
                    return _Attached(endpoint, state.identity, time.monotonic())
            else:
                log.warning("engine does not answer", version=version, tail=jvm.tail(home)[-4000:])
        elif state is not None:
            log.warning("engine has died", version=version, tail=jvm.tail(home)[-4000:])
        await self._clear(home, version)
        return None

    async def _outdated(
        self, home: Home, recipe: Recipe, state: State, endpoint: Endpoint, flight: _Flight
    ) -> bool:
        """Was it started otherwise than one would be now, and can it be replaced?

        Jobs outrank settings: an engine that runs any is kept.
        """
        if state.recipe == recipe.digest(home):
            return False
        vitals = await self._probe.vitals(endpoint.jobmanager_url)
        if vitals is None or vitals.jobs_running == 0:
            return True
        flight.tell(
            Notice(
                f"the engine of Flink {endpoint.version} runs with earlier settings",
                severity="WARNING",
                detail=f"It is kept because {vitals.jobs_running} jobs run in it.",
                hint="Stop the engine when its jobs may end; the next statement starts it anew.",
            )
        )
        return False

    async def _start(self, home: Home, recipe: Recipe, flight: _Flight) -> _Attached:
        version = recipe.version.minor
        flight.tell(Notice(f"starting Flink {recipe.distribution.release}"))
        for attempt in range(1, _STARTS + 1):
            began = time.monotonic()
            state = await asyncio.to_thread(jvm.start, home, recipe)
            endpoint = _endpoint(recipe.version, state)
            if await self._up(home, state, endpoint, _UP_S):
                took = round(time.monotonic() - began, 1)
                log.info("engine started", version=version, pid=state.pid, seconds=took)
                self._warm(endpoint)
                return _Attached(endpoint, state.identity, time.monotonic())
            tail = jvm.tail(home)
            log.error("engine did not start", version=version, tail=tail[-4000:])
            words = jvm.last_words(home)
            await self._clear(home, version)
            if attempt == _STARTS or not any(mark in tail for mark in _PORT_TAKEN):
                break
        raise SqlError(
            SYSTEM_ERROR,
            f"Flink {version} did not start",
            detail=words,
            hint="The server's log has the end of the engine's log.",
        )

    async def _up(self, home: Home, state: State, endpoint: Endpoint, limit_s: float) -> bool:
        """Wait until it answers; false if it dies, is another release, or stays silent."""
        deadline = time.monotonic() + limit_s
        while process.alive(state.identity) and time.monotonic() < deadline:
            slots = await self._answers(endpoint)
            if slots:
                return True
            await asyncio.sleep(_POLL_S)
        return False

    async def _well(self, attached: _Attached) -> bool:
        if not process.alive(attached.identity):
            return False
        if time.monotonic() - attached.answered < _FRESH_S:
            return True
        if not await self._answers(attached.endpoint):
            return False
        attached.answered = time.monotonic()
        return True

    async def _answers(self, endpoint: Endpoint) -> int | None:
        """Slots of the cluster if both interfaces report the release; None otherwise."""
        release, vitals = await asyncio.gather(
            self._probe.gateway_release(endpoint.gateway_url),
            self._probe.vitals(endpoint.jobmanager_url),
        )
        if vitals is None or not release == vitals.release == endpoint.release:
            return None
        return vitals.slots_total

    def _warm(self, endpoint: Endpoint) -> None:
        task = asyncio.create_task(self._run_warm(endpoint), name=f"warm Flink {endpoint.version}")
        self._warming.add(task)
        task.add_done_callback(self._warming.discard)

    async def _run_warm(self, endpoint: Endpoint) -> None:
        began = time.monotonic()
        done = await self._probe.warm(endpoint.gateway_url, endpoint.api, _WARM_S)
        took = round(time.monotonic() - began, 1)
        level = log.info if done else log.warning
        level("engine warmed" if done else "engine not warmed", seconds=took, **_names(endpoint))

    async def _stop(self, version: str) -> None:
        try:
            async with held_async(self._home(version).start, _LOCK_S):
                await self._clear(self._home(version), version)
        except LockTimeout as error:
            raise SqlError(SYSTEM_ERROR, f"another server starts Flink {version}") from error

    async def _clear(self, home: Home, version: str) -> None:
        if not await asyncio.to_thread(jvm.stop, home):
            raise SqlError(SYSTEM_ERROR, f"the engine of Flink {version} cannot be stopped")


def _endpoint(spec: FlinkVersion, state: State) -> Endpoint:
    return Endpoint(
        spec.minor,
        state.release,
        f"http://127.0.0.1:{state.gateway_port}",
        f"http://127.0.0.1:{state.jobmanager_port}",
        spec.api,
    )


def _names(endpoint: Endpoint) -> dict[str, str]:
    return {"version": endpoint.version, "release": endpoint.release}
