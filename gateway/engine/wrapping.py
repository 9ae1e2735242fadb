"""Queries whose columns the gateway's JSON refuses, rewritten so that the values come through.

    SELECT a, m FROM t ORDER BY a        m MAP<INT, STRING>
      ─► SELECT `a`, CAST(`m` AS MAP<STRING, STRING>) AS `m` FROM (
         SELECT a, m FROM t
         ) AS `wrapped`(`a`, `m`) ORDER BY a

The gateway writes neither a MAP nor a MULTISET whose key is no string, nor RAW, VARIANT, BITMAP or
a structured type, and on 1.16 no interval; before Flink 2.3 it drops the fraction of a TIME. The
client sees the columns of its own query: the Postgres type of such a column is the same with and
without the rewrite. What holds an opaque value (RAW, VARIANT) comes as JSON text, for which a
function of our kit has to be on the engine's class path: Flink's own casts know VARIANT not at all,
and that of RAW is broken (see kit/java/xuanwu/kit/Json.java).
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects.lexer import TokenKind, scan
from gateway.engine.kit import JSON
from gateway.engine.logical import UNBOUNDED, LogicalType
from gateway.engine.pages import FlinkColumn
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError

_STRINGS = frozenset({"CHAR", "VARCHAR"})
JSON_STRING_OF_VARIANT = (2, 3)  # first version that can print a VARIANT
INTERVALS = (1, 17)  # first version whose gateway prints intervals
_INTERVALS = frozenset({"INTERVAL_YEAR_MONTH", "INTERVAL_DAY_TIME"})
TIME_FRACTIONS = (2, 3)  # first version whose gateway prints the fraction of a TIME
CREATE_JSON = f"CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS xuanwu_json AS '{JSON}'"


def version_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def refused(type_: LogicalType, version: str) -> bool:
    """Does the gateway's JSON fail on such a value, or lose a part of it?"""
    return any(_refused(part, version) for part in type_.walk())


def _refused(type_: LogicalType, version: str) -> bool:
    if type_.root == "MAP":
        return type_.key is None or type_.key.root not in _STRINGS
    if type_.root == "MULTISET":
        return type_.element is None or type_.element.root not in _STRINGS
    if type_.root == "TIME":
        return bool(type_.precision) and version_of(version) < TIME_FRACTIONS
    if type_.root in _INTERVALS:
        return version_of(version) < INTERVALS
    return type_.root in ("RAW", "VARIANT", "BITMAP", "STRUCTURED")


def wrap(sql: str, columns: Sequence[FlinkColumn], version: str) -> str:
    """The query with a cast around each refused column. Raises SqlError 0A000 where none helps."""
    query, tail = _split_order(sql.rstrip().rstrip(";"))
    names = [_quoted(column.name) for column in columns]
    items = [
        f"{_cast(name, column, version)} AS {name}" if refused(column.type, version) else name
        for name, column in zip(names, columns, strict=True)
    ]
    inner = ", ".join(names)
    return (
        f"SELECT {', '.join(items)} FROM (\n{query}\n) AS `wrapped`({inner})"
        f"{chr(10) + tail if tail else ''}"
    )


def needs_json(columns: Sequence[FlinkColumn], version: str) -> bool:
    """Does the wrapped query call the function that CREATE_JSON makes?"""
    return any(column.type.opaque and not _printable(column.type, version) for column in columns)


def json_missing(columns: Sequence[FlinkColumn], version: str, error: SqlError) -> SqlError:
    """The refusal of opaque columns by an engine whose class path is without our kit."""
    lost = [c for c in columns if c.type.opaque and not _printable(c.type, version)]
    variant = all(part.root != "RAW" for part in lost[0].type.walk())
    return SqlError(
        FEATURE_NOT_SUPPORTED,
        f'column "{lost[0].name}" of Flink type {lost[0].type.root} cannot be returned',
        detail=error.message,
        hint="Write JSON_STRING(column) on Flink 2.3, or add xuanwu-kit.jar to Flink's class path."
        if variant
        else "Let the function return STRING, or add xuanwu-kit.jar to Flink's class path.",
    )


