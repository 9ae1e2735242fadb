"""A client's prepared statements on a connection that does not know them.

What the client was told of a statement (types of its parameters, its columns) has to stay true:
the types are given with the new Parse, and when the columns have changed in the meantime, the
client gets the error that Postgres gives when a plan changes under a client's feet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

from protocol.encode import (
    encode_close_statement,
    encode_describe_statement,
    encode_flush,
    encode_parse,
)
from protocol.frames import iter_frames, parse_parameter_description, parse_row_description
from session.client import Client
from session.ports import Backend
from session.statements import Prepared, Signature, changed_plan

_PARAMETERS, _COLUMNS, _NO_DATA = b"tTn"
_OURS = b"1tTn"
Exchange = Callable[[bytes, bytes, Callable[[bytes], None]], Awaitable[None]]


class Signatures:
    """Reads along what the client is told of the statements that it has described."""

    def __init__(self) -> None:
        self.expected: deque[Prepared] = deque()
        self._types: tuple[int, ...] = ()

    def expect(self, prepared: Prepared) -> None:
        self.expected.append(prepared)

    def clear(self) -> None:
        self.expected.clear()

    def read(self, chunk: bytes) -> None:
        """Frames of Postgres. A ParameterDescription begins the answer to each such Describe."""
        answering = False
        for kind, frame in iter_frames(chunk):
            if kind == _PARAMETERS:
                self._types = parse_parameter_description(frame)
                answering = True
            elif answering and kind in (_COLUMNS, _NO_DATA) and self.expected:
                self.expected.popleft().signature = Signature(self._types, _shape(kind, frame))
                answering = False


def _shape(kind: int, frame: bytes) -> tuple[tuple[object, ...], ...]:
    """What Postgres compares as well: names and types, wherever the columns come from."""
    if kind == _NO_DATA:
        return ()
    fields = parse_row_description(frame).fields
    return tuple([(f.name, f.type_oid, f.type_size, f.type_modifier) for f in fields])


async def restore(prepared: Prepared, backend: Backend, exchange: Exchange, client: Client) -> None:
    """Prepare it anew. An error of Postgres goes to the client, whose message needed the statement.
    Raises SqlError 0A000 when its columns are not those that the client knows."""
    told, name = prepared.signature, prepared.name
    request, kinds = prepared.parse, b"P"
    if told is not None:
        request = encode_parse(name, prepared.text or "", told.types) + encode_describe_statement(
            name
        )
        kinds = b"PD"
    answer = bytearray()
    await exchange(request + encode_flush(), kinds, answer.extend)
    client.write(b"".join([f for kind, f in iter_frames(bytes(answer)) if kind not in _OURS]))
    if backend.failed:
        return
    if told is not None and told.columns not in [
        _shape(kind, frame)
        for kind, frame in iter_frames(bytes(answer))
        if kind in (_COLUMNS, _NO_DATA)
    ]:
        await exchange(encode_close_statement(name) + encode_flush(), b"C", answer.extend)
        raise changed_plan()
    backend.statements[name] = prepared
