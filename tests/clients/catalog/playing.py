"""A recorded message on the wire: sent as its tool sends it, answered as lines to compare."""

from __future__ import annotations

import difflib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from dialects import Route
from protocol import encode as e
from protocol import messages as m
from protocol.frames import decode_backend
from session.context import classify
from tests.clients.catalog.recorded import Recorded
from tests.dialects.world import NAMES
from tests.exchanges.client import Address, RawClient
from tests.exchanges.wording import show_frame

# Where a column comes from: that of a view which stands for another is the view's.
_RELATION = re.compile(r" of \S+\.\d+")
FLINK, POSTGRES, REFUSED = "flink", "postgres", "refused"


@asynccontextmanager
async def session(address: Address, **parameters: str) -> AsyncIterator[RawClient]:
    client = await address.connect()
    try:
        await client.start(**parameters)
        yield client
        await client.rest()
    finally:
        await client.close()


def encoded(recorded: Recorded, oids: Mapping[str, int]) -> bytes:
    text = recorded.text(oids)
    if not recorded.extended:
        return e.encode_query(text)
    values = [None if v is None else v.encode() for v in recorded.values(oids)]
    return b"".join(
        (
            e.encode_parse("", text, []),
            e.encode_describe_statement(""),
            e.encode_bind("", "", [], values, [int(recorded.binary)]),
            e.encode_describe_portal(""),
            e.encode_execute("", 0),
            e.SYNC,
        )
    )


async def answered(client: RawClient, recorded: Recorded, oids: Mapping[str, int]) -> list[str]:
    """The messages up to ReadyForQuery, as lines; masked columns without their values."""
    client.send(encoded(recorded, oids))
    lines: list[str] = []
    names: list[str] = []
    while not lines or not lines[-1].startswith("ReadyForQuery"):
        frame = await client.next_frame()
        assert frame, "the connection was closed"
        if frame[:1] in b"TD" and recorded.of_sessions:
            names = _masked(frame, recorded.mask, names, lines)
        else:
            lines.append(show_frame(frame, {}))
    return lines


def _masked(frame: bytes, mask: frozenset[str], names: list[str], lines: list[str]) -> list[str]:
    """Note the frame in the lines; the names of the columns from here on."""
    message = decode_backend(frame)
    if isinstance(message, m.DataRow):
        pairs = zip(names, message.fields, strict=True)
        shown = ["*" if name in mask else repr(value) for name, value in pairs]
        lines.append(f"DataRow {', '.join(shown)}")
        return names
    lines.append(_RELATION.sub("", show_frame(frame, {})))
    assert isinstance(message, m.RowDescription)
    return [column.name for column in message.fields]


def errors(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("ErrorResponse")]


def difference(oracle: list[str], ours: list[str]) -> str:
    """Empty where both are the same; else what Postgres says (-) and what we say (+)."""
    if oracle == ours:
        return ""
    found = difflib.unified_diff(oracle, ours, "Postgres", "ours", lineterm="", n=0)
    return "\n".join(line[:600] for line in found)


def routes(recorded: Recorded, oids: Mapping[str, int]) -> list[str]:
    """Who answers each statement of the message: FLINK, POSTGRES or REFUSED."""
    found = []
    for verdict in classify(recorded.text(oids), NAMES):
        if verdict.route is Route.REFUSED:
            found.append(REFUSED)
        elif Route.ENGINE in (verdict.route, verdict.inner_route):
            found.append(FLINK)
        else:
            found.append(POSTGRES)
    return found
