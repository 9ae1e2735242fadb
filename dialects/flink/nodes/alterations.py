"""ALTER of every kind of object: one node for the statement, one for each action."""

from __future__ import annotations

from dialects.flink.nodes.clauses import (
    Comment,
    Distribution,
    Implementation,
    Option,
    Options,
    Partition,
)
from dialects.flink.nodes.columns import ColumnDefinition, Constraint, Watermark
from dialects.flink.nodes.definitions import Freshness, RefreshMode
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

_ELEMENTS = (Watermark, Constraint, Distribution, ColumnDefinition)
# Postgres's word, which Flink does not know; it is read so that it can be taken out.
_COLUMN = Word("column", "COLUMN")


class RenameTo(Node):
    syntax = sequence("RENAME TO", One("this", Part.PATH))


class RenameColumn(Node):
    syntax = sequence(
        "RENAME", _COLUMN, One("this", Part.OBJECT), "TO", One("expression", Part.OBJECT)
    )


class SetOptions(Node):
    """`SET ('key' = 'value', …)`"""

    syntax = sequence("SET", Bracketed("expressions", Option))


class ResetOptions(Node):
    """`RESET ('key', …)`"""

    syntax = sequence("RESET", Bracketed("expressions", Part.STRING))


class PartitionOptions(Node):
    """`PARTITION (…) [WITH (…)]`"""

    syntax = sequence(One("this", Partition), maybe(One("options", Options)))


class AddPartitions(Node):
    syntax = sequence(
        "ADD", Word("exists", "IF NOT EXISTS"), Many("expressions", PartitionOptions, "")
    )


class DropPartitions(Node):
    syntax = sequence("DROP", Word("exists", "IF EXISTS"), Many("expressions", Partition))


class AddElements(Node):
    """`ADD (…, …)` or `ADD` of one: columns, keys, a watermark, a distribution."""

    syntax = sequence(
        "ADD", _COLUMN, either(Bracketed("expressions", _ELEMENTS), One("this", _ELEMENTS))
    )


class ModifyElements(Node):
    syntax = sequence(
        "MODIFY", _COLUMN, either(Bracketed("expressions", _ELEMENTS), One("this", _ELEMENTS))
    )


class DropPart(Node):
    """`DROP PRIMARY KEY`, `DROP CONSTRAINT n`, …"""

    syntax = sequence(
        "DROP",
        either(
            Word("part", "PRIMARY KEY", "WATERMARK", "DISTRIBUTION", required=True),
            sequence("CONSTRAINT", One("constraint", Part.NAME)),
        ),
    )


class DropColumns(Node):
    syntax = sequence(
        "DROP", _COLUMN, either(Bracketed("expressions", Part.OBJECT), One("this", Part.OBJECT))
    )


class Compact(Node):
    """Of managed tables, up to Flink 1.20"""

    syntax = sequence(maybe(One("partition", Partition)), Word("this", "COMPACT", required=True))


class Suspend(Node):
    syntax = sequence(Word("this", "SUSPEND", required=True))


class Resume(Node):
    syntax = sequence(Word("this", "RESUME", required=True), maybe(One("options", Options)))


class Refresh(Node):
    syntax = sequence(Word("this", "REFRESH", required=True), maybe(One("partition", Partition)))


class SetFreshness(Node):
    syntax = sequence("SET", One("this", Freshness))


class SetRefreshMode(Node):
    syntax = sequence("SET", One("this", RefreshMode))


class SetQuery(Node):
    """`AS query`"""

    syntax = sequence("AS", One("this", Part.QUERY))


class Alter(Node):
    """`this`: the name; `expressions`: actions, of which Flink takes one."""


class AlterTable(Alter):
    syntax = sequence(
        "ALTER TABLE", Word("exists", "IF EXISTS"), One("this", Part.PATH),
        Many("expressions", (
            RenameTo, RenameColumn, SetOptions, ResetOptions, AddPartitions, DropPartitions,
            AddElements, ModifyElements, DropPart, DropColumns, Compact,
        )),
    )  # fmt: skip


class AlterMaterializedTable(Alter):
    syntax = sequence(
        "ALTER MATERIALIZED TABLE", Word("exists", "IF EXISTS"), One("this", Part.PATH),
        Many("expressions", (
            SetFreshness, SetRefreshMode, SetOptions, ResetOptions,
            Suspend, Resume, Refresh, SetQuery, AddElements, ModifyElements, DropPart, DropColumns,
        )),
    )  # fmt: skip


class AlterView(Alter):
    syntax = sequence(
        "ALTER VIEW", Word("exists", "IF EXISTS"), One("this", Part.PATH),
        Many("expressions", (RenameTo, SetQuery)),
    )  # fmt: skip


class AlterFunction(Alter):
    syntax = sequence(
        "ALTER", Word("temporary", "TEMPORARY SYSTEM", "TEMPORARY", "TEMP"), "FUNCTION",
        Word("exists", "IF EXISTS"), One("this", Part.OBJECT),
        One("implementation", Implementation), maybe(One("options", Options)),
    )  # fmt: skip


class AlterObject(Alter):
    """Of a catalog, database, model or connection"""

    syntax = sequence(
        "ALTER",
        Word("kind", "CATALOG", "DATABASE", "SCHEMA", "MODEL", "CONNECTION", required=True),
        Word("exists", "IF EXISTS"), One("this", Part.OBJECT),
        Many("expressions", (SetOptions, ResetOptions, Comment, RenameTo)),
    )  # fmt: skip
