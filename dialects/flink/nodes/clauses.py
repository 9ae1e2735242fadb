"""Clauses that several statements share."""

from __future__ import annotations

from dialects.flink.syntax import (
    Bracketed,
    Many,
    Node,
    One,
    Part,
    Word,
    either,
    maybe,
    sequence,
)
from dialects.vocabulary import FUNCTION_LANGUAGES, LIKE_FEATURES, LIKE_STRATEGIES


class Path(Node):
    """The name of a catalog, database, function, model, …: `c.d.f`."""

    syntax = Many("expressions", Part.NAME, ".")


class Comment(Node):
    syntax = sequence("COMMENT", One("this", Part.STRING))


class Option(Node):
    """`'key' = 'value'`"""

    syntax = sequence(One("this", Part.STRING), "=", One("expression", Part.STRING))


class Options(Node):
    """`WITH ('key' = 'value', …)`"""

    syntax = sequence("WITH", Bracketed("expressions", Option))


class PartitionValue(Node):
    """`column = value`; of some statements `column` alone."""

    syntax = sequence(One("this", Part.NAME), maybe("=", One("expression", Part.EXPRESSION)))


class Partition(Node):
    """`PARTITION (column = value, …)`"""

    syntax = sequence("PARTITION", Bracketed("expressions", PartitionValue))


class PartitionedBy(Node):
    syntax = sequence("PARTITIONED BY", Bracketed("expressions", Part.NAME))


class Buckets(Node):
    syntax = sequence("INTO", One("this", Part.NUMBER), "BUCKETS")


class Distribution(Node):
    """`DISTRIBUTED BY HASH(a) INTO 4 BUCKETS`, in ALTER with DISTRIBUTION in place of it."""

    syntax = sequence(
        Word("keyword", "DISTRIBUTED", "DISTRIBUTION", required=True),
        maybe("BY", Word("kind", "HASH", "RANGE"), Bracketed("expressions", Part.NAME)),
        maybe(One("buckets", Buckets)),
    )


class LikeOption(Node):
    """`INCLUDING OPTIONS`"""

    syntax = sequence(
        Word("this", *LIKE_STRATEGIES, required=True),
        Word("feature", *LIKE_FEATURES, required=True),
    )


class Like(Node):
    """`LIKE t (INCLUDING ALL …)`"""

    syntax = sequence(
        "LIKE", One("this", Part.PATH), maybe(Bracketed("expressions", LikeOption, ""))
    )


class Resource(Node):
    """`JAR 'path'`"""

    syntax = sequence(
        Word("kind", "JAR", "ARTIFACT", "FILE", required=True), One("this", Part.STRING)
    )


class Implementation(Node):
    """`AS 'class' LANGUAGE JAVA USING JAR 'path', …` of a function."""

    syntax = sequence(
        "AS",
        One("this", Part.STRING),
        maybe("LANGUAGE", Word("language", *FUNCTION_LANGUAGES, required=True)),
        maybe("USING", Many("resources", Resource)),
    )


class Scope(Node):
    """`FROM c.d` or `IN c.d` of SHOW"""

    syntax = sequence(Word("keyword", "FROM", "IN", required=True), One("this", Part.OBJECT))


class Pattern(Node):
    """`NOT LIKE 'a%'` of SHOW"""

    syntax = sequence(
        Word("negated", "NOT"),
        Word("keyword", "LIKE", "ILIKE", required=True),
        One("this", Part.STRING),
    )


class Statistics(Node):
    """`FOR COLUMNS a, b` or `FOR ALL COLUMNS` of ANALYZE TABLE"""

    syntax = sequence(
        "FOR",
        either(sequence("COLUMNS", Many("expressions", Part.NAME)), Word("all", "ALL COLUMNS")),
    )
