"""ALTER … OWNER TO, by Postgres's rules: who owns it gives it to a role that they may become, and
that may create in the place where it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dialects.ddl.model import ObjectKind, SetOwner
from gateway.objects import mirror
from gateway.objects.changing import Draft, mirror_of
from gateway.objects.stored import DEFAULT_CATALOG, StoredObject
from protocol.errors import INSUFFICIENT_PRIVILEGE, UNDEFINED_OBJECT, SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

# Since 16 membership alone does not let a role become another one.
_MAY_BECOME = """
SELECT pg_has_role($1, r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000
                                   THEN 'SET' ELSE 'MEMBER' END)
  FROM pg_roles r WHERE r.rolname = $2"""


async def own(
    session: StoredSession, there: StoredObject, action: SetOwner, settings: EngineSettings
) -> StoredObject:
    """The object as its new owner has it; that the asking role owns it is checked already. Raises
    SqlError 42501, 42704, 40001."""
    owner, store = action.role or settings.role, session.store
    await _check(session, there, action, owner, settings.role)
    async with store.writing((there.namespace, there.place)) as connection:
        await store.claim(connection, [there])
        given = replace(there, owner=owner, revision=there.revision + 1)
        if there.relid is not None:
            columns = tuple(await store.columns(there.id, connection))
            await mirror.alter(connection, there.relid, mirror_of(Draft(given, columns, ())))
        elif there.kind is ObjectKind.DATABASE and there.place.catalog == DEFAULT_CATALOG:
            await mirror.create_schema(connection, there.place.database, owner, there.comment)
        await store.give(connection, there, owner, settings.role)
    return given


async def _check(
    session: StoredSession, there: StoredObject, action: SetOwner, owner: str, role: str
) -> None:
    may = await session.store.pool.fetchval(_MAY_BECOME, role, owner)
    if may is None:
        message = f'role "{owner}" does not exist'
        raise SqlError(UNDEFINED_OBJECT, message, position=action.position or None)
    if not may:
        message = f'must be able to SET ROLE "{owner}"'
        raise SqlError(INSUFFICIENT_PRIVILEGE, message, position=action.position or None)
    if there.place.name:
        await session.check_schema(owner, there.place, "CREATE")
