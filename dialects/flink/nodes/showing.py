"""SHOW and DESCRIBE."""

from __future__ import annotations

from dialects.flink.nodes.clauses import Partition, Pattern, Scope
from dialects.flink.syntax import Node, One, Part, Word, maybe, sequence

_DESCRIBE = Word("verb", "DESCRIBE", "DESC", required=True)
_EXTENDED = Word("extended", "EXTENDED")


class Show(Node):
    """`SHOW TABLES FROM d LIKE 'a%'`: lists, and the few things that a session has one of."""

    syntax = sequence(
        "SHOW",
        Word("kind", "CATALOGS", "DATABASES", "TABLES", "VIEWS", "MATERIALIZED TABLES", "COLUMNS",
             "FUNCTIONS", "USER FUNCTIONS", "PROCEDURES", "MODELS", "CONNECTIONS", "MODULES",
             "FULL MODULES", "JARS", "JOBS", "CURRENT CATALOG", "CURRENT DATABASE", required=True),
        maybe(One("scope", Scope)),
        maybe(One("pattern", Pattern)),
    )  # fmt: skip


class ShowCreateTable(Node):
    syntax = sequence(
        "SHOW CREATE",
        Word("kind", "TABLE", "VIEW", "MATERIALIZED TABLE", required=True),
        One("this", Part.PATH),
    )


class ShowCreate(Node):
    """Of what has no rows"""

    syntax = sequence(
        "SHOW CREATE",
        Word("kind", "CATALOG", "DATABASE", "MODEL", "FUNCTION", "CONNECTION", required=True),
        One("this", Part.OBJECT),
    )


class ShowPartitions(Node):
    syntax = sequence("SHOW PARTITIONS", One("this", Part.PATH), maybe(One("partition", Partition)))


class DescribeJob(Node):
    syntax = sequence(_DESCRIBE, "JOB", One("this", Part.STRING))


class DescribeObject(Node):
    """Of what has no rows"""

    syntax = sequence(
        _DESCRIBE,
        Word("kind", "CATALOG", "DATABASE", "FUNCTION", "MODEL", "CONNECTION", required=True),
        _EXTENDED,
        One("this", Part.OBJECT),
    )


class DescribeTable(Node):
    syntax = sequence(_DESCRIBE, Word("kind", "TABLE"), _EXTENDED, One("this", Part.PATH))
