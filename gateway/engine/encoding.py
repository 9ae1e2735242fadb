"""Columns of a Flink result as the client sees them, and the function that writes its rows."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.engine.pages import FlinkColumn
from gateway.engine.results import Encoder
from gateway.engine.types import converter, pg_type
from protocol.errors import PROTOCOL_VIOLATION, SqlError
from protocol.values import pgtypes
from protocol.values.rows import ColumnCodec, compile_row_encoder
from session.ports import Column

OP = Column("op", pgtypes.TEXT)


def describe(columns: Sequence[FlinkColumn], *, changes: bool = False) -> tuple[Column, ...]:
    """Names and Postgres types. `changes`: the row kind comes first, as column `op`."""
    found = tuple(Column(column.name, pg_type(column.type)) for column in columns)
    return (OP, *found) if changes else found


def row_encoder(
    columns: Sequence[FlinkColumn],
    formats: Sequence[int],
    time_zone: str,
    *,
    changes: bool = False,
) -> Encoder:
    """Rows of the gateway's JSON to DataRow messages. `columns` are those of the client's query: a
    wrapped one brings their values in the same shapes (opaque ones as JSON text)."""
    count = len(columns) + changes
    if len(formats) not in (0, 1, count):
        raise SqlError(
            PROTOCOL_VIOLATION,
            f"bind message has {len(formats)} result formats but query has {count} columns",
        )
    spread = list(formats) * count if len(formats) == 1 else list(formats) or [0] * count
    codecs = [ColumnCodec(pgtypes.TEXT)] if changes else []
    for column in columns:
        codecs.append(ColumnCodec(pg_type(column.type), 0, converter(column.type)))
    codecs = [ColumnCodec(c.type, f, c.convert) for c, f in zip(codecs, spread, strict=True)]
    return compile_row_encoder(codecs, time_zone=time_zone)
