"""INSERT, UPDATE and DELETE; MERGE is sqlglot's."""

from __future__ import annotations

from sqlglot import exp

from dialects.flink.nodes.clauses import Partition, Statistics
from dialects.flink.syntax import Bracketed, Many, Node, One, Part, Word, maybe, sequence


class Conflict(Node):
    """`ON CONFLICT DO NOTHING`"""

    syntax = sequence(
        "ON CONFLICT DO", Word("this", "NOTHING", "ERROR", "DEDUPLICATE", required=True)
    )


class InsertedColumns(Node):
    syntax = Bracketed("expressions", Part.OBJECT)


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
    )


class Assignment(Node):
    """`column = expression` of UPDATE"""

    syntax = sequence(One("this", Part.OBJECT), "=", One("expression", Part.EXPRESSION))


class Update(Node, exp.Update):
    syntax = sequence(
        "UPDATE",
        One("this", Part.TARGET),
        maybe("AS", One("alias", Part.NAME)),
        "SET",
        Many("expressions", Assignment),
        maybe(One("where", Part.WHERE)),
    )


class Delete(Node, exp.Delete):
    syntax = sequence(
        "DELETE FROM",
        One("this", Part.TARGET),
        maybe("AS", One("alias", Part.NAME)),
        maybe(One("where", Part.WHERE)),
    )


class Analyze(Node):
    syntax = sequence(
        "ANALYZE TABLE", One("this", Part.PATH), maybe(One("partition", Partition)),
        "COMPUTE STATISTICS", maybe(One("columns", Statistics)),
    )  # fmt: skip


class Call(Node):
    """Of a procedure"""

    syntax = sequence("CALL", One("this", Part.EXPRESSION))
