"""One connection to Postgres, which answers with whole frames in chunks as large as they came.

    exchange(request, kinds) ──► Postgres ──► incoming ─┬─► chunks ─► the iterator
                                                        └─► events (nothing asked)

What is cut out of the stream is not the client's: ReadyForQuery, in-band signals, the FATAL error
that precedes the end of the connection; and while the client sends copy data, what Postgres says
of it, until the request that ends the data asks for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import structlog

from gateway.catalog.address import Address
from gateway.catalog.awaited import Awaited
from gateway.catalog.dial import send_cancel
from gateway.catalog.incoming import LOOKED_AT, Incoming
from protocol.encode import encode_terminate
from protocol.errors import CONNECTION_FAILURE, SqlError
from protocol.frames import (
    iter_frames,
    parse_data_row,
    parse_error,
    parse_fields,
    parse_parameter_status,
)
from session.ports import LeaseEvents

_log = structlog.get_logger(__name__)
_DATA_ROW = ord("D")
_READY, _ERROR, _NOTICE, _PARAMETER = LOOKED_AT
_LATER = b"EZ"
SIGNAL_SQLSTATE = "XW001"
_SIGNAL_FIELD = f"\0C{SIGNAL_SQLSTATE}\0".encode()


class Connection(asyncio.Protocol):
    """A `session.ports.Backend`. Owned by one lease at a time; `events` is that lease's."""

    def __init__(self, address: Address, signal_token: str = "") -> None:
        self.parameters: dict[str, str] = {}
        self.statements: dict[str, Any] = {}
        self.events: LeaseEvents | None = None
        self.pid = 0
        self.secret = b""
        self.status = "I"
        self.lost: SqlError | None = None
        self.loss_told = False  # the session has seen the error that the loss is
        self.cancelling = 0  # CancelRequests that Postgres may not have delivered yet
        self.on_lost: Callable[[Connection], None] | None = None
        self.on_request: Callable[[bytes], None] | None = None
        self.listener: Callable[[], None] | None = None
        self.on_copy_error: Callable[[], None] | None = None
        self._address = address
        self._signal_token = signal_token
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._awaited = Awaited()
        self._incoming = Incoming(self._awaited, self._passes, self._break)
        self._early = bytearray()  # said of copy data that has not ended yet
        self._copy_failed = False
        self._waiter: asyncio.Future[None] | None = None
        self._writable = True
        self._fatal: SqlError | None = None

    # ── Backend ─────────────────────────────────────────────────────────────────────────────────

    @property
    def failed(self) -> bool:
        return self._awaited.failed

    @property
    def answered(self) -> int:
        return self._awaited.answered

    @property
    def copy_in(self) -> bool:
        return self._awaited.copy_in

    @property
    def copy_failed(self) -> bool:
        return self._copy_failed or self.lost is not None

    @property
    def busy(self) -> bool:
        """Replies are still awaited, or have not been taken."""
        return not self._awaited.done or bool(self._incoming)

    @property
    def synced(self) -> bool:
        """Nothing has been sent since the last ReadyForQuery."""
        return self._awaited.synced

    @property
    def at_rest(self) -> bool:
        """In step, outside of any transaction, with nothing sent since the last ReadyForQuery."""
        return self._awaited.synced and self.status == "I" and not self.busy

    def exchange(self, request: bytes, kinds: bytes) -> AsyncIterator[bytes]:
        if self.on_request is not None:
            self.on_request(request)
        return self.send(request, kinds)

    def begin(self, request: bytes, kinds: bytes) -> None:
        self.exchange(request, kinds)

    def take(self) -> bytes:
        return self._incoming.take() if self._incoming else b""

    @property
    def done(self) -> bool:
        if self.busy and self.lost is not None and not self._incoming:
            raise self._loss()
        return not self.busy

    # ── the iterator's side ─────────────────────────────────────────────────────────────────────

    def send(self, request: bytes, kinds: bytes) -> AsyncIterator[bytes]:
        """`exchange` for what is not the client's: its lease does not look at the request."""
        if self.busy:
            raise RuntimeError("the previous exchange has not been read to its end")
        if self._transport is None or self.lost is not None:
            raise self._loss()
        self._awaited.expect(kinds)
        if kinds and self._early:
            early, self._early = bytes(self._early), bytearray()
            self._incoming.scan(early)
        self._copy_failed = self._copy_failed and not kinds
        if request:
            self._transport.write(request)
        return _Exchange(self)

    async def next_chunk(self) -> bytes | None:
        """The next frames; None at the end of the exchange, once what was sent has left us."""
        while True:
            if self._incoming:
                return self._incoming.take()
            if self._awaited.done and self._writable:
                return None
            if self.lost is not None:
                raise self._loss()
            await self._wait()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self.listener is not None:
            self.listener()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _loss(self) -> SqlError:
        self.loss_told = True
        lost = self.lost or SqlError(CONNECTION_FAILURE, "connection to Postgres is closed")
        return SqlError(lost.sqlstate, lost.message, detail=lost.detail, severity=lost.severity)

    # ── asyncio.Protocol ────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio.Transport.
        self._transport = self._incoming.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._incoming.feed(data)
        if self._incoming or self._awaited.done:
            self._wake()

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = self._fatal or SqlError(
            CONNECTION_FAILURE, "connection to Postgres was lost", detail=str(exc) if exc else None
        )
        self._writable = True
        self._wake()
        if self.on_copy_error is not None:
            self.on_copy_error()
        if self.on_lost is not None:
            self.on_lost(self)

    # ── what is not data ────────────────────────────────────────────────────────────────────────

    def _passes(self, kind: int, frame: bytes) -> bool:
        """Note a frame; False if it goes no further along the exchange."""
        idle = self._awaited.done
        if kind == _READY:
            self.status = chr(frame[5])
        elif kind == _NOTICE and _SIGNAL_FIELD in frame:
            self._signal(frame)
            return False
        elif kind == _PARAMETER:
            self._note_parameter(frame)
        elif kind == _ERROR and self._is_fatal(frame):
            return False
        if idle:
            self._unasked(kind, frame)
            return False
        self._awaited.see(kind)
        return kind != _READY

    def _unasked(self, kind: int, frame: bytes) -> None:
        if self._awaited.copy_in and (kind in _LATER or self._early or self._incoming):
            self._of_copy(kind, frame)
        elif kind not in b"SNA":
            self._break(f'unexpected message "{chr(kind)}"')
        elif self.events is not None:
            self.events.on_async(frame)

    def _of_copy(self, kind: int, frame: bytes) -> None:
        self._early += frame
        if kind == _ERROR:
            self._copy_failed = True
            if self.on_copy_error is not None:
                self.on_copy_error()

    def _note_parameter(self, frame: bytes) -> None:
        name, value = parse_parameter_status(frame)
        self.parameters[name] = value
        if self.events is not None:
            self.events.on_parameter(name, value)

    def _is_fatal(self, frame: bytes) -> bool:
        said = parse_error(frame)
        if said.severity not in ("FATAL", "PANIC"):
            return False
        self._fatal = said
        return True

    def _signal(self, frame: bytes) -> None:
        said = parse_fields(frame)
        verb, _, pid = said.get("M", "").partition(" ")
        if said.get("D") != self._signal_token or not pid.isdecimal():
            # Somebody raised the notice by hand: only our functions know the token.
            _log.warning("forged signal ignored", verb=verb)
        elif self.events is not None:
            self.events.on_signal(verb, int(pid))

    def _break(self, what: str) -> None:
        self._fatal = SqlError(
            CONNECTION_FAILURE, "Postgres broke the wire protocol", detail=what, severity="FATAL"
        )
        self.abort()

    # ── the owner's side ────────────────────────────────────────────────────────────────────────

    async def run(self, request: bytes, kinds: bytes) -> list[list[bytes | None]]:
        """An exchange of our own: all its rows. Raises SqlError for the first error in it."""
        found: list[list[bytes | None]] = []
        failure: SqlError | None = None
        async for chunk in self.send(request, kinds):
            for kind, frame in iter_frames(chunk):
                if kind == _DATA_ROW:
                    found.append(parse_data_row(frame))
                elif kind == _ERROR and failure is None:
                    failure = parse_error(frame)
        if failure is not None:
            raise failure
        return found

    async def settle(self, timeout: float) -> None:
        """Read an abandoned exchange to its end and forget it; abort if that takes too long."""
        self._incoming.discarding = True
        try:
            async with asyncio.timeout(timeout):
                while await self.next_chunk() is not None:
                    pass
        except (TimeoutError, SqlError):
            self.abort()
        finally:
            self._incoming.discarding = False
        if self.copy_in:
            self.abort()

    async def cancel(self) -> None:
        """Send a CancelRequest and wait until Postgres has delivered it."""
        self.cancelling += 1
        try:
            await send_cancel(self._address, self.pid, self.secret)
        finally:
            self.cancelling -= 1

    def write(self, data: bytes) -> None:
        """Send what belongs to the running exchange (authentication)."""
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Say goodbye and close; what is still on its way is dropped."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(encode_terminate())
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class _Exchange:
    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __aiter__(self) -> _Exchange:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._connection.next_chunk()
        if chunk is None:
            raise StopAsyncIteration
        return chunk
