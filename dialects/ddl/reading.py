"""Which statements are DDL of Flink's objects, and the reader of each."""

from __future__ import annotations

from collections.abc import Callable

from dialects.ddl.altering import read_alter, read_comment
from dialects.ddl.creating import read_create
from dialects.ddl.cursor import Cursor
from dialects.ddl.dropping import read_drop
from dialects.ddl.model import Ddl
from dialects.splitter import Statement

_READERS: dict[str, Callable[[Cursor], Ddl | None]] = {
    "CREATE": read_create,
    "REPLACE": read_create,
    "ALTER": read_alter,
    "DROP": read_drop,
    "COMMENT": read_comment,
}


def read_ddl(statement: Statement) -> Ddl | None:
    """What a statement in Flink's or Postgres's spelling says; None if it is no CREATE, ALTER, DROP
    or COMMENT of an object of Flink, or of a form that only Flink can judge: that goes to Flink as
    written.

    Raises SqlError with a position: 42601 for a broken statement, 42701 and 42703 for columns named
    twice or unknown, 42704 for an unknown type, 42P16 for a second primary key, 0A000 for what no
    version of Flink has.
    """
    reader = _READERS.get(statement.words[0]) if statement.words else None
    return reader(Cursor(statement, 1)) if reader is not None else None
