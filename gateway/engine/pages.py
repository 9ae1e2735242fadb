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


class _Data(msgspec.Struct):
    data: list[Row] = []


class _InsertedData(msgspec.Struct):
    data: list[_Inserted] = []


class Page(msgspec.Struct, rename="camel"):
    """A page that may hold changes of every kind. `result_type`: NOT_READY, PAYLOAD or EOS."""

    result_type: str
    results: _Data = msgspec.field(default_factory=_Data)


class InsertPage(msgspec.Struct, rename="camel"):
    """A page of an append-only result; decoding any other kind of row fails."""

    result_type: str
    results: _InsertedData = msgspec.field(default_factory=_InsertedData)


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


_pages = msgspec.json.Decoder(Page, float_hook=str)
_insert_pages = msgspec.json.Decoder(InsertPage, float_hook=str)
_heads = msgspec.json.Decoder(_Head)


def decode(content: bytes) -> Page:
    return _pages.decode(content)


def decode_inserts(content: bytes) -> InsertPage:
    """Raises msgspec.ValidationError for a row that is no insertion: half the work of a check."""
    return _insert_pages.decode(content)


def ready(content: bytes) -> bool:
    """Has the operation left planning and submission?"""
    return _heads.decode(content).result_type != "NOT_READY"


def columns(content: bytes) -> Sequence[FlinkColumn]:
    """The columns that any ready page names."""
    head = _heads.decode(content)
    return [FlinkColumn(c.name, from_json(c.logicalType)) for c in head.results.columns]
