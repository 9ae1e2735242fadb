"""The server's side of one connection as a pure object: bytes in, messages out, nobody waits.

    while (message := wire.next_message()) is not NEED_DATA:
        …                                   # the session answers, then asks for the next
    wire.receive_data(await …)              # NEED_DATA: more bytes are wanted

The first packets, before TLS and before anyone is known (each request once, in either order):

    GSSENCRequest ──► answer_encryption(False) = b"N"
    SSLRequest    ──► answer_encryption(True)  = b"S", TLS handshake, then again a first packet
    StartupMessage ─► `negotiation` (3.2 is the newest; 3.0 is older clients'), authentication
    CancelRequest ──► never answered

`next_message` raises ProtocolViolation (the connection is over) or another SqlError: then the
message has been consumed, is answered with that error, and `error()` is called as for any command
that failed.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

from protocol import messages as m
from protocol.buffer import ReceiveBuffer
from protocol.decode import (
    DEFAULT_MAX_MESSAGE,
    MAX_STARTUP_PACKET,
    decode,
    decode_first,
    limit_of,
)
from protocol.errors import (
    FEATURE_NOT_SUPPORTED,
    PROGRAM_LIMIT_EXCEEDED,
    ProtocolViolation,
    SqlError,
)
from protocol.state import Event, Phase, WireState

NEWEST_MINOR = 2
_HEADER = 5
_OLD_KEY_LENGTH, _NEW_KEY_LENGTH = 4, 32  # libpq insists on exactly 4 bytes at 3.0


class NeedData(Enum):
    NEED_DATA = "need data"


NEED_DATA: Final = NeedData.NEED_DATA


class ServerConnection:
    """`encrypted`: TLS is already up (direct TLS), so that no request for it may follow."""

    def __init__(self, *, max_message: int = DEFAULT_MAX_MESSAGE, encrypted: bool = False) -> None:
        self.max_message = max_message  # length word of Query, Parse, Bind, CopyData
        self._buffer = ReceiveBuffer()
        self._state = WireState()
        self._requests: set[type[m.FirstPacket]] = set()
        if not encrypted:
            self._requests = {m.SSLRequest, m.GSSENCRequest}
        self._asked: m.SSLRequest | m.GSSENCRequest | None = None
        self._negotiation: m.NegotiateProtocolVersion | None = None
        self._minor = 0

    # ── What is known ──

    @property
    def phase(self) -> Phase:
        return self._state.phase

    @property
    def buffered(self) -> int:
        """Bytes received and not yet taken as messages: the reader pauses above a bound."""
        return len(self._buffer)

    @property
    def has_message(self) -> bool:
        """A whole message is buffered, so that nothing need be read to go on."""
        header = 4 if self._state.phase is Phase.STARTUP else _HEADER
        size = len(self._buffer)
        return size >= header and size >= self._buffer.uint32(header - 4) + header - 4

    @property
    def minor(self) -> int:
        """Minor protocol version in force: 0 or 2."""
        return self._minor

    @property
    def cancel_key_length(self) -> int:
        return _NEW_KEY_LENGTH if self._minor >= 2 else _OLD_KEY_LENGTH

    @property
    def negotiation(self) -> m.NegotiateProtocolVersion | None:
        """What to send before authentication when the client asked for more than there is."""
        return self._negotiation

    # ── Bytes and messages ──

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        self._buffer.append(data)

    def next_message(self) -> m.Message | Literal[NeedData.NEED_DATA]:
        """The next message for the session; those that the phase drops are passed over."""
        try:
            if self._state.phase is Phase.STARTUP:
                return self._next_first()
            return self._next_typed()
        except SqlError as error:
            if error.severity == "FATAL":
                self._state.on(Event.FATAL)
            raise

    def _next_typed(self) -> m.Message | Literal[NeedData.NEED_DATA]:
        buffer = self._buffer
        while len(buffer) >= _HEADER and self._state.phase is not Phase.TERMINATED:
            kind, length = buffer.byte(), buffer.uint32(1)
            self._check_length(kind, length)
            if len(buffer) <= length:
                break
            body = buffer.take(length - 4, skip=_HEADER)
            if self._state.receive(kind):
                return decode(kind, body)
        return NEED_DATA

    def _check_length(self, kind: int, length: int) -> None:
        authenticated = self._state.phase is not Phase.AUTHENTICATING
        limit = limit_of(kind, authenticated, self.max_message)
        if 4 <= length <= limit:
            return
        self._state.require(kind)  # garbage is better called by its type than by its length
        if length < 4:
            raise ProtocolViolation("invalid message length")
        raise ProtocolViolation(
            f"message of type {kind} has {length} bytes, the limit is {limit}",
            sqlstate=PROGRAM_LIMIT_EXCEEDED,
        )

    # ── First packets ──

    def _next_first(self) -> m.Message | Literal[NeedData.NEED_DATA]:
        buffer = self._buffer
        if self._asked is not None or len(buffer) < 4:
            return NEED_DATA
        length = buffer.uint32(0)
        if not 8 <= length <= MAX_STARTUP_PACKET:
            raise ProtocolViolation("invalid length of startup packet")
        if len(buffer) < length:
            return NEED_DATA
        packet = decode_first(buffer.take(length - 4, skip=4))
        return self._accept_first(packet)

    def _accept_first(self, packet: m.FirstPacket) -> m.FirstPacket:
        if isinstance(packet, m.StartupMessage):
            self._negotiate(packet)
            self._state.on(Event.STARTUP)
        elif isinstance(packet, m.CancelRequest):
            self._state.on(Event.FATAL)
        elif type(packet) not in self._requests:
            raise ProtocolViolation("encryption was requested already")
        else:
            self._requests.discard(type(packet))
            self._asked = packet
        return packet

    def answer_encryption(self, accept: bool) -> bytes:
        """The one byte that answers an SSLRequest or GSSENCRequest.

        Bytes behind the request came in clear, before the answer: a man in the middle may have put
        them there to be read as if they were encrypted (CVE-2021-23214), hence ProtocolViolation.
        """
        asked, self._asked = self._asked, None
        if asked is None:
            raise RuntimeError("no request for encryption is open")
        name, letter = ("SSL", b"S") if isinstance(asked, m.SSLRequest) else ("GSSAPI", b"G")
        if len(self._buffer):
            self._state.on(Event.FATAL)
            raise ProtocolViolation(f"received unencrypted data after {name} request")
        if not accept:
            return b"N"
        self._requests.clear()
        return letter

    def _negotiate(self, startup: m.StartupMessage) -> None:
        if startup.major != 3:
            raise SqlError(
                FEATURE_NOT_SUPPORTED,
                f"unsupported frontend protocol {startup.major}.{startup.minor}: "
                f"server supports 3.0 to 3.{NEWEST_MINOR}",
                severity="FATAL",
            )
        # 3.1 was never released, and libpq refuses to be negotiated to it.
        self._minor = NEWEST_MINOR if startup.minor >= NEWEST_MINOR else 0
        if startup.minor != self._minor or startup.unsupported:
            self._negotiation = m.NegotiateProtocolVersion(self._minor, startup.unsupported)

    # ── What the session did ──

    def authenticated(self) -> None:
        """AuthenticationOk was sent: statements may come."""
        self._state.on(Event.AUTHENTICATED)

    def copy_in(self) -> None:
        """CopyInResponse was sent: copy data may come."""
        self._state.on(Event.COPY_IN)

    def error(self) -> None:
        """The current command failed with an ErrorResponse of severity ERROR."""
        self._state.on(Event.ERROR)

    def fatal(self) -> None:
        """The connection ends (an ErrorResponse of severity FATAL): nothing more is read."""
        self._state.on(Event.FATAL)

    @property
    def skipping(self) -> bool:
        """An extended batch failed: no ReadyForQuery until its Sync comes."""
        return self._state.phase is Phase.SKIPPING
