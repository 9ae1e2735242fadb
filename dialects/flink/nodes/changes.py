"""INSERT, UPDATE, DELETE, MERGE, and what else works on the rows of a table."""

from __future__ import annotations

from sqlglot import exp

from dialects.flink.nodes.clauses import Partition, Statistics
from dialects.flink.syntax import (
    Bracketed,
    Many,
    Node,
    One,
    Part,
    Unless,
    Word,
    maybe,
    sequence,
    unless_query,
)


class Conflict(Node):
    """`ON CONFLICT DO NOTHING`"""

    syntax = sequence(
        "ON CONFLICT DO", Word("this", "NOTHING", "ERROR", "DEDUPLICATE", required=True)
    )


class Returning(Node):
    """Of an INSERT: columns of its job's handle, which no Flink sees."""

    syntax = sequence("RETURNING", Many("expressions", Part.EXPRESSION))


class InsertedColumns(Node):
    syntax = unless_query(Bracketed("expressions", Part.OBJECT))


class Insert(Node, exp.Insert):
    """`this`: the table with its hints; `expression`: the query."""

    syntax = sequence(
        Word("verb", "INSERT", "UPSERT", required=True),
        Word("mode", "INTO", "OVERWRITE", required=True),
        One("this", Part.TARGET),
        maybe(One("partition", Partition)),
        maybe(One("columns", InsertedColumns)),
        One("expression", Part.QUERY),
        maybe(One("conflict", Conflict)),
        maybe(One("returning", Returning)),
    )


class Assignment(Node):
    """`column = expression` of UPDATE"""

    syntax = sequence(One("this", Part.OBJECT), "=", One("expression", Part.EXPRESSION))


class Alias(Node):
    """`AS a` or `a` alone"""

    syntax = sequence(Word("keyword", "AS"), One("this", Part.NAME))


_ALIAS = maybe(Unless((("SET",), ("WHERE",)), sequence(One("alias", Alias))))
_WHERE = maybe(One("where", Part.WHERE))


class Update(Node, exp.Update):
    syntax = sequence(
        "UPDATE", One("this", Part.TARGET), _ALIAS, "SET", Many("expressions", Assignment), _WHERE
    )


class Delete(Node, exp.Delete):
    syntax = sequence("DELETE FROM", One("this", Part.TARGET), _ALIAS, _WHERE)


class MergeUpdate(Node):
    syntax = sequence("WHEN MATCHED THEN UPDATE SET", Many("expressions", Assignment))


class MergeInsert(Node):
    syntax = sequence(
        "WHEN NOT MATCHED THEN INSERT", maybe(One("columns", InsertedColumns)),
        "VALUES", Bracketed("expressions", Part.EXPRESSION),
    )  # fmt: skip


class Merge(Node, exp.Merge):
    """Flink reads it and plans it in no version."""

    syntax = sequence(
        "MERGE INTO", One("this", Part.SOURCE), "USING", One("using", Part.SOURCE),
        "ON", One("on", Part.EXPRESSION), Many("whens", (MergeUpdate, MergeInsert), ""),
    )  # fmt: skip


class Analyze(Node):
    syntax = sequence(
        "ANALYZE TABLE", One("this", Part.PATH), maybe(One("partition", Partition)),
        "COMPUTE STATISTICS", maybe(One("columns", Statistics)),
    )  # fmt: skip


class Call(Node):
    """Of a procedure"""

    syntax = sequence("CALL", One("this", Part.EXPRESSION))
