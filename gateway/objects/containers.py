"""Databases and catalogs: what objects stand in.

A database of the default catalog is a schema of Postgres. A catalog is created in Flink first,
which alone can judge its options; what it holds is its own, unless it lies in Flink's memory. An
external one gets a database of Postgres, which goes with it: sessions there lose their connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dialects import Statement, single
from dialects.ddl import apply, read_ddl, render
from dialects.ddl.model import (
    Alter,
    Create,
    Ddl,
    Drop,
    ObjectKind,
    OptionsDefinition,
    Path,
    Rename,
    SetOwner,
)
from gateway.catalog.databases import check_name
from gateway.objects import mirror
from gateway.objects.dropping import claim_all, delete
from gateway.objects.mirror.defaults import grant_defaults
from gateway.objects.owning import own
from gateway.objects.places import default_database, keeps_nothing
from gateway.objects.resolving import need
from gateway.objects.rights import check_member
from gateway.objects.store import shown_text
from gateway.objects.stored import (
    DEFAULT_CATALOG,
    DEFAULT_DATABASE,
    NAMESPACES,
    Found,
    Place,
    StoredObject,
)
from gateway.objects.wording import DUPLICATE_OBJECT, depended_on, missing
from protocol.errors import FEATURE_NOT_SUPPORTED, INSUFFICIENT_PRIVILEGE, Notice, SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

DUPLICATE_SCHEMA = "42P06"
DEPENDENT_OBJECTS = "2BP01"
OBJECT_IN_USE = "55006"
_MAY_CREATE = "SELECT has_database_privilege($1, current_database(), 'CREATE')"


async def run(
    session: StoredSession, statement: Statement, ddl: Ddl, settings: EngineSettings
) -> bool:
    """False: the catalog is not known here, or keeps its databases itself: Flink decides."""
    paths = ddl.paths if isinstance(ddl, Drop) else (ddl.path,)
    current = (session.current or (settings.catalog,))[0]
    places = [_place(ddl.kind, path, current) for path in paths]
    found = await session.store.find([], [part for place in places for part in place.parts])
    if ddl.kind is ObjectKind.DATABASE and not isinstance(ddl, Create):
        pairs = zip(places, paths, strict=True)
        places = [found.cased(place, exact=path.quoted[-1]) for place, path in pairs]
    if ddl.kind is ObjectKind.DATABASE and not all(_keeps(found, place) for place in places):
        return False
    if isinstance(ddl, Create):
        await _create(session, statement, ddl, places[0], found, settings)
    elif isinstance(ddl, Alter):
        await _alter(session, ddl, places[0], found, settings)
    else:
        for path, place in zip(paths, places, strict=True):
            await _drop(session, ddl, path, place, found, settings)
    return True


def _place(kind: ObjectKind, path: Path, current: str) -> Place:
    if kind is ObjectKind.CATALOG:
        return Place(path.parts[-1])
    return Place(path.parts[0] if len(path.parts) > 1 else current, path.parts[-1])


def _keeps(found: Found, place: Place) -> bool:
    catalog = found.at("catalog", Place(place.catalog))
    return catalog is not None and keeps_nothing(catalog)


# ── CREATE ──────────────────────────────────────────────────────────────────────────────────────


async def _create(
    session: StoredSession,
    statement: Statement,
    create: Create,
    place: Place,
    found: Found,
    settings: EngineSettings,
) -> None:
    space = NAMESPACES[create.kind]
    there = found.at(space, place)
    if there is not None:
        if not create.if_not_exists:
            raise _exists(there, create.path)
        session.notify(Notice(f"{_word(there)} already exists, skipping"))
        return
    if not await session.store.pool.fetchval(_MAY_CREATE, settings.role):
        raise SqlError(INSUFFICIENT_PRIVILEGE, f"permission denied for database {DEFAULT_CATALOG}")
    head = f"CREATE {create.kind.value} {place.sql}"
    rest = statement.text[statement.tokens[create.path.last].end :]
    new = _new(create, place, statement.text, head + rest, settings)
    outside = new.kind is ObjectKind.CATALOG and not keeps_nothing(new)
    if outside:
        check_name(place.catalog)
    if create.kind is ObjectKind.CATALOG:
        await session.inner.define(need(new), settings)
    async with session.store.writing((space, place)) as connection:
        now = await session.store.find([], place.parts, connection)
        if (standing := now.at(space, place)) is not None:
            raise _exists(standing, create.path)
        if _has_schema(place):
            await mirror.create_schema(connection, place.database, settings.role, new.comment)
            await grant_defaults(connection, schemas=[place.database])
        if outside:
            await session.external.mirrors.create(new)
        options = getattr(create.definition, "options", ())
        new = replace(
            new, id=await session.store.insert(connection, new, (), options, settings.role)
        )
        if new.kind is ObjectKind.CATALOG and keeps_nothing(new):
            database = Place(place.catalog, default_database(new))
            first = replace(
                new,
                place=database,
                kind=ObjectKind.DATABASE,
                text="",
                engine_text="",
                shown_text="",
                comment=None,
            )
            await session.store.insert(connection, first, (), (), settings.role)
    if outside:
        await session.external.created(new, settings)


def _new(
    create: Create, place: Place, text: str, engine_text: str, settings: EngineSettings
) -> StoredObject:
    return StoredObject(
        id=0,
        place=place,
        kind=create.kind,
        text=text,
        engine_text=engine_text,
        shown_text=shown_text(text),
        version=settings.version,
        owner=settings.role,
        comment=create.definition.comment,
    )


def _has_schema(place: Place) -> bool:
    return place.catalog == DEFAULT_CATALOG and bool(place.database)


def _exists(there: StoredObject, path: Path) -> SqlError:
    code = DUPLICATE_SCHEMA if there.kind is ObjectKind.DATABASE else DUPLICATE_OBJECT
    return SqlError(code, f"{_word(there)} already exists", position=path.position)


def _word(there: StoredObject) -> str:
    what = "schema" if there.kind is ObjectKind.DATABASE else "catalog"
    return f'{what} "{there.place.parts[-1]}"'


# ── ALTER and DROP ──────────────────────────────────────────────────────────────────────────────


async def _alter(
    session: StoredSession, ddl: Alter, place: Place, found: Found, settings: EngineSettings
) -> None:
    there = found.at(NAMESPACES[ddl.kind], place)
    if there is None or place == Place(DEFAULT_CATALOG):
        raise missing(ddl.kind, ddl.path)
    await _check_owner(session, there, settings.role)
    for action in ddl.actions:
        if isinstance(action, Rename):
            raise SqlError(
                FEATURE_NOT_SUPPORTED,
                f"{_word(there)} cannot be renamed",
                detail="Stored views name it in full.",
                position=action.to.position,
            )
        if isinstance(action, SetOwner):
            there = await own(session, there, action, settings)
    actions = tuple(action for action in ddl.actions if not isinstance(action, SetOwner))
    if not actions:
        return
    # The first database, which the server has made itself, has no text.
    create = read_ddl(single(there.engine_text or f"CREATE DATABASE {place.sql}"))
    assert isinstance(create, Create)
    definition = apply(create.definition, actions)
    assert isinstance(definition, OptionsDefinition)
    text = render(there.kind, place.sql, definition)
    new = _new(replace(create, definition=definition), place, text, text, settings)
    if there.kind is ObjectKind.CATALOG and keeps_nothing(new) != keeps_nothing(there):
        raise SqlError(FEATURE_NOT_SUPPORTED, "cannot alter the type of a catalog")
    if there.kind is ObjectKind.CATALOG:
        await session.inner.define(need(new), settings)
    async with session.store.writing((there.namespace, place)) as connection:
        await session.store.claim(connection, [there])
        if _has_schema(place):
            await mirror.create_schema(connection, place.database, there.owner, definition.comment)
        await session.store.update(
            connection, there, new, (), definition.options, settings.role, "ALTER"
        )


async def _drop(
    session: StoredSession,
    ddl: Drop,
    path: Path,
    place: Place,
    found: Found,
    settings: EngineSettings,
) -> None:
    there = found.at(NAMESPACES[ddl.kind], place)
    if there is None:
        if not ddl.if_exists:
            raise missing(ddl.kind, path)
        what = "schema" if ddl.kind is ObjectKind.DATABASE else "catalog"
        session.notify(Notice(f'{what} "{path.parts[-1]}" does not exist, skipping'))
        return
    if place in (Place(DEFAULT_CATALOG), Place(DEFAULT_CATALOG, DEFAULT_DATABASE)):
        raise SqlError(
            DEPENDENT_OBJECTS, f"cannot drop {_word(there)} because the server requires it"
        )
    await _check_owner(session, there, settings.role)
    outside = there.kind is ObjectKind.CATALOG and not keeps_nothing(there)
    if outside and place.catalog == settings.catalog:
        raise SqlError(OBJECT_IN_USE, "cannot drop the currently open database")
    async with session.store.writing((there.namespace, place)) as connection:
        inside = await _claim(session, connection, there)
        needing = [*inside, there] if not place.database else inside
        below = await claim_all(session, connection, needing)
        gone = [*inside, *below]
        # A catalog in Flink's memory goes with what it holds, as it does in Flink.
        if not ddl.cascade and (below or _holds(ddl, inside)):
            raise depended_on("drop", there, [each for each in gone if each.place.name])
        objects = [each for each in gone if each.place.name]
        await delete(session, connection, objects, settings.role)
        databases = [each for each in inside if not each.place.name]
        if outside:
            await session.store.forget(connection, databases)
        else:
            for each in databases:
                await session.store.delete(connection, each, settings.role)
        await session.store.delete(connection, there, settings.role)
        if _has_schema(place):
            await mirror.drop_schema(connection, place.database)
    if outside:
        await session.external.mirrors.settle(place.catalog)
    for each in objects:
        session.notify(Notice(f"drop cascades to {each.shown}"))
    if session.current is not None and session.current[0] == place.catalog and not place.database:
        session.current = None


def _holds(ddl: Drop, inside: Sequence[StoredObject]) -> bool:
    return ddl.kind is ObjectKind.DATABASE and bool(inside)


async def _claim(
    session: StoredSession, connection: Any, there: StoredObject
) -> list[StoredObject]:
    """What stands in it, once nothing new can; databases before objects."""
    store, place = session.store, there.place
    await store.claim(connection, [there])
    if not place.database:
        kinds = (ObjectKind.DATABASE,)
        await store.claim(connection, await store.listed(place.catalog, None, kinds, connection))
    listed = await store.listed(
        place.catalog, place.database or None, tuple(ObjectKind), connection
    )
    return [each for each in listed if each.place != place]


async def _check_owner(session: StoredSession, there: StoredObject, role: str) -> None:
    what = "schema" if there.kind is ObjectKind.DATABASE else "catalog"
    await check_member(session.store.pool, role, there.owner, what, there.place.parts[-1])
