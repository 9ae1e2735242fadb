"""Type names: every spelling of Flink's parser, read into the one of Flink's DESCRIBE.

    DEC(5)             DECIMAL(5, 0)    INT NOT NULL ARRAY       ARRAY<INT NOT NULL>
    CHARACTER VARYING  STRING           ROW(a INT, b TIMESTAMP)  ROW<`a` INT, `b` TIMESTAMP(6)>

The spellings are those of `LogicalType.asSummaryString`, except that a comment of a row's field,
which DESCRIBE does not show, is dropped. Names of Postgres that mean exactly a type of Flink are
taken too; a name that both have (FLOAT, NUMERIC without precision) is Flink's. What Flink would cut
down silently (DECIMAL(39), TIMESTAMP(12)) is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialects.ddl.cursor import Cursor
from dialects.lexer import NAMES, STRINGS
from dialects.names import quote_name, quote_string, written
from protocol.errors import (
    DUPLICATE_COLUMN,
    FEATURE_NOT_SUPPORTED,
    INVALID_PARAMETER_VALUE,
    STATEMENT_TOO_COMPLEX,
    UNDEFINED_OBJECT,
    SqlError,
)

DEEPEST = 64  # types within types
LONGEST = 2**31 - 1  # CHAR, VARCHAR, BINARY, VARBINARY
TIME_DIGITS = 3  # Flink holds a time of day in milliseconds, whatever precision it is told

_PLAIN = {
    "BOOLEAN": "BOOLEAN", "TINYINT": "TINYINT", "SMALLINT": "SMALLINT", "INT": "INT",
    "INTEGER": "INT", "BIGINT": "BIGINT", "FLOAT": "FLOAT", "DOUBLE": "DOUBLE", "DATE": "DATE",
    "STRING": "STRING", "BYTES": "BYTES", "VARIANT": "VARIANT", "BITMAP": "BITMAP",
    # Postgres's
    "BOOL": "BOOLEAN", "INT2": "SMALLINT", "INT4": "INT", "INT8": "BIGINT", "FLOAT4": "FLOAT",
    "REAL": "FLOAT", "FLOAT8": "DOUBLE", "TEXT": "STRING", "BYTEA": "BYTES", "JSON": "STRING",
    "JSONB": "STRING", "UUID": "STRING",
}  # fmt: skip
_ADVICE = {
    "DATETIME": "TIMESTAMP(3)",
    "TIMETZ": "TIME", "MONEY": "DECIMAL(19, 2)", "SERIAL": "INT", "BIGSERIAL": "BIGINT",
    "LONG": "BIGINT", "OBJECT": "ROW", "STRUCT": "ROW", "TIMESTAMP_NTZ": "TIMESTAMP",
    "BLOB": "BYTES", "CLOB": "STRING", "NAME": "STRING", "BPCHAR": "STRING",
}  # fmt: skip


_NO_TYPES = frozenset(
    "NOT NULL AS CONSTRAINT PRIMARY UNIQUE COMMENT DEFAULT CHECK REFERENCES METADATA".split()
)


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`text` without the outermost NOT NULL."""

    text: str
    nullable: bool = True

    @property
    def inner(self) -> str:
        """As an element of another type."""
        return self.text if self.nullable else f"{self.text} NOT NULL"


def canonical(cursor: Cursor, depth: int = 0) -> ColumnType:
    """The type at hand, with its NULL or NOT NULL, and move behind it.

    Raises SqlError 42601 for a broken type, 42704 for an unknown one, 0A000 for one that no column
    can have, 22023 for a length or precision out of range, 54001 for one nested too deeply.
    """
    if depth > DEEPEST:
        message, detail = "statement too complex", f"Types are nested more than {DEEPEST} deep."
        raise SqlError(STATEMENT_TOO_COMPLEX, message, detail=detail, position=cursor.position)
    found = _named(cursor, depth)
    while True:
        while cursor.accept("[", "]"):
            found = ColumnType(f"ARRAY<{found.inner}>")
        found = ColumnType(found.text, _nullable(cursor))
        collection = cursor.one_of(("ARRAY", "MULTISET"))
        if not collection:
            return found
        found = ColumnType(f"{collection}<{found.inner}>")


