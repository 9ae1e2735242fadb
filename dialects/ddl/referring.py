"""Which parts of a table's definition name a column: what stands in the way of dropping it."""

from __future__ import annotations

from dialects.ddl.checking import bucket_columns
from dialects.ddl.model import TableDefinition
from dialects.lexer import NAMES
from dialects.names import written
from dialects.splitter import single


def names_in(expression: str) -> frozenset[str]:
    """Every name of an expression that may be a column: neither a function nor a field of a row."""
    statement = single(expression)
    tokens, words = statement.tokens, statement.words
    return frozenset(
        written(token)
        for index, token in enumerate(tokens)
        if token.kind in NAMES
        and words[index + 1 : index + 2] != ("(",)
        and (index == 0 or words[index - 1] != ".")
    )


def dependents(table: TableDefinition, name: str, without: frozenset[str]) -> list[str]:
    """What names the column, the primary key not counted; `without`: computed columns that go."""
    found = [
        f'computed column "{column.name}"'
        for column in table.columns
        if column.expression is not None
        and column.name not in without
        and name in names_in(column.expression)
    ]
    mark = table.watermark
    if mark is not None and (name == mark.column[0] or name in names_in(mark.expression)):
        found.append("the watermark")
    if name in table.partitioned_by:
        found.append("the partitioning")
    if name in bucket_columns(table):
        found.append("the distribution")
    return found
