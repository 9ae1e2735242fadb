"""The I/O shell around one client's socket: bytes in, messages out, and the brake.

Messages are decoded one at a time, when the session asks for one, so that the wire's state machine
is always told of an error before it looks at what follows. What has arrived in the meantime waits
in a bounded buffer; a socket whose buffer is full is not read.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from protocol.connection import NEED_DATA, ServerConnection
from protocol.errors import SqlError
from protocol.messages import Message
from session.ports import Encryption

READ_HIGH = 256 * 1024  # bytes that may wait while a statement runs
WRITE_HIGH, WRITE_LOW = 256 * 1024, 64 * 1024  # bytes in the transport before `drain` waits
FLUSH_BYTES = 64 * 1024  # one write per this many bytes: the plateau of throughput is 32–128 KiB


class Disconnected(Exception):
    """The peer is gone: nothing can be told to it any more."""


class Client(asyncio.Protocol):
    def __init__(self, wire: ServerConnection) -> None:
        self.wire = wire
        self.lost = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.on_lost: Callable[[], None] = lambda: None
        self.on_writable: Callable[[], None] = lambda: None
        # Asked first for what comes while `read` waits; if it takes it, it is `away` until it has
        # written the answer, and what comes in the meantime waits.
        self.shortcut: Callable[[bytes], bool] | None = None
        self.away = False
        self.transport: asyncio.Transport | None = None
        self._next: Message | None = None
        self._arrived: asyncio.Future[None] | None = None
        self._outbox = bytearray()
        self._writable = asyncio.Event()
        self._writable.set()
        self._held = False
        self._flushing = False

    # ── asyncio.Protocol ────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The TLS transport of asyncio is not a subclass of Transport on every loop.
        self.transport = transport  # type: ignore[assignment]
        self.transport.set_write_buffer_limits(WRITE_HIGH, WRITE_LOW)  # type: ignore[union-attr]

    def data_received(self, data: bytes) -> None:
        waiting = self._arrived is not None and not self.away
        if waiting and self.shortcut is not None and not self.wire.buffered and self.shortcut(data):
            return
        self.wire.receive_data(data)
        if waiting:
            self.wake()
        elif self.wire.buffered > READ_HIGH:
            self._hold()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()
        self._writable.set()
        self.wake()
        self.on_lost()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()
        self.on_writable()

    def _hold(self) -> None:
        if not self._held and self.transport is not None and not self.transport.is_closing():
            self._held = True
            self.transport.pause_reading()

    def _release(self) -> None:
        if self._held and self.transport is not None and not self.transport.is_closing():
            self._held = False
            self.transport.resume_reading()

    def wake(self) -> None:
        """Have a read look again: data or the end has come, or what it is to give way to."""
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    def fail(self, error: SqlError) -> None:
        """Have the read that waits raise it."""
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_exception(error)

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    async def read(self) -> Message:
        """The next message. Raises SqlError for one that broke a rule, Disconnected at the end."""
        if self._next is not None:
            message, self._next = self._next, None
            return message
        while (found := self.wire.next_message()) is NEED_DATA:
            await self._arrival()
        return found

    async def read_unless(self, given_up: Callable[[], bool]) -> Message | None:
        """As `read`, but None as soon as it is given up (who makes it so calls `wake`)."""
        while not given_up():
            if self.peek() is not None:
                return await self.read()
            await self._arrival()
        return None

    async def _arrival(self) -> None:
        if self.lost.is_set():
            raise Disconnected
        self._arrived = self._loop.create_future()
        self._release()
        try:
            await self._arrived
        finally:
            self._arrived = None

    def peek(self) -> Message | None:
        """The message that `read` would give at once, if there is one."""
        if self._next is None:
            found = self.wire.next_message()
            self._next = None if found is NEED_DATA else found
        return self._next

    # ── writing ─────────────────────────────────────────────────────────────────────────────────

    def write(self, data: bytes) -> None:
        """Add whole messages to the outbox; they leave at `flush` or when enough has gathered."""
        if not self._outbox and len(data) >= FLUSH_BYTES:
            self._send(data)  # as it is: a large answer is not copied
            return
        self._outbox += data
        if len(self._outbox) >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._outbox:
            self._send(bytes(self._outbox))
            self._outbox.clear()

    def _send(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def flush_soon(self) -> None:
        """Flush when nothing more is at hand: one write for all that this turn of the loop adds."""
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush_now)

    def _flush_now(self) -> None:
        self._flushing = False
        self.flush()

    @property
    def blocked(self) -> bool:
        """The peer has not taken enough: wait with `drain` before more is produced."""
        return not self._writable.is_set()

    async def drain(self) -> None:
        """Flush, and wait until the peer has taken most of it. Raises Disconnected."""
        self.flush()
        if not self._writable.is_set():
            await self._writable.wait()
        if self.lost.is_set():
            raise Disconnected

    # ── life ────────────────────────────────────────────────────────────────────────────────────

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Answer S and shake hands. Raises ProtocolViolation when plain bytes came along with the
        request: they would be taken for the client's own words behind the encryption."""
        assert self.transport is not None
        self.transport.pause_reading()
        self.write(self.wire.answer_encryption(True))
        self.flush()
        transport = await self._loop.start_tls(self.transport, self, context, server_side=True)
        assert transport is not None
        self.connection_made(transport)

    @property
    def ssl_object(self) -> ssl.SSLObject | None:
        found: ssl.SSLObject | None = None
        if self.transport is not None:
            found = self.transport.get_extra_info("ssl_object")
        return found

    @property
    def encryption(self) -> Encryption | None:
        """How the connection is encrypted; None: it is not."""
        tls = self.ssl_object
        cipher, version = (tls.cipher(), tls.version()) if tls is not None else (None, None)
        return Encryption(version, cipher[0], cipher[2]) if cipher and version else None

    @property
    def peername(self) -> tuple[str | None, int]:
        peer = self.transport.get_extra_info("peername") if self.transport else None
        return (peer[0], peer[1]) if isinstance(peer, tuple) and len(peer) >= 2 else (None, -1)

    async def close(self, timeout_s: float = 5.0) -> None:
        """Let what is written leave, then close; cut after the time-out."""
        self.flush()
        if self.transport is None:
            return
        self.transport.close()
        try:
            await asyncio.wait_for(self.lost.wait(), timeout_s)
        except TimeoutError:
            self.transport.abort()
