"""CREATE of each kind of object, in the union of the grammars of Flink 1.16 … 2.3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialects.ddl.checking import check, specified_twice
from dialects.ddl.columns import Schema, read_schema
from dialects.ddl.cursor import Cursor
from dialects.ddl.describing import resolvable
from dialects.ddl.model import (
    Create,
    Definition,
    Like,
    ObjectKind,
    OptionsDefinition,
    TableDefinition,
    ViewDefinition,
)
from dialects.names import quote_name, written
from dialects.vocabulary import (
    FUNCTION_LANGUAGES,
    LIKE_FEATURES,
    LIKE_OVERWRITABLE,
    LIKE_STRATEGIES,
)

MOST_PARTS = {ObjectKind.DATABASE: 2, ObjectKind.CATALOG: 1}

_KINDS = {
    "TABLE": ObjectKind.TABLE, "VIEW": ObjectKind.VIEW, "FUNCTION": ObjectKind.FUNCTION,
    "MODEL": ObjectKind.MODEL, "CONNECTION": ObjectKind.CONNECTION,
    "DATABASE": ObjectKind.DATABASE, "SCHEMA": ObjectKind.DATABASE, "CATALOG": ObjectKind.CATALOG,
}  # fmt: skip
_REFRESH = ("START_MODE", "FRESHNESS", "REFRESH_MODE")


def object_kind(cursor: Cursor) -> ObjectKind | None:
    """TABLE, VIEW, … and move on; None for what is no object of Flink."""
    if cursor.accept("MATERIALIZED", "TABLE"):
        return ObjectKind.MATERIALIZED_TABLE
    return _KINDS.get(cursor.one_of(tuple(_KINDS)))


def read_create(cursor: Cursor) -> Create | None:
    """The statement behind CREATE or REPLACE; None if it is none of Flink's objects.

    Raises SqlError as `dialects.ddl.read_ddl` says.
    """
    anew = cursor.words[0] == "REPLACE" or cursor.accept("OR", "REPLACE")
    anew = anew or cursor.accept("OR", "ALTER")
    temporary = bool(cursor.one_of(("TEMPORARY", "TEMP")))
    system = temporary and cursor.accept("SYSTEM")
    kind = object_kind(cursor)
    if kind is None or system and kind is not ObjectKind.FUNCTION:
        return None
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    path = cursor.path(MOST_PARTS.get(kind, 3))
    definition = _DEFINITIONS[kind](cursor)
    if definition is None:
        return None
    cursor.finish()
    return Create(kind, path, definition, temporary, system, anew, if_not_exists)


# ── tables ──────────────────────────────────────────────────────────────────────────────────────


def _table(cursor: Cursor) -> TableDefinition:
    definition, partitions_at = _body(cursor)
    like = _like(cursor) if cursor.accept("LIKE") else None
    query = cursor.query() if like is None and cursor.accept("AS") else None
    definition = replace(definition, like=like, query=query)
    check(definition, partitions_at)
    return replace(definition, certain=resolvable(definition))


def _body(cursor: Cursor) -> tuple[TableDefinition, int]:
    """From the columns to the options, and the position of PARTITIONED BY."""
    schema = read_schema(cursor) if cursor.word() == "(" else Schema()
    comment = cursor.comment()
    distribution = read_distribution(cursor) if cursor.accept("DISTRIBUTED") else None
    partitions_at, partitioned_by = cursor.position, _partitions(cursor)
    options = cursor.options() if cursor.accept("WITH") else ()
    definition = TableDefinition(
        tuple(schema.columns),
        schema.primary_key,
        schema.watermark,
        comment,
        distribution,
        partitioned_by,
        options,
    )
    return definition, partitions_at


def read_distribution(cursor: Cursor) -> str:
    """What stands behind DISTRIBUTED or DISTRIBUTION, in one spelling:
    ``BY HASH(`a`) INTO 4 BUCKETS``."""
    found: list[str] = []
    if cursor.accept("BY"):
        method = cursor.one_of(("HASH", "RANGE"))
        columns = ", ".join(quote_name(name) for name in cursor.names())
        found.append(f"BY {method}({columns})" if method else f"BY ({columns})")
    if cursor.word() == "INTO" or not found:
        found.append(f"INTO {_buckets(cursor)} BUCKETS")
    return " ".join(found)


def _buckets(cursor: Cursor) -> int:
    cursor.expect("INTO")
    text = cursor.word()
    if not text.isascii() or not text.isdecimal() or int(text[:10]) == 0:
        raise cursor.unexpected("The number of buckets is a positive integer.")
    cursor.at += 1
    cursor.expect("BUCKETS")
    return int(text)


def _partitions(cursor: Cursor) -> tuple[str, ...]:
    if not cursor.accept("PARTITIONED"):
        return ()
    cursor.expect("BY")
    return cursor.names()


def _like(cursor: Cursor) -> Like:
    path = cursor.path()
    options: dict[str, str] = {}
    if cursor.accept("("):
        while not (options and cursor.accept(")")):
            strategy, feature = cursor.one_of(LIKE_STRATEGIES), cursor.word()
            known = LIKE_OVERWRITABLE if strategy == "OVERWRITING" else LIKE_FEATURES
            if not strategy or feature not in known or feature in options:
                raise cursor.unexpected()
            options[feature] = strategy
            cursor.at += 1
    return Like(path, tuple((strategy, feature) for feature, strategy in options.items()))


def _materialized_table(cursor: Cursor) -> TableDefinition:
    """Its freshness and refresh mode are Flink's affair: the text as written says them."""
    definition, _ = _body(cursor)
    for clause in _REFRESH:
        if cursor.accept(clause):
            cursor.expect("=")
            while not cursor.done and cursor.word() not in (*_REFRESH, "AS"):
                cursor.at += 1
    cursor.expect("AS")
    return replace(definition, query=cursor.query(), certain=False)


