"""One value going out: the table from type to its text and its binary form.

Values come in neutral shapes (see `rows`). Encoders raise TypeError, ValueError and the like for a
value of another shape; whoever calls them says which column it was.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError
from protocol.values import arrays, datetimes, intervals, numbers, pgtypes, texts, zones
from protocol.values.pgtypes import PgType, type_name

ToText = Callable[[Any], str]
ToBinary = Callable[[Any], bytes]

TEXT_FORMAT, BINARY_FORMAT = 0, 1


@dataclass(frozen=True, slots=True)
class Encoder:
    """How a type is printed and packed; `binary` is None where Postgres has no such function."""

    text: ToText
    binary: ToBinary | None


def _bool_text(value: object) -> str:
    if value is True:
        return "t"
    if value is False:
        return "f"
    raise TypeError("not a boolean")


def _bool_binary(value: object) -> bytes:
    return b"\x01" if _bool_text(value) == "t" else b"\0"


def _packer(layout: str) -> ToBinary:
    return struct.Struct(layout).pack


def _one_byte(value: str) -> str:
    if len(value.encode()) > 1:
        raise ValueError("more than one byte")
    return texts.checked_text(value)


_FLOAT8 = _packer("!d")
_FLOAT4 = _packer("!f")
_DAYS = _packer("!i")
_MICROS = _packer("!q")
_STRING = Encoder(texts.checked_text, texts.utf8_text)

# int.__repr__ rather than str: it refuses what is not an int.
_PLAIN: dict[int, Encoder] = {
    pgtypes.BOOL.oid: Encoder(_bool_text, _bool_binary),
    pgtypes.INT2.oid: Encoder(int.__repr__, _packer("!h")),
    pgtypes.INT4.oid: Encoder(int.__repr__, _packer("!i")),
    pgtypes.INT8.oid: Encoder(int.__repr__, _packer("!q")),
    pgtypes.OID.oid: Encoder(int.__repr__, _packer("!I")),
    pgtypes.FLOAT4.oid: Encoder(numbers.float4_text, lambda v: _FLOAT4(float(v))),
    pgtypes.FLOAT8.oid: Encoder(numbers.float8_text, lambda v: _FLOAT8(float(v))),
    pgtypes.TEXT.oid: _STRING,
    pgtypes.VARCHAR.oid: _STRING,
    pgtypes.NAME.oid: _STRING,
    pgtypes.UNKNOWN.oid: _STRING,
    pgtypes.CHAR.oid: Encoder(_one_byte, lambda v: _one_byte(v).encode() or b"\0"),
    pgtypes.BYTEA.oid: Encoder(texts.bytea_text, texts.bytea_binary),
    pgtypes.DATE.oid: Encoder(datetimes.date_text, lambda v: _DAYS(datetimes.date_days(v))),
    pgtypes.TIME.oid: Encoder(datetimes.time_text, lambda v: _MICROS(datetimes.time_micros(v))),
    pgtypes.TIMESTAMP.oid: Encoder(
        datetimes.timestamp_text, lambda v: _MICROS(datetimes.timestamp_micros(v))
    ),
    pgtypes.INTERVAL.oid: Encoder(intervals.interval_text, intervals.interval_binary),
    pgtypes.JSON.oid: Encoder(texts.json_text, lambda v: texts.utf8_text(texts.json_text(v))),
    pgtypes.JSONB.oid: Encoder(texts.jsonb_text, texts.jsonb_binary),
    pgtypes.UUID.oid: Encoder(texts.uuid_text, texts.uuid_binary),
    # Results of void functions and rows that are only ever printed.
    pgtypes.VOID.oid: Encoder(texts.checked_text, texts.utf8_text),
    pgtypes.RECORD.oid: Encoder(texts.checked_text, None),
}


def encoder_for(type_: PgType, time_zone: str = "UTC") -> Encoder:
    """The encoder of a type in a session's zone. Raises SqlError 0A000 for a type without one."""
    element = pgtypes.element_of(type_)
    if element is not None:
        return _array(element, encoder_for(element, time_zone))
    if type_.oid == pgtypes.NUMERIC.oid:
        text = numbers.numeric_text_for(type_)
        return Encoder(text, lambda v: numbers.numeric_binary(text(v)))
    if type_.oid == pgtypes.TIMESTAMPTZ.oid:
        return Encoder(
            zones.instant_text_for(time_zone), lambda v: _MICROS(zones.instant_micros(v))
        )
    if type_.oid == pgtypes.BPCHAR.oid:
        return _padded(max(type_.typmod - 4, 0))
    if type_.oid not in _PLAIN:
        raise SqlError(FEATURE_NOT_SUPPORTED, f"type {type_name(type_.oid)} is not supported")
    return _PLAIN[type_.oid]


def _padded(length: int) -> Encoder:
    """char(n) is filled up with spaces, in both formats."""
    return Encoder(
        lambda v: texts.checked_text(v).ljust(length),
        lambda v: texts.utf8_text(v.ljust(length)),
    )


def _array(element: PgType, encoder: Encoder) -> Encoder:
    def text(values: Any) -> str:
        return arrays.array_text(_list(values), encoder.text)

    binary = encoder.binary
    if binary is None:
        return Encoder(text, None)

    def packed(values: Any) -> bytes:
        return arrays.array_binary(_list(values), binary, element.oid)

    return Encoder(text, packed)


def _list(values: object) -> list[object] | tuple[object, ...]:
    if not isinstance(values, list | tuple):
        raise TypeError("not a list")
    return values
