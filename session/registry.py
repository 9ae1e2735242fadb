"""Live sessions: their pids and cancel keys, the limit on their number, what they do right now."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from typing import Protocol

from protocol.errors import TOO_MANY_CONNECTIONS, SqlError
from session.ports import Activity, Principal


class Cancellable(Protocol):
    """What the registry has to know of a session."""

    @property
    def role(self) -> str: ...

    def cancel(self) -> None:
        """Stop what runs (57014)."""
        ...

    def terminate(self) -> None:
        """End the session (57P01)."""
        ...

    def activity(self) -> Activity: ...


class Registry:
    """Pids are ours: 31 bits as in Postgres, counted up from a random start so that a key of an
    earlier process never meets a session of this one by accident."""

    def __init__(self, max_sessions: int) -> None:
        self._max_sessions = max_sessions
        self._next_pid = 10_000 + secrets.randbelow(1 << 24)
        self._sessions: dict[int, Cancellable] = {}
        self._secrets: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Cancellable]:
        return iter(tuple(self._sessions.values()))

    def admit(self, principal: Principal) -> int:
        """A pid for a new session. Raises SqlError 53300 (FATAL) when the server is full, or the
        role has as many sessions as its CONNECTION LIMIT allows."""
        if len(self._sessions) >= self._max_sessions:
            raise SqlError(
                TOO_MANY_CONNECTIONS, "sorry, too many clients already", severity="FATAL"
            )
        role, most = principal.role, principal.connections
        if most >= 0 and sum(session.role == role for session in self) >= most:
            raise SqlError(
                TOO_MANY_CONNECTIONS, f'too many connections for role "{role}"', severity="FATAL"
            )
        self._next_pid = (self._next_pid + 1) & 0x7FFF_FFFF or 1
        return self._next_pid

    def add(self, pid: int, secret: bytes, session: Cancellable) -> None:
        self._sessions[pid] = session
        self._secrets[pid] = secret

    def remove(self, pid: int) -> None:
        self._sessions.pop(pid, None)
        self._secrets.pop(pid, None)

    def cancel(self, pid: int, secret: bytes) -> None:
        """A CancelRequest: never answered; a wrong key takes as long as a right one."""
        known = self._secrets.get(pid, b"\0" * len(secret))
        if hmac.compare_digest(known, secret) and pid in self._sessions:
            self._sessions[pid].cancel()

    def signal(self, verb: str, pid: int, by: str) -> None:
        """pg_cancel_backend, pg_terminate_backend: sessions of the same role, as in Postgres."""
        session = self._sessions.get(pid)
        if session is not None and session.role == by:
            session.cancel() if verb == "cancel" else session.terminate()

    def activities(self) -> list[Activity]:
        return [session.activity() for session in self]
