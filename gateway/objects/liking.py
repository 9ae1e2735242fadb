"""CREATE TABLE … LIKE: a copy of what the base is at that moment, as in Flink.

base ─ stored: its definition ──────────┐
     └ temporary, external: Flink's SHOW CREATE TABLE ─► merged ─► a table of its own, no dependency
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dialects import Rewritten, Statement, single
from dialects.ddl import merged, read_ddl, render
from dialects.ddl.model import Create, Like, ObjectKind, TableDefinition
from gateway.objects.changing import Draft, definition_mentions, draft
from gateway.objects.forms import in_form
from gateway.objects.placing import placed
from gateway.objects.resolving import Named, Resolved, external, needs_of
from gateway.objects.stored import Place
from gateway.objects.wording import missing, wrong_type
from protocol.errors import SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession


async def liked(
    session: StoredSession,
    statement: Statement,
    create: Create,
    place: Place,
    resolved: Resolved,
    engine: Rewritten,
    settings: EngineSettings,
) -> Draft:
    """`engine`: the statement with names in full. Raises SqlError 42P01, 42809 for the base, what
    `merged` raises for the two, and what any CREATE TABLE raises for the whole."""
    written = read_ddl(single(engine.text))
    assert isinstance(written, Create) and isinstance(written.definition, TableDefinition)
    base = await _base(session, create, resolved, settings)
    with placed(engine):
        whole = merged(written.definition, base)
    copy = single(render(ObjectKind.TABLE, place.sql, whole))
    read = read_ddl(copy)
    assert isinstance(read, Create)
    needed = await session.resolved(copy, definition_mentions(copy, read), settings, in_full=True)
    try:
        form = await in_form(session, copy, read, settings)
        drafted = await draft(session, copy, read, place, needed, copy.text, settings, form)
    except SqlError as error:
        error.position = None  # in a text that the client never saw
        raise
    return replace(drafted, object=replace(drafted.object, text=statement.text))


async def _base(
    session: StoredSession, create: Create, resolved: Resolved, settings: EngineSettings
) -> TableDefinition:
    like = getattr(create.definition, "like", None)
    assert isinstance(like, Like)
    named = next(each for each in resolved.named if each.mention.first == like.path.first)
    if named.object is None:
        text = await _of_flink(session, like, named, resolved, settings)
    elif named.object.kind is not ObjectKind.TABLE:
        raise wrong_type(named.object, ObjectKind.TABLE, like.path)
    else:
        text = named.object.engine_text
    base = read_ddl(single(text))
    assert isinstance(base, Create) and isinstance(base.definition, TableDefinition), text
    return base.definition


async def _of_flink(
    session: StoredSession, like: Like, named: Named, resolved: Resolved, settings: EngineSettings
) -> str:
    place = named.place
    if not named.temporary and (place is None or external(resolved.found, place.catalog) is None):
        raise missing(ObjectKind.TABLE, like.path)
    where = resolved.home.places(like.path.parts)[0]
    ready = replace(settings, needs=needs_of(resolved), home=resolved.home.flink)
    config = session.inner.options.statement(ready)
    _, rows = await session.inner.small(f"SHOW CREATE TABLE {where.sql}", ready, config)
    return str(rows[0].fields[0])
