"""Refusals and notices about objects, in Postgres's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dialects.ddl.model import ObjectKind, Path
from gateway.objects.stored import StoredObject
from protocol.errors import (
    OBJECT_NOT_IN_PREREQUISITE_STATE,
    UNDEFINED_FUNCTION,
    UNDEFINED_OBJECT,
    UNDEFINED_TABLE,
    Notice,
    SqlError,
)

DUPLICATE_TABLE = "42P07"
DUPLICATE_FUNCTION = "42723"
DUPLICATE_OBJECT = "42710"
WRONG_OBJECT_TYPE = "42809"
DEPENDENT_OBJECTS = "2BP01"
INVALID_OBJECT_DEFINITION = "42P17"
SHOWN = 20  # dependent objects that an error lists


def exists(there: StoredObject, path: Path) -> SqlError:
    if there.kind is ObjectKind.FUNCTION:
        message = f'function "{there.place.shown}" already exists'
        return SqlError(DUPLICATE_FUNCTION, message, position=path.position)
    return SqlError(
        DUPLICATE_TABLE, f'relation "{there.place.shown}" already exists', position=path.position
    )


def skipped(there: StoredObject) -> Notice:
    what = "relation" if there.namespace == "relation" else there.kind.value.lower()
    return Notice(
        f'{what} "{there.place.shown}" already exists, skipping', sqlstate=DUPLICATE_TABLE
    )


def wrong_type(there: StoredObject, kind: ObjectKind, path: Path | None = None) -> SqlError:
    article = "an" if kind.value[0] in "AEIOU" else "a"
    return SqlError(
        WRONG_OBJECT_TYPE,
        f'"{there.place.name}" is not {article} {kind.value.lower()}',
        hint=f"It is a {there.kind.value.lower()}.",
        position=path.position if path is not None else None,
    )


def depended_on(verb: str, there: StoredObject, dependents: Sequence[StoredObject]) -> SqlError:
    """As Postgres words it: one line of detail per dependent object."""
    known = {each.id: each for each in dependents}
    lines = [
        f"{each.shown} depends on {_needed(each, there, known).shown}"
        for each in dependents[:SHOWN]
    ]
    hint = "Use DROP … CASCADE to drop the dependent objects too."
    return SqlError(
        DEPENDENT_OBJECTS,
        f"cannot {verb} {there.shown} because other objects depend on it",
        detail="\n".join(lines),
        hint=hint if verb == "drop" else "Drop or replace them first.",
    )


def _needed(
    each: StoredObject, there: StoredObject, known: Mapping[int, StoredObject]
) -> StoredObject:
    """What it names itself of what would go."""
    if there.id in each.on_ids:
        return there
    return next((known[i] for i in each.on_ids if i in known), there)


def hidden(there: StoredObject) -> SqlError:
    """Flink would read the temporary one in its place, and answer what nobody has defined."""
    return SqlError(
        OBJECT_NOT_IN_PREREQUISITE_STATE,
        f"a temporary object of this session hides {there.shown}, which the statement needs",
        hint="Drop the temporary one first.",
    )


def recursion(there: StoredObject) -> SqlError:
    return SqlError(
        INVALID_OBJECT_DEFINITION, f"infinite recursion detected: {there.shown} would need itself"
    )


_MISSING = {
    ObjectKind.TABLE: (UNDEFINED_TABLE, "table"),
    ObjectKind.VIEW: (UNDEFINED_TABLE, "view"),
    ObjectKind.FUNCTION: (UNDEFINED_FUNCTION, "function"),
    ObjectKind.DATABASE: ("3F000", "schema"),
}


def missing(kind: ObjectKind, path: Path) -> SqlError:
    sqlstate, what = _MISSING.get(kind, (UNDEFINED_OBJECT, kind.value.lower()))
    name = ".".join(path.parts)
    return SqlError(sqlstate, f'{what} "{name}" does not exist', position=path.position)
