"""CREATE TABLE … LIKE made whole with the definition of its base, as Flink merges the two
(MergeTableLikeUtil): what is included by default, and what may be overwritten."""

from __future__ import annotations

from dataclasses import replace

from dialects.ddl.changing import unplaced
from dialects.ddl.checking import INVALID_TABLE_DEFINITION, check
from dialects.ddl.describing import resolvable
from dialects.ddl.model import (
    ColumnDefinition,
    ColumnKind,
    Like,
    Option,
    PrimaryKey,
    TableDefinition,
    Watermark,
)
from protocol.errors import DUPLICATE_COLUMN, SqlError

_FEATURES = {ColumnKind.COMPUTED: "GENERATED", ColumnKind.METADATA: "METADATA"}


def merged(table: TableDefinition, base: TableDefinition) -> TableDefinition:
    """What `table`, which is LIKE `base`, stands for; its `like` is None then. The comment of the
    base is not taken over, nor is its place in a text.

    Raises SqlError 42701 for a column, 42P16 for another part that the base has too, and what
    `check` raises for the whole; ValueError if the base itself is LIKE a table or AS a query.
    """
    if table.like is None or base.like is not None or base.query is not None:
        raise ValueError("LIKE needs a base whose columns are known")
    whole = unplaced(base)
    assert isinstance(whole, TableDefinition)
    found = _Merge(table, whole, table.like).run()
    check(found)
    return replace(found, certain=resolvable(found))


class _Merge:
    def __init__(self, table: TableDefinition, base: TableDefinition, like: Like) -> None:
        self.table, self.base = table, base
        self.position = like.path.position or None
        said = {feature: strategy for strategy, feature in like.options}
        self.said, self.default = said, said.get("ALL")

    def strategy(self, feature: str) -> str:
        usual = "OVERWRITING" if feature == "OPTIONS" else "INCLUDING"
        return self.said.get(feature, self.default or usual)

    def run(self) -> TableDefinition:
        table, base = self.table, self.base
        self.both("PARTITIONS", "partitioning", table.partitioned_by, base.partitioned_by)
        self.both("DISTRIBUTION", "distribution", table.distribution, base.distribution)
        return replace(
            table,
            columns=self.columns(),
            primary_key=self.key(),
            watermark=self.watermark(),
            distribution=table.distribution or base.distribution,  # whatever is excluded
            partitioned_by=table.partitioned_by or base.partitioned_by,
            options=self.options(),
            like=None,
        )

    def both(self, feature: str, what: str, mine: object, its: object) -> None:
        """Both have it: only what is excluded of the base can be defined anew."""
        if mine and its and self.strategy(feature) != "EXCLUDING":
            raise self.refusal(f"the base table already has a {what}", feature)

    def refusal(self, message: str, feature: str) -> SqlError:
        hint = f"Use LIKE … (EXCLUDING {feature})."
        return SqlError(INVALID_TABLE_DEFINITION, message, hint=hint, position=self.position)

    def columns(self) -> tuple[ColumnDefinition, ...]:
        key = self.base.primary_key.columns if self.base.primary_key is not None else ()
        found = {
            column.name: replace(column, nullable=column.nullable and column.name not in key)
            for column in self.base.columns
            if column.kind is ColumnKind.PHYSICAL
            or self.strategy(_FEATURES[column.kind]) != "EXCLUDING"
        }
        for column in self.table.columns:
            old = found.get(column.name)
            if old is not None and not self.may_overwrite(column, old):
                raise self.column_exists(column)
            found[column.name] = column
        return tuple(found.values())

    def may_overwrite(self, column: ColumnDefinition, old: ColumnDefinition) -> bool:
        feature = _FEATURES.get(column.kind)
        return (
            column.kind is old.kind
            and feature is not None
            and self.strategy(feature) == "OVERWRITING"
        )

    def column_exists(self, column: ColumnDefinition) -> SqlError:
        feature = _FEATURES.get(column.kind)
        hint = f"Use LIKE … (OVERWRITING {feature})." if feature is not None else None
        message = f'column "{column.name}" already exists in the base table'
        return SqlError(DUPLICATE_COLUMN, message, hint=hint, position=column.position or None)

    def key(self) -> PrimaryKey | None:
        mine, its = self.table.primary_key, self.base.primary_key
        self.both("CONSTRAINTS", "primary key", mine, its)
        if mine is None:
            return its if self.strategy("CONSTRAINTS") != "EXCLUDING" else None
        old = its.columns if its is not None else ()
        for column in self.base.columns:
            if column.name in mine.columns and column.nullable and column.name not in old:
                message = f'column "{column.name}" named in key is nullable in the base table'
                raise SqlError(INVALID_TABLE_DEFINITION, message, position=mine.position or None)
        return mine

    def watermark(self) -> Watermark | None:
        """Of one column it can be overwritten; two watermarks no table has."""
        mine, its = self.table.watermark, self.base.watermark
        strategy = self.strategy("WATERMARKS")
        if its is None or strategy == "EXCLUDING":
            return mine
        if mine is None:
            return its
        if strategy != "OVERWRITING" or mine.column != its.column:
            raise self.refusal("the base table already has a watermark", "WATERMARKS")
        return mine

    def options(self) -> tuple[Option, ...]:
        mine = {option.key: option for option in self.table.options}
        its = {option.key: option for option in self.base.options}
        strategy = self.strategy("OPTIONS")
        if strategy == "EXCLUDING":
            return self.table.options
        both = sorted(mine.keys() & its.keys())
        if both and strategy != "OVERWRITING":
            raise self.refusal(f"the base table already has an option '{both[0]}'", "OPTIONS")
        return tuple((its | mine).values())
