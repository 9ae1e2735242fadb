"""Values of Bind: from the bytes of either format to Python, exactly, or an error as in Postgres.

bool bool · int2 int4 int8 oid int · float4 float8 float · numeric plain digits as str
text varchar bpchar name char unknown str · bytea bytes · uuid str · json jsonb their text
date '2023-11-14' · time '22:13:20.123' · timestamp '2023-11-14T22:13:20.123'
timestamptz '2023-11-14T22:13:20.123Z' · interval (months, microseconds) · arrays lists
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from protocol.buffer import decode_utf8
from protocol.errors import (
    CHARACTER_NOT_IN_REPERTOIRE,
    FEATURE_NOT_SUPPORTED,
    INVALID_BINARY_REPRESENTATION,
    INVALID_DATETIME_FORMAT,
    INVALID_TEXT_REPRESENTATION,
    NUMERIC_VALUE_OUT_OF_RANGE,
    PROTOCOL_VIOLATION,
    UNDEFINED_FUNCTION,
    ProtocolViolation,
    SqlError,
)
from protocol.values import arrays, datetime_input, intervals, numbers, pgtypes, text_input
from protocol.values.pgtypes import type_name

UNSPECIFIED = 0  # the client left the type to the server

FromText = Callable[[str], object]
FromBinary = Callable[[bytes], object]


def decode_parameter(
    oid: int,
    format: int,
    data: bytes | None,
    *,
    time_zone: str = "UTC",
    number: int | None = None,
) -> object | None:
    """The value of a parameter; see the module for the shapes. `number` counts from 1.

    Raises SqlError: 22P02, 22007, 22003, 22008 for a value that its type does not have, 22021 for
    text that is not UTF-8, 22P03 and 08P01 for binary data of the wrong length.
    """
    if data is None:
        return None
    if format == 1:
        return _binary(oid, data, number)
    text = decode_utf8(data)
    if "\0" in text:
        raise _nul()
    return _text(oid, text, time_zone)


def _nul() -> SqlError:
    return SqlError(CHARACTER_NOT_IN_REPERTOIRE, 'invalid byte sequence for encoding "UTF8": 0x00')


# ── Text ────────────────────────────────────────────────────────────────────────────────────────

_INTEGERS: Mapping[int, tuple[str, int]] = {  # display name, bits
    pgtypes.INT2.oid: ("smallint", 16),
    pgtypes.INT4.oid: ("integer", 32),
    pgtypes.INT8.oid: ("bigint", 64),
}
_DISPLAY: Mapping[int, str] = {
    **{oid: name for oid, (name, _) in _INTEGERS.items()},
    pgtypes.BOOL.oid: "boolean",
    pgtypes.FLOAT4.oid: "real",
    pgtypes.FLOAT8.oid: "double precision",
    pgtypes.JSONB.oid: "json",
}


def _reader_of_int(bits: int) -> FromText:
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    return lambda text: text_input.parse_int(text, low, high)


def _oid(text: str) -> int:
    # Postgres reads a negative OID as its two's complement.
    return text_input.parse_int(text, -(1 << 31), (1 << 32) - 1) & 0xFFFFFFFF


def _string(text: str) -> str:
    return text


_FROM_TEXT: Mapping[int, FromText] = {
    UNSPECIFIED: _string,
    pgtypes.UNKNOWN.oid: _string,
    pgtypes.TEXT.oid: _string,
    pgtypes.VARCHAR.oid: _string,
    pgtypes.BPCHAR.oid: _string,
    pgtypes.NAME.oid: _string,
    pgtypes.CHAR.oid: _string,
    pgtypes.BOOL.oid: text_input.parse_bool,
    **{oid: _reader_of_int(bits) for oid, (_, bits) in _INTEGERS.items()},
    pgtypes.OID.oid: _oid,
    pgtypes.FLOAT4.oid: text_input.parse_float4,
    pgtypes.FLOAT8.oid: text_input.parse_float8,
    pgtypes.NUMERIC.oid: text_input.parse_numeric,
    pgtypes.BYTEA.oid: text_input.parse_bytea,
    pgtypes.DATE.oid: datetime_input.parse_date,
    pgtypes.TIME.oid: datetime_input.parse_time,
    pgtypes.TIMESTAMP.oid: datetime_input.parse_timestamp,
    pgtypes.INTERVAL.oid: intervals.parse_interval,
    pgtypes.UUID.oid: text_input.parse_uuid,
    pgtypes.JSON.oid: text_input.parse_json,
    pgtypes.JSONB.oid: text_input.parse_json,
}


def _text(oid: int, text: str, time_zone: str) -> object:
    if (element := pgtypes.ELEMENT_OF.get(oid)) is not None:
        return _array_text(element, text, time_zone)
    if oid == pgtypes.TIMESTAMPTZ.oid:
        return datetime_input.parse_timestamptz(text, time_zone)
    read = _FROM_TEXT.get(oid)
    if read is None:
        raise _unsupported(oid)
    try:
        return read(text)
    except OverflowError as error:
        raise _out_of_range(oid, text) from error
    except (ValueError, LookupError) as error:
        raise _malformed(oid, text) from error


def _array_text(element: int, text: str, time_zone: str) -> object:
    try:
        return arrays.parse_array_text(text, lambda each: _text(element, each, time_zone))
    except ValueError as error:
        raise SqlError(
            INVALID_TEXT_REPRESENTATION, f'malformed array literal: "{text}"', detail=f"{error}."
        ) from error


def _out_of_range(oid: int, text: str) -> SqlError:
    name = _DISPLAY.get(oid, type_name(oid))
    subject = f'"{text}"' if oid in (pgtypes.FLOAT4.oid, pgtypes.FLOAT8.oid) else f'value "{text}"'
    return SqlError(NUMERIC_VALUE_OUT_OF_RANGE, f"{subject} is out of range for type {name}")


def _malformed(oid: int, text: str) -> SqlError:
    name = _DISPLAY.get(oid, type_name(oid))
    if oid in (pgtypes.JSON.oid, pgtypes.JSONB.oid):
        return SqlError(INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json")
    code = INVALID_TEXT_REPRESENTATION
    if oid == pgtypes.INTERVAL.oid:
        code = INVALID_DATETIME_FORMAT
    return SqlError(code, f'invalid input syntax for type {name}: "{text}"')


def _unsupported(oid: int) -> SqlError:
    return SqlError(FEATURE_NOT_SUPPORTED, f"parameters of type {type_name(oid)} are not supported")


# ── Binary ──────────────────────────────────────────────────────────────────────────────────────


def _unpacker(layout: str, then: Callable[..., object] | None = None) -> FromBinary:
    unpack = struct.Struct(layout).unpack
    if then is None:
        return lambda data: unpack(data)[0]
    return lambda data: then(unpack(data)[0])


def _utf8(data: bytes) -> str:
    if b"\0" in data:
        raise _nul()
    return decode_utf8(data)


def _bool(data: bytes) -> bool:
    return bool(struct.unpack("!?", data)[0])


def _numeric(data: bytes) -> str:
    count, weight, sign, scale = struct.unpack_from("!HhHh", data)
    groups = struct.unpack(f"!{count}h", data[8:])
    return numbers.numeric_from_binary(weight, sign, scale, groups)


def _uuid(data: bytes) -> str:
    if len(data) != 16:
        raise struct.error("a UUID has 16 bytes")
    return text_input.parse_uuid(data.hex())


def _json(data: bytes) -> str:
    try:
        return text_input.parse_json(_utf8(data))
    except ValueError as error:
        message = "invalid input syntax for type json"
        raise SqlError(INVALID_TEXT_REPRESENTATION, message) from error


def _jsonb(data: bytes) -> str:
    if data[:1] != b"\x01":
        version = data[0] if data else 0
        raise SqlError(PROTOCOL_VIOLATION, f"unsupported jsonb version number {version}")
    return _json(data[1:])


def _instant(micros: int) -> str:
    return datetime_input.timestamp_from_micros(micros, "Z")


_FROM_BINARY: Mapping[int, FromBinary] = {
    UNSPECIFIED: _utf8,
    pgtypes.UNKNOWN.oid: _utf8,
    pgtypes.TEXT.oid: _utf8,
    pgtypes.VARCHAR.oid: _utf8,
    pgtypes.BPCHAR.oid: _utf8,
    pgtypes.NAME.oid: _utf8,
    pgtypes.CHAR.oid: _utf8,
    pgtypes.BOOL.oid: _bool,
    pgtypes.INT2.oid: _unpacker("!h"),
    pgtypes.INT4.oid: _unpacker("!i"),
    pgtypes.INT8.oid: _unpacker("!q"),
    pgtypes.OID.oid: _unpacker("!I"),
    pgtypes.FLOAT4.oid: _unpacker("!f", text_input.widened),
    pgtypes.FLOAT8.oid: _unpacker("!d"),
    pgtypes.NUMERIC.oid: _numeric,
    pgtypes.BYTEA.oid: bytes,
    pgtypes.DATE.oid: _unpacker("!i", datetime_input.date_from_days),
    pgtypes.TIME.oid: _unpacker("!q", datetime_input.time_from_micros),
    pgtypes.TIMESTAMP.oid: _unpacker("!q", datetime_input.timestamp_from_micros),
    pgtypes.TIMESTAMPTZ.oid: _unpacker("!q", _instant),
    pgtypes.INTERVAL.oid: intervals.interval_from_binary,
    pgtypes.UUID.oid: _uuid,
    pgtypes.JSON.oid: _json,
    pgtypes.JSONB.oid: _jsonb,
}


def _binary(oid: int, data: bytes, number: int | None) -> object:
    try:
        if (element := pgtypes.ELEMENT_OF.get(oid)) is not None:
            read = _element_reader(element)
            return arrays.parse_array_binary(data, element, read)
        return _element_reader(oid)(data)
    except ProtocolViolation as error:
        # A field that is too short spoils its statement, not the connection.
        raise SqlError(PROTOCOL_VIOLATION, "insufficient data left in message") from error
    except (struct.error, ValueError) as error:
        which = "" if number is None else f" {number}"
        message = f"incorrect binary data format in bind parameter{which}"
        raise SqlError(INVALID_BINARY_REPRESENTATION, message) from error


def _element_reader(oid: int) -> FromBinary:
    read = _FROM_BINARY.get(oid)
    if read is None:
        raise SqlError(
            UNDEFINED_FUNCTION,
            f"no binary input function available for type {type_name(oid)}",
        )
    return read
