"""DESCRIBE of a table whose definition says all of it, as Flink prints it (TableResultUtils)."""

from __future__ import annotations

import re
from typing import NamedTuple

from dialects.ddl.model import ColumnDefinition, ColumnKind, Create, TableDefinition, Watermark
from dialects.lexer import NAMES, Token, TokenKind
from dialects.names import quote_name, quote_string, written
from dialects.splitter import single

_UNITS = frozenset({"SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR"})
_AMOUNT = re.compile(r"'[0-9]{1,2}'")  # more digits need a precision: INTERVAL '100' SECOND(3)
# Types that versions print differently; up to 2.2 TIME(3) is TIME(0).
_VERSIONED = re.compile(r"\bTIME\([1-9]\)|\bRAW\(|\bSTRUCTURED<")
_PROCTIME = ("PROCTIME", "(", ")")


class Described(NamedTuple):
    """A row of DESCRIBE, its columns in Flink's order."""

    name: str
    type: str
    nullable: bool
    key: str | None
    extras: str | None
    watermark: str | None
    comment: str | None


def described(create: Create) -> tuple[Described, ...]:
    """The rows of DESCRIBE. Raises ValueError unless the definition is a table's and `certain`."""
    table = create.definition
    if not isinstance(table, TableDefinition) or not table.certain:
        raise ValueError("only Flink can describe this")
    return tuple(_row(column, table) for column in table.columns)


def resolvable(table: TableDefinition) -> bool:
    """Whether types and watermark of all columns can be told without Flink's planner."""
    if table.like is not None or table.query is not None:
        return False
    if not all(_is_plain(column) for column in table.columns):
        return False
    mark = table.watermark
    return mark is None or (
        _summary(mark, table) is not None
        and all(c.expression is None for c in table.columns if c.name == mark.column[0])
    )


def _row(column: ColumnDefinition, table: TableDefinition) -> Described:
    key = table.primary_key.columns if table.primary_key is not None else ()
    mark = table.watermark
    watermark = (
        _summary(mark, table) if mark is not None and mark.column == (column.name,) else None
    )
    proctime = _is_proctime(column)
    type_ = "TIMESTAMP_LTZ(3) *PROCTIME*" if proctime else column.type or ""
    return Described(
        column.name,
        f"{type_} *ROWTIME*" if watermark is not None else type_,
        column.nullable and not proctime and column.name not in key,
        f"PRI({', '.join(key)})" if column.name in key else None,
        _extras(column),
        watermark,
        column.comment,
    )


def _extras(column: ColumnDefinition) -> str | None:
    if column.kind is ColumnKind.COMPUTED:
        return "AS PROCTIME()"
    if column.kind is ColumnKind.PHYSICAL:
        return None
    key = column.metadata_key
    source = f" FROM {quote_string(key)}" if key is not None else ""
    return f"METADATA{source}{' VIRTUAL' if column.virtual else ''}"


def _is_plain(column: ColumnDefinition) -> bool:
    if column.expression is not None:
        return _is_proctime(column)
    return _VERSIONED.search(column.type or "") is None


def _is_proctime(column: ColumnDefinition) -> bool:
    return column.expression is not None and single(column.expression).words == _PROCTIME


def _summary(watermark: Watermark, table: TableDefinition) -> str | None:
    """`col` or `col - INTERVAL 'n' UNIT` as Flink prints it; None for all else."""
    statement = single(watermark.expression)
    tokens, words = statement.tokens, statement.words
    column = _column(tokens[0], table) if tokens else None
    if column is None:
        return None
    if len(tokens) == 1:
        return column
    if len(tokens) != 5 or words[1:3] != ("-", "INTERVAL") or words[4] not in _UNITS:
        return None
    if tokens[3].kind is not TokenKind.STRING or not _AMOUNT.fullmatch(words[3]):
        return None
    return f"{column} - INTERVAL {words[3]} {words[4]}"


def _column(token: Token, table: TableDefinition) -> str | None:
    """The column that an operand is, if it is a moment and comes without Flink."""
    name = written(token) if token.kind in NAMES else None
    moment = any(c.name == name and (c.type or "").startswith("TIMESTAMP") for c in table.columns)
    return quote_name(name) if name is not None and moment else None
