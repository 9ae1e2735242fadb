"""A definition as a CREATE statement of Flink, one column or option a line, in the shape of Flink's
own SHOW CREATE (ShowCreateUtil). It reads back to the same definition, positions aside."""

from __future__ import annotations

from collections.abc import Iterable

from dialects.ddl.model import (
    ColumnDefinition,
    Definition,
    Like,
    ObjectKind,
    Option,
    OptionsDefinition,
    TableDefinition,
    ViewDefinition,
)
from dialects.names import quote_name, quote_string

_UNSAID = (ObjectKind.MATERIALIZED_TABLE,)  # freshness and mode are only in the text as written


def render(
    kind: ObjectKind,
    path: str,
    definition: Definition,
    *,
    query: str | None = None,
    temporary: bool = False,
    system: bool = False,
    if_not_exists: bool = False,
) -> str:
    """`path` is the name as it goes into the text, in backticks where needed; `query` is the text
    of the query of a view or of CREATE TABLE AS, as Flink takes it.

    Comments of a view's columns are not written: Flink has no place for them. Raises ValueError for
    a materialized table, whose definition says too little, and for a query that is missing.
    """
    if kind in _UNSAID:
        raise ValueError(f"a {kind.value.lower()} is created from its text as written")
    words = ["CREATE", "TEMPORARY" * temporary, "SYSTEM" * system, kind.value]
    words += ["IF NOT EXISTS" * if_not_exists, path]
    head = " ".join(word for word in words if word)
    if isinstance(definition, TableDefinition):
        return "\n".join(_table(head, definition, query))
    if isinstance(definition, ViewDefinition):
        return "\n".join(_view(head, definition, query))
    return "\n".join(_other(head, definition))


def _table(head: str, table: TableDefinition, query: str | None) -> Iterable[str]:
    elements = [*map(_column, table.columns), *_constraints(table)]
    yield f"{head} {_bracket(elements)}" if elements else head
    if table.comment is not None:
        yield f"COMMENT {quote_string(table.comment)}"
    if table.distribution is not None:
        yield f"DISTRIBUTED {table.distribution}"
    if table.partitioned_by:
        yield f"PARTITIONED BY ({_names(table.partitioned_by)})"
    yield from _options(table.options)
    if table.like is not None:
        yield _like(table.like)
    if table.query is not None:
        yield f"AS {_needed(query)}"


def _view(head: str, view: ViewDefinition, query: str | None) -> Iterable[str]:
    names = [quote_name(name) for name, _ in view.columns]
    yield f"{head} {_bracket(names)}" if names else head
    if view.comment is not None:
        yield f"COMMENT {quote_string(view.comment)}"
    yield f"AS {_needed(query)}"


def _other(head: str, definition: OptionsDefinition) -> Iterable[str]:
    yield f"{head} {definition.rest}" if definition.rest else head
    if definition.comment is not None:
        yield f"COMMENT {quote_string(definition.comment)}"
    yield from _options(definition.options)


def _needed(query: str | None) -> str:
    if query is None:
        raise ValueError("the text of the query is needed")
    return query


def _column(column: ColumnDefinition) -> str:
    parts = [quote_name(column.name)]
    if column.expression is not None:
        parts.append(f"AS {column.expression}")
    elif column.type is not None:
        parts.append(column.type if column.nullable else f"{column.type} NOT NULL")
    if column.kind.value == "metadata":
        parts.append("METADATA")
    if column.metadata_key is not None:
        parts.append(f"FROM {quote_string(column.metadata_key)}")
    if column.virtual:
        parts.append("VIRTUAL")
    if column.comment is not None:
        parts.append(f"COMMENT {quote_string(column.comment)}")
    return " ".join(parts)


def _constraints(table: TableDefinition) -> Iterable[str]:
    mark, key = table.watermark, table.primary_key
    if mark is not None:
        column = ".".join(map(quote_name, mark.column))
        yield f"WATERMARK FOR {column} AS {mark.expression}"
    if key is not None:
        name = f"CONSTRAINT {quote_name(key.name)} " if key.name is not None else ""
        yield f"{name}PRIMARY KEY ({_names(key.columns)}) NOT ENFORCED"


def _options(options: tuple[Option, ...]) -> Iterable[str]:
    if options:
        pairs = [f"{quote_string(o.key)} = {quote_string(o.value)}" for o in options]
        yield f"WITH {_bracket(pairs)}"


def _like(like: Like) -> str:
    text = f"LIKE {'.'.join(map(quote_name, like.path.parts))}"
    if not like.options:
        return text
    return f"{text} {_bracket([' '.join(option) for option in like.options], separator='')}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(quote_name, names))


def _bracket(lines: list[str], separator: str = ",") -> str:
    inside = f"{separator}\n  ".join(lines)
    return f"(\n  {inside}\n)"
