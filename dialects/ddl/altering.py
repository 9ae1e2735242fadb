"""ALTER and COMMENT ON as actions: the union of the grammars of Flink 1.17 … 2.3.

Of Postgres's spellings those that say the same are taken: ADD COLUMN, DROP COLUMN, RENAME COLUMN,
several actions in a row, OWNER TO, SET SCHEMA, COMMENT ON TABLE, VIEW, COLUMN, SCHEMA.
"""

from __future__ import annotations

from collections.abc import Callable

from dialects.ddl.columns import Schema, read_element
from dialects.ddl.creating import MOST_PARTS, object_kind, read_class, read_distribution
from dialects.ddl.cursor import Cursor
from dialects.ddl.model import (
    Action,
    AddColumn,
    Alter,
    DropColumns,
    DropPart,
    ModifyColumn,
    ObjectKind,
    Other,
    Path,
    Placement,
    Rename,
    RenameColumn,
    ResetOptions,
    SetColumnComment,
    SetComment,
    SetDistribution,
    SetOptions,
    SetOwner,
    SetPrimaryKey,
    SetQuery,
    SetRest,
    SetSchema,
    SetWatermark,
)
from dialects.names import folded, written
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError

_FIXED = {ObjectKind.TABLE: "connector", ObjectKind.CATALOG: "type"}  # options that stay set
_PARTITIONS = (
    ("PARTITION",), ("IF", "NOT", "EXISTS", "PARTITION"), ("IF", "EXISTS", "PARTITION"),
)  # fmt: skip


def read_alter(cursor: Cursor) -> Alter | None:
    """The statement behind ALTER; None for an object or a form that is not known here."""
    temporary = bool(cursor.one_of(("TEMPORARY", "TEMP")))
    system = temporary and cursor.accept("SYSTEM")
    kind = object_kind(cursor)
    verbs = _VERBS.get(kind) if kind is not None else None
    if kind is None or verbs is None or (temporary and kind is not ObjectKind.FUNCTION):
        return None
    if_exists = cursor.accept("IF", "EXISTS")
    path = cursor.path(MOST_PARTS.get(kind, 3))
    actions: list[Action] = []
    while not actions or cursor.accept(","):
        found = _action(cursor, verbs)
        if found is None and not actions:
            return None
        if found is None:
            raise cursor.unexpected()
        actions += found
    cursor.finish()
    _keep_fixed(kind, actions)
    return Alter(kind, path, tuple(actions), if_exists, temporary, system)


Verb = Callable[[Cursor], "list[Action] | None"]


def _action(cursor: Cursor, verbs: dict[str, Verb]) -> list[Action] | None:
    if cursor.done:
        raise cursor.unexpected()
    verb = verbs.get(cursor.word())
    if verb is None:
        return None
    cursor.at += 1
    return verb(cursor)


def _keep_fixed(kind: ObjectKind, actions: list[Action]) -> None:
    for action in actions:
        if isinstance(action, ResetOptions) and _FIXED.get(kind) in action.keys:
            message = f"option '{_FIXED[kind]}' cannot be reset"
            hint = "Use SET to change it."
            raise SqlError(FEATURE_NOT_SUPPORTED, message, hint=hint, position=action.position)


# ── what several kinds have ─────────────────────────────────────────────────────────────────────


def _rename(cursor: Cursor) -> list[Action] | None:
    cursor.expect("TO")
    return [Rename(cursor.path())]


def _set(cursor: Cursor) -> list[Action] | None:
    """None for SET LOGGED and the like, which are Postgres's."""
    if cursor.accept("SCHEMA"):
        return [SetSchema(cursor.path(1))]
    return [SetOptions(cursor.options())] if cursor.word() == "(" else None


def _reset(cursor: Cursor) -> list[Action] | None:
    if cursor.word() != "(":
        return None
    if cursor.word(1) == ")":
        cursor.at += 1
        raise cursor.unexpected()
    position = cursor.position
    return [ResetOptions(cursor.keys(), position)]


def _owner(cursor: Cursor) -> list[Action] | None:
    """Names of roles are Postgres's: without quotes they are in lower case."""
    cursor.expect("TO")
    position = cursor.position
    if cursor.one_of(("CURRENT_USER", "CURRENT_ROLE")):
        return [SetOwner("", position)]
    return [SetOwner(folded(cursor.identifier()), position)]


def _comment(cursor: Cursor) -> list[Action] | None:
    return [SetComment(cursor.string())]


def _query(cursor: Cursor) -> list[Action] | None:
    return [SetQuery(cursor.query())]


def _class(cursor: Cursor) -> list[Action] | None:
    cursor.at -= 1
    return [SetRest(read_class(cursor))]


# ── tables ──────────────────────────────────────────────────────────────────────────────────────


def _rename_in_table(cursor: Cursor) -> list[Action] | None:
    if cursor.word() == "TO":
        return _rename(cursor)
    cursor.accept("COLUMN")
    position, name = cursor.position, written(cursor.identifier())
    cursor.expect("TO")
    return [RenameColumn(name, written(cursor.identifier()), position)]


