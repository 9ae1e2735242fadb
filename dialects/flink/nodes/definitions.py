"""CREATE and DROP of every kind of object."""

from __future__ import annotations

from dialects.flink.nodes.clauses import (
    Comment,
    Distribution,
    Implementation,
    Like,
    Options,
    Partition,
    PartitionedBy,
)
from dialects.flink.nodes.columns import Columns
from dialects.flink.syntax import Node, One, Part, Word, either, maybe, sequence

_CREATE = (
    "CREATE",
    Word("replace", "OR REPLACE", "OR ALTER"),
    Word("temporary", "TEMPORARY SYSTEM", "TEMPORARY", "TEMP"),
)
_EXISTS = Word("exists", "IF NOT EXISTS")
_COMMENT = maybe(One("comment", Comment))
_OPTIONS = maybe(One("options", Options))
_QUERY = maybe("AS", One("expression", Part.QUERY))
_STORED = (
    maybe(One("columns", Columns)),
    _COMMENT,
    maybe(One("distribution", Distribution)),
    maybe(One("partitions", PartitionedBy)),
    _OPTIONS,
)


class Create(Node):
    """What all CREATE have: `replace`, `temporary`, `exists` (of exp.Var), and `this`, the name."""


class CreateTable(Create):
    """With `LIKE` another table or, with `expression`, AS a query."""

    syntax = sequence(
        *_CREATE, "TABLE", _EXISTS, One("this", Part.PATH), *_STORED,
        maybe(One("like", Like)), _QUERY,
    )  # fmt: skip


class ReplaceTable(Create):
    """`REPLACE TABLE … AS query`"""

    syntax = sequence(
        "REPLACE", Word("temporary", "TEMPORARY"), "TABLE", _EXISTS, One("this", Part.PATH),
        *_STORED, "AS", One("expression", Part.QUERY),
    )  # fmt: skip


class Freshness(Node):
    syntax = sequence("FRESHNESS =", One("this", Part.EXPRESSION))


class RefreshMode(Node):
    syntax = sequence("REFRESH_MODE =", Word("this", "FULL", "CONTINUOUS", required=True))


class StartMode(Node):
    syntax = sequence("START_MODE =", One("this", Part.EXPRESSION))


class CreateMaterializedTable(Create):
    syntax = sequence(
        *_CREATE, "MATERIALIZED TABLE", _EXISTS, One("this", Part.PATH), *_STORED,
        maybe(One("start", StartMode)),
        maybe(One("freshness", Freshness)),
        maybe(One("refresh", RefreshMode)),
        "AS", One("expression", Part.QUERY),
    )  # fmt: skip


class CreateView(Create):
    syntax = sequence(
        *_CREATE, "VIEW", _EXISTS, One("this", Part.PATH), maybe(One("columns", Columns)), _COMMENT,
        "AS", One("expression", Part.QUERY),
    )  # fmt: skip


class CreateFunction(Create):
    syntax = sequence(
        *_CREATE, "FUNCTION", _EXISTS, One("this", Part.OBJECT),
        One("implementation", Implementation), _OPTIONS,
    )  # fmt: skip


class Input(Node):
    syntax = sequence("INPUT", One("columns", Columns))


class Output(Node):
    syntax = sequence("OUTPUT", One("columns", Columns))


class CreateModel(Create):
    syntax = sequence(
        *_CREATE, "MODEL", _EXISTS, One("this", Part.OBJECT), maybe(One("input", Input)),
        maybe(One("output", Output)), _COMMENT, _OPTIONS, _QUERY,
    )  # fmt: skip


class CreateCatalog(Create):
    syntax = sequence(*_CREATE, "CATALOG", _EXISTS, One("this", Part.OBJECT), _COMMENT, _OPTIONS)


class CreateDatabase(Create):
    syntax = sequence(
        *_CREATE, Word("kind", "DATABASE", "SCHEMA", required=True), _EXISTS,
        One("this", Part.OBJECT), _COMMENT, _OPTIONS,
    )  # fmt: skip


class CreateConnection(Create):
    syntax = sequence(*_CREATE, "CONNECTION", _EXISTS, One("this", Part.OBJECT), _COMMENT, _OPTIONS)


class Drop(Node):
    """`this` is an exp.Table for what has rows, a Path for all else."""

    syntax = sequence(
        "DROP",
        Word("temporary", "TEMPORARY SYSTEM", "TEMPORARY", "TEMP"),
        either(
            sequence(
                Word("kind", "TABLE", "VIEW", "MATERIALIZED TABLE", required=True),
                Word("exists", "IF EXISTS"),
                One("this", Part.PATH),
            ),
            sequence(
                Word("kind", "CATALOG", "DATABASE", "SCHEMA", "FUNCTION", "MODEL", "CONNECTION",
                     required=True),
                Word("exists", "IF EXISTS"),
                One("this", Part.OBJECT),
            ),
        ),
        Word("behavior", "CASCADE", "RESTRICT"),
    )  # fmt: skip


class Truncate(Node):
    syntax = sequence("TRUNCATE TABLE", One("this", Part.PATH), maybe(One("partition", Partition)))
