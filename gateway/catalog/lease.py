"""A session's claim on Postgres: its connection while nobody else needs one, its state while not.

attached ──(another session needs the connection)──► detached: parameters saved
   ▲                                                     │ next hold
   └──────────── a clean connection, replayed ◄──────────┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol

import structlog

from gateway.catalog import frames as f
from gateway.catalog.login import Login
from gateway.catalog.relay import Connection
from gateway.catalog.saved import Watch, replay
from protocol.encode import encode_flush, encode_sync
from protocol.errors import CONNECTION_FAILURE, IN_FAILED_SQL_TRANSACTION, SqlError
from session.ports import LeaseEvents

_log = structlog.get_logger(__name__)
_SETTLE_S = 5.0
_NAME = "xuanwu settings"  # of a statement and portal of ours; the client's unnamed ones survive


class Owner(Protocol):
    """What a lease asks of the pool that made it."""

    async def acquire(self, lease: PooledLease) -> Connection: ...

    def idle(self, lease: PooledLease) -> None: ...

    def held(self, lease: PooledLease) -> None: ...

    def closed(self, lease: PooledLease, connection: Connection | None) -> None: ...


class PooledLease:
    """A `session.ports.Lease`. All its state is here; the pool only moves connections about."""

    def __init__(
        self, owner: Owner, login: Login, events: LeaseEvents, placeholders: Sequence[str]
    ) -> None:
        self.sticky = False
        self.pinned = False  # Postgres itself said that the connection holds state
        self.login = login
        self.watch = Watch(placeholders)
        self.saved: dict[str, str] = {}
        self.connection: Connection | None = None
        self.moving: asyncio.Future[Any] | None = None  # the pool is taking the connection away
        self._owner = owner
        self._events = events
        self._placeholders = placeholders
        self._told: dict[str, str] = {}
        self._remembered: dict[str, str | None] = {}  # None: no such parameter
        self._holding = False
        self._closed = False
        self._settling: asyncio.Task[None] | None = None

    # ── Lease ───────────────────────────────────────────────────────────────────────────────────

    @property
    def database(self) -> str:
        return self.login.database

    def hold(self) -> _Hold:
        return _Hold(self)

    async def settings(self, names: Sequence[str]) -> dict[str, str]:
        missing = [name for name in names if name not in self._remembered]
        if missing:
            self._remembered |= await self._ask(missing)
        found = ((name, self._remembered[name]) for name in names)
        return {name: value for name, value in found if value is not None}

    def touch(self) -> None:
        self._remembered.clear()
        self.watch.changed = True

    async def cancel(self) -> None:
        if self._holding and self.connection is not None and self.connection.busy:
            await self.connection.cancel()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self.moving is not None:
            await asyncio.wait((self.moving,))
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.wait((self._settling,))
        connection, self.connection = self.connection, None
        self._owner.closed(self, connection)

    # ── LeaseEvents, on behalf of the session ───────────────────────────────────────────────────

    def on_parameter(self, name: str, value: str) -> None:
        self._remembered.clear()
        self.watch.changed = True
        self._told[name] = value
        self._events.on_parameter(name, value)

    def on_async(self, frames: bytes) -> None:
        self._events.on_async(frames)

    def on_signal(self, verb: str, pid: int) -> None:
        self._events.on_signal(verb, pid)

    # ── the pool's side ─────────────────────────────────────────────────────────────────────────

    @property
    def takeable(self) -> bool:
        """Whether the connection may serve another session, as far as can be told from here."""
        connection = self.connection
        return (
            connection is not None
            and connection.at_rest
            and connection.lost is None
            and not connection.cancelling
            and not (self.sticky or self.pinned or self.watch.untraceable or self._holding)
        )

    def attach(self, connection: Connection) -> None:
        connection.events = self
        connection.on_request = self._on_request
        self.connection = connection

    def detach(self) -> Connection:
        connection, self.connection = self.connection, None
        assert connection is not None
        connection.events = connection.on_request = None
        return connection

    def tell(self, parameters: dict[str, str], *, silently: bool = False) -> None:
        """Report the ParameterStatus values that the client does not know yet."""
        for name, value in parameters.items():
            if self._told.get(name) != value:
                self._told[name] = value
                if not silently:
                    self._events.on_parameter(name, value)

    def _on_request(self, request: bytes) -> None:
        self._remembered.clear()
        self.watch.see(request)
        self.pinned = False

    # ── holding ─────────────────────────────────────────────────────────────────────────────────

    async def enter(self) -> Connection:
        if self._holding:
            raise RuntimeError("the lease is held already")
        self._holding = True
        try:
            connection = await self._ready()
        except BaseException:
            self._holding = False
            raise
        self._owner.held(self)
        return connection

    def enter_now(self) -> Connection | None:
        connection = self.connection
        if connection is None or connection.lost is not None or self._holding or self._closed:
            return None
        if self.moving is not None or self._settling is not None:
            return None
        self._holding = True
        self._owner.held(self)
        return connection

    def leave(self) -> None:
        self._holding = False
        connection = self.connection
        if connection is None or connection.lost is not None or self._closed:
            return
        if connection.busy:
            self._settling = asyncio.create_task(self._settle(connection), name="lease-settle")
        else:
            self._owner.idle(self)

    async def _settle(self, connection: Connection) -> None:
        """An exchange was abandoned: stop what runs and get back in step, or give up on it."""
        try:
            await connection.cancel()
        except SqlError as error:
            _log.warning("cancel request failed", error=str(error))
        await connection.settle(_SETTLE_S)
        if connection.lost is None and not self._holding:
            self._owner.idle(self)

    async def _ready(self) -> Connection:
        if self.moving is not None:
            await asyncio.wait((self.moving,))
        if self._settling is not None:
            await asyncio.wait((self._settling,))
            self._settling = None
        if self._closed:
            raise SqlError(CONNECTION_FAILURE, "the session has been closed")
        if self.connection is not None and self.connection.lost is None:
            return self.connection
        self._mourn()
        return await self._attach()

    def _mourn(self) -> None:
        """The connection died between holds: say so once if that lost anything."""
        connection, self.connection = self.connection, None
        if connection is None or connection.lost is None:
            return
        fragile = self.sticky or self.pinned or self.watch.changed or not connection.at_rest
        if not (fragile or connection.loss_told):
            return
        self.sticky = self.pinned = False
        self.saved.clear()
        self.watch = Watch(self._placeholders)
        self._remembered.clear()
        if not connection.loss_told:
            raise connection.lost

    async def _attach(self) -> Connection:
        connection = await self._owner.acquire(self)
        try:
            await replay(connection, self.saved)
        except BaseException:
            connection.abort()
            raise
        self.watch.changed = False
        self.attach(connection)
        self.tell(connection.parameters)
        return connection

    # ── settings ────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, names: Sequence[str]) -> dict[str, str | None]:
        if self._holding and self.connection is not None:
            return await self._query(self.connection, names)
        async with self.hold() as connection:
            return await self._query(connection, names)

    async def _query(self, connection: Connection, names: Sequence[str]) -> dict[str, str | None]:
        if connection.status == "E" or connection.failed:
            raise SqlError(
                IN_FAILED_SQL_TRANSACTION,
                "current transaction is aborted, commands ignored until end of transaction block",
            )
        columns = (f"pg_catalog.current_setting(${i + 1}, true)" for i in range(len(names)))
        request = f.named_query(_NAME, f"SELECT {', '.join(columns)}", names)
        kinds = f.NAMED_QUERY_KINDS
        # In the midst of a pipeline a Sync would end the client's implicit transaction.
        ending = (encode_sync(), b"S") if connection.synced else (encode_flush(), b"")
        [row] = await connection.run(request + ending[0], kinds + ending[1])
        return {n: None if v is None else v.decode() for n, v in zip(names, row, strict=True)}


class _Hold:
    __slots__ = ("_lease",)

    def __init__(self, lease: PooledLease) -> None:
        self._lease = lease

    async def __aenter__(self) -> Connection:
        return await self._lease.enter()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lease.leave()
