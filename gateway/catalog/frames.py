"""The one request that a lease composes on behalf of its session."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.encode import (
    encode_bind,
    encode_close_portal,
    encode_close_statement,
    encode_execute,
    encode_parse,
)

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