# ── the others ──────────────────────────────────────────────────────────────────────────────────


def _view(cursor: Cursor) -> ViewDefinition:
    columns = _view_columns(cursor) if cursor.accept("(") else ()
    comment = cursor.comment()
    cursor.expect("AS")
    return ViewDefinition(cursor.query(), columns, comment)


def _view_columns(cursor: Cursor) -> tuple[tuple[str, str | None], ...]:
    found: dict[str, str | None] = {}
    while True:
        position, name = cursor.position, written(cursor.identifier())
        if name in found:
            raise specified_twice(name, position)
        found[name] = cursor.comment()
        if cursor.accept(")"):
            return tuple(found.items())
        cursor.expect(",")


def _with_options(cursor: Cursor) -> OptionsDefinition:
    comment = cursor.comment()
    return OptionsDefinition(comment, cursor.options() if cursor.accept("WITH") else ())


def _function(cursor: Cursor) -> OptionsDefinition | None:
    """None for the functions of Postgres, which have their arguments in brackets."""
    if cursor.word() == "(":
        return None
    rest = read_class(cursor)
    return OptionsDefinition(None, cursor.options() if cursor.accept("WITH") else (), rest)


def read_class(cursor: Cursor) -> str:
    """`AS 'class' [LANGUAGE name] [USING JAR 'path', …]` as Flink takes it."""
    start = cursor.at
    cursor.expect("AS")
    cursor.string()
    if cursor.accept("LANGUAGE") and not cursor.one_of(FUNCTION_LANGUAGES):
        raise cursor.unexpected()
    more = cursor.accept("USING")
    while more:
        if not cursor.one_of(("JAR", "ARTIFACT")):
            raise cursor.unexpected()
        cursor.string()
        more = cursor.accept(",")
    return cursor.engine_text(start, cursor.at)


def _model(cursor: Cursor) -> OptionsDefinition | None:
    """None for a model that is trained AS a query."""
    start = cursor.at
    for word in ("INPUT", "OUTPUT"):
        if cursor.accept(word):
            read_schema(cursor)
    rest = cursor.engine_text(start, cursor.at) if cursor.at > start else ""
    found = _with_options(cursor)
    return None if cursor.word() == "AS" else replace(found, rest=rest)


_DEFINITIONS: dict[ObjectKind, Callable[[Cursor], Definition | None]] = {
    ObjectKind.TABLE: _table,
    ObjectKind.MATERIALIZED_TABLE: _materialized_table,
    ObjectKind.VIEW: _view,
    ObjectKind.FUNCTION: _function,
    ObjectKind.MODEL: _model,
    ObjectKind.CONNECTION: _with_options,
    ObjectKind.DATABASE: _with_options,
    ObjectKind.CATALOG: _with_options,
}
