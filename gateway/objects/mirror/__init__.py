"""The mirror: each table and view of Flink as a real relation of Postgres that refuses to be read.

    MirrorTable ─ shape ─► wanted ┐           create   CREATE, comments, owner, guard
    pg_catalog  ─ shape ─► found  ┴─ sql ──►  alter    the difference alone: OIDs stay
                                              drop

OID and rights outlive every change of a table. Postgres cannot reorder: a column that is added
comes last, one that becomes computed or ceases to be so is dropped and added. A view whose columns
change otherwise than by more at the end is made anew, with a new OID; rights, owner and comments
come back. A Flink type that Postgres has none for is text.

The guard (guard.sql) fails every read and write by roles other than superusers: one row of zeros
and a policy that raises when it is tested. Where nothing can come back anyway it is silent: LIMIT
0, WHERE false, EXPLAIN, Describe, has_table_privilege. For the row to be met, no index may be used:
a superuser marks the key's as not live (`pg_index.indislive`: no plan takes it; \\d, pg_constraint
and JDBC show it as ever); others ANALYZE, so that a page costs less than the index. Still open, for
who looks for it: TABLESAMPLE may miss the row; so may `WHERE ctid = …`; so may an index where
sequential scans are switched off, after REINDEX by the owner or under an administrator who is no
superuser (there an outer join that adds no row is left out unread, too). An owner may LOCK,
ANALYZE, VACUUM: a change then waits a while, and fails with 55P03.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import islice
from typing import Any

import structlog

from gateway.catalog.admin import asyncpg
from gateway.objects.mirror import sql
from gateway.objects.mirror.defaults import grant_defaults
from gateway.objects.mirror.locks import patiently
from gateway.objects.mirror.rights import restore, rights
from gateway.objects.mirror.schemas import create_schema, drop_schema, rename_schema
from gateway.objects.mirror.shape import (
    MARK,
    MirrorTable,
    Shape,
    found,
    is_superuser,
    marked,
    wanted,
)
from protocol.errors import UNDEFINED_TABLE, SqlError

__all__ = [
    "Differences",
    "MirrorTable",
    "alter",
    "create",
    "create_many",
    "create_schema",
    "differences",
    "drop",
    "drop_schema",
    "prepare",
    "rename_schema",
]

_log = structlog.get_logger(__name__)
_BATCH = 200  # tables per transaction: each takes about five locks of the shared table
WRONG_OBJECT_TYPE = "42809"
_PREPARING = 0x6D6972726F72  # "mirror"


async def prepare(connection: Any) -> None:
    """Install what guards the mirrors of this database; it may run at every start, in several
    servers at once. Raises asyncpg.PostgresError for what Postgres refuses."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _PREPARING)
        await connection.execute(_script("guard.sql"))
        try:
            async with connection.transaction():
                await connection.execute(_script("guard_ddl.sql"))
        except asyncpg.InsufficientPrivilegeError as error:
            _log.warning("direct DDL is not refused by Postgres", reason=str(error))


def _script(name: str) -> str:
    return resources.files("gateway.objects.mirror").joinpath(name).read_text(encoding="utf-8")


# ── create ──────────────────────────────────────────────────────────────────────────────────────


async def create(connection: Any, table: MirrorTable) -> int:
    """Its OID. Raises SqlError 42622, 54011; asyncpg.DuplicateTableError (42P07) and the like."""
    [oid] = await create_many(connection, [table])
    return oid


async def create_many(connection: Any, tables: Sequence[MirrorTable]) -> list[int]:
    """The OIDs in the same order; a transaction for each 200, unless the caller has one open.

    In one transaction of the caller's stay below 1,000: locks are a resource of the whole server.
    """
    return await _make(connection, [wanted(table) for table in tables])


async def _make(connection: Any, shapes: Sequence[Shape], *, defaults: bool = True) -> list[int]:
    """`defaults`: what the owner grants on all that is new; rights that come back are said."""
    made: list[int] = []
    for some in _batches(shapes):
        async with connection.transaction():
            await _make_way(connection, some)
            await _run(connection, [each for shape in some for each in sql.define(shape)])
            oids = await _oids(connection, some)
            tables = [oid for shape, oid in zip(some, oids, strict=True) if not shape.view]
            await _hide_indexes(connection, tables)  # before a row makes them a page larger
            await _run(connection, [each for shape in some for each in sql.complete(shape)])
            await _settle(connection, tables)
            if defaults:
                await grant_defaults(connection, oids)
            made += oids
    return made