def _add(cursor: Cursor) -> list[Action] | None:
    return _partitions(cursor, "ADD") or _elements(cursor, modify=False)


def _modify(cursor: Cursor) -> list[Action] | None:
    return _elements(cursor, modify=True)


def _elements(cursor: Cursor, modify: bool) -> list[Action]:
    cursor.accept("COLUMN")
    if not cursor.accept("("):
        return _element(cursor, modify)
    found = _element(cursor, modify)
    while not cursor.accept(")"):
        cursor.expect(",")
        found += _element(cursor, modify)
    return found


def _element(cursor: Cursor, modify: bool) -> list[Action]:
    """One column, constraint, watermark or distribution; a column may bring a key along."""
    if cursor.word() == "DISTRIBUTION" and cursor.word(1) in ("BY", "INTO"):
        cursor.at += 1
        return [SetDistribution(read_distribution(cursor), modify)]
    schema = Schema()
    read_element(cursor, schema)
    found: list[Action] = []
    for column in schema.columns:
        if column.type is None and column.expression is None:
            raise cursor.unexpected()
        action = ModifyColumn if modify else AddColumn
        found.append(action(column, _placement(cursor)))
    if schema.watermark is not None:
        found.append(SetWatermark(schema.watermark, modify))
    if schema.primary_key is not None:
        found.append(SetPrimaryKey(schema.primary_key, modify))
    return found


def _placement(cursor: Cursor) -> Placement | None:
    if cursor.accept("FIRST"):
        return Placement()
    return Placement(written(cursor.identifier())) if cursor.accept("AFTER") else None


def _drop(cursor: Cursor) -> list[Action] | None:
    partitions = _partitions(cursor, "DROP")
    if partitions is not None:
        return partitions
    position = cursor.position
    if cursor.accept("PRIMARY", "KEY"):
        return [DropPart("PRIMARY KEY", None, position)]
    if cursor.accept("CONSTRAINT"):
        return [DropPart("CONSTRAINT", written(cursor.identifier()), position)]
    part = cursor.one_of(("WATERMARK", "DISTRIBUTION"))
    if part:
        return [DropPart(part, None, position)]
    cursor.accept("COLUMN")
    position = cursor.position
    names = cursor.names() if cursor.word() == "(" else (written(cursor.identifier()),)
    return [DropColumns(names, position)]


def _partitions(cursor: Cursor, verb: str) -> list[Action] | None:
    """ADD and DROP PARTITION, as written; None if it is something else."""
    ahead = cursor.words[cursor.at : cursor.at + 4]
    if not any(ahead[: len(words)] == words for words in _PARTITIONS):
        return None
    position, start = cursor.position, cursor.at
    cursor.at = len(cursor.tokens)
    return [Other(f"{verb} {cursor.engine_text(start, cursor.at)}", position)]


_OWNED: dict[str, Verb] = {"OWNER": _owner}
_OPTIONS: dict[str, Verb] = _OWNED | {"SET": _set, "RESET": _reset}
_VERBS: dict[ObjectKind, dict[str, Verb]] = {
    ObjectKind.TABLE: _OPTIONS
    | {"RENAME": _rename_in_table, "ADD": _add, "MODIFY": _modify, "DROP": _drop},
    ObjectKind.VIEW: _OWNED | {"RENAME": _rename, "AS": _query, "SET": _set},
    ObjectKind.DATABASE: _OPTIONS | {"RENAME": _rename},
    ObjectKind.CATALOG: _OPTIONS | {"COMMENT": _comment},
    ObjectKind.MODEL: _OPTIONS | {"RENAME": _rename},
    ObjectKind.FUNCTION: _OWNED | {"AS": _class},
}


# ── COMMENT ON ──────────────────────────────────────────────────────────────────────────────────


def read_comment(cursor: Cursor) -> Alter | None:
    """`COMMENT ON kind name IS 'text' | NULL`; None for what is no object of Flink.

    A column's owner is called a table here, though it may be a view.
    """
    if not cursor.accept("ON"):
        return None
    if cursor.accept("COLUMN"):
        return _column_comment(cursor)
    kind = object_kind(cursor)
    if kind is None:
        return None
    path = cursor.path(MOST_PARTS.get(kind, 3))
    return Alter(kind, path, (SetComment(_text(cursor)),))


def _column_comment(cursor: Cursor) -> Alter:
    path = cursor.path(4)
    if len(path.parts) < 2:
        raise cursor.unexpected()
    owner = Path(path.parts[:-1], path.quoted[:-1], path.first, path.last - 2, path.position)
    position = cursor.tokens[path.last].start + 1
    return Alter(
        ObjectKind.TABLE, owner, (SetColumnComment(path.parts[-1], _text(cursor), position),)
    )


def _text(cursor: Cursor) -> str | None:
    cursor.expect("IS")
    text = None if cursor.accept("NULL") else cursor.string()
    cursor.finish()
    return text
