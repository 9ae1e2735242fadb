"""What CREATE and ALTER have in common: from a definition to a stored object with its mirror.

statement ─► names in full ─► options checked ─► columns: read, or Flink is asked ─► one write
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dialects import Statement
from dialects.ddl import described
from dialects.ddl.model import (
    Create,
    Ddl,
    ObjectKind,
    Option,
    TableDefinition,
)
from gateway.engine.targets import sql_type
from gateway.objects import mirror
from gateway.objects.mentions import Mention, calls, mention_at, mentions
from gateway.objects.mirror import MirrorTable
from gateway.objects.resolved import ResolvedColumn
from gateway.objects.resolving import Resolved, in_order, need, needs_around, needs_of
from gateway.objects.store import shown_text
from gateway.objects.stored import DEFAULT_CATALOG, Place, StoredObject
from gateway.objects.wording import depended_on, recursion
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession


@dataclass(frozen=True, slots=True)
class Draft:
    """An object as it is to be written; `object.relid` is that of what it replaces, if anything.
    `bases`: what it needs directly, as it was when the columns were told."""

    object: StoredObject
    columns: tuple[ResolvedColumn, ...]
    options: tuple[Option, ...]
    bases: tuple[StoredObject, ...] = ()


def definition_mentions(statement: Statement, create: Create) -> list[Mention]:
    """Names that a definition is made of, its own not among them."""
    definition, first = create.definition, create.path.last + 1
    found: list[Mention] = []
    query = getattr(definition, "query", None)
    last = query.first_token if query is not None else len(statement.tokens)
    if isinstance(definition, TableDefinition):
        like = definition.like
        found += calls(statement, first, last if like is None else like.path.first)
        if like is not None:
            path = like.path
            found.append(mention_at(statement, path.first, path.last, "relation"))
    if query is not None:
        found += mentions(statement, query.first_token)
    return found


def mentioned(statement: Statement, ddl: Ddl | None) -> list[Mention]:
    """Names that the statement means of what is stored: not those that it defines or removes."""
    if ddl is None:
        return mentions(statement)
    return definition_mentions(statement, ddl) if isinstance(ddl, Create) else []


async def draft(
    session: StoredSession,
    statement: Statement,
    create: Create,
    place: Place,
    resolved: Resolved,
    engine_text: str,
    settings: EngineSettings,
    form: Create,
) -> Draft:
    """`form`: the definition in the form of the session's version. Raises SqlError for what it does
    not say rightly: our own words with a position in the statement, or Flink's with one in the
    engine's text."""
    definition = create.definition
    new = StoredObject(
        id=0,
        place=place,
        kind=create.kind,
        text=statement.text,
        engine_text=engine_text,
        shown_text=shown_text(statement.text),
        version=settings.version,
        owner=settings.role,
        comment=definition.comment,
        partition_keys=getattr(definition, "partitioned_by", ()),
        on_ids=tuple(each.id for each in resolved.objects),
    )
    columns = await columns_of(session, form, new, resolved, settings)
    return Draft(new, columns, getattr(definition, "options", ()), tuple(resolved.objects))


async def columns_of(
    session: StoredSession,
    create: Create,
    new: StoredObject,
    resolved: Resolved,
    settings: EngineSettings,
) -> tuple[ResolvedColumn, ...]:
    """Of a table or view; read from the definition where that is certain, else as Flink says."""
    definition = create.definition
    if create.kind not in (ObjectKind.TABLE, ObjectKind.VIEW):
        return ()
    if isinstance(definition, TableDefinition) and definition.certain:
        return tuple(ResolvedColumn(*row) for row in described(create))
    return await asked(session, new, resolved, settings)


async def asked(
    session: StoredSession, new: StoredObject, resolved: Resolved, settings: EngineSettings
) -> tuple[ResolvedColumn, ...]:
    """Flink's own verdict: it is created in a Flink session of the client, and described."""
    around = await session.store.find([], new.place.parts[:2])
    needs = dict.fromkeys((*needs_around(around, new.place), *needs_of(resolved)))
    settings = replace(settings, needs=tuple(needs), home=resolved.home.flink)
    known = in_order(resolved.found.needed_by(resolved.objects))
    one = need(new, [known[i].stamp for i in new.on_ids])
    rows = await session.inner.define(one, settings)
    return tuple(column_of(row.fields) for row in rows)


