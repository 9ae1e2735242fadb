"""The engine side with the stored catalog in front, as the session layer sees it."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.engine.engine import FlinkEngine
from gateway.objects.external_mirror import ExternalMirrors
from gateway.objects.session import StoredSession
from gateway.objects.store import Store
from session.ports import EngineSession, Notify


class StoredEngine:
    """Implements session.ports.Engine over Flink's."""

    def __init__(self, inner: FlinkEngine, store: Store, mirrors: ExternalMirrors) -> None:
        self._inner = inner
        self._mirrors = mirrors
        self.store = store

    @property
    def versions(self) -> Sequence[str]:
        return self._inner.versions

    @property
    def default_version(self) -> str:
        return self._inner.default_version

    def session(self, pid: int, notify: Notify) -> EngineSession:
        return StoredSession(self._inner.session(pid, notify), self.store, notify, self._mirrors)
