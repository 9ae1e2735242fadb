"""DROP of each kind of object: one, as Flink has it, or several, as Postgres's clients write."""

from __future__ import annotations

from dialects.ddl.creating import MOST_PARTS, object_kind
from dialects.ddl.cursor import Cursor
from dialects.ddl.model import Drop, ObjectKind


def read_drop(cursor: Cursor) -> Drop | None:
    """The statement behind DROP; None if it is none of Flink's objects."""
    temporary = bool(cursor.one_of(("TEMPORARY", "TEMP")))
    system = temporary and cursor.accept("SYSTEM")
    kind = object_kind(cursor)
    if kind is None or system and kind is not ObjectKind.FUNCTION:
        return None
    if_exists = cursor.accept("IF", "EXISTS")
    most = MOST_PARTS.get(kind, 3)
    paths = [cursor.path(most)]
    while cursor.accept(","):
        paths.append(cursor.path(most))
    cascade = cursor.accept("CASCADE")
    restrict = not cascade and cursor.accept("RESTRICT")
    cursor.finish()
    return Drop(kind, tuple(paths), temporary, system, if_exists, cascade, restrict)