def _nullable(cursor: Cursor) -> bool:
    if cursor.accept("NOT", "NULL"):
        return False
    cursor.accept("NULL")
    return True


def _named(cursor: Cursor, depth: int) -> ColumnType:
    word = cursor.word()
    if cursor.kind() not in NAMES or word in _NO_TYPES:
        raise cursor.unexpected()
    if word in _NESTED:
        cursor.at += 1
        return _NESTED[word](cursor, depth)
    if word in _SIZED:
        cursor.at += 1
        return ColumnType(_SIZED[word](cursor, word))
    if word in _PLAIN:
        cursor.at += 1
        if word == "DOUBLE":
            cursor.accept("PRECISION")
        return ColumnType(_PLAIN[word])
    raise _unknown(cursor)


def _unknown(cursor: Cursor) -> SqlError:
    token = cursor.tokens[cursor.at]
    position = cursor.position
    if cursor.word() == "INTERVAL":
        message = "a column cannot have the type INTERVAL"
        return SqlError(FEATURE_NOT_SUPPORTED, message, position=position)
    better = _ADVICE.get(cursor.word())
    hint = f"Use {better}." if better is not None else None
    message = f'type "{written(token)}" does not exist'
    return SqlError(UNDEFINED_OBJECT, message, hint=hint, position=position)


# ── types with lengths and precisions ───────────────────────────────────────────────────────────


def _numbers(cursor: Cursor, most: int) -> list[int]:
    """`(10, 2)`, at most `most` numbers; empty if there is no bracket."""
    found: list[int] = []
    while len(found) < most and cursor.accept("," if found else "("):
        text = cursor.word()
        if not text.isascii() or not text.isdecimal() or len(text) > 10:
            raise cursor.unexpected()
        found.append(int(text))
        cursor.at += 1
    if found:
        cursor.expect(")")
    return found


def _within(what: str, value: int, low: int, high: int, position: int) -> int:
    if not low <= value <= high:
        message = f"{what} {value} must be between {low} and {high}"
        raise SqlError(INVALID_PARAMETER_VALUE, message, position=position)
    return value


def _characters(cursor: Cursor, word: str) -> str:
    varying = word == "VARCHAR" or cursor.accept("VARYING")
    return _length(cursor, "VARCHAR" if varying else "CHAR", "STRING" if varying else "CHAR(1)")


def _binary(cursor: Cursor, word: str) -> str:
    varying = word == "VARBINARY" or cursor.accept("VARYING")
    return _length(
        cursor, "VARBINARY" if varying else "BINARY", "BYTES" if varying else "BINARY(1)"
    )


def _length(cursor: Cursor, name: str, bare: str) -> str:
    position, numbers = cursor.position, _numbers(cursor, 1)
    if not numbers:
        return bare
    length = _within(f"length of {name}", numbers[0], 1, LONGEST, position)
    return bare if length == LONGEST and name.startswith("VAR") else f"{name}({length})"


def _decimal(cursor: Cursor, word: str) -> str:
    position, numbers = cursor.position, _numbers(cursor, 2)
    precision, scale = (numbers or [10])[0], (numbers[1:] or [0])[0]
    _within("precision of DECIMAL", precision, 1, 38, position)
    _within("scale of DECIMAL", scale, 0, precision, position)
    return f"DECIMAL({precision}, {scale})"


def _time(cursor: Cursor, word: str) -> str:
    digits = min(_precision(cursor, "TIME", 0), TIME_DIGITS)
    cursor.accept("WITHOUT", "TIME", "ZONE")
    return f"TIME({digits})"


