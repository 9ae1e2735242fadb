"""What a mirror looks like, wanted or found: the same data, so that they compare.

    MirrorTable ── wanted ──┐
                            ├── equal? else the difference is what ALTER does
    pg_catalog  ── found ───┘

Limits of Postgres are checked here: a name is never cut, since two could become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.objects.mirror.pgtypes import from_flink
from gateway.objects.resolved import ResolvedColumn
from protocol.errors import SqlError
from protocol.values.pgtypes import PgType

NAME_TOO_LONG = "42622"
TOO_MANY_COLUMNS = "54011"
MAX_NAME_BYTES = 63  # NAMEDATALEN - 1
MAX_COLUMNS = 1600  # MaxHeapAttributeNumber
MARK = "flink"  # the name of the policy and of the trigger of each mirrored table


@dataclass(frozen=True, slots=True)
class MirrorTable:
    """A table or view of Flink to be shown. `schema` is its database, `owner` a role."""

    schema: str
    name: str
    columns: Sequence[ResolvedColumn]
    primary_key: Sequence[str] = ()
    comment: str | None = None
    owner: str = "xuanwu"
    view: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """`generated`: Postgres says that it cannot be written (a computed or virtual column)."""

    name: str
    type: PgType
    not_null: bool = False
    generated: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """`guarded`: a read of it is sure to fail. `key_name` is the constraint of the primary key.
    `marked`: it is a mirror, whole or not, and no relation that somebody else has made."""

    schema: str
    name: str
    owner: str
    view: bool
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    comment: str | None = None
    guarded: bool = True
    key_name: str | None = field(default=None, compare=False)
    marked: bool = field(default=True, compare=False)

    @property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def same(self, other: Shape) -> bool:
        """Equal; the order of a table's columns, which Postgres cannot change, does not count."""
        return self._unordered() == other._unordered()

    def _unordered(self) -> Shape:
        if self.view:
            return self
        return replace(self, columns=tuple(sorted(self.columns, key=lambda each: each.name)))


def wanted(table: MirrorTable) -> Shape:
    """Raises SqlError 42622 for a name above 63 bytes, 54011 for more than 1,600 columns."""
    check_names([table.schema, table.name, *(column.name for column in table.columns)])
    if len(table.columns) > MAX_COLUMNS:
        raise SqlError(
            TOO_MANY_COLUMNS,
            f"tables can have at most {MAX_COLUMNS} columns",
            detail=f'"{table.name}" has {len(table.columns)}.',
        )
    key = () if table.view else tuple(table.primary_key)
    columns = tuple(_column(each, table.view, each.name in key) for each in table.columns)
    return Shape(
        table.schema, table.name, table.owner, table.view, columns, key, table.comment or None
    )


def check_names(names: Iterable[str]) -> None:
    """Raises SqlError 42622."""
    for name in names:
        if len(name.encode()) > MAX_NAME_BYTES:
            raise SqlError(
                NAME_TOO_LONG,
                f'identifier "{name}" is too long',
                detail=f"Names of Postgres have at most {MAX_NAME_BYTES} bytes.",
            )


def _column(column: ResolvedColumn, view: bool, key: bool) -> Column:
    type_, comment = from_flink(column.type), column.comment or None
    if view:
        return Column(column.name, type_, comment=comment)
    extras = column.extras or ""
    generated = extras.startswith("AS ") or extras.endswith("VIRTUAL")
    not_null = (key or not column.nullable) and not generated
    return Column(column.name, type_, not_null, generated, comment)


# ── found ───────────────────────────────────────────────────────────────────────────────────────

# A mirror is known by what guards it: the policy of a table, the source of rows of a view.
_VIEW_MARK = """EXISTS (
    SELECT FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass
       AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass
       AND d.refobjid = to_regprocedure('xuanwu.guard_row(text)') WHERE w.ev_class = c.oid)"""
_TABLE_MARK = f"""EXISTS (
    SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = '{MARK}')"""
_MARK = f"CASE c.relkind WHEN 'r' THEN {_TABLE_MARK} WHEN 'v' THEN {_VIEW_MARK} ELSE false END"
_MARKED = f"""SELECT c.oid FROM pg_class c WHERE c.relkind IN ('r', 'v')
   AND c.relpersistence <> 't' AND {_MARK}"""
_RELATIONS = f"""
SELECT c.oid, n.nspname, c.relname, pg_get_userbyid(c.relowner) AS owner, c.relkind = 'v' AS view,
       obj_description(c.oid, 'pg_class') AS comment, k.conname,
       ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
              ORDER BY u.place) AS key,
       {_MARK} AS marked,
       CASE c.relkind WHEN 'v' THEN true ELSE
            c.relrowsecurity AND c.relforcerowsecurity AND pg_relation_size(c.oid) > 0
            AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = '{MARK}'
                           AND t.tgenabled = 'A')
            AND NOT ($2 AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid
                                       AND i.indislive)) END AS guarded
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
 WHERE c.oid = ANY ($1::oid[])"""
_COLUMNS = """
SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated <> '' AS made,
       d.description
  FROM pg_attribute a LEFT JOIN pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
 WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum"""


async def marked(connection: Any) -> list[int]:
    """The OIDs of all mirrors of the database."""
    return [row["oid"] for row in await connection.fetch(_MARKED)]


async def found(connection: Any, oids: Sequence[int]) -> dict[int, Shape]:
    """What is there, by OID; one that is gone is left out."""
    columns: dict[int, list[Column]] = {}
    for row in await connection.fetch(_COLUMNS, oids):
        type_ = PgType(row["atttypid"], 0, row["atttypmod"])
        columns.setdefault(row["attrelid"], []).append(
            Column(row["attname"], type_, row["attnotnull"], row["made"], row["description"])
        )
    relations = await connection.fetch(_RELATIONS, oids, is_superuser(connection))
    return {row["oid"]: _shape(row, columns.get(row["oid"], [])) for row in relations}


def _shape(row: Any, columns: list[Column]) -> Shape:
    return Shape(
        row["nspname"],
        row["relname"],
        row["owner"],
        row["view"],
        tuple(columns),
        tuple(row["key"]),
        row["comment"],
        row["guarded"],
        row["conname"],
        row["marked"],
    )


def is_superuser(connection: Any) -> bool:
    """As Postgres reported it when the connection was made."""
    return bool(connection.get_settings().is_superuser == "on")
