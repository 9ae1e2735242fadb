"""Result pages of the SQL Gateway: what a page says, decoded once and without losing a digit.

JSON numbers with a fraction or exponent stay text (`float_hook=str`), integers are exact, so that
DECIMAL(38, 18) passes. The columns repeat in every page; they are read from the first alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from gateway.engine.logical import LogicalType, from_json

# Row kinds as Flink's SQL client and RowKind.shortString write them.
SHORT_KINDS = {
    "INSERT": "+I",
    "UPDATE_BEFORE": "-U",
    "UPDATE_AFTER": "+U",
    "DELETE": "-D",
}


class Row(msgspec.Struct, gc=False):
    kind: str
    fields: list[Any]


class _Inserted(msgspec.Struct, gc=False):
    kind: Literal["INSERT"]
    fields: list[Any]


class _Results(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"[]")


class _Envelope(msgspec.Struct, rename="camel"):
    """`result_type`: NOT_READY, PAYLOAD or EOS."""

    result_type: str
    results: _Results = msgspec.field(default_factory=_Results)


@dataclass(frozen=True, slots=True)
class Page:
    """A page whose rows are still JSON."""

    data: msgspec.Raw  # an array of rows
    last: bool
    size: int  # bytes

    @property
    def empty(self) -> bool:
        return memoryview(self.data).nbytes <= _EMPTY_BYTES


class _JsonColumn(msgspec.Struct):
    name: str
    logicalType: dict[str, Any]


class _Columns(msgspec.Struct):
    columns: list[_JsonColumn] = []


class _Head(msgspec.Struct, rename="camel"):
    result_type: str
    results: _Columns = msgspec.field(default_factory=_Columns)
    job_id: str | None = msgspec.field(name="jobID", default=None)


@dataclass(frozen=True, slots=True)
class FlinkColumn:
    name: str
    type: LogicalType


_EMPTY_BYTES = 8  # of an array; a row alone has more

_envelopes = msgspec.json.Decoder(_Envelope)
_rows = msgspec.json.Decoder(list[Row], float_hook=str)
_inserted = msgspec.json.Decoder(list[_Inserted], float_hook=str)
_heads = msgspec.json.Decoder(_Head)


def open_page(content: bytes) -> Page:
    """A page as it came; its rows are only walked over."""
    envelope = _envelopes.decode(content)
    return Page(envelope.results.data, envelope.result_type == "EOS", len(content))


def rows(page: Page) -> list[Row]:
    """Its rows, which may be changes of every kind."""
    return _rows.decode(page.data)


def inserted(page: Page) -> list[list[Any]]:
    """Fields of the rows of an append-only result.

    Raises msgspec.ValidationError for any other kind of row: half the work of a check.
    """
    return [row.fields for row in _inserted.decode(page.data)]


def ready(content: bytes) -> bool:
    """Has the operation left planning and submission?"""
    return _heads.decode(content).result_type != "NOT_READY"


def columns(content: bytes) -> Sequence[FlinkColumn]:
    """The columns that any ready page names."""
    head = _heads.decode(content)
    return [FlinkColumn(c.name, from_json(c.logicalType)) for c in head.results.columns]
