"""Statement sets, plans, EXPLAIN and jobs."""

from __future__ import annotations

from dialects.flink.nodes.changes import Insert
from dialects.flink.syntax import Many, Node, One, Part, Word, maybe, sequence


class SetMember(Node):
    """`INSERT …;`"""

    syntax = sequence(One("this", Insert), ";")


class StatementSet(Node):
    """`STATEMENT SET BEGIN INSERT …; … END`"""

    syntax = sequence("STATEMENT SET BEGIN", Many("expressions", SetMember, ""), "END")


class BeginStatementSet(Node):
    """`BEGIN STATEMENT SET; INSERT …; … END` in one text, or its first statement alone."""

    syntax = sequence("BEGIN STATEMENT SET", maybe(";", Many("expressions", SetMember, ""), "END"))


class EndStatementSet(Node):
    syntax = sequence(Word("this", "END", required=True))


class Execute(Node):
    """Of a statement set, an INSERT or a query"""

    syntax = sequence("EXECUTE", One("this", Part.STATEMENT))


class ExecutePlan(Node):
    syntax = sequence("EXECUTE PLAN", One("this", Part.STRING))


class CompilePlan(Node):
    syntax = sequence(
        "COMPILE", Word("execute", "AND EXECUTE"), "PLAN", One("this", Part.STRING),
        Word("exists", "IF NOT EXISTS"), "FOR", One("expression", Part.STATEMENT),
    )  # fmt: skip


class Detail(Node):
    syntax = Word(
        "this", "ESTIMATED_COST", "CHANGELOG_MODE", "JSON_EXECUTION_PLAN", "PLAN_ADVICE",
        required=True,
    )  # fmt: skip


class Explain(Node):
    """`EXPLAIN PLAN FOR …` or with details; `this` is the statement."""

    syntax = sequence(
        "EXPLAIN",
        Word("plan", "PLAN FOR"),
        maybe(Many("details", Detail)),
        One("this", Part.STATEMENT),
    )


class StopJob(Node):
    syntax = sequence(
        "STOP JOB", One("this", Part.STRING), Word("savepoint", "WITH SAVEPOINT"),
        Word("drain", "WITH DRAIN"),
    )  # fmt: skip
