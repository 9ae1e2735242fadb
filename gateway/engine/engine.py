"""The engine side as the session layer sees it: versions, and one `EngineSession` per client."""

from __future__ import annotations

import asyncio
import secrets as tokens
import weakref
from collections.abc import Callable, Sequence

from gateway.engine.hub import Hub
from gateway.engine.provider import Endpoint, Provider
from gateway.engine.session import ClientSession
from session.ports import Notify


class FlinkEngine:
    """Implements session.ports.Engine over a provider of engines."""

    def __init__(
        self,
        provider: Provider,
        *,
        default_version: str = "",
        instance: str = "",
        alive: Callable[[str], bool] | None = None,
    ) -> None:
        """`instance` names this server in the names of its foreground jobs; `alive` tells of such
        a name whether that server still runs (see `Hub`)."""
        self._hub = Hub(provider, instance or tokens.token_hex(4), alive)
        self._default_version = default_version
        self._sessions: weakref.WeakSet[ClientSession] = weakref.WeakSet()

    @property
    def instance(self) -> str:
        """Stands in the names of this server's foreground jobs."""
        return self._hub.instance

    @property
    def versions(self) -> Sequence[str]:
        return self._hub.provider.versions

    @property
    def default_version(self) -> str:
        return self._default_version or self._hub.provider.default_version

    def session(self, pid: int, notify: Notify) -> ClientSession:
        session = ClientSession(self._hub, pid, notify)
        self._sessions.add(session)
        return session

    async def cancel_leftovers(
        self, endpoint: Endpoint, alive: Callable[[str], bool] = lambda instance: False
    ) -> Sequence[str]:
        """Cancel what dead servers left running for clients that are gone; the jobs' ids."""
        return await self._hub.cancel_leftovers(endpoint, alive)

    async def close(self) -> None:
        """Close every session, then the connections. Engines go on: they are the provider's."""
        await asyncio.gather(*(session.close() for session in list(self._sessions)))
        await self._hub.close()