def _timestamp(cursor: Cursor, word: str) -> str:
    digits = _precision(cursor, "TIMESTAMP", 6)
    if word != "TIMESTAMP":
        return f"TIMESTAMP_LTZ({digits})"
    if cursor.accept("WITH", "LOCAL", "TIME", "ZONE") or cursor.accept("WITH", "TIME", "ZONE"):
        return f"TIMESTAMP_LTZ({digits})"
    cursor.accept("WITHOUT", "TIME", "ZONE")
    return f"TIMESTAMP({digits})"


def _precision(cursor: Cursor, name: str, bare: int) -> int:
    position, numbers = cursor.position, _numbers(cursor, 1)
    if not numbers:
        return bare
    return _within(f"precision of {name}", numbers[0], 0, 9, position)


_SIZED: dict[str, Callable[[Cursor, str], str]] = {
    "CHAR": _characters,
    "CHARACTER": _characters,
    "VARCHAR": _characters,
    "BINARY": _binary,
    "VARBINARY": _binary,
    "DEC": _decimal,
    "DECIMAL": _decimal,
    "NUMERIC": _decimal,
    "TIME": _time,
    "TIMESTAMP": _timestamp,
    "TIMESTAMP_LTZ": _timestamp,
    "TIMESTAMPTZ": _timestamp,  # Postgres's
}


# ── types of types ──────────────────────────────────────────────────────────────────────────────


def _collection(name: str) -> Callable[[Cursor, int], ColumnType]:
    def read(cursor: Cursor, depth: int) -> ColumnType:
        cursor.expect("<")
        element = canonical(cursor, depth + 1)
        cursor.expect(">")
        return ColumnType(f"{name}<{element.inner}>")

    return read


def _map(cursor: Cursor, depth: int) -> ColumnType:
    cursor.expect("<")
    key = canonical(cursor, depth + 1)
    cursor.expect(",")
    value = canonical(cursor, depth + 1)
    cursor.expect(">")
    return ColumnType(f"MAP<{key.inner}, {value.inner}>")


def _row(cursor: Cursor, depth: int) -> ColumnType:
    if cursor.accept("<>"):
        return ColumnType("ROW<>")
    close = ")" if cursor.word() == "(" else ">"
    cursor.expect("(" if close == ")" else "<")
    return ColumnType(f"ROW<{', '.join(_fields(cursor, close, depth))}>")


def _structured(cursor: Cursor, depth: int) -> ColumnType:
    cursor.expect("<")
    name = quote_string(cursor.string())
    if not cursor.accept(","):
        cursor.expect(">")
        return ColumnType(f"STRUCTURED<{name}>")
    return ColumnType(f"STRUCTURED<{', '.join((name, *_fields(cursor, '>', depth)))}>")


def _fields(cursor: Cursor, close: str, depth: int) -> list[str]:
    """`a INT 'comment', b STRING NOT NULL` up to the closing bracket."""
    names: set[str] = set()
    found: list[str] = []
    while not cursor.accept(close):
        if found:
            cursor.expect(",")
        position, name = cursor.position, written(cursor.identifier())
        if name in names:
            message = f'field "{name}" specified more than once'
            raise SqlError(DUPLICATE_COLUMN, message, position=position)
        names.add(name)
        found.append(f"{quote_name(name)} {canonical(cursor, depth + 1).inner}")
        if cursor.kind() in STRINGS:
            cursor.at += 1
    return found


def _raw(cursor: Cursor, depth: int) -> ColumnType:
    cursor.expect("(")
    name = quote_string(cursor.string())
    cursor.expect(",")
    serializer = quote_string(cursor.string())
    cursor.expect(")")
    return ColumnType(f"RAW({name}, {serializer})")


_NESTED: dict[str, Callable[[Cursor, int], ColumnType]] = {
    "ARRAY": _collection("ARRAY"),
    "MULTISET": _collection("MULTISET"),
    "MAP": _map,
    "ROW": _row,
    "STRUCTURED": _structured,
    "RAW": _raw,
}
