"""Nested values (ROW, MAP, MULTISET, arrays of these) as JSON text, compiled once per column.

The gateway's JSON is already JSON, but its numbers come to us as text and its DECIMALs without
their zeros: each part is written by its type, exactly, as Postgres's `to_jsonb` prints it
(`{"a": 1, "b": [1, 2]}`, numeric with its scale, bytea as `\\x…`, a date as ISO text).
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

import msgspec

from gateway.engine.logical import LogicalType
from protocol.values.intervals import interval_text

Writer = Callable[[Any], str]

_QUOTE = msgspec.json.Encoder()
_EXACT = Context(prec=80)


def json_writer(type_: LogicalType) -> Writer:
    """A function from a decoded JSON value of that type to JSON text; None gives `null`."""
    write = _WRITERS.get(type_.root, _text_writer)(type_)

    def or_null(value: Any) -> str:
        return "null" if value is None else write(value)

    return or_null


def quote(text: str) -> str:
    return _QUOTE.encode(text).decode()


def _text_writer(type_: LogicalType) -> Writer:
    return quote


def _bool_writer(type_: LogicalType) -> Writer:
    return lambda value: "true" if value else "false"


def _int_writer(type_: LogicalType) -> Writer:
    return str


def _float_writer(type_: LogicalType) -> Writer:
    """NaN and the infinities arrive as their names and stay strings: JSON has no such numbers."""
    return lambda value: quote(value) if value in ("NaN", "Infinity", "-Infinity") else str(value)


def _decimal_writer(type_: LogicalType) -> Writer:
    unit = Decimal(1).scaleb(-(type_.scale or 0))
    return lambda value: f"{Decimal(value).quantize(unit, context=_EXACT):f}"


def _bytes_writer(type_: LogicalType) -> Writer:
    return lambda value: quote("\\x" + binascii.a2b_base64(value).hex())


def _months_writer(type_: LogicalType) -> Writer:
    return lambda value: quote(interval_text((value, 0)))


def _milliseconds_writer(type_: LogicalType) -> Writer:
    return lambda value: quote(interval_text((0, value)))


def _array_writer(type_: LogicalType) -> Writer:
    element = json_writer(_of(type_.element))
    return lambda values: "[" + ", ".join([element(value) for value in values]) + "]"


def _row_writer(type_: LogicalType) -> Writer:
    parts = [(name, quote(name) + ": ", json_writer(field)) for name, field in type_.fields]
    return lambda value: (
        "{" + ", ".join([label + write(value[name]) for name, label, write in parts]) + "}"
    )


def _map_writer(type_: LogicalType) -> Writer:
    element = json_writer(_of(type_.element))
    return lambda value: (
        "{" + ", ".join([f"{quote(key)}: {element(each)}" for key, each in value.items()]) + "}"
    )


def _multiset_writer(type_: LogicalType) -> Writer:
    return lambda value: (
        "{" + ", ".join([f"{quote(key)}: {count}" for key, count in value.items()]) + "}"
    )


def _of(type_: LogicalType | None) -> LogicalType:
    if type_ is None:
        raise ValueError("a collection without the type of its elements")
    return type_


_WRITERS: dict[str, Callable[[LogicalType], Writer]] = {
    "BOOLEAN": _bool_writer,
    "TINYINT": _int_writer,
    "SMALLINT": _int_writer,
    "INT": _int_writer,
    "BIGINT": _int_writer,
    "FLOAT": _float_writer,
    "DOUBLE": _float_writer,
    "DECIMAL": _decimal_writer,
    "BINARY": _bytes_writer,
    "VARBINARY": _bytes_writer,
    "INTERVAL_YEAR_MONTH": _months_writer,
    "INTERVAL_DAY_TIME": _milliseconds_writer,
    "ARRAY": _array_writer,
    "ROW": _row_writer,
    "STRUCTURED": _row_writer,
    "MAP": _map_writer,
    "MULTISET": _multiset_writer,
}
