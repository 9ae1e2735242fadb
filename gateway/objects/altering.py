"""ALTER of tables, views, functions and models: the definition read, changed and written anew.

stored text ─ read_ddl ─► definition ─ apply(actions) ─► definition ─ render ─► next revision
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dialects import Statement, single
from dialects.ddl import apply, read_ddl, render
from dialects.ddl.model import (
    Action,
    Alter,
    Create,
    Definition,
    Other,
    Path,
    Rename,
    RenameColumn,
    SetOwner,
    SetQuery,
    SetSchema,
    ViewDefinition,
)
from gateway.objects.changing import (
    Change,
    Draft,
    definition_mentions,
    draft,
    write_changed,
)
from gateway.objects.forms import in_form
from gateway.objects.mentions import mention_at
from gateway.objects.owning import own
from gateway.objects.places import is_stored_here
from gateway.objects.resolving import home_of, look_up, meant
from gateway.objects.stored import NAMESPACES, Place, StoredObject
from gateway.objects.wording import exists, missing, wrong_type
from protocol.errors import FEATURE_NOT_SUPPORTED, Notice, SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession


async def alter(
    session: StoredSession, statement: Statement, ddl: Alter, settings: EngineSettings
) -> bool:
    """False: it is not stored here, Flink decides."""
    names = [ddl.path.parts, *(a.to.parts for a in ddl.actions if isinstance(a, Rename))]
    found = await look_up(session.store, names, settings, session.current)
    home = home_of(found, settings, session.current)
    space = NAMESPACES[ddl.kind]
    mention = mention_at(statement, ddl.path.first, ddl.path.last, space)
    places = home.places(ddl.path.parts)
    if any((space, place) in session.temporary for place in places[:1]):
        return False
    there = meant(mention, found, home, statement)
    if there is None:
        return _absent(session, ddl, bool(places) and not is_stored_here(found, places[0]))
    if there.kind is not ddl.kind:
        raise wrong_type(there, ddl.kind, ddl.path)
    await session.check(settings.role, [(there, "OWNER")])
    for action in ddl.actions:
        if isinstance(action, Rename):
            to = action.to
            other = replace(there.place, name=to.parts[-1])
            place = home.places(to.parts)[0] if len(to.parts) > 1 else other
            there = await _rename(session, there, place, to, settings)
        elif isinstance(action, SetSchema):
            place = replace(there.place, database=action.to.parts[-1])
            there = await _rename(session, there, place, action.to, settings)
        elif isinstance(action, SetOwner):
            there = await own(session, there, action, settings)
    rest = tuple(a for a in ddl.actions if not isinstance(a, (Rename, SetSchema, SetOwner)))
    if rest:
        await _change(session, statement, there, rest, settings)
    return True


def _absent(session: StoredSession, ddl: Alter, external: bool) -> bool:
    if external:
        return False
    if not ddl.if_exists:
        raise missing(ddl.kind, ddl.path)
    name = ".".join(ddl.path.parts)
    session.notify(Notice(f'relation "{name}" does not exist, skipping'))
    return True


async def _rename(
    session: StoredSession,
    old: StoredObject,
    place: Place,
    to: Path,
    settings: EngineSettings,
) -> StoredObject:
    """To another name, or another database."""
    await session.check_schema(settings.role, place, "CREATE")
    create = _stored(old)
    drafted = await _drafted(session, old, create, create.definition, place, settings)
    async with session.store.writing((old.namespace, old.place), (old.namespace, place)) as on:
        now = await session.store.find([place.name], [], on)
        if (standing := now.at(old.namespace, place)) is not None:
            raise exists(standing, to)
        await write_changed(session, on, Change(old, "rename"), drafted, settings.role)
        return (await session.store.find([place.name], [], on)).objects[old.id]


async def _change(
    session: StoredSession,
    statement: Statement,
    old: StoredObject,
    actions: Sequence[Action],
    settings: EngineSettings,
) -> None:
    for action in actions:
        if isinstance(action, Other):
            raise SqlError(
                FEATURE_NOT_SUPPORTED,
                f"this form of ALTER {old.kind.value} is not supported for {old.shown}",
                hint="Create it anew: CREATE OR REPLACE …",
                position=action.position or None,
            )
    create = _stored(old)
    if any(isinstance(action, SetQuery) for action in actions):
        drafted = await _other_query(session, statement, old, create, actions, settings)
    else:
        definition = apply(create.definition, tuple(actions))
        drafted = await _drafted(session, old, create, definition, old.place, settings)
    renamed = {a.name: a.to for a in actions if isinstance(a, RenameColumn)}
    async with session.store.writing((old.namespace, old.place)) as connection:
        change = Change(old, renamed=renamed)
        await write_changed(session, connection, change, drafted, settings.role)


def _stored(old: StoredObject) -> Create:
    """The definition as it is kept, names in full."""
    create = read_ddl(single(old.engine_text))
    assert isinstance(create, Create), old.engine_text
    return create


async def _other_query(
    session: StoredSession,
    statement: Statement,
    old: StoredObject,
    create: Create,
    actions: Sequence[Action],
    settings: EngineSettings,
) -> Draft:
    """ALTER VIEW v AS query: the names in the query are those of this session."""
    query = next(action.query for action in actions if isinstance(action, SetQuery))
    definition = create.definition
    assert isinstance(definition, ViewDefinition)
    columns = ", ".join(f"`{name.replace('`', '``')}`" for name, _ in definition.columns)
    head = f"CREATE VIEW {old.place.sql}{f' ({columns})' if columns else ''} AS\n"
    text = single(head + statement.text[query.start : query.end])
    written = read_ddl(text)
    assert isinstance(written, Create)
    from gateway.objects.defining import Definer

    return await Definer(session).drafted(text, written, old.place, settings)


async def _drafted(
    session: StoredSession,
    old: StoredObject,
    create: Create,
    definition: Definition,
    place: Place,
    settings: EngineSettings,
) -> Draft:
    """The changed definition as a text of its own, checked as a new one is."""
    span = getattr(definition, "query", None)
    query = old.engine_text[span.start : span.end] if span is not None else None
    text = render(old.kind, place.sql, definition, query=query)
    statement = single(text)
    written = read_ddl(statement)
    assert isinstance(written, Create), text
    resolved = await session.resolved(
        statement, definition_mentions(statement, written), settings, in_full=True
    )
    try:
        form = await in_form(session, statement, written, settings)
        return await draft(session, statement, written, place, resolved, text, settings, form)
    except SqlError as error:
        error.position = None  # in a text that the client never saw
        raise
