"""The Postgres types that we speak: OIDs, sizes, array types, modifiers (pg_type.dat).

A `PgType` is what RowDescription says about a column. Equality includes the modifier; everything
that is chosen by kind of type goes by `oid`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MAX_CHAR_LENGTH = 10_485_760  # Postgres's cap of char(n) and varchar(n)
MAX_TIME_PRECISION = 6
_VARHDRSZ = 4  # Postgres adds it to the modifiers of char, varchar and numeric


@dataclass(frozen=True, slots=True)
class PgType:
    """A type with its modifier; `size` in bytes, −1 when it varies, −2 for a C string."""

    oid: int
    size: int
    typmod: int = -1


# name, OID, size, OID of the array type (0: none). Names are those of pg_type.typname.
_TYPES: tuple[tuple[str, int, int, int], ...] = (
    ("bool", 16, 1, 1000),
    ("bytea", 17, -1, 1001),
    ("char", 18, 1, 1002),
    ("name", 19, 64, 1003),
    ("int8", 20, 8, 1016),
    ("int2", 21, 2, 1005),
    ("int4", 23, 4, 1007),
    ("text", 25, -1, 1009),
    ("oid", 26, 4, 1028),
    ("json", 114, -1, 199),
    ("float4", 700, 4, 1021),
    ("float8", 701, 8, 1022),
    ("unknown", 705, -2, 0),
    ("bpchar", 1042, -1, 1014),
    ("varchar", 1043, -1, 1015),
    ("date", 1082, 4, 1182),
    ("time", 1083, 8, 1183),
    ("timestamp", 1114, 8, 1115),
    ("timestamptz", 1184, 8, 1185),
    ("interval", 1186, 16, 1187),
    ("numeric", 1700, -1, 1231),
    ("record", 2249, -1, 2287),
    ("void", 2278, 4, 0),
    ("uuid", 2950, 16, 2951),
    ("jsonb", 3802, -1, 3807),
)

BY_NAME: dict[str, PgType] = {name: PgType(oid, size) for name, oid, size, _ in _TYPES} | {
    f"_{name}": PgType(array, -1) for name, _, _, array in _TYPES if array
}
BY_OID: dict[int, PgType] = {each.oid: each for each in BY_NAME.values()}
ARRAY_OF: dict[int, int] = {oid: array for _, oid, _, array in _TYPES if array}
ELEMENT_OF: dict[int, int] = {array: oid for oid, array in ARRAY_OF.items()}

BOOL = BY_NAME["bool"]
BYTEA = BY_NAME["bytea"]
CHAR = BY_NAME["char"]
NAME = BY_NAME["name"]
INT8 = BY_NAME["int8"]
INT2 = BY_NAME["int2"]
INT4 = BY_NAME["int4"]
TEXT = BY_NAME["text"]
OID = BY_NAME["oid"]
JSON = BY_NAME["json"]
FLOAT4 = BY_NAME["float4"]
FLOAT8 = BY_NAME["float8"]
UNKNOWN = BY_NAME["unknown"]
BPCHAR = BY_NAME["bpchar"]
VARCHAR = BY_NAME["varchar"]
DATE = BY_NAME["date"]
TIME = BY_NAME["time"]
TIMESTAMP = BY_NAME["timestamp"]
TIMESTAMPTZ = BY_NAME["timestamptz"]
INTERVAL = BY_NAME["interval"]
NUMERIC = BY_NAME["numeric"]
RECORD = BY_NAME["record"]
VOID = BY_NAME["void"]
UUID = BY_NAME["uuid"]
JSONB = BY_NAME["jsonb"]

_NAMES: dict[int, str] = {each.oid: name for name, each in BY_NAME.items()}


def type_name(oid: int) -> str:
    """pg_type.typname (arrays with their leading underscore), or the number for a foreign type."""
    return _NAMES.get(oid, str(oid))


def numeric(precision: int, scale: int = 0) -> PgType:
    """numeric(p,s); the modifier holds both (numerictypmodin)."""
    return replace(NUMERIC, typmod=((precision << 16) | (scale & 0x7FF)) + _VARHDRSZ)


def numeric_scale(type_: PgType) -> int | None:
    """The scale that a numeric's modifier fixes, or None; negative scales exist since 15."""
    if type_.typmod < _VARHDRSZ:
        return None
    return (((type_.typmod - _VARHDRSZ) & 0x7FF) ^ 1024) - 1024


def varchar(length: int) -> PgType:
    """varchar(n), or text where Postgres has no such length."""
    return _sized(VARCHAR, length)


def bpchar(length: int) -> PgType:
    """char(n), or text where Postgres has no such length."""
    return _sized(BPCHAR, length)


def time(precision: int) -> PgType:
    return _precise(TIME, precision)


def timestamp(precision: int) -> PgType:
    return _precise(TIMESTAMP, precision)


def timestamptz(precision: int) -> PgType:
    return _precise(TIMESTAMPTZ, precision)


def array_of(element: PgType) -> PgType:
    """The array type; it carries its element's modifier. KeyError where Postgres has none."""
    return PgType(ARRAY_OF[element.oid], -1, element.typmod)


def element_of(array: PgType) -> PgType | None:
    """The element's type, or None when the type is not an array."""
    oid = ELEMENT_OF.get(array.oid)
    return None if oid is None else replace(BY_OID[oid], typmod=array.typmod)


def _sized(type_: PgType, length: int) -> PgType:
    if not 1 <= length <= MAX_CHAR_LENGTH:
        return TEXT
    return replace(type_, typmod=length + _VARHDRSZ)


def _precise(type_: PgType, precision: int) -> PgType:
    return replace(type_, typmod=min(precision, MAX_TIME_PRECISION))
