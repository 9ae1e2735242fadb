"""What stands in the brackets of a table: columns, keys, watermarks."""

from __future__ import annotations

from sqlglot import exp

from dialects.flink.nodes.clauses import Comment
from dialects.flink.syntax import Bracketed, Node, One, Part, Word, either, maybe, sequence


class Watermark(Node):
    """`WATERMARK FOR ts AS ts - INTERVAL '5' SECOND`; `this` may be a field of a row."""

    syntax = sequence(
        "WATERMARK FOR", One("this", Part.OBJECT), "AS", One("expression", Part.EXPRESSION)
    )


class Constraint(Node):
    """`[CONSTRAINT n] PRIMARY KEY (a, b) NOT ENFORCED`; that of a column has no brackets."""

    syntax = sequence(
        maybe("CONSTRAINT", One("this", Part.NAME)),
        Word("kind", "PRIMARY KEY", "UNIQUE", required=True),
        maybe(Bracketed("expressions", Part.NAME)),
        Word("enforcement", "NOT ENFORCED", "ENFORCED"),
    )


class Computed(Node):
    """`AS expression` of a column"""

    syntax = sequence("AS", One("this", Part.EXPRESSION))


class Metadata(Node):
    """`METADATA FROM 'key' VIRTUAL` of a column"""

    syntax = sequence(
        "METADATA", maybe("FROM", One("this", Part.STRING)), Word("virtual", "VIRTUAL")
    )


class Default(Node):
    """Of a column; no version of Flink has it."""

    syntax = sequence("DEFAULT", One("this", Part.EXPRESSION))


class Place(Node):
    """Where ALTER TABLE puts a column: `FIRST` or `AFTER other`."""

    syntax = either(Word("first", "FIRST"), sequence("AFTER", One("this", Part.NAME)))


class ColumnDefinition(Node, exp.ColumnDef):
    """A physical, metadata or computed column; of CREATE TABLE … AS and of views a name alone.

    `kind` is its type, `nullability` what follows it, `this` its name.
    """

    syntax = sequence(
        One("this", Part.NAME),
        maybe(either(One("computed", Computed), One("kind", Part.TYPE))),
        Word("nullability", "NOT NULL", "NULL"),
        maybe(One("default", Default)),
        maybe(One("metadata", Metadata)),
        maybe(One("constraint", Constraint)),
        maybe(One("comment", Comment)),
        maybe(One("place", Place)),
    )


class Columns(Node):
    """The brackets."""

    syntax = Bracketed("expressions", (Watermark, Constraint, ColumnDefinition))