def column_of(fields: Sequence[Any]) -> ResolvedColumn:
    """A row of DESCRIBE; the last field, a comment, is there only where some column has one."""
    name, type_, nullable, key, extras, watermark, *comment = fields
    return ResolvedColumn(
        name=name,
        type=sql_type_of(type_),
        nullable=bool(nullable),
        key=key,
        extras=extras,
        watermark=watermark,
        comment=comment[0] if comment else None,
    )


def sql_type_of(described_type: str) -> str:
    """The type as DESCRIBE prints it, the mark of a time attribute kept, NOT NULL not."""
    plain = sql_type(described_type)
    mark = described_type.partition(" *")[2]
    return f"{plain} *{mark.removesuffix(' NOT NULL')}" if mark else plain


# ── writing ─────────────────────────────────────────────────────────────────────────────────────


def mirror_of(draft: Draft) -> MirrorTable:
    new = draft.object
    key = next((c.key for c in draft.columns if c.key), None)
    return MirrorTable(
        schema=new.place.database,
        name=new.place.name,
        columns=draft.columns,
        primary_key=_key_columns(draft.columns) if key else (),
        comment=new.comment,
        owner=new.owner,
        view=new.kind is ObjectKind.VIEW,
    )


def _key_columns(columns: Sequence[ResolvedColumn]) -> tuple[str, ...]:
    """In the order of the table; the names in the key's own text may hold commas."""
    return tuple(column.name for column in columns if column.key)


def is_mirrored(new: StoredObject) -> bool:
    return new.namespace == "relation" and new.place.catalog == DEFAULT_CATALOG


async def write_new(session: StoredSession, connection: Any, drafted: Draft, role: str) -> None:
    new = drafted.object
    await session.store.inhabit(connection, new.place)
    await session.store.rely(connection, drafted.bases)
    if is_mirrored(new):
        new = replace(new, relid=await mirror.create(connection, mirror_of(drafted)))
    await session.store.insert(connection, new, drafted.columns, drafted.options, role)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of an object; `verb` words the refusal where others depend on what goes.
    `renamed`: columns, old name to new."""

    old: StoredObject
    verb: str = "alter"
    operation: str = "ALTER"
    renamed: Mapping[str, str] = field(default_factory=dict)


async def write_changed(
    session: StoredSession, connection: Any, change: Change, drafted: Draft, role: str
) -> None:
    """The owner stays who it was. Raises SqlError 2BP01, 42P17 where what depends on it forbids
    the change, 40001 where another session was faster."""
    old = change.old
    new = replace(drafted.object, owner=old.owner, relid=old.relid)
    drafted = replace(drafted, object=new)
    await session.store.claim(connection, [old])
    if new.place != old.place:
        await session.store.inhabit(connection, new.place)
    await _check_dependents(session, connection, change, drafted)
    await session.store.rely(connection, drafted.bases)
    if old.relid is not None:
        relid = await mirror.alter(connection, old.relid, mirror_of(drafted), change.renamed)
        new = replace(new, relid=relid)
    await session.store.update(
        connection, old, new, drafted.columns, drafted.options, role, change.operation
    )


async def _check_dependents(
    session: StoredSession, connection: Any, change: Change, drafted: Draft
) -> None:
    """They hold the name in their text, and the columns in the mirror."""
    old, new, store = change.old, drafted.object, session.store
    dependents = await store.dependents([old.id], connection)
    if any(each.id in new.on_ids for each in (*dependents, old)):
        raise recursion(old)
    if not dependents:
        return
    columns = await store.columns(old.id, connection)
    function = old.namespace == "function"  # whose types nobody has told
    other = new.engine_text != old.engine_text if function else False
    if other or new.place != old.place or not same_shape(columns, drafted.columns):
        raise depended_on(change.verb, old, dependents)


def same_shape(old: Sequence[ResolvedColumn], new: Sequence[ResolvedColumn]) -> bool:
    """What a dependent object may rely on: names, types and their order."""
    return [(c.name, c.type, c.nullable) for c in old] == [
        (c.name, c.type, c.nullable) for c in new
    ]
