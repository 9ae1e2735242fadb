"""What Flink refuses at CREATE TABLE for certain, whatever its version.

Where columns come from elsewhere too (LIKE, AS query) a name that is not among those written is no
error here. Positions are those of the definition; 0 is none.
"""

from __future__ import annotations

import re

from dialects.ddl.model import ColumnDefinition, ColumnKind, TableDefinition, Watermark
from dialects.splitter import single
from protocol.errors import (
    DATATYPE_MISMATCH,
    DUPLICATE_COLUMN,
    FEATURE_NOT_SUPPORTED,
    SYNTAX_ERROR,
    UNDEFINED_COLUMN,
    SqlError,
)

INVALID_TABLE_DEFINITION = "42P16"

_ROWTIME = re.compile(r"TIMESTAMP(?:_LTZ)?\([0-3]\)")


def check(definition: TableDefinition, partitions_at: int = 0) -> None:
    """Raises SqlError: 42701 for a column named twice, 42703 for an unknown one, 42P16 for a key
    over computed columns, 42804 for a watermark of no rowtime type, 42601 for a missing type."""
    columns: dict[str, ColumnDefinition] = {}
    for column in definition.columns:
        if column.name in columns:
            raise specified_twice(column.name, column.position)
        columns[column.name] = column
    _types(definition)
    closed = definition.like is None and definition.query is None
    _key(definition, columns, closed)
    _references("partition", definition.partitioned_by, columns, closed, partitions_at)
    _references("distribution", bucket_columns(definition), columns, closed, 0)
    if definition.watermark is not None:
        _watermark(definition.watermark, columns, closed)


def specified_twice(name: str, position: int) -> SqlError:
    message = f'column "{name}" specified more than once'
    return SqlError(DUPLICATE_COLUMN, message, position=position or None)


def unknown_column(name: str, position: int, where: str = "") -> SqlError:
    message = f'column "{name}"{where} does not exist'
    return SqlError(UNDEFINED_COLUMN, message, position=position or None)


def bucket_columns(definition: TableDefinition) -> tuple[str, ...]:
    """The columns of ``BY HASH(`a`) INTO 4 BUCKETS``."""
    tokens = single(definition.distribution or "").tokens
    return tuple(t.text[1:-1].replace("``", "`") for t in tokens if t.text[0] == "`")


def _types(definition: TableDefinition) -> None:
    """Names alone are those of a query's columns, and then all are."""
    bare = [c for c in definition.columns if c.type is None and c.expression is None]
    if bare and (definition.query is None or len(bare) < len(definition.columns)):
        message = f'column "{bare[0].name}" has no type'
        raise SqlError(SYNTAX_ERROR, message, position=bare[0].position or None)


def _key(definition: TableDefinition, columns: dict[str, ColumnDefinition], closed: bool) -> None:
    key = definition.primary_key
    if key is None:
        return
    for index, name in enumerate(key.columns):
        if name in key.columns[:index]:
            message = f'column "{name}" appears twice in primary key constraint'
            raise SqlError(DUPLICATE_COLUMN, message, position=key.position or None)
    _references("key", key.columns, columns, closed, key.position)


def _references(
    what: str,
    names: tuple[str, ...],
    columns: dict[str, ColumnDefinition],
    closed: bool,
    position: int,
) -> None:
    for name in names:
        column = columns.get(name)
        if column is None and closed:
            raise unknown_column(name, position, f" named in {what}")
        if column is not None and column.kind is not ColumnKind.PHYSICAL:
            message = f'{column.kind.value} column "{name}" cannot be part of a {what}'
            raise SqlError(INVALID_TABLE_DEFINITION, message, position=position or None)


def _watermark(watermark: Watermark, columns: dict[str, ColumnDefinition], closed: bool) -> None:
    name, position = watermark.column[0], watermark.position or None
    column = columns.get(name)
    if column is None and closed:
        raise unknown_column(name, watermark.position)
    if len(watermark.column) > 1:
        message = "a watermark of a nested field is not supported by Flink"
        hint = "Declare a computed column for the field, and the watermark for that column."
        raise SqlError(FEATURE_NOT_SUPPORTED, message, hint=hint, position=position)
    if column is None or column.type is None or _ROWTIME.fullmatch(column.type):
        return
    raise SqlError(
        DATATYPE_MISMATCH,
        f'watermark column "{name}" has type {column.type}',
        detail="A watermark needs TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p from 0 to 3.",
        position=position,
    )
