"""Frames as the relay handles them: the few requests it makes itself, the few replies it reads.

Everything else passes through unread. Formats: manual, 55.7 "Message Formats".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

from protocol.errors import INTERNAL_ERROR, SqlError

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
SYNC = b"S\0\0\0\x04"
FLUSH = b"H\0\0\0\x04"
TERMINATE = b"X\0\0\0\x04"
_PROTOCOL_3_0 = 196608
_CANCEL_CODE = 80877102
_LENGTH = struct.Struct("!I")


def message(kind: bytes, body: bytes) -> bytes:
    return kind + _LENGTH.pack(len(body) + 4) + body


def cstring(text: str) -> bytes:
    return text.encode() + b"\0"


def startup(parameters: Mapping[str, str]) -> bytes:
    pairs = b"".join(cstring(name) + cstring(value) for name, value in parameters.items())
    body = _LENGTH.pack(_PROTOCOL_3_0) + pairs + b"\0"
    return _LENGTH.pack(len(body) + 4) + body


def cancel_request(pid: int, secret: bytes) -> bytes:
    return struct.pack("!III", 12 + len(secret), _CANCEL_CODE, pid) + secret


def query(sql: str) -> bytes:
    return message(b"Q", cstring(sql))


def named_query(name: str, sql: str, arguments: Sequence[str]) -> bytes:
    """Parse, Bind, Execute and Close of a named statement and portal: the unnamed ones stay."""
    label = cstring(name)
    values = b"".join(_LENGTH.pack(len(raw)) + raw for raw in (a.encode() for a in arguments))
    bind = label + label + struct.pack("!hh", 0, len(arguments)) + values + b"\0\0"
    return b"".join(
        (
            message(b"P", label + cstring(sql) + b"\0\0"),
            message(b"B", bind),
            message(b"E", label + b"\0\0\0\0"),
            message(b"C", b"P" + label),
            message(b"C", b"S" + label),
        )
    )


NAMED_QUERY_KINDS = b"PBECC"


def frames(chunk: bytes) -> Iterator[tuple[int, bytes]]:
    """Type byte and body of each message in a chunk of whole ones."""
    at = 0
    while at < len(chunk):
        end = at + 1 + _LENGTH.unpack_from(chunk, at + 1)[0]
        yield chunk[at], chunk[at + 5 : end]
        at = end


def row(body: bytes) -> list[bytes | None]:
    """The columns of a DataRow."""
    (count,) = struct.unpack_from("!h", body)
    at, values = 2, list[bytes | None]()
    for _ in range(count):
        (size,) = struct.unpack_from("!i", body, at)
        at += 4
        values.append(None if size < 0 else body[at : at + size])
        at += max(size, 0)
    return values


def parameter(body: bytes) -> tuple[str, str]:
    """Name and value of a ParameterStatus."""
    name, value, _ = body.split(b"\0", 2)
    return name.decode(errors="replace"), value.decode(errors="replace")


def fields(body: bytes) -> dict[str, str]:
    """The fields of an ErrorResponse or NoticeResponse by their letter."""
    return {chr(part[0]): part[1:].decode(errors="replace") for part in body.split(b"\0") if part}


def error(body: bytes) -> SqlError:
    """An ErrorResponse as the error that it is."""
    said = fields(body)
    position = said.get("P", "")
    return SqlError(
        said.get("C", INTERNAL_ERROR),
        said.get("M", ""),
        detail=said.get("D"),
        hint=said.get("H"),
        position=int(position) if position.isdecimal() else None,
        where=said.get("W"),
        severity=said.get("V") or said.get("S", "ERROR"),
    )
