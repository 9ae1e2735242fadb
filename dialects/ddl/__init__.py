"""CREATE, ALTER and DROP of Flink's objects as data: read, changed, written again.

    statement ── read ──► Create | Alter | Drop       (tokens, no tree; positions in the text)
                             │ definition, actions
              apply(definition, actions) ──► definition ── render ──► CREATE … text
              merged(definition, base) ──┘ of LIKE        └ described ──► rows of DESCRIBE

The reader knows the union of the grammars of Flink 1.16 … 2.3. It is strict where it is sure (a
broken statement is 42601 with its position, a primary key over an unknown column is 42703) and says
so where it is not: `TableDefinition.certain` is False for what only Flink's planner can judge or
resolve (types of computed columns, LIKE, AS query). It opens no connection and knows no catalog.
"""

from __future__ import annotations

from dialects.ddl.changing import apply, key_name, unplaced
from dialects.ddl.checking import check
from dialects.ddl.describing import Described, described
from dialects.ddl.liking import merged
from dialects.ddl.reading import read_ddl
from dialects.ddl.rendering import render

__all__ = [
    "Described",
    "apply",
    "check",
    "described",
    "key_name",
    "merged",
    "read_ddl",
    "render",
    "unplaced",
]