def _batches(shapes: Sequence[Shape]) -> Iterator[list[Shape]]:
    rest = iter(shapes)
    while some := list(islice(rest, _BATCH)):
        yield some


async def _oids(connection: Any, shapes: Sequence[Shape]) -> list[int]:
    names = [sql.qualified(shape) for shape in shapes]
    query = "SELECT n::regclass::oid FROM unnest($1::text[]) WITH ORDINALITY u (n, i) ORDER BY i"
    return [row[0] for row in await connection.fetch(query, names)]


async def _make_way(connection: Any, shapes: Sequence[Shape]) -> None:
    """Indexes share the names of tables: the key of `t` must not keep `t_pkey` from a table."""
    taken = await connection.fetch(
        "SELECT i.oid, i.oid::regclass::text AS name FROM unnest($1::text[], $2::text[]) u (s, n)"
        " JOIN pg_namespace s ON s.nspname = u.s"
        " JOIN pg_class i ON i.relnamespace = s.oid AND i.relname = u.n AND i.relkind = 'i'",
        [shape.schema for shape in shapes],
        [shape.name for shape in shapes],
    )
    await _run(
        connection, [f"ALTER INDEX {row['name']} RENAME TO pkey_{row['oid']}" for row in taken]
    )


async def _hide_indexes(connection: Any, oids: Sequence[int]) -> None:
    """The key's index is for looks: no plan may take it past the row of zeros."""
    if is_superuser(connection):
        await connection.execute(
            "UPDATE pg_index SET indislive = false WHERE indislive AND indrelid = ANY ($1::oid[])",
            oids,
        )


# The trigger is one of the system's, which no tool shows; an index that is not live has missed the
# change of its table's owner.
_SETTLE = (
    f"UPDATE pg_trigger SET tgisinternal = true WHERE NOT tgisinternal AND tgname = '{MARK}'"
    " AND tgrelid = ANY ($1::oid[])",
    "UPDATE pg_class c SET relowner = t.relowner FROM pg_index i JOIN pg_class t"
    " ON t.oid = i.indrelid WHERE c.oid = i.indexrelid AND c.relowner <> t.relowner"
    " AND i.indrelid = ANY ($1::oid[])",
)


async def _settle(connection: Any, oids: Sequence[int]) -> None:
    """What DDL cannot say; without the rights for it, what makes a page cheaper than an index."""
    if is_superuser(connection):
        for statement in _SETTLE:
            await connection.execute(statement, oids)
    else:
        names = await connection.fetch("SELECT unnest($1::oid[])::regclass::text", oids)
        await _run(connection, [f"ANALYZE {row[0]}" for row in names])


async def _run(connection: Any, statements: Sequence[str]) -> None:
    if statements:
        await connection.execute(";\n".join(statements))


# ── change ──────────────────────────────────────────────────────────────────────────────────────


async def alter(
    connection: Any, oid: int, table: MirrorTable, renamed: Mapping[str, str] | None = None
) -> int:
    """Make the mirror what `table` says, whatever it is now; its OID, another one only for a view
    that is made anew. `renamed`: columns, old name to new (else one is dropped, one added).

    Raises SqlError 42P01 if there is none, 55P03 if sessions hold it, and as `create`.
    """
    new = wanted(table)

    async def work() -> int:
        old = await _mirror(connection, oid)
        if old is None:
            raise SqlError(UNDEFINED_TABLE, f'relation "{table.name}" does not exist')
        if (old.schema, old.name) != (new.schema, new.name):
            key = [replace(new, name=old.key_name)] if old.key_name else []  # it moves along
            await _make_way(connection, [new, *(key if old.schema != new.schema else [])])
        if old.view or new.view:
            return await _alter_view(connection, oid, old, new, renamed or {})
        return await _alter_table(connection, oid, old, new, renamed or {})

    return await patiently(connection, work)


async def _mirror(connection: Any, oid: int) -> Shape | None:
    """What is there; never a relation that somebody else has made, with rows of its own."""
    shape = (await found(connection, [oid])).get(oid)
    if shape is not None and not shape.marked:
        raise SqlError(WRONG_OBJECT_TYPE, f'relation "{shape.name}" is not one of Flink')
    return shape


