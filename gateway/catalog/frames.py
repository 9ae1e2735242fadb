"""Frames as the relay handles them: the one request it composes, the few replies it reads.

The relay cuts the stream itself instead of through `protocol.frames`: it passes on runs of frames
of all types as one piece. And text from Postgres is read leniently here: it is in the encoding that
the client chose, which need not be UTF-8.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from protocol.encode import (
    encode_bind,
    encode_close_portal,
    encode_close_statement,
    encode_execute,
    encode_parse,
)
from protocol.errors import INTERNAL_ERROR, SqlError

_LENGTH = struct.Struct("!I")
NAMED_QUERY_KINDS = b"PBECC"


def named_query(name: str, sql: str, arguments: Sequence[str]) -> bytes:
    """Parse, Bind, Execute and Close of a named statement and portal: the unnamed ones stay."""
    return b"".join(
        (
            encode_parse(name, sql),
            encode_bind(name, name, (), [argument.encode() for argument in arguments], ()),
            encode_execute(name),
            encode_close_portal(name),
            encode_close_statement(name),
        )
    )


def frames(chunk: bytes) -> Iterator[tuple[int, bytes]]:
    """Type byte and frame of each message in a chunk of whole ones."""
    at = 0
    while at < len(chunk):
        end = at + 1 + _LENGTH.unpack_from(chunk, at + 1)[0]
        yield chunk[at], chunk[at:end]
        at = end


def parameter(frame: bytes) -> tuple[str, str]:
    """Name and value of a ParameterStatus."""
    name, value, _ = frame[5:].split(b"\0", 2)
    return name.decode(errors="replace"), value.decode(errors="replace")


def fields(frame: bytes) -> dict[str, str]:
    """The fields of an ErrorResponse or NoticeResponse by their letter."""
    return {
        chr(part[0]): part[1:].decode(errors="replace") for part in frame[5:].split(b"\0") if part
    }


def error(frame: bytes) -> SqlError:
    """An ErrorResponse as the error that it is."""
    said = fields(frame)
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
