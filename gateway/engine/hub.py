"""What all sessions of one server share about its engines: HTTP client, endpoints, slot gates."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import structlog

from gateway.engine.flinksession import FlinkSession, SessionLost, open_session
from gateway.engine.http import Refused, Unreachable, client
from gateway.engine.jobmanager import JobManagerClient
from gateway.engine.naming import cancel_leftovers
from gateway.engine.provider import Endpoint, Provider
from gateway.engine.reaper import Reaper
from gateway.engine.rest import GatewayClient
from gateway.engine.slots import SlotGate
from protocol.errors import CONNECTION_FAILURE, SqlError
from session.ports import Notify

log = structlog.get_logger(__name__)


class Hub:
    """`instance` names this life of the server in the names of its foreground jobs."""

    def __init__(
        self, provider: Provider, instance: str, alive: Callable[[str], bool] | None = None
    ) -> None:
        """`alive` tells of an instance's name whether that server still runs; where nobody can
        tell, what a dead server left behind is not touched."""
        self.provider = provider
        self.instance = instance
        self._alive = alive
        self._swept: set[str] = set()  # engines looked at for what dead servers left
        self._http: aiohttp.ClientSession | None = None
        self.reaper = Reaper()
        self._gates: dict[str, SlotGate] = {}

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = client()
        return self._http

    async def open(self, version: str, mode: str, name: str, notify: Notify) -> FlinkSession:
        """A Flink session of that version and runtime mode; the engine is started first if need
        be."""
        endpoint = await self.provider.ensure(version, notify)
        await self._sweep(endpoint)
        try:
            gateway = GatewayClient(self.http, endpoint)
            jobs = self.jobs(endpoint)
            return await open_session(gateway, jobs, self.reaper, endpoint, name, mode)
        except (SessionLost, Refused) as e:
            raise SqlError(
                CONNECTION_FAILURE, f"Flink {version} does not open a session", detail=str(e)[:300]
            ) from e

    def jobs(self, endpoint: Endpoint) -> JobManagerClient:
        return JobManagerClient(self.http, endpoint)

    def gate(self, endpoint: Endpoint) -> SlotGate:
        gate = self._gates.get(endpoint.jobmanager_url)
        if gate is None:
            gate = SlotGate(self.jobs(endpoint), endpoint.version)
            self._gates[endpoint.jobmanager_url] = gate
        return gate

    async def _sweep(self, endpoint: Endpoint) -> None:
        """The queries of servers that died end: nobody is left to read them. Once per engine."""
        if self._alive is None or endpoint.gateway_url in self._swept:
            return
        self._swept.add(endpoint.gateway_url)
        try:
            cancelled = await self.cancel_leftovers(endpoint, self._alive)
        except (Refused, Unreachable) as e:
            self._swept.discard(endpoint.gateway_url)
            log.warning("engine.leftovers_unknown", version=endpoint.version, error=str(e)[:300])
            return
        if cancelled:
            log.info("engine.leftovers_cancelled", version=endpoint.version, jobs=cancelled)

    async def cancel_leftovers(self, endpoint: Endpoint, alive: Callable[[str], bool]) -> list[str]:
        return await cancel_leftovers(
            self.jobs(endpoint), lambda name: name == self.instance or alive(name)
        )

    async def close(self) -> None:
        await self.reaper.close()
        if self._http is not None:
            await self._http.close()
            self._http = None
