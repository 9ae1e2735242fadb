"""What all sessions of one server share about its engines: HTTP client, endpoints, slot gates."""

from __future__ import annotations

import aiohttp

from gateway.engine.flinksession import FlinkSession, SessionLost, open_session
from gateway.engine.http import Refused, client
from gateway.engine.jobmanager import JobManagerClient
from gateway.engine.naming import cancel_leftovers
from gateway.engine.provider import Endpoint, Provider
from gateway.engine.rest import GatewayClient
from gateway.engine.slots import SlotGate
from protocol.errors import CONNECTION_FAILURE, SqlError
from session.ports import Notify


class Hub:
    """`instance` names this life of the server in the names of its foreground jobs."""

    def __init__(self, provider: Provider, instance: str) -> None:
        self.provider = provider
        self.instance = instance
        self._http: aiohttp.ClientSession | None = None
        self._gates: dict[str, SlotGate] = {}

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = client()
        return self._http

    async def open(self, version: str, name: str, notify: Notify) -> FlinkSession:
        """A Flink session of that version; the engine is started first if need be."""
        endpoint = await self.provider.ensure(version, notify)
        try:
            return await open_session(
                GatewayClient(self.http, endpoint), self.jobs(endpoint), endpoint, name
            )
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

    async def cancel_leftovers(self, endpoint: Endpoint, alive: frozenset[str]) -> list[str]:
        return await cancel_leftovers(self.jobs(endpoint), alive | {self.instance})

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None
