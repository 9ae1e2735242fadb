"""GRANT on tables and schemas of a script: by the owner of the object, whoever reads the script."""

from __future__ import annotations

from typing import Any

from dialects import Statement
from dialects.names import folded
from dialects.reader import Reader
from gateway.objects.mirror.sql import identifier
from gateway.objects.store import Store
from gateway.objects.stored import DEFAULT_CATALOG, DEFAULT_DATABASE, Place
from protocol.errors import FEATURE_NOT_SUPPORTED, INVALID_SCHEMA_NAME, UNDEFINED_TABLE, SqlError

_SCHEMA = "SELECT pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = $1"
_RELATION = "SELECT pg_get_userbyid(relowner) FROM pg_catalog.pg_class WHERE oid = $1"


async def grant(store: Store, statement: Statement, *, dry_run: bool) -> None:
    """Raises SqlError 42P01, 3F000 for what is not there, 0A000 for a GRANT of another kind,
    asyncpg.PostgresError for what Postgres refuses."""
    place, position = _granted_on(statement)
    if dry_run:
        return
    async with store.pool.acquire() as connection, connection.transaction():
        owner = await _owner(store, connection, place, position)
        await connection.execute(f"SET LOCAL ROLE {identifier(owner)}")
        await connection.execute(f"SET LOCAL search_path = {identifier(DEFAULT_DATABASE)}")
        await connection.execute(statement.text)


def _granted_on(statement: Statement) -> tuple[Place, int]:
    """The table, or the schema, that it names."""
    words = statement.words
    reader = Reader(statement, words.index("ON") + 1 if "ON" in words else len(words))
    schema = reader.accept("SCHEMA")
    if not schema:
        reader.accept("TABLE")
    at = reader.token
    parts = tuple(folded(token) for token in reader.chain())
    if at is None or reader.word() != "TO" or len(parts) not in ((1,) if schema else (1, 2)):
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            "this form of GRANT is not supported in a catalog script",
            hint="Grant on one table or schema at a time: GRANT … ON [SCHEMA] name TO role.",
            position=1,
        )
    within = () if schema or len(parts) == 2 else (DEFAULT_DATABASE,)
    return Place(DEFAULT_CATALOG, *within, *parts), at.start + 1


async def _owner(store: Store, connection: Any, place: Place, position: int) -> str:
    if place.name:
        found = (await store.find([place.name], [], connection)).at("relation", place)
        owner = await connection.fetchval(_RELATION, found.relid) if found is not None else None
    else:
        known = (await store.find([], place.parts, connection)).at("database", place)
        owner = await connection.fetchval(_SCHEMA, place.database) if known is not None else None
    if owner is None:
        code = UNDEFINED_TABLE if place.name else INVALID_SCHEMA_NAME
        what = "relation" if place.name else "schema"
        raise SqlError(code, f'{what} "{place.shown}" does not exist', position=position)
    return str(owner)
