"""A Postgres server's stream as frames: cut, looked at where a relay must, passed on undecoded.

A frame is one whole message: type byte, length word, body. `decode_backend` and the small parsers
read the few kinds that a relay has to understand.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from protocol import messages as m
from protocol.buffer import Cursor
from protocol.errors import CONNECTION_FAILURE, Notice, ProtocolViolation, SqlError

MAX_FRAME = 1 << 30  # Postgres's own cap of a message
_HEADER = 5
_DATA_ROW = ord("D")
_LENGTH = struct.Struct("!I").unpack_from
_HEAD = struct.Struct("!BI").unpack_from


class FrameSplitter:
    """Cuts a stream into frames, whatever the chunks it comes in; holds at most one frame's rest.

    The rest of a large frame is gathered in one growing buffer and joined once.
    """

    __slots__ = ("_rest", "_wanted")

    def __init__(self) -> None:
        self._rest = bytearray()
        self._wanted = _HEADER  # bytes of `_rest` before looking again is of use

    @property
    def pending(self) -> int:
        """Bytes of a frame that is not whole yet."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that became whole: (type byte, frame). Raises SqlError 08006 on nonsense."""
        data = self._join(data)
        frames: list[tuple[int, bytes]] = []
        at, size = 0, len(data)
        while size - at >= _HEADER:
            kind, length = _HEAD(data, at)
            end = at + 1 + _checked(length)
            if end > size:
                break
            frames.append((kind, data[at:end]))
            at = end
        self._keep(data, at)
        return frames

    def feed_runs(self, data: bytes) -> list[tuple[int, bytes, int]]:
        """As `feed`, with neighbours of one type in one piece: (type byte, frames, their number).

        A relay passes thousands of DataRow frames on as one run instead of one by one.
        """
        data = self._join(data)
        runs: list[tuple[int, bytes, int]] = []
        begin = at = count = 0
        current, size = -1, len(data)
        while size - at >= _HEADER:
            kind, length = _HEAD(data, at)
            if at + 1 + _checked(length) > size:
                break
            if kind != current:
                if count:
                    runs.append((current, data[begin:at], count))
                begin, current, count = at, kind, 0
            at += 1 + length
            count += 1
        if count:
            runs.append((current, data[begin:at], count))
        self._keep(data, at)
        return runs

    def _join(self, data: bytes) -> bytes:
        if not self._rest:
            return data
        self._rest += data
        if len(self._rest) < self._wanted:
            return b""
        joined = bytes(self._rest)
        self._rest.clear()
        return joined

    def _keep(self, data: bytes, at: int) -> None:
        if at == len(data):
            if not self._rest:
                self._wanted = _HEADER
            return
        self._rest += data[at:]
        self._wanted = _HEADER
        if len(self._rest) >= _HEADER:
            self._wanted = 1 + int(_LENGTH(self._rest, 1)[0])


def _checked(length: int) -> int:
    if not 4 <= length <= MAX_FRAME:
        raise SqlError(
            CONNECTION_FAILURE, f"message from the server has the impossible length {length}"
        )
    return length


def iter_frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type byte and frame of each message in a buffer of whole ones."""
    at, size = 0, len(data)
    while at < size:
        end = at + 1 + _LENGTH(data, at + 1)[0]
        yield data[at], data[at:end]
        at = end


# ── Rows ────────────────────────────────────────────────────────────────────────────────────────


def split_rows(data: bytes, rows: int) -> tuple[bytes, bytes]:
    """Cut a buffer of whole DataRow messages after `rows` of them (or at its end)."""
    at, size = 0, len(data)
    while rows > 0 and at < size:
        at += 1 + _LENGTH(data, at + 1)[0]
        rows -= 1
    return data[:at], data[at:]


def count_rows(data: bytes) -> int:
    """How many messages a buffer of whole messages holds."""
    at = count = 0
    size = len(data)
    while at < size:
        at += 1 + _LENGTH(data, at + 1)[0]
        count += 1
    return count


def iter_rows(data: bytes) -> Iterator[list[bytes | None]]:
    """The fields of each DataRow in a buffer of whole ones."""
    at, size = 0, len(data)
    while at < size:
        end = at + 1 + _LENGTH(data, at + 1)[0]
        yield _row_fields(data, at + _HEADER, end)
        at = end


def parse_data_row(frame: bytes) -> list[bytes | None]:
    """The fields of one DataRow frame, None for NULL. Raises ProtocolViolation."""
    return _row_fields(frame, _HEADER, len(frame))


def _row_fields(data: bytes, at: int, end: int) -> list[bytes | None]:
    fields: list[bytes | None] = []
    append = fields.append
    try:
        count = int.from_bytes(data[at : at + 2], "big")
        at += 2
        for _ in range(count):
            (length,) = _LENGTH(data, at)
            at += 4
            if length == 0xFFFFFFFF:
                append(None)
                continue
            last = at + length
            append(data[at:last])
            at = last
    except struct.error as error:
        raise ProtocolViolation("insufficient data left in message") from error
    if at != end:
        raise ProtocolViolation("invalid message format")
    return fields


# ── What a relay has to understand ──────────────────────────────────────────────────────────────


def parse_ready_status(frame: bytes) -> str:
    """I, T or E of a ReadyForQuery."""
    return chr(_body(frame).byte())


def parse_parameter_status(frame: bytes) -> tuple[str, str]:
    """Name and value, read leniently: text is in the encoding that the client has chosen."""
    try:
        name, value, _ = frame[_HEADER:].split(b"\0")
    except ValueError as error:
        raise ProtocolViolation("invalid message format") from error
    return name.decode(errors="replace"), value.decode(errors="replace")


def parse_command_tag(frame: bytes) -> str:
    return _body(frame).cstring()


def parse_notification(frame: bytes) -> m.NotificationResponse:
    cursor = _body(frame)
    return m.NotificationResponse(cursor.int32(), cursor.cstring(), cursor.cstring())


def parse_row_description(frame: bytes) -> m.RowDescription:
    cursor = _body(frame)
    fields = tuple([_field(cursor) for _ in range(cursor.count(19))])
    cursor.end()
    return m.RowDescription(fields)


def parse_parameter_description(frame: bytes) -> tuple[int, ...]:
    """Type OIDs of a statement's parameters."""
    return _body(frame).uint32s()


