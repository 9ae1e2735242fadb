"""DROP of tables, views, functions and models: what depends on them stops it, or goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dialects import Statement
from dialects.ddl.model import Drop, Path
from gateway.objects import mirror
from gateway.objects.mentions import mention_at
from gateway.objects.places import is_stored_here
from gateway.objects.resolving import home_of, look_up, meant
from gateway.objects.stored import NAMESPACES, StoredObject
from gateway.objects.wording import depended_on, missing, wrong_type
from protocol.errors import OBJECT_NOT_IN_PREREQUISITE_STATE, Notice, SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession


async def drop(
    session: StoredSession, statement: Statement, ddl: Drop, settings: EngineSettings
) -> bool:
    """All or none of them. False: the only one named is not stored here, Flink decides."""
    found = await look_up(session.store, [p.parts for p in ddl.paths], settings, session.current)
    home = home_of(found, settings, session.current)
    objects: list[StoredObject] = []
    for path in ddl.paths:
        mention = mention_at(statement, path.first, path.last, NAMESPACES[ddl.kind])
        if session.is_temporary(mention, home):
            raise _hidden(ddl, path)
        there = meant(mention, found, home, statement)
        if there is None:
            places = home.places(path.parts)
            if places and not is_stored_here(found, places[0]):
                return False
            _absent(session, ddl, path)
            continue
        if there.kind is not ddl.kind:
            raise wrong_type(there, ddl.kind, path)
        objects.append(there)
    await session.check(settings.role, [(each, "OWNER") for each in objects])
    await _write(session, ddl, objects, settings.role)
    return True


def _hidden(ddl: Drop, path: Path) -> SqlError:
    """Flink refuses it too: what the user sees under that name is not what would go."""
    return SqlError(
        OBJECT_NOT_IN_PREREQUISITE_STATE,
        f'"{path.parts[-1]}" is a temporary object of this session',
        hint=f"Use DROP TEMPORARY {ddl.kind.value} first.",
        position=path.position,
    )


def _absent(session: StoredSession, ddl: Drop, path: Path) -> None:
    if not ddl.if_exists:
        raise missing(ddl.kind, path)
    what = ddl.kind.value.lower()
    name = ".".join(path.parts)
    session.notify(Notice(f'{what} "{name}" does not exist, skipping'))


async def _write(
    session: StoredSession, ddl: Drop, objects: Sequence[StoredObject], role: str
) -> None:
    if not objects:
        return
    async with session.store.writing(*((o.namespace, o.place) for o in objects)) as connection:
        others = await claim_all(session, connection, objects)
        if others and not ddl.cascade:
            raise depended_on("drop", objects[0], others)
        await delete(session, connection, [*objects, *others], role)
    for each in others:
        session.notify(Notice(f"drop cascades to {each.shown}"))


async def claim_all(
    session: StoredSession, connection: Any, objects: Sequence[StoredObject]
) -> list[StoredObject]:
    """Lock them and all that depends on them, which is returned: what is locked, nothing new can
    depend on."""
    known = {each.id: each for each in objects}
    await session.store.claim(connection, objects)
    while True:
        below = await session.store.dependents(list(known), connection)
        new = [each for each in below if each.id not in known]
        if not new:
            return [each for each in known.values() if each not in objects]
        await session.store.claim(connection, new)
        known |= {each.id: each for each in new}


async def delete(
    session: StoredSession, connection: Any, objects: Sequence[StoredObject], role: str
) -> None:
    """Objects and mirrors, those first that nothing else of them needs."""
    left = {each.id: each for each in objects}
    while left:
        needed = {i for each in left.values() for i in each.on_ids}
        for each in [each for each in left.values() if each.id not in needed]:
            if each.relid is not None:
                await mirror.drop(connection, each.relid)
            await session.store.delete(connection, each, role)
            del left[each.id]