def _printable(type_: LogicalType, version: str) -> bool:
    return type_.root == "VARIANT" and version_of(version) >= JSON_STRING_OF_VARIANT


def order_lost(error: SqlError) -> SqlError:
    """The error of a wrapped query that sorts by what is not among its columns."""
    return SqlError(
        FEATURE_NOT_SUPPORTED,
        "a result with such columns cannot be ordered by what it does not contain",
        detail=error.message,
        hint="Select what it is ordered by as well.",
    )


def has_order(sql: str) -> bool:
    return bool(_split_order(sql)[1])


def _cast(name: str, column: FlinkColumn, version: str) -> str:
    root = column.type.root
    if column.type.opaque:
        parts = {part.root for part in column.type.walk()}
        if "STRUCTURED" in parts:  # what the function sees of it is some Java object
            raise _unreadable(column, "STRUCTURED")
        function = "JSON_STRING" if _printable(column.type, version) else "xuanwu_json"
        return f"{function}({name})"
    if root == "TIME":
        return f"CAST({name} AS STRING)"
    if root in _INTERVALS:  # CAST knows the way only inside of an array
        return f"CAST(ARRAY[{name}] AS ARRAY<BIGINT>)[1]"
    return f"CAST({name} AS {_readable(column, column.type)})"


def _readable(column: FlinkColumn, type_: LogicalType) -> str:
    """A type's SQL text, keys made strings on the way."""
    if type_.root == "ARRAY" and type_.element:
        return f"ARRAY<{_readable(column, type_.element)}>"
    if type_.root == "MAP" and type_.element:
        return f"MAP<STRING, {_readable(column, type_.element)}>"
    if type_.root == "MULTISET":
        return "MULTISET<STRING>"
    if type_.root == "ROW" or (type_.root == "STRUCTURED" and type_.fields):
        fields = [f"{_quoted(name)} {_readable(column, field)}" for name, field in type_.fields]
        return f"ROW<{', '.join(fields)}>"
    if type_.root in ("STRUCTURED", "NULL"):
        raise _unreadable(column, type_.root)
    return _scalar(type_)


def _unreadable(column: FlinkColumn, root: str) -> SqlError:
    return SqlError(
        FEATURE_NOT_SUPPORTED,
        f'column "{column.name}" of Flink type {column.type.root} cannot be returned',
        detail=f"No cast makes a readable value of {root}.",
        hint="Select its parts, as in column.field.",
    )


def _scalar(type_: LogicalType) -> str:
    match type_.root:
        case "DECIMAL":
            return f"DECIMAL({type_.precision}, {type_.scale})"
        case "CHAR" | "VARCHAR" | "BINARY" | "VARBINARY":
            if type_.length == UNBOUNDED:
                return "STRING" if type_.root in _STRINGS else "BYTES"
            return f"{type_.root}({type_.length})"
        case "TIMESTAMP" | "TIMESTAMP_LTZ":
            return f"{type_.root}({type_.precision})"
        case "INTERVAL_YEAR_MONTH" | "INTERVAL_DAY_TIME":
            return "BIGINT"
        case "BITMAP" | "TIME":
            return "STRING"
    return type_.root


def _split_order(sql: str) -> tuple[str, str]:
    """The query and its outermost ORDER BY with all that follows (LIMIT, OFFSET, FETCH)."""
    depth, order = 0, -1
    for kind, start, end in scan(sql):
        text = sql[start:end]
        if kind is TokenKind.OPERATOR and text in "([":
            depth += 1
        elif kind is TokenKind.OPERATOR and text in ")]":
            depth -= 1
        elif kind is TokenKind.WORD and depth == 0:
            word = text.upper()
            if word == "BY" and order >= 0:
                return sql[:order], sql[order:]
            order = start if word == "ORDER" else -1
    return sql, ""


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
