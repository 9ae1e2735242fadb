"""The statements that make a mirror and change it: pure, from shapes to SQL.

A table holds one row of zeros, which row-level security does not let anybody read: its policy
raises. A column that Flink computes is GENERATED … AS (NULL), so that tools do not write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gateway.objects.mirror.pgtypes import spelled, zero
from gateway.objects.mirror.shape import MARK, Column, Shape

_ASIDE = "\x01"  # a name in passing, which nobody has


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """A string constant, whatever standard_conforming_strings says."""
    if text is None:
        return "NULL"
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'" if "\\" in text else f"'{escaped}'"


def qualified(shape: Shape) -> str:
    return f"{identifier(shape.schema)}.{identifier(shape.name)}"


def define(shape: Shape) -> list[str]:
    """First the relation itself."""
    return [view(shape) if shape.view else _table(shape)]


def complete(shape: Shape) -> list[str]:
    """Then its row and guard, comments and owner."""
    bare = replace(shape, comment=None, columns=())
    guarded = [owner(shape)] if shape.view else guard(shape)
    return [*comments(bare, shape), *guarded]


def owner(shape: Shape) -> str:
    return f"ALTER TABLE {qualified(shape)} OWNER TO {identifier(shape.owner)}"


def _table(shape: Shape) -> str:
    parts = [_definition(column) for column in shape.columns]
    if shape.primary_key:
        parts.append(_key(shape))
    return f"CREATE TABLE {qualified(shape)} ({', '.join(parts)})"


def _definition(column: Column) -> str:
    type_ = spelled(column.type)
    if column.generated:
        return f"{identifier(column.name)} {type_} GENERATED ALWAYS AS (NULL::{type_}) STORED"
    return f"{identifier(column.name)} {type_}{' NOT NULL' if column.not_null else ''}"


def _key(shape: Shape) -> str:
    return f"PRIMARY KEY ({', '.join(map(identifier, shape.primary_key))})"


def view(shape: Shape) -> str:
    """A bare NULL would let the planner see that `id = 3` holds for no row, and read none."""
    listed = ", ".join(
        f"CASE WHEN g.g THEN {null} ELSE {null} END AS {name}"
        for column in shape.columns
        for null, name in [(f"NULL::{spelled(column.type)}", identifier(column.name))]
    )
    source = f"xuanwu.guard_row({literal(f'{shape.schema}.{shape.name}')}) AS g (g)"
    return f"CREATE OR REPLACE VIEW {qualified(shape)} AS SELECT {listed} FROM {source}"


def guard(shape: Shape) -> list[str]:
    """Row, guard and owner, for a table that has neither of the first two."""
    table = qualified(shape)
    call = f"xuanwu.guard({literal(table)}::regclass)"
    filled = [column for column in shape.columns if column.not_null]
    names = ", ".join(identifier(column.name) for column in filled)
    values = ", ".join(literal(zero(column.type)) for column in filled)
    row = f"({names}) VALUES ({values})" if filled else "DEFAULT VALUES"
    return [
        f"INSERT INTO {table} {row}",
        f"CREATE POLICY {MARK} ON {table} USING ((SELECT {call})) WITH CHECK ({call})",
        f"CREATE TRIGGER {MARK} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION"
        " xuanwu.guard_truncate()",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY,"
        f" ENABLE ALWAYS TRIGGER {MARK}, OWNER TO {identifier(shape.owner)}",
    ]


def guard_anew(shape: Shape) -> list[str]:
    """For a table whose guard, or whose row, is not whole."""
    table = qualified(shape)
    return [
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS {MARK} ON {table}",
        f"DROP TRIGGER IF EXISTS {MARK} ON {table}",
        f"DELETE FROM {table}",
        *guard(shape),
    ]


# ── change ──────────────────────────────────────────────────────────────────────────────────────


def moved(old: Shape, new: Shape, renamed: Mapping[str, str]) -> tuple[Shape, list[str]]:
    """`old` under the names of `new`, and how it comes by them. `renamed`: columns, old → new."""
    sql = []
    if old.schema != new.schema:  # aside first: its old name may be taken there
        sql.append(f"ALTER TABLE {qualified(old)} RENAME TO {identifier(_ASIDE)}")
        old = replace(old, name=_ASIDE)
        sql.append(f"ALTER TABLE {qualified(old)} SET SCHEMA {identifier(new.schema)}")
        old = replace(old, schema=new.schema)
    if old.name != new.name:
        sql.append(f"ALTER TABLE {qualified(old)} RENAME TO {identifier(new.name)}")
        old = replace(old, name=new.name)
    names = {a: b for a, b in renamed.items() if a != b and a in old.by_name and b in new.by_name}
    for a, b in _one_by_one(names, set(old.by_name)):
        sql.append(f"ALTER TABLE {qualified(old)} RENAME COLUMN {identifier(a)} TO {identifier(b)}")
    columns = (replace(each, name=names.get(each.name, each.name)) for each in old.columns)
    key = tuple(names.get(name, name) for name in old.primary_key)
    return replace(old, columns=tuple(columns), primary_key=key), sql


def _one_by_one(names: Mapping[str, str], taken: set[str]) -> Iterator[tuple[str, str]]:
    """Renames in an order that works, a swap by way of names that nobody has."""
    aside = {}
    if taken & set(names.values()):
        aside = {old: f"{_ASIDE}{place}" for place, old in enumerate(names)}
        yield from aside.items()
    for old, new in names.items():
        yield aside.get(old, old), new


def change(old: Shape, new: Shape) -> list[str]:
    """What makes a table, which has the names of `new` already, the same as it."""
    actions, defaults = [], []
    if old.key_name and old.primary_key != new.primary_key:
        actions.append(f"DROP CONSTRAINT {identifier(old.key_name)}")
    kept = {name: each for name, each in old.by_name.items() if _stays(each, new.by_name.get(name))}
    actions += [
        f"DROP COLUMN {identifier(name)} CASCADE" for name in old.by_name if name not in kept
    ]
    for column in new.columns:
        if before := kept.get(column.name):
            actions += _changed(before, column)
        else:
            actions.append(f"ADD COLUMN {_definition(column)}{_default(column)}")
            if column.not_null:
                defaults.append(f"ALTER COLUMN {identifier(column.name)} DROP DEFAULT")
    if new.primary_key and old.primary_key != new.primary_key:
        actions.append(f"ADD {_key(new)}")
    table = f"ALTER TABLE {qualified(new)} "
    sql = [table + ", ".join(each) for each in (actions, defaults) if each]
    commented = replace(old, columns=tuple(kept.values()))
    return sql + comments(commented, new)


def _stays(old: Column, new: Column | None) -> bool:
    """A generated column has an expression of its type: it is dropped and added instead."""
    if new is None or old.generated != new.generated:
        return False
    return not old.generated or old.type == new.type


def _default(column: Column) -> str:
    return f" DEFAULT {literal(zero(column.type))}" if column.not_null else ""


def _changed(old: Column, new: Column) -> Iterator[str]:
    """The one row gets a value for the new type, and where it had none and must have one."""
    column, type_ = f"ALTER COLUMN {identifier(new.name)}", spelled(new.type)
    if old.type != new.type or new.not_null > old.not_null:
        value = literal(zero(new.type)) if new.not_null else "NULL"
        # Not the row's own value: few types turn into each other by themselves.
        yield f"{column} TYPE {type_} USING {value}::{type_}"
    if old.not_null > new.not_null:
        yield f"{column} DROP NOT NULL"
    if new.not_null > old.not_null:
        yield f"{column} SET NOT NULL"


def comments(old: Shape, new: Shape) -> list[str]:
    """COMMENT where it differs; a column that `old` does not know has none."""
    sql, target = [], qualified(new)
    kind = "VIEW" if new.view else "TABLE"
    if old.comment != new.comment:
        sql.append(f"COMMENT ON {kind} {target} IS {literal(new.comment)}")
    known = old.by_name
    for column in new.columns:
        before = known[column.name].comment if column.name in known else None
        if before != column.comment:
            name = f"{target}.{identifier(column.name)}"
            sql.append(f"COMMENT ON COLUMN {name} IS {literal(column.comment)}")
    return sql


def appends(old: Shape, new: Shape) -> bool:
    """Whether CREATE OR REPLACE VIEW may do it: columns are only added at the end."""
    shared = zip(old.columns, new.columns, strict=False)
    same = all((a.name, a.type) == (b.name, b.type) for a, b in shared)
    return same and old.view and new.view and len(old.columns) <= len(new.columns)
