"""One connection to Postgres, which answers with whole frames in chunks as large as they came.

    exchange(request, kinds) ──► Postgres ──► data_received ─ _scan ─┬─► chunks ─► the iterator
                                                                     └─► events (nothing asked)

The scan looks at the header of each frame and cuts out only what is not the client's:
ReadyForQuery, in-band signals, the FATAL error that precedes the end of the connection. A consumer
that is behind stops the reading, so that about `_HIGH_WATER` bytes and one frame wait here.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import cast

import structlog

from gateway.catalog import frames as f
from gateway.catalog.address import Address
from gateway.catalog.awaited import Awaited
from gateway.catalog.dial import send_cancel
from protocol.encode import encode_terminate
from protocol.errors import CONNECTION_FAILURE, SqlError
from protocol.frames import parse_data_row
from session.ports import LeaseEvents

_log = structlog.get_logger(__name__)
_length = struct.Struct("!I").unpack_from
_HIGH_WATER = 1 << 20
_LOW_WATER = 1 << 18
_MAX_FRAME = 1 << 30
_DATA_ROW, _COPY_DATA = b"Dd"
_LOOKED_AT = b"ZENS"
_READY, _ERROR, _NOTICE, _PARAMETER = _LOOKED_AT
SIGNAL_SQLSTATE = "XW001"
_SIGNAL_FIELD = f"\0C{SIGNAL_SQLSTATE}\0".encode()


class Connection(asyncio.Protocol):
    """A `session.ports.Backend`. Owned by one lease at a time; `events` is that lease's."""

    def __init__(self, address: Address, signal_token: str = "") -> None:
        self.parameters: dict[str, str] = {}
        self.events: LeaseEvents | None = None
        self.pid = 0
        self.secret = b""
        self.status = "I"
        self.lost: SqlError | None = None
        self.loss_told = False  # the session has seen the error that the loss is
        self.cancelling = 0  # CancelRequests that Postgres may not have delivered yet
        self.on_lost: Callable[[Connection], None] | None = None
        self.on_request: Callable[[bytes], None] | None = None
        self._address = address
        self._signal_token = signal_token
        self._transport: asyncio.Transport | None = None
        self._awaited = Awaited()
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._tail = bytearray()
        self._need = 0
        self._early = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._reading = True
        self._writable = True
        self._discarding = False
        self._fatal: SqlError | None = None

    # ── Backend ─────────────────────────────────────────────────────────────────────────────────

    @property
    def failed(self) -> bool:
        return self._awaited.failed

    @property
    def copy_in(self) -> bool:
        return self._awaited.copy_in

    @property
    def busy(self) -> bool:
        """Replies are still awaited, or have not been taken."""
        return not self._awaited.done or bool(self._chunks)

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

    # ── the iterator's side ─────────────────────────────────────────────────────────────────────

    def send(self, request: bytes, kinds: bytes) -> AsyncIterator[bytes]:
        """`exchange` for what is not the client's: its lease does not look at the request."""
        if self.busy:
            raise RuntimeError("the previous exchange has not been read to its end")
        if self._transport is None or self.lost is not None:
            raise self._loss()
        was_copy = self._awaited.copy_in
        self._awaited.expect(kinds)
        if was_copy and kinds and self._early:
            early, self._early = bytes(self._early), bytearray()
            self._scan(early)
        self._transport.write(request)
        return _Exchange(self)

    async def next_chunk(self) -> bytes | None:
        """The next frames; None at the end of the exchange, once what was sent has left us."""
        while True:
            if self._chunks:
                return self._take()
            if self._awaited.done and self._writable:
                return None
            if self.lost is not None:
                raise self._loss()
            await self._wait()

    def _take(self) -> bytes:
        chunk = self._chunks.popleft() if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._size = 0
        if not self._reading and self._transport is not None:
            self._reading = True
            self._transport.resume_reading()
        return chunk

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _loss(self) -> SqlError:
        self.loss_told = True
        lost = self.lost or SqlError(CONNECTION_FAILURE, "connection to Postgres is closed")
        return SqlError(lost.sqlstate, lost.message, detail=lost.detail, severity=lost.severity)

    # ── asyncio.Protocol ────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio.Transport.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._awaited.copy_in:
            self._early += data  # read when the copy data's last request says what it awaits
            return
        if self._need:
            self._tail += data
            if len(self._tail) < self._need:
                return
            data = bytes(self._tail)
            self._tail.clear()
            self._need = 0
        self._scan(data)

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
        if self.on_lost is not None:
            self.on_lost(self)

    # ── the scan ────────────────────────────────────────────────────────────────────────────────

    def _scan(self, data: bytes) -> None:
        """Walk the frames; runs of frames that pass become one chunk each."""
        awaited = self._awaited
        size = len(data)
        start = at = 0
        need = 5
        while size - at >= 5:
            kind = data[at]
            need = _length(data, at + 1)[0] + 1
            end = at + need
            if end > size or need < 5:
                break
            if kind == _DATA_ROW or kind == _COPY_DATA:
                pass
            elif kind not in _LOOKED_AT and not awaited.done:
                awaited.see(kind)
            elif not self._passes(kind, data, at, end):
                if at > start:
                    self._emit(data[start:at])
                start = end
            at = end
            need = 5
            if awaited.copy_in:
                self._emit(data[start:at])
                self._early += data[at:]
                self._wake()
                return
        if at > start:
            self._emit(data[start:at])
        if at < size:
            self._keep(data[at:], need)
        if self._chunks or awaited.done:
            self._wake()

    def _keep(self, rest: bytes, need: int) -> None:
        if not 5 <= need <= _MAX_FRAME:
            self._break(f"frame of {need} bytes")
            return
        self._tail += rest
        self._need = need

    def _emit(self, frames: bytes) -> None:
        if self._discarding:
            return
        self._chunks.append(frames)
        self._size += len(frames)
        if self._size > _HIGH_WATER and self._reading and self._transport is not None:
            self._reading = False
            self._transport.pause_reading()

    def _passes(self, kind: int, data: bytes, at: int, end: int) -> bool:
        """Note a frame that is not data; False if it goes no further along the exchange."""
        idle = self._awaited.done
        if kind == _NOTICE and _SIGNAL_FIELD in data[at:end]:
            self._signal(data[at:end])
            return False
        if kind == _PARAMETER:
            self._note_parameter(data[at:end])
        elif kind == _ERROR and self._is_fatal(data[at:end]):
            return False
        elif kind == _READY:
            self.status = chr(data[at + 5])
        if idle:
            self._unasked(kind, data[at:end])
            return False
        self._awaited.see(kind)
        return kind != _READY

    def _unasked(self, kind: int, frame: bytes) -> None:
        if kind not in b"SNA":
            self._break(f'unexpected message "{chr(kind)}"')
        elif self.events is not None:
            self.events.on_async(frame)

    def _note_parameter(self, frame: bytes) -> None:
        name, value = f.parameter(frame)
        self.parameters[name] = value
        if self.events is not None:
            self.events.on_parameter(name, value)

    def _is_fatal(self, frame: bytes) -> bool:
        said = f.error(frame)
        if said.severity not in ("FATAL", "PANIC"):
            return False
        self._fatal = said
        return True

    def _signal(self, frame: bytes) -> None:
        said = f.fields(frame)
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
            for kind, frame in f.frames(chunk):
                if kind == _DATA_ROW:
                    found.append(parse_data_row(frame))
                elif kind == _ERROR and failure is None:
                    failure = f.error(frame)
        if failure is not None:
            raise failure
        return found

    async def settle(self, timeout: float) -> None:
        """Read an abandoned exchange to its end and forget it; abort if that takes too long."""
        self._discarding = True
        try:
            async with asyncio.timeout(timeout):
                while await self.next_chunk() is not None:
                    pass
        except (TimeoutError, SqlError):
            self.abort()
        finally:
            self._discarding = False
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
