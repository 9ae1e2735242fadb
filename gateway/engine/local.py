"""Provider `local`: one detached JVM per Flink version and data directory.

    ensure ─▶ known, its process lives, its REST answers? ─▶ at once
                 │ no
                 ▼ one flight per version, all callers wait for it
             prepare (fetch, compile) ─▶ start.lock ─▶ Keeper ─▶ warm up aside

Engines outlive the server: `close` lets go, `stop` really stops. Two servers on one data directory
share an engine; they never start two.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import structlog

from gateway.engine import jvm, process
from gateway.engine.fetch import Cancelled
from gateway.engine.flights import Flight, Flights, Notify
from gateway.engine.keeper import Attached, Keeper, Limits, answers, clear, endpoint_of
from gateway.engine.launch import Home, Options
from gateway.engine.locks import LockTimeout, held_async
from gateway.engine.probe import Probe
from gateway.engine.provider import Endpoint
from gateway.engine.provision import Job, cache_root, chosen_packs, connector_releases
from gateway.engine.recipe import Prepare, Recipe, preparer
from gateway.engine.versions import Catalogue, FlinkVersion, catalogue
from protocol.errors import SYSTEM_ERROR, Notice, SqlError

log = structlog.get_logger(__name__)

_FRESH_S = 2.0  # an answer this young needs no new question
_WARM_S = 90.0


class LocalProvider:
    """See the module. `data` is the server's data directory, `cache` where Flink is kept."""

    def __init__(
        self,
        data: Path,
        *,
        options: Options | None = None,
        cache: Path | None = None,
        known: Catalogue | None = None,
        prepare: Prepare | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._root = data.resolve() / "engines"
        self._known = known or catalogue()
        self._limits = limits or Limits()
        self._cache = (cache or cache_root()).resolve()
        self._prepare = prepare or preparer(
            self._known, self._cache, options or Options(packs=chosen_packs())
        )
        self._probe = Probe()
        self._attached: dict[str, Attached] = {}
        self._flights = Flights()
        self._warming: dict[str, asyncio.Task[None]] = {}
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

        async def work(flight: Flight) -> Endpoint:
            return await self._bring_up(spec, flight)

        return await self._flights.board(version, work, notify)

    async def runs(self, version: str) -> bool:
        """Also one that an earlier server has left."""
        attached = self._attached.get(version)
        if attached is not None:
            return await self._well(attached)
        state = jvm.load(self._home(version)) if version in self._known.versions else None
        if state is None or not process.alive(state.identity):
            return False
        return await answers(self._probe, endpoint_of(self._known.get(version), state))

    def releases(self, version: str) -> Mapping[str, str]:
        return connector_releases(version, self._cache)

    async def check(self, endpoint: Endpoint) -> bool:
        """Is its process there, and do both of its REST interfaces answer?"""
        attached = self._attached.get(endpoint.version)
        if attached is None or attached.endpoint != endpoint:
            return await answers(self._probe, endpoint)
        return await self._well(attached)

    async def warmed(self, version: str) -> None:
        """Wait for the warm-up of that version, if one is under way."""
        task = self._warming.get(version)
        if task is not None:
            await asyncio.wait([task])

    async def stop(self, versions: Iterable[str] | None = None) -> None:
        """Stop the engines (all that this data directory has, if none are named) and their jobs.

        Each gets SIGTERM, a bounded wait, SIGKILL. Raises SqlError 58000 if one stays.
        """
        chosen = self._present() if versions is None else list(versions)
        for version in chosen:
            await self._land([version])
            self._attached.pop(version, None)
            await self._stop(version)

    async def close(self) -> None:
        """Let go: ends what this object does, not the engines."""
        # Replaced, not cleared: a thread that is still to look must find its own flag raised.
        self._cancelled.set()
        self._cancelled = threading.Event()
        await self._land(self.versions)
        await self._probe.close()

    def _home(self, version: str) -> Home:
        return Home(self._root / version)

    def _present(self) -> list[str]:
        return [v for v in self.versions if self._home(v).root.exists()]

    async def _land(self, versions: Sequence[str]) -> None:
        """End the tasks of these versions."""
        warming = [self._warming[v] for v in versions if v in self._warming]
        for task in warming:
            task.cancel()
        await asyncio.gather(self._flights.land(versions), *warming, return_exceptions=True)

    async def _bring_up(self, spec: FlinkVersion, flight: Flight) -> Endpoint:
        recipe = await self._recipe(spec, flight)
        home = self._home(spec.minor)

        def waiting() -> None:
            flight.tell(Notice(f"waiting for another server that starts Flink {spec.minor}"))

        try:
            async with held_async(home.start, self._limits.lock, waiting=waiting):
                keeper = Keeper(home, recipe, self._probe, self._limits, flight.tell)
                attached = await keeper.bring_up()
        except LockTimeout as error:
            raise SqlError(
                SYSTEM_ERROR, f"another server still starts Flink {spec.minor}"
            ) from error
        self._attached[spec.minor] = attached
        if attached.fresh:
            self._warm(attached.endpoint)
        return attached.endpoint

    async def _recipe(self, spec: FlinkVersion, flight: Flight) -> Recipe:
        loop = asyncio.get_running_loop()

        def progress(text: str) -> None:
            loop.call_soon_threadsafe(flight.tell, Notice(text))

        try:
            job = Job(progress, self._cancelled.is_set)
            return await asyncio.to_thread(self._prepare, spec, job)
        except Cancelled as error:
            raise SqlError(
                SYSTEM_ERROR, f"the preparation of Flink {spec.minor} was given up"
            ) from error

    async def _well(self, attached: Attached) -> bool:
        if not process.alive(attached.identity):
            return False
        if time.monotonic() - attached.answered < _FRESH_S:
            return True
        if not await answers(self._probe, attached.endpoint):
            return False
        attached.answered = time.monotonic()
        return True

    def _warm(self, endpoint: Endpoint) -> None:
        version = endpoint.version
        task = asyncio.create_task(self._run_warm(endpoint), name=f"warm Flink {version}")
        self._warming[version] = task
        task.add_done_callback(lambda done: self._warming.pop(version, None))

    async def _run_warm(self, endpoint: Endpoint) -> None:
        began = time.monotonic()
        failure = await self._probe.warm(endpoint.gateway_url, endpoint.api, _WARM_S)
        took = round(time.monotonic() - began, 1)
        if failure is None:
            log.info("engine warmed", version=endpoint.version, seconds=took)
        else:
            log.warning("engine not warmed", version=endpoint.version, reason=failure)

    async def _stop(self, version: str) -> None:
        home = self._home(version)
        try:
            async with held_async(home.start, self._limits.lock):
                await clear(home, version)
        except LockTimeout as error:
            raise SqlError(SYSTEM_ERROR, f"another server starts Flink {version}") from error
