"""Single flight: of several callers who want the same engine, one starts it and all wait.

A caller that gives up leaves the others undisturbed, and the start goes on: an engine that is half
up is worth finishing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from gateway.engine.provider import Endpoint
from protocol.errors import Notice

log = structlog.get_logger(__name__)

Notify = Callable[[Notice], None]


@dataclass(slots=True)
class Flight:
    """Tells all who wait what happens; who joins late hears the last word."""

    listeners: list[Notify] = field(default_factory=list)
    last: Notice | None = None

    def tell(self, notice: Notice) -> None:
        self.last = notice
        for notify in tuple(self.listeners):
            notify(notice)

    def join(self, notify: Notify) -> None:
        self.listeners.append(notify)
        if self.last is not None:
            notify(self.last)


class Flights:
    """The flights under way, by version."""

    def __init__(self) -> None:
        self._under_way: dict[str, tuple[Flight, asyncio.Task[Endpoint]]] = {}

    async def board(
        self, version: str, work: Callable[[Flight], Awaitable[Endpoint]], notify: Notify
    ) -> Endpoint:
        """Wait for the flight of that version, starting `work` if there is none."""
        flight, task = self._under_way.get(version) or self._take_off(version, work)
        flight.join(notify)
        try:
            return await asyncio.shield(task)
        finally:
            flight.listeners.remove(notify)

    async def land(self, versions: Sequence[str]) -> None:
        """End the flights of these versions."""
        tasks = [self._under_way[version][1] for version in versions if version in self._under_way]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _take_off(
        self, version: str, work: Callable[[Flight], Awaitable[Endpoint]]
    ) -> tuple[Flight, asyncio.Task[Endpoint]]:
        flight = Flight()

        async def fly() -> Endpoint:
            return await work(flight)

        task = asyncio.create_task(fly(), name=f"bring up Flink {version}")
        self._under_way[version] = flight, task
        task.add_done_callback(lambda done: self._landed(version, done))
        return flight, task

    def _landed(self, version: str, task: asyncio.Task[Endpoint]) -> None:
        del self._under_way[version]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("engine not available", version=version, error=str(error))
