"""What the engine side asks of whoever brings Flink up: a version in, two URLs out.

    ensure("2.2") ──▶ Endpoint(gateway_url, jobmanager_url, release, api)

A provider starts, finds or checks engines; it never runs a statement (but for the warm-up of an
engine that it started itself).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from protocol.errors import Notice


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A running engine of one Flink version."""

    version: str  # minor, "2.2"
    release: str  # full, "2.2.1"
    gateway_url: str  # http://127.0.0.1:PORT of the SQL Gateway (no /vN)
    jobmanager_url: str  # http://127.0.0.1:PORT of the JobManager's REST
    api: str  # path prefix of the SQL Gateway: "v1" for 1.16, "v2" for the rest


class Provider(Protocol):
    """Engines of several versions side by side."""

    @property
    def versions(self) -> Sequence[str]:
        """Minors that `ensure` knows, oldest first."""
        ...

    @property
    def default_version(self) -> str: ...

    async def ensure(self, version: str, notify: Callable[[Notice], None]) -> Endpoint:
        """The engine of that minor, started or found again; single flight per version.

        A NOTICE tells of each long step. Returns when SQL Gateway and slots answer. Raises
        SqlError 22023 for an unknown version (the hint lists the known), 58000 when the engine
        cannot be provided or started, 08006 when a given one does not answer.
        """
        ...

    async def runs(self, version: str) -> bool:
        """Is there an engine of that minor that `ensure` would find, without starting one? Never
        raises."""
        ...

    def releases(self, version: str) -> Mapping[str, str]:
        """Connectors on the class path of that minor's engine and their releases, as far as they
        are known."""
        ...

    async def check(self, endpoint: Endpoint) -> bool:
        """Is that engine still there? Never raises."""
        ...

    async def close(self) -> None:
        """Let go of clients and tasks; engines live on."""
        ...
