"""Type names that a text may use, the OID that each means in Postgres, and Flink's word for it."""

from __future__ import annotations

from dataclasses import dataclass

from dialects.lexer import TokenKind
from dialects.reader import Reader

# name (Postgres's and Flink's spellings) → OID, Flink's type, "(" if it takes a length or precision
_TABLE = """
    bool               16    BOOLEAN
    boolean            16    BOOLEAN
    bytea              17    BYTES
    bytes              17    BYTES
    binary             17    BINARY (
    varbinary          17    VARBINARY (
    bigint             20    BIGINT
    int8               20    BIGINT
    smallint           21    SMALLINT
    int2               21    SMALLINT
    tinyint            21    TINYINT
    int                23    INT
    int4               23    INT
    integer            23    INT
    text               25    STRING
    string             25    STRING
    json               114   STRING
    jsonb              3802  STRING
    real               700   FLOAT
    float4             700   FLOAT
    float              701   DOUBLE
    float8             701   DOUBLE
    double             701   DOUBLE
    char               1042  CHAR (
    character          1042  CHAR (
    bpchar             1042  CHAR (
    varchar            1043  VARCHAR (
    date               1082  DATE
    time               1083  TIME (
    timestamp          1114  TIMESTAMP (
    timestamptz        1184  TIMESTAMP_LTZ (
    timestamp_ltz      1184  TIMESTAMP_LTZ (
    interval           1186  INTERVAL
    dec                1700  DECIMAL (
    decimal            1700  DECIMAL (
    numeric            1700  DECIMAL (
    uuid               2950  STRING
"""
_ROWS = {
    row[0]: (int(row[1]), row[2], len(row) > 3) for row in map(str.split, _TABLE.split("\n")) if row
}

# Names that Flink's own parser refuses; the rest it takes as they are.
POSTGRES_ONLY = frozenset(
    "bool bytea int8 int2 int4 text json jsonb float4 float8 bpchar timestamptz uuid real".split()
)
ARRAYS = {
    16: 1000, 17: 1001, 20: 1016, 21: 1005, 23: 1007, 25: 1009, 114: 199, 700: 1021, 701: 1022,
    1042: 1014, 1043: 1015, 1082: 1182, 1083: 1183, 1114: 1115, 1184: 1185, 1186: 1187,
    1700: 1231, 2950: 2951, 3802: 3807,
}  # fmt: skip
ELEMENTS = {array: element for element, array in ARRAYS.items()}

# Postgres's types without a length or precision hold anything; Flink's DECIMAL is (10, 0).
_BARE = {"VARCHAR": "STRING", "DECIMAL": "DECIMAL(38, 18)", "TIMESTAMP_LTZ": "TIMESTAMP_LTZ(6)"}
_FLINK_BY_OID = {
    16: "BOOLEAN", 17: "BYTES", 20: "BIGINT", 21: "INT", 23: "INT", 25: "STRING",
    114: "STRING", 700: "FLOAT", 701: "DOUBLE", 705: "STRING", 1042: "STRING", 1043: "STRING",
    1082: "DATE", 1083: "TIME", 1114: "TIMESTAMP(6)", 1184: "TIMESTAMP_LTZ(6)",
    1186: "INTERVAL DAY(3) TO SECOND(3)", 1700: "DECIMAL(38, 18)", 2950: "STRING", 3802: "STRING",
    18: "STRING", 19: "STRING", 0: "STRING",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as written: `arguments` with their parentheses, `flink` with the mapping applied.

    `native`: Flink takes the written name with the same meaning, so it may stay as it is.
    """

    oid: int
    flink: str
    native: bool


def flink_type_of(oid: int) -> str | None:
    """The type of Flink that holds values of a Postgres type; None if there is none."""
    if oid in ELEMENTS:
        return f"ARRAY<{_FLINK_BY_OID[ELEMENTS[oid]]}>"
    return _FLINK_BY_OID.get(oid)


def read_type(reader: Reader) -> TypeName | None:
    """The type name at hand, and move behind it; None, unmoved, if it is none that is known."""
    start = reader.at
    if reader.word(1) == "." and reader.word() == "PG_CATALOG":
        reader.at += 2
    token = reader.token
    quoted = token is not None and token.kind is TokenKind.QUOTED
    name = token.text.strip('"').lower() if token is not None else ""
    row = _ROWS.get(name)
    if row is None or token is None or not (quoted or token.kind is TokenKind.WORD):
        reader.at = start
        return None
    reader.at += 1
    named = _finish(reader, name, row)
    if reader.at - start > 1 and reader.words[start] == "PG_CATALOG" or quoted:
        named = TypeName(named.oid, named.flink, False)
    return named


def _finish(reader: Reader, name: str, row: tuple[int, str, bool]) -> TypeName:
    oid, flink, takes_length = row
    native = name not in POSTGRES_ONLY
    if name == "double":
        reader.accept("PRECISION")
    if name in ("character", "char") and reader.accept("VARYING"):
        oid, flink, native = 1043, "VARCHAR", name == "character"
    arguments = _arguments(reader) if takes_length else ""
    if name in ("time", "timestamp"):
        oid, flink, native = _zone(reader, name, oid, flink)
    if arguments:
        flink += arguments
    else:
        flink = "STRING" if name == "bpchar" else _BARE.get(flink, flink)
    return _array(reader, TypeName(oid, flink, native))


def _zone(reader: Reader, name: str, oid: int, flink: str) -> tuple[int, str, bool]:
    if reader.accept("WITHOUT", "TIME", "ZONE"):
        return oid, flink, True
    if name == "timestamp" and reader.accept("WITH", "LOCAL", "TIME", "ZONE"):
        return 1184, "TIMESTAMP_LTZ", True
    if name == "timestamp" and reader.accept("WITH", "TIME", "ZONE"):
        return 1184, "TIMESTAMP_LTZ", False
    return oid, flink, True


def _arguments(reader: Reader) -> str:
    """`(10, 2)` as text; empty if there is none."""
    numbers: list[str] = []
    at = reader.at
    while reader.accept("," if numbers else "(") and reader.kind() is TokenKind.NUMBER:
        numbers.append(reader.word())
        reader.at += 1
    if numbers and reader.accept(")"):
        return f"({', '.join(numbers)})"
    reader.at = at
    return ""


def _array(reader: Reader, element: TypeName) -> TypeName:
    """`int[]`, `int[3]`, `int ARRAY`."""
    dimensions = 0
    while reader.word() == "[" and reader.word(1) == "]":
        reader.at += 2
        dimensions += 1
    if not dimensions:
        return element
    flink = "ARRAY<" * dimensions + element.flink + ">" * dimensions
    return TypeName(ARRAYS.get(element.oid, 0), flink, False)
