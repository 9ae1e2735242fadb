"""Rows going out: for each schema a function is generated that makes whole DataRow messages.

A row is put together as one string of Latin-1 characters, each standing for one byte, and a batch
is turned into bytes once: building strings is what CPython does fastest, and lengths come out of a
table of ready-made four-character words. Text beyond ASCII is its UTF-8 bytes as characters.

Neutral shapes of values, per type (None is NULL everywhere):

    bool                bool                    bytea         bytes
    int2 int4 int8 oid  int                     date          '2023-11-14', '-0044-…', '+12345-…'
    float4 float8       float, int, '1.0E300'   time          '12:34:56.123456789'
    numeric             '1.2E+3', int, Decimal  timestamp     '2023-11-14T22:13:20.123'
    text varchar char   str                     timestamptz   '2023-11-14T22:13:20.123Z'
    uuid                str                     interval      (months, milliseconds)
    json jsonb          JSON-able, RawJson      arrays        list
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from protocol.errors import (
    DATA_EXCEPTION,
    FEATURE_NOT_SUPPORTED,
    NUMERIC_VALUE_OUT_OF_RANGE,
    PROGRAM_LIMIT_EXCEEDED,
    SqlError,
)
from protocol.values import pgtypes, texts
from protocol.values.encoders import BINARY_FORMAT, encoder_for
from protocol.values.pgtypes import PgType, type_name

MAX_COLUMNS = 1664  # Postgres's MaxTupleAttributeNumber
_WORD = struct.Struct("!I").pack
_KNOWN_LENGTHS = 4096

RowEncoder = Callable[[Iterable[Sequence[object]]], bytes]


@dataclass(frozen=True, slots=True)
class ColumnCodec:
    """A column of the result: `format` 0 text, 1 binary; `convert` makes the neutral shape."""

    type: PgType
    format: int = 0
    convert: Callable[[Any], object] | None = None


class _Lengths(dict[int, str]):
    """Length words as four Latin-1 characters; the long ones are made when asked for."""

    def __missing__(self, length: int) -> str:
        return _WORD(length).decode("latin-1")


_SHORT_LENGTHS = [_WORD(n).decode("latin-1") for n in range(_KNOWN_LENGTHS)]
_LENGTHS = _Lengths(enumerate(_SHORT_LENGTHS))
_NULL = "\xff\xff\xff\xff"
_BOOLS = {True: "\0\0\0\1t", False: "\0\0\0\1f"}
_BINARY_BOOLS = {True: "\0\0\0\1\1", False: "\0\0\0\1\0"}

# A value of some type may not be what its column says; all of these mean that.
_UNFIT = (
    TypeError,
    ValueError,
    OverflowError,
    AttributeError,
    LookupError,
    struct.error,
    ArithmeticError,
    RecursionError,
)


def compile_row_encoder(columns: Sequence[ColumnCodec], *, time_zone: str = "UTC") -> RowEncoder:
    """A function from rows to one run of DataRow messages.

    It raises SqlError: 22021 for text that Postgres cannot hold, 22003, 22008 for values out of
    range, 22000 for a value of another shape than its column's type; nothing is sent in part.
    """
    if len(columns) > MAX_COLUMNS:
        raise SqlError(
            PROGRAM_LIMIT_EXCEEDED, f"target lists can have at most {MAX_COLUMNS} entries"
        )
    short = _compile(columns, time_zone, _SHORT_LENGTHS)
    any_length = _compile(columns, time_zone, _LENGTHS)
    encode_rows = short

    def encode(rows: Iterable[Sequence[object]]) -> bytes:
        nonlocal encode_rows
        rows = rows if isinstance(rows, list | tuple) else list(rows)
        try:
            try:
                return encode_rows(rows).encode("latin-1")
            except IndexError:
                # A field or row longer than the table of the faster function knows.
                encode_rows = any_length
                return encode_rows(rows).encode("latin-1")
        except _UNFIT as error:
            raise _explain(rows, columns, time_zone, error) from error

    return encode


def _compile(
    columns: Sequence[ColumnCodec], time_zone: str, lengths: list[str] | dict[int, str]
) -> Callable[[Sequence[Sequence[object]]], str]:
    source, names = _source(columns, time_zone)
    names["LENGTH"] = lengths
    exec(compile(source, "<row encoder>", "exec"), names)  # from our own templates alone
    return cast("Callable[[Sequence[Sequence[object]]], str]", names["encode_rows"])


# ── The generated function ──────────────────────────────────────────────────────────────────────


def _source(columns: Sequence[ColumnCodec], time_zone: str) -> tuple[str, dict[str, Any]]:
    names: dict[str, Any] = {
        "NULL": _NULL,
        "BOOL": _BOOLS,
        "BINARY_BOOL": _BINARY_BOOLS,
        "unfit_text": texts.unfit_text,
        "integer": int.__repr__,
    }
    cells: list[str] = []
    for index, column in enumerate(columns):
        cells += _column_source(index, column, time_zone, names)
    count = struct.pack("!H", len(columns)).decode("latin-1")
    unpack = "".join(f"v{index}, " for index in range(len(columns)))
    fields = "".join(f"{{n{index}}}{{v{index}}}" for index in range(len(columns)))
    lines = [
        "def encode_rows(rows):",
        "    out = []",
        "    append = out.append",
        f"    for [{unpack}] in rows:",
        *(f"        {line}" for line in cells),
        f"        row = f{count!r}{f'f{fields!r}' if fields else ''}",
        "        append(f'D{LENGTH[len(row) + 4]}{row}')",
        "    return ''.join(out)",
    ]
    return "\n".join(lines), names


def _column_source(
    index: int, column: ColumnCodec, time_zone: str, names: dict[str, Any]
) -> list[str]:
    """Statements that turn `v<index>` from a value into its text; `n<index>` is its length word."""
    v, n = f"v{index}", f"n{index}"
    lines: list[str] = []
    if column.convert is not None:
        names[f"convert{index}"] = column.convert
        lines += [f"if {v} is not None: {v} = convert{index}({v})"]
    inline = _INLINE.get((column.type.oid, column.format))
    if inline is None:
        inline = _call(index, column, time_zone, names)
    body = [f"    {line.format(v=v, n=n, i=index)}" for line in inline]
    return [*lines, f"if {v} is None: {n} = NULL; {v} = ''", "else:", *body]


# What is cheapest written out. {v}: the value, {n}: its length word, {i}: the column.
_MEASURE = "{n} = LENGTH[len({v})]"
_STRING_SOURCE = (
    "if not {v}.isascii(): {v} = {v}.encode().decode('latin-1')",
    "if '\\0' in {v}: raise unfit_text('0x00')",
    _MEASURE,
)
_INTEGER_SOURCE = (
    "{v} = f'{{{v}}}' if {v}.__class__ is int else integer({v})",
    _MEASURE,
)
_INLINE: Mapping[tuple[int, int], tuple[str, ...]] = {
    (pgtypes.BOOL.oid, 0): ("{n} = BOOL[{v}]", "{v} = ''"),
    (pgtypes.BOOL.oid, 1): ("{n} = BINARY_BOOL[{v}]", "{v} = ''"),
    (pgtypes.INT2.oid, 0): _INTEGER_SOURCE,
    (pgtypes.INT4.oid, 0): _INTEGER_SOURCE,
    (pgtypes.INT8.oid, 0): _INTEGER_SOURCE,
    (pgtypes.OID.oid, 0): _INTEGER_SOURCE,
    **{
        (type_.oid, format): _STRING_SOURCE
        for type_ in (pgtypes.TEXT, pgtypes.VARCHAR, pgtypes.NAME)
        for format in (0, 1)
    },
}
# Types whose text is ASCII whatever the value.
_ASCII = frozenset(
    each.oid
    for each in (
        pgtypes.FLOAT4,
        pgtypes.FLOAT8,
        pgtypes.NUMERIC,
        pgtypes.BYTEA,
        pgtypes.DATE,
        pgtypes.TIME,
        pgtypes.TIMESTAMP,
        pgtypes.TIMESTAMPTZ,
        pgtypes.INTERVAL,
        pgtypes.UUID,
    )
)


def _call(
    index: int, column: ColumnCodec, time_zone: str, names: dict[str, Any]
) -> tuple[str, ...]:
    """The general case: the type's encoder is called."""
    encoder = encoder_for(column.type, time_zone)
    if column.format == BINARY_FORMAT:
        if encoder.binary is None:
            raise SqlError(
                FEATURE_NOT_SUPPORTED,
                f"no binary output function available for type {type_name(column.type.oid)}",
            )
        names[f"encode{index}"] = encoder.binary
        return (
            "{v} = encode{i}({v}).decode('latin-1')",
            _MEASURE,
        )
    names[f"encode{index}"] = encoder.text
    if column.type.oid in _ASCII:
        return ("{v} = encode{i}({v})", _MEASURE)
    return ("{v} = encode{i}({v})", *_STRING_SOURCE)