def _field(cursor: Cursor) -> m.FieldDescription:
    return m.FieldDescription(
        name=cursor.cstring(),
        table_oid=cursor.uint32(),
        column_attnum=cursor.int16(),
        type_oid=cursor.uint32(),
        type_size=cursor.int16(),
        type_modifier=cursor.int32(),
        format=cursor.int16(),
    )


def parse_fields(frame: bytes) -> dict[str, str]:
    """All fields of an ErrorResponse or NoticeResponse by their letter, read leniently: text is in
    the encoding that the client has chosen."""
    parts = frame[_HEADER:].split(b"\0")
    return {chr(part[0]): part[1:].decode(errors="replace") for part in parts if part}


def parse_error(frame: bytes) -> SqlError:
    """An ErrorResponse; the names of table, column and constraint stay in the frame."""
    fields = parse_fields(frame)
    position = fields.get("P", "")
    return SqlError(
        fields.get("C", "XX000"),
        fields.get("M", ""),
        detail=fields.get("D"),
        hint=fields.get("H"),
        position=int(position) if position.isdecimal() else None,
        where=fields.get("W"),
        severity=fields.get("V") or fields.get("S", "ERROR"),
    )


def parse_notice(frame: bytes) -> Notice:
    fields = parse_fields(frame)
    return Notice(
        message=fields.get("M", ""),
        severity=fields.get("V") or fields.get("S", "NOTICE"),
        sqlstate=fields.get("C", "00000"),
        detail=fields.get("D"),
        hint=fields.get("H"),
    )


def _body(frame: bytes) -> Cursor:
    return Cursor(frame[_HEADER:])


# ── Any backend message ─────────────────────────────────────────────────────────────────────────


def decode_backend(frame: bytes) -> m.BackendMessage:
    """The message object of a frame. Raises ProtocolViolation for what it does not know."""
    if not frame or frame[0] not in _PARSERS:
        raise ProtocolViolation("unknown message type from the server")
    return _PARSERS[frame[0]](frame)


def _authentication(frame: bytes) -> m.BackendMessage:
    cursor = _body(frame)
    kind = cursor.int32()
    match kind:
        case 0:
            return m.AuthenticationOk()
        case 3:
            return m.AuthenticationCleartextPassword()
        case 5:
            return m.AuthenticationMD5Password(cursor.take(4))
        case 10:
            return m.AuthenticationSASL(tuple(iter(cursor.cstring, "")))
        case 11:
            return m.AuthenticationSASLContinue(cursor.rest())
        case 12:
            return m.AuthenticationSASLFinal(cursor.rest())
    raise ProtocolViolation(f"authentication method {kind} is not supported")


def _negotiate(frame: bytes) -> m.BackendMessage:
    cursor = _body(frame)
    minor, count = cursor.int32() & 0xFFFF, cursor.uint32()
    if count > cursor.left:
        raise ProtocolViolation("insufficient data left in message")
    return m.NegotiateProtocolVersion(minor, tuple([cursor.cstring() for _ in range(count)]))


def _key(frame: bytes) -> m.BackendMessage:
    cursor = _body(frame)
    return m.BackendKeyData(cursor.int32(), cursor.rest())


def _copy(message: Callable[[int, tuple[int, ...]], m.BackendMessage]) -> _Parser:
    def parse(frame: bytes) -> m.BackendMessage:
        cursor = _body(frame)
        return message(cursor.byte(), cursor.int16s())

    return parse


_Parser = Callable[[bytes], m.BackendMessage]
_PARSERS: dict[int, _Parser] = {
    ord("R"): _authentication,
    ord("v"): _negotiate,
    ord("K"): _key,
    ord("S"): lambda frame: m.ParameterStatus(*parse_parameter_status(frame)),
    ord("Z"): lambda frame: m.ReadyForQuery(parse_ready_status(frame)),
    ord("T"): parse_row_description,
    ord("t"): lambda frame: m.ParameterDescription(parse_parameter_description(frame)),
    ord("n"): lambda _: m.NoData(),
    ord("1"): lambda _: m.ParseComplete(),
    ord("2"): lambda _: m.BindComplete(),
    ord("3"): lambda _: m.CloseComplete(),
    ord("D"): lambda frame: m.DataRow(tuple(parse_data_row(frame))),
    ord("C"): lambda frame: m.CommandComplete(parse_command_tag(frame)),
    ord("I"): lambda _: m.EmptyQueryResponse(),
    ord("s"): lambda _: m.PortalSuspended(),
    ord("G"): _copy(m.CopyInResponse),
    ord("H"): _copy(m.CopyOutResponse),
    ord("d"): lambda frame: m.CopyData(frame[_HEADER:]),
    ord("c"): lambda _: m.CopyDone(),
    ord("E"): lambda frame: m.ErrorResponse(parse_error(frame)),
    ord("N"): lambda frame: m.NoticeResponse(parse_notice(frame)),
    ord("A"): parse_notification,
}
