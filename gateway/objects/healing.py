"""At the start: what the store and the mirror need is there, and they say the same.

They change in one transaction, so they differ only where somebody else was at work: a restored
backup of one schema, an administrator's DROP, an older release of this server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import structlog

from dialects.ddl.model import ObjectKind
from gateway.objects import mirror
from gateway.objects.changing import Draft, mirror_of
from gateway.objects.resolved import ResolvedColumn
from gateway.objects.store import HEALING, Store
from gateway.objects.stored import DEFAULT_CATALOG

log = structlog.get_logger(__name__)

_KINDS = (ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_TABLE)
_COLUMNS = """
SELECT k.object_id, k.name, k.type, k.nullable, k.key, k.extras, k.watermark, k.comment
  FROM xuanwu_catalog.object_column k JOIN xuanwu_catalog.object o ON o.id = k.object_id
 WHERE o.catalog = $1 ORDER BY k.object_id, k.position"""
_RELIDS = """
UPDATE xuanwu_catalog.object o SET relid = c.oid
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE o.namespace = 'relation' AND o.catalog = $1 AND n.nspname = o.database
   AND c.relname = o.name AND c.relkind IN ('r', 'v') AND o.relid IS DISTINCT FROM c.oid"""


async def prepare(store: Store) -> None:
    """Several servers may do so at once. Raises asyncpg.PostgresError."""
    await store.prepare()
    async with store.pool.acquire() as connection:
        await mirror.prepare(connection)
        await connection.execute("SELECT pg_advisory_lock($1)", HEALING)
        try:
            await heal(store, connection)
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", HEALING)


async def heal(store: Store, connection: Any) -> int:
    """Make the mirrors that are missing, change those that differ; how many."""
    objects = await store.listed(DEFAULT_CATALOG, None, _KINDS)
    for database in await store.listed(DEFAULT_CATALOG, None, (ObjectKind.DATABASE,)):
        if database.engine_text and not await _has_schema(connection, database.place.database):
            await mirror.create_schema(
                connection, database.place.database, database.owner, database.comment
            )
    columns = await _columns(connection)
    tables = [mirror_of(Draft(each, columns.get(each.id, ()), ())) for each in objects]
    found = await mirror.differences(connection, tables)
    for oid in found.stray:
        await mirror.drop(connection, oid)
    await mirror.create_many(connection, found.missing)
    for oid, table in found.changed:
        await mirror.alter(connection, oid, table)
    await connection.execute(_RELIDS, DEFAULT_CATALOG)
    counts = {name: len(getattr(found, name)) for name in ("missing", "changed", "stray")}
    if found:
        log.warning("mirrors were mended", **counts, blocked=[t.name for t in found.blocked])
    return sum(counts.values())


async def _columns(connection: Any) -> Mapping[int, tuple[ResolvedColumn, ...]]:
    found: defaultdict[int, list[ResolvedColumn]] = defaultdict(list)
    for record in await connection.fetch(_COLUMNS, DEFAULT_CATALOG):
        fields = dict(record)
        found[fields.pop("object_id")].append(ResolvedColumn(**fields))
    return {object_id: tuple(columns) for object_id, columns in found.items()}


async def _has_schema(connection: Any, name: str) -> bool:
    return bool(
        await connection.fetchval("SELECT to_regnamespace(quote_ident($1)) IS NOT NULL", name)
    )
