"""A bounded number of connections for any number of sessions.

A lease keeps its connection until another session finds all of them in use; then the connection of
the lease that has been idle longest is taken, if nothing holds it there. With the same key (role,
database, start-up parameters) it is wiped and used again, otherwise it makes room for a new one. A
new session always starts with a new connection: it is a login, and must see what has been granted,
revoked or set for its role since.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import structlog

from gateway.catalog.address import Address
from gateway.catalog.lease import PooledLease
from gateway.catalog.login import Login, connect
from gateway.catalog.relay import Connection
from gateway.catalog.saved import save, wipe
from protocol.errors import CONNECTION_FAILURE, TOO_MANY_CONNECTIONS, SqlError
from session.ports import LeaseEvents

_log = structlog.get_logger(__name__)
_WAIT_S = 10.0
_TAKE_S = 5.0


class Pool:
    """Owns every connection that sessions use. `revive` brings back a Postgres that is ours."""

    def __init__(
        self,
        address: Address,
        *,
        limit: int = 40,
        placeholders: Sequence[str] = (),
        signal_token: str = "",
        revive: Callable[[], Awaitable[None]] | None = None,
        wait_s: float = _WAIT_S,
    ) -> None:
        self._address = address
        self._limit = limit
        self._placeholders = placeholders
        self._token = signal_token
        self._revive = revive
        self._wait_s = wait_s
        self._count = 0
        self._idle: OrderedDict[PooledLease, None] = OrderedDict()
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._leases: set[PooledLease] = set()

    @property
    def connections(self) -> int:
        """How many are open or being opened."""
        return self._count

    async def open(self, login: Login, events: LeaseEvents) -> tuple[PooledLease, dict[str, str]]:
        """A lease on a new login. Raises SqlError: FATAL, or 53300 when all are in use."""
        lease = PooledLease(self, login, events, self._placeholders)
        connection = await self._new(login)
        lease.attach(connection)
        lease.tell(connection.parameters, silently=True)
        self._leases.add(lease)
        self.idle(lease)
        return lease, dict(connection.parameters)

    async def close(self) -> None:
        for lease in tuple(self._leases):
            await lease.close()

    # ── Owner ───────────────────────────────────────────────────────────────────────────────────

    async def acquire(self, lease: PooledLease) -> Connection:
        """A clean connection for a lease that has none."""
        taken = await self._claim()
        if taken is None:
            return await self._connect(lease.login)
        connection, login, foreign = taken
        if login != lease.login or foreign:
            return await self._replaced(connection, lease.login)
        try:
            await wipe(connection)
        except BaseException:
            connection.abort()
            raise
        return connection

    def idle(self, lease: PooledLease) -> None:
        self._idle[lease] = None
        self._idle.move_to_end(lease)
        self._wake()

    def held(self, lease: PooledLease) -> None:
        self._idle.pop(lease, None)

    def closed(self, lease: PooledLease, connection: Connection | None) -> None:
        self._leases.discard(lease)
        self._idle.pop(lease, None)
        if connection is not None and connection.lost is None:
            self._drop(connection)
            self._freed()

    # ── connections ─────────────────────────────────────────────────────────────────────────────

    async def _new(self, login: Login) -> Connection:
        taken = await self._claim()
        if taken is None:
            return await self._connect(login)
        return await self._replaced(taken.connection, login)

    async def _replaced(self, old: Connection, login: Login) -> Connection:
        if old.lost is not None:
            self._count += 1  # its end has given the place away
        self._drop(old)
        return await self._connect(login)

    async def _connect(self, login: Login) -> Connection:
        """A new connection; its place has been counted already."""
        try:
            connection = await self._dialled(login)
        except BaseException:
            self._freed()
            raise
        connection.on_lost = self._lost
        return connection

    async def _dialled(self, login: Login) -> Connection:
        try:
            return await connect(self._address, login, self._token)
        except SqlError as error:
            if error.sqlstate != CONNECTION_FAILURE or self._revive is None:
                raise
            _log.warning("postgres is away", error=str(error), detail=error.detail)
        await self._revive()
        return await connect(self._address, login, self._token)

    def _drop(self, connection: Connection) -> None:
        connection.on_lost = connection.events = connection.on_request = None
        if connection.busy:
            connection.abort()
        else:
            connection.close()

    def _lost(self, connection: Connection) -> None:
        self._freed()

    def _freed(self) -> None:
        self._count -= 1
        self._wake()

    # ── sharing ─────────────────────────────────────────────────────────────────────────────────

    async def _claim(self) -> _Taken | None:
        """A connection taken from an idle lease; None: there is room, counted, for a new one."""
        deadline = time.monotonic() + self._wait_s
        while True:
            if self._count < self._limit:
                self._count += 1
                return None
            victim = next((lease for lease in self._idle if lease.takeable), None)
            if victim is None:
                await self._wait(deadline)
            elif (taken := await self._take(victim)) is not None:
                return taken

    async def _take(self, victim: PooledLease) -> _Taken | None:
        """Take the connection of an idle lease, unless it turns out to hold state."""
        self._idle.pop(victim)
        taking = asyncio.create_task(self._taken(victim), name="pool-take")
        victim.moving = taking
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            # Who wanted it is gone; the victim's state is saved, so its connection can go as well.
            taking.add_done_callback(self._unwanted)
            raise

    async def _taken(self, victim: PooledLease) -> _Taken | None:
        connection = victim.connection
        assert connection is not None
        try:
            async with asyncio.timeout(_TAKE_S):
                snapshot = await save(connection, victim.watch.names)
        except (SqlError, TimeoutError) as error:
            self._refused(victim, connection, f"state not read: {error}")
            return None
        finally:
            victim.moving = None
        if snapshot.keep:
            self._refused(victim, connection, ", ".join(snapshot.keep))
            return None
        victim.saved = dict(snapshot.values)
        return _Taken(victim.detach(), victim.login, victim.watch.foreign)

    def _refused(self, victim: PooledLease, connection: Connection, reason: str) -> None:
        victim.pinned = True
        _log.debug("connection kept", pid=connection.pid, reason=reason)
        if connection.busy:
            connection.abort()  # the question itself was not answered in time
        if connection.lost is None:
            self._idle[victim] = None

    def _unwanted(self, taking: asyncio.Task[_Taken | None]) -> None:
        taken = None if taking.cancelled() or taking.exception() else taking.result()
        if taken is not None and taken.connection.lost is None:
            self._drop(taken.connection)
            self._freed()

    async def _wait(self, deadline: float) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                await waiter
        except TimeoutError as error:
            raise SqlError(
                TOO_MANY_CONNECTIONS,
                "no free connection to Postgres",
                detail=f"All {self._limit} connections are used by other sessions.",
                hint="Other sessions hold transactions, cursors, temporary tables or prepared "
                "statements open. Try again, or raise the limit of connections.",
            ) from error
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            elif waiter.cancelled():
                self._wake()  # it was our turn, but we are leaving

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return


class _Taken(NamedTuple):
    connection: Connection
    login: Login
    foreign: bool  # placeholders of its session would still be known by name