# ── When a value does not fit ───────────────────────────────────────────────────────────────────


def _explain(
    rows: Sequence[Sequence[object]],
    columns: Sequence[ColumnCodec],
    time_zone: str,
    cause: Exception,
) -> SqlError:
    """Encode value by value to say which column it was; the value itself is not shown."""
    singles = [_compile([column], time_zone, _LENGTHS) for column in columns]
    for row in rows:
        if len(row) != len(columns):
            return SqlError(
                DATA_EXCEPTION, f"row has {len(row)} values, but the result {len(columns)} columns"
            )
        for number, (single, value) in enumerate(zip(singles, row, strict=True)):
            try:
                single([(value,)])
            except _UNFIT as error:
                return _misfit(number, columns[number].type, error)
    return SqlError(DATA_EXCEPTION, f"row cannot be encoded: {type(cause).__name__}")


def _misfit(number: int, type_: PgType, error: Exception) -> SqlError:
    name = type_name(type_.oid)
    if isinstance(error, UnicodeEncodeError):
        return texts.unfit_text(f"U+{ord(error.object[error.start]):04X}")
    if isinstance(error, OverflowError | struct.error):
        message = f"value of column {number + 1} is out of range for type {name}"
        return SqlError(NUMERIC_VALUE_OUT_OF_RANGE, message)
    return SqlError(DATA_EXCEPTION, f"value of column {number + 1} does not fit type {name}")
