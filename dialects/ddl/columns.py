"""The bracket of a CREATE TABLE, and one element of it as ALTER TABLE ADD and MODIFY take it.

name type [NOT NULL] [[CONSTRAINT n] PRIMARY KEY NOT ENFORCED] [COMMENT 'c']   physical
name type [NOT NULL] METADATA [FROM 'key'] [VIRTUAL] [COMMENT 'c']             metadata
name AS expression [COMMENT 'c']                                               computed
WATERMARK FOR name AS expression
[CONSTRAINT n] PRIMARY KEY (name, …) NOT ENFORCED
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dialects.ddl.checking import INVALID_TABLE_DEFINITION
from dialects.ddl.cursor import Cursor
from dialects.ddl.model import ColumnDefinition, ColumnKind, PrimaryKey, Watermark
from dialects.ddl.types import canonical
from dialects.names import written
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError

DEEPEST_PATH = 32  # parts of a nested field's name

_TABLE_CONSTRAINTS = frozenset(
    {("PRIMARY", "KEY"), ("UNIQUE", "("), ("CHECK", "("), ("FOREIGN", "KEY"), ("EXCLUDE", "USING")}
)
_CONSTRAINTS = {
    "UNIQUE": "UNIQUE constraints",
    "CHECK": "CHECK constraints",
    "FOREIGN": "foreign keys",
    "REFERENCES": "foreign keys",
    "DEFAULT": "default values of columns",
    "GENERATED": "generated and identity columns",
    "EXCLUDE": "exclusion constraints",
}
_HINTS = {"GENERATED": "Write a computed column as: name AS expression."}
_ENFORCED_HINT = (
    "Write PRIMARY KEY … NOT ENFORCED: Flink relies on the key and does not check the rows."
)


@dataclass(slots=True)
class Schema:
    """What has been read of a bracket."""

    columns: list[ColumnDefinition] = field(default_factory=list)
    primary_key: PrimaryKey | None = None
    watermark: Watermark | None = None


def read_schema(cursor: Cursor) -> Schema:
    """`(…)`: columns with types, or, of CREATE TABLE … AS, names alone."""
    schema = Schema()
    cursor.expect("(")
    while True:
        read_element(cursor, schema)
        if cursor.accept(")"):
            return schema
        cursor.expect(",")


def read_element(cursor: Cursor, schema: Schema) -> None:
    """Add the element at hand to `schema`; a column is then the last of its columns.

    Raises SqlError 0A000 for constraints that Flink has not, 42P16 for a second key or watermark.
    """
    if cursor.word() == "WATERMARK" and cursor.word(1) == "FOR":
        _watermark(cursor, schema)
    elif _begins_constraint(cursor):
        position = cursor.position
        name = _constraint_name(cursor)
        _primary_key_words(cursor)
        columns = cursor.names()
        _not_enforced(cursor, position)
        _add_key(schema, PrimaryKey(columns, name, position))
    else:
        schema.columns.append(_column(cursor, schema))


def _begins_constraint(cursor: Cursor) -> bool:
    """A column may be called as a constraint is: what follows tells."""
    pair = cursor.word(), cursor.word(1)
    return pair in _TABLE_CONSTRAINTS or pair[0] == "CONSTRAINT"


def _watermark(cursor: Cursor, schema: Schema) -> None:
    position = cursor.position
    cursor.expect("WATERMARK", "FOR")
    column = cursor.path(most=DEEPEST_PATH).parts
    cursor.expect("AS")
    if schema.watermark is not None:
        message = "a table can have only one watermark"
        raise SqlError(INVALID_TABLE_DEFINITION, message, position=position)
    schema.watermark = Watermark(column, cursor.expression(), position)


def _constraint_name(cursor: Cursor) -> str | None:
    return written(cursor.identifier()) if cursor.accept("CONSTRAINT") else None


def _primary_key_words(cursor: Cursor) -> None:
    what = _CONSTRAINTS.get(cursor.word())
    if what is not None:
        message = f"{what} are not supported by Flink"
        hint = _HINTS.get(cursor.word())
        raise SqlError(FEATURE_NOT_SUPPORTED, message, hint=hint, position=cursor.position)
    cursor.expect("PRIMARY", "KEY")


def _not_enforced(cursor: Cursor, position: int) -> None:
    if not cursor.accept("NOT", "ENFORCED"):
        if cursor.word() not in ("ENFORCED", "", ",", ")", "COMMENT"):
            raise cursor.unexpected()
        message = "Flink cannot enforce a primary key"
        raise SqlError(FEATURE_NOT_SUPPORTED, message, hint=_ENFORCED_HINT, position=position)


def _add_key(schema: Schema, key: PrimaryKey) -> None:
    if schema.primary_key is not None:
        message = "a table can have only one primary key"
        raise SqlError(INVALID_TABLE_DEFINITION, message, position=key.position)
    schema.primary_key = key


# ── columns ─────────────────────────────────────────────────────────────────────────────────────


def _column(cursor: Cursor, schema: Schema) -> ColumnDefinition:
    position, name = cursor.position, written(cursor.identifier())
    if cursor.word() in (",", ")"):
        return ColumnDefinition(name, position=position)
    if cursor.accept("AS"):
        expression, comment = cursor.expression(), cursor.comment()
        return ColumnDefinition(
            name, ColumnKind.COMPUTED, None, True, expression, comment=comment, position=position
        )
    type_ = canonical(cursor)
    found = ColumnDefinition(name, type=type_.text, nullable=type_.nullable, position=position)
    if cursor.accept("METADATA"):
        return _metadata(cursor, found)
    _column_constraint(cursor, schema, name)
    return _with_comment(cursor, found)


def _metadata(cursor: Cursor, column: ColumnDefinition) -> ColumnDefinition:
    return ColumnDefinition(
        column.name,
        ColumnKind.METADATA,
        column.type,
        column.nullable,
        metadata_key=cursor.string() if cursor.accept("FROM") else None,
        virtual=cursor.accept("VIRTUAL"),
        comment=cursor.comment(),
        position=column.position,
    )


def _column_constraint(cursor: Cursor, schema: Schema, name: str) -> None:
    position = cursor.position
    if cursor.word() in ("CONSTRAINT", "PRIMARY", *_CONSTRAINTS):
        constraint = _constraint_name(cursor)
        _primary_key_words(cursor)
        _not_enforced(cursor, position)
        _add_key(schema, PrimaryKey((name,), constraint, position))


def _with_comment(cursor: Cursor, column: ColumnDefinition) -> ColumnDefinition:
    return ColumnDefinition(
        column.name,
        type=column.type,
        nullable=column.nullable,
        comment=cursor.comment(),
        position=column.position,
    )