async def _alter_table(
    connection: Any, oid: int, old: Shape, new: Shape, renamed: Mapping[str, str]
) -> int:
    before, statements = sql.moved(old, new, renamed)
    if any(_retyped(before, new)):
        await _drop_dependents(connection, oid)
    statements += sql.change(before, new)
    if not old.guarded:
        statements += sql.guard_anew(new)
    elif old.owner != new.owner:
        statements.append(sql.owner(new))
    await _run(connection, statements)
    await _hide_indexes(connection, [oid])
    await _settle(connection, [oid])
    return oid


def _retyped(old: Shape, new: Shape) -> Iterator[bool]:
    known = old.by_name
    return (each.name in known and known[each.name].type != each.type for each in new.columns)


async def _drop_dependents(connection: Any, oid: int) -> None:
    """Temporary views of sessions keep a column from changing its type."""
    rows = await connection.fetch(
        "SELECT DISTINCT w.ev_class::regclass::text AS name FROM pg_depend d JOIN pg_rewrite w"
        " ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid"
        " WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1",
        oid,
    )
    await _run(connection, [f"DROP VIEW IF EXISTS {row['name']} CASCADE" for row in rows])


async def _alter_view(
    connection: Any, oid: int, old: Shape, new: Shape, renamed: Mapping[str, str]
) -> int:
    before, statements = sql.moved(old, new, renamed)
    if not sql.appends(before, new):
        return await _rebuild(connection, oid, old, new)
    statements += [sql.view(new), *sql.comments(before, new)]
    if old.owner != new.owner:
        statements.append(sql.owner(new))
    await _run(connection, statements)
    return oid


async def _rebuild(connection: Any, oid: int, old: Shape, new: Shape) -> int:
    granted = await rights(connection, oid)
    await _run(connection, [_dropping(old)])
    [made] = await _make(connection, [new], defaults=False)
    await _run(connection, restore(new, granted))
    return made


async def drop(connection: Any, oid: int) -> None:
    """With what depends on it in sessions; nothing if it is gone. Raises SqlError 55P03."""

    async def work() -> None:
        if old := await _mirror(connection, oid):
            await _run(connection, [_dropping(old)])

    await patiently(connection, work)


def _dropping(shape: Shape) -> str:
    return f"DROP {'VIEW' if shape.view else 'TABLE'} {sql.qualified(shape)} CASCADE"


# ── heal ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Differences:
    """What `create`, `alter` and `drop` have to do, for the mirror to say what the store says.

    `blocked`: relations of somebody else have these names, nothing can be done about it here.
    """

    missing: tuple[MirrorTable, ...] = ()
    changed: tuple[tuple[int, MirrorTable], ...] = ()
    stray: tuple[int, ...] = ()
    blocked: tuple[MirrorTable, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.stray or self.blocked)


async def differences(connection: Any, tables: Sequence[MirrorTable]) -> Differences:
    """Compare all mirrors of the database with these. Raises SqlError 42622, 54011."""
    oids = await _known(connection, tables)
    there = await found(connection, sorted(filter(None, oids)))
    pairs = [(oid, table) for oid, table in zip(oids, tables, strict=True) if oid in there]
    mirrors = [(oid, table) for oid, table in pairs if there[oid].marked]
    return Differences(
        tuple(table for oid, table in zip(oids, tables, strict=True) if oid not in there),
        tuple((oid, table) for oid, table in mirrors if not there[oid].same(wanted(table))),
        tuple(oid for oid in await marked(connection) if oid not in there),
        tuple(table for oid, table in pairs if not there[oid].marked),
    )


async def _known(connection: Any, tables: Sequence[MirrorTable]) -> list[int | None]:
    query = (
        "SELECT c.oid FROM unnest($1::text[], $2::text[]) WITH ORDINALITY u (s, n, i)"
        " LEFT JOIN pg_namespace s ON s.nspname = u.s"
        " LEFT JOIN pg_class c ON c.relnamespace = s.oid AND c.relname = u.n"
        " AND c.relkind <> 'i' ORDER BY u.i"
    )
    schemas, names = [table.schema for table in tables], [table.name for table in tables]
    return [row[0] for row in await connection.fetch(query, schemas, names)]
