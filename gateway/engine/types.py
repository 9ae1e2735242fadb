"""Flink's types as Postgres's, and the gateway's JSON values as what the row encoder takes.

    LogicalType ──► pg_type() ──► PgType      of the RowDescription
                └─► converter() ──► callable  on each value that is not null (None: as it is)

Scalars keep their kind; arrays of scalars are arrays; what Postgres has no rectangular form for
(nested arrays, ROW, MAP, MULTISET) is jsonb, written as `to_jsonb` would print its parts.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from typing import Any

import msgspec

from gateway.engine.logical import LogicalType
from gateway.engine.nested import json_writer
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError
from protocol.values import PgType, pgtypes
from protocol.values.texts import RawJson

Converter = Callable[[Any], Any]

_FIXED: dict[str, PgType] = {
    "BOOLEAN": pgtypes.BOOL,
    "TINYINT": pgtypes.INT2,  # Postgres has no integer of one byte
    "SMALLINT": pgtypes.INT2,
    "INT": pgtypes.INT4,
    "BIGINT": pgtypes.INT8,
    "FLOAT": pgtypes.FLOAT4,
    "DOUBLE": pgtypes.FLOAT8,
    "BINARY": pgtypes.BYTEA,
    "VARBINARY": pgtypes.BYTEA,
    "DATE": pgtypes.DATE,
    "INTERVAL_YEAR_MONTH": pgtypes.INTERVAL,
    "INTERVAL_DAY_TIME": pgtypes.INTERVAL,
    "ROW": pgtypes.JSONB,
    "MAP": pgtypes.JSONB,
    "MULTISET": pgtypes.JSONB,
    "STRUCTURED": pgtypes.JSONB,
    "VARIANT": pgtypes.JSONB,
    "RAW": pgtypes.TEXT,
    "BITMAP": pgtypes.TEXT,
    "NULL": pgtypes.TEXT,
}
_PARAMETERISED: dict[str, Callable[[LogicalType], PgType]] = {
    "DECIMAL": lambda t: pgtypes.numeric(t.precision or 0, t.scale or 0),
    "CHAR": lambda t: pgtypes.bpchar(t.length or 0),
    "VARCHAR": lambda t: pgtypes.varchar(t.length or 0),
    "TIME": lambda t: pgtypes.time(t.precision or 0),
    "TIMESTAMP": lambda t: pgtypes.timestamp(t.precision or 0),
    "TIMESTAMP_LTZ": lambda t: pgtypes.timestamptz(t.precision or 0),
}


def pg_type(type_: LogicalType) -> PgType:
    """The Postgres type of a Flink type. Raises SqlError 0A000 for one that has none."""
    if type_.root == "ARRAY" and type_.element is not None:
        element = pg_type(type_.element)
        nested = type_.element.root == "ARRAY" or element.oid == pgtypes.JSONB.oid
        return pgtypes.JSONB if nested else pgtypes.array_of(element)
    if make := _PARAMETERISED.get(type_.root):
        return make(type_)
    if fixed := _FIXED.get(type_.root):
        return fixed
    raise SqlError(
        FEATURE_NOT_SUPPORTED,
        f"Flink's type {type_.root} cannot be returned",
        hint="Cast the column to STRING in the query.",
    )


_EXTRA_DIGITS = re.compile(r"(\.\d{6})\d+")


def cut_to_micros(text: str) -> str:
    """Postgres keeps microseconds; cutting, not rounding, so that no value moves over a day."""
    return _EXTRA_DIGITS.sub(r"\1", text)


def _months(value: int) -> tuple[int, int]:
    return value, 0


def _milliseconds(value: int) -> tuple[int, int]:
    return 0, value


def converter(type_: LogicalType) -> Converter | None:
    """What turns a value of the gateway's JSON into the encoder's input; never called with None."""
    root = type_.root
    if type_.opaque:  # it comes as JSON text (see `wrapping`)
        return RawJson if pg_type(type_).oid == pgtypes.JSONB.oid else msgspec.json.decode
    if root in ("BINARY", "VARBINARY"):
        return binascii.a2b_base64
    if root in ("TIME", "TIMESTAMP", "TIMESTAMP_LTZ") and (type_.precision or 0) > 6:
        return cut_to_micros
    if root == "INTERVAL_YEAR_MONTH":
        return _months
    if root == "INTERVAL_DAY_TIME":
        return _milliseconds
    if pg_type(type_).oid == pgtypes.JSONB.oid:
        return _json_converter(type_)
    if root == "ARRAY" and type_.element is not None:
        return _array_converter(converter(type_.element))
    return None


def _array_converter(element: Converter | None) -> Converter | None:
    if element is None:
        return None

    def convert(values: list[Any]) -> list[Any]:
        return [None if value is None else element(value) for value in values]

    return convert


def _json_converter(type_: LogicalType) -> Converter:
    write = json_writer(type_)

    def convert(value: Any) -> RawJson:
        return RawJson(write(value))

    return convert
