"""What a definition says. Positions count characters of the statement's text from 1, as in errors.

Names are as Flink reads them: exact, without quotes (`written`); types are in the spelling of
Flink's DESCRIBE (`DECIMAL(10, 2)`, `TIMESTAMP(3)`, `ROW<`a` INT, `b` STRING>`), without NOT NULL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ObjectKind(Enum):
    TABLE = "TABLE"
    VIEW = "VIEW"
    MATERIALIZED_TABLE = "MATERIALIZED TABLE"
    FUNCTION = "FUNCTION"
    MODEL = "MODEL"
    CONNECTION = "CONNECTION"
    DATABASE = "DATABASE"  # CREATE SCHEMA is read as this too
    CATALOG = "CATALOG"


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted name. `first` and `last` are the token indexes of its first and last part; `quoted`
    tells per part whether it was written in quotes or backticks."""

    parts: tuple[str, ...]
    quoted: tuple[bool, ...]
    first: int
    last: int
    position: int


@dataclass(frozen=True, slots=True)
class Option:
    """`'key' = 'value'` of a WITH or SET clause, values without their quotes."""

    key: str
    value: str
    position: int = 0
    value_position: int = 0


class ColumnKind(Enum):
    PHYSICAL = "physical"
    COMPUTED = "computed"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """`type` is None for a computed column; `nullable` is what the definition says, a primary key
    not considered. `expression` is the text of a computed column, `metadata_key` the FROM '…'."""

    name: str
    kind: ColumnKind = ColumnKind.PHYSICAL
    type: str | None = None
    nullable: bool = True
    expression: str | None = None
    metadata_key: str | None = None
    virtual: bool = False
    comment: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Watermark:
    column: tuple[str, ...]  # a nested field is a path
    expression: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    columns: tuple[str, ...]
    name: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Like:
    """LIKE table [( {INCLUDING | EXCLUDING | OVERWRITING} {ALL | OPTIONS | …} … )]; `options` in
    order, words in upper case: (("INCLUDING", "ALL"), …)."""

    path: Path
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the statement's text: characters [start, end) and the index of its first token."""

    start: int
    end: int
    first_token: int


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """What stands behind the name of a CREATE TABLE. `query`: of AS SELECT …, then `columns` may be
    empty (or name columns alone, with no types)."""

    columns: tuple[ColumnDefinition, ...] = ()
    primary_key: PrimaryKey | None = None
    watermark: Watermark | None = None
    comment: str | None = None
    distribution: str | None = None  # as written: `BY HASH(a) INTO 4 BUCKETS`
    partitioned_by: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    like: Like | None = None
    query: Span | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class ViewDefinition:
    """`columns`: (name, comment) of a column list, if there is one."""

    query: Span
    columns: tuple[tuple[str, str | None], ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class OptionsDefinition:
    """A database, catalog, model or function: a comment, options, and the rest as written, for
    Flink: `AS 'class' LANGUAGE JAVA USING JAR '…'` of a function, `INPUT (…) OUTPUT (…)` of a
    model."""

    comment: str | None = None
    options: tuple[Option, ...] = ()
    rest: str = ""


Definition = TableDefinition | ViewDefinition | OptionsDefinition


@dataclass(frozen=True, slots=True)
class Create:
    """`replace`: CREATE OR REPLACE (OR ALTER) or REPLACE TABLE; `system`: of a temporary system
    function."""

    kind: ObjectKind
    path: Path
    definition: Definition
    temporary: bool = False
    system: bool = False
    replace: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    kind: ObjectKind
    paths: tuple[Path, ...]  # Flink drops one at a time, Postgres's clients name several
    temporary: bool = False
    system: bool = False
    if_exists: bool = False
    cascade: bool = False
    restrict: bool = False


# ── what ALTER does ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Rename:
    to: Path


@dataclass(frozen=True, slots=True)
class SetOptions:
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ResetOptions:
    keys: tuple[str, ...]  # empty: all
    position: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a column goes: FIRST (`after` None) or AFTER a column."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class AddColumn:
    column: ColumnDefinition
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class ModifyColumn:
    """MODIFY name type …: the whole definition anew; a comment that is not given is kept."""

    column: ColumnDefinition
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class DropColumns:
    names: tuple[str, ...]
    position: int = 0


@dataclass(frozen=True, slots=True)
class RenameColumn:
    name: str
    to: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class SetWatermark:
    """ADD or MODIFY WATERMARK."""

    watermark: Watermark
    modify: bool = False


@dataclass(frozen=True, slots=True)
class SetPrimaryKey:
    """ADD or MODIFY [CONSTRAINT name] PRIMARY KEY."""

    key: PrimaryKey
    modify: bool = False


@dataclass(frozen=True, slots=True)
class DropPart:
    """DROP WATERMARK, DROP PRIMARY KEY, DROP CONSTRAINT name, DROP DISTRIBUTION."""

    what: str  # WATERMARK, PRIMARY KEY, CONSTRAINT, DISTRIBUTION
    name: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class SetDistribution:
    distribution: str
    modify: bool = False


@dataclass(frozen=True, slots=True)
class SetComment:
    comment: str | None


@dataclass(frozen=True, slots=True)
class SetColumnComment:
    """COMMENT ON COLUMN table.column IS 'text', which is Postgres's. `comment` None: none."""

    column: str
    comment: str | None
    position: int = 0


@dataclass(frozen=True, slots=True)
class SetRest:
    """ALTER FUNCTION f AS 'class' [LANGUAGE …]: `rest` of the definition anew."""

    rest: str


@dataclass(frozen=True, slots=True)
class SetQuery:
    """ALTER VIEW v AS query."""

    query: Span


@dataclass(frozen=True, slots=True)
class SetOwner:
    """OWNER TO role, which is Postgres's; empty: CURRENT_USER."""

    role: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class SetSchema:
    """SET SCHEMA name, which is Postgres's: to another database of the same catalog."""

    to: Path


@dataclass(frozen=True, slots=True)
class Other:
    """An action that only Flink or an external catalog can carry out (partitions, SUSPEND, …)."""

    text: str
    position: int = 0


Action = (
    Rename
    | SetOptions
    | ResetOptions
    | AddColumn
    | ModifyColumn
    | DropColumns
    | RenameColumn
    | SetWatermark
    | SetPrimaryKey
    | DropPart
    | SetDistribution
    | SetComment
    | SetColumnComment
    | SetRest
    | SetQuery
    | SetOwner
    | SetSchema
    | Other
)


@dataclass(frozen=True, slots=True)
class Alter:
    kind: ObjectKind
    path: Path
    actions: tuple[Action, ...]
    if_exists: bool = False
    temporary: bool = False
    system: bool = False


Ddl = Create | Alter | Drop
