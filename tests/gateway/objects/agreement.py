"""Do store, mirror and revisions say the same? Asked of Postgres itself, as the administrator."""

from __future__ import annotations

from typing import Any

from gateway.app import App
from gateway.objects import mirror
from gateway.objects.changing import Draft, mirror_of
from gateway.objects.healing import _KINDS, _columns
from gateway.objects.stored import DEFAULT_CATALOG

_OPERATIONS = """
SELECT object_id, array_agg(operation ORDER BY id) AS operations,
       array_agg(revision ORDER BY id) AS numbers,
       array_agg(old_text ORDER BY id) AS old, array_agg(new_text ORDER BY id) AS new
  FROM xuanwu_catalog.revision GROUP BY object_id"""
_OBJECTS = "SELECT id, revision, text, database, name, namespace FROM xuanwu_catalog.object"
_DANGLING = """
SELECT o.name FROM xuanwu_catalog.object o
 WHERE o.name <> '' AND NOT EXISTS (SELECT FROM xuanwu_catalog.object d
        WHERE d.namespace = 'database' AND (d.catalog, d.database) = (o.catalog, o.database))"""
_RELIDS = """
SELECT o.name FROM xuanwu_catalog.object o
 WHERE o.namespace = 'relation' AND o.catalog = 'xuanwu' AND NOT EXISTS (
       SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = o.relid AND (n.nspname, c.relname) = (o.database, o.name))"""


async def check_agreement(app: App) -> None:
    """Raises AssertionError with what differs."""
    async with app.store.pool.acquire() as connection:
        await _check_mirror(app, connection)
        await _check_revisions(connection)
        assert await connection.fetch(_DANGLING) == []
        assert await connection.fetch(_RELIDS) == []


async def _check_mirror(app: App, connection: Any) -> None:
    objects = await app.store.listed(DEFAULT_CATALOG, None, _KINDS)
    columns = await _columns(connection)
    tables = [mirror_of(Draft(each, columns.get(each.id, ()), ())) for each in objects]
    found = await mirror.differences(connection, tables)
    assert not found, found


async def _check_revisions(connection: Any) -> None:
    objects = {record["id"]: record for record in await connection.fetch(_OBJECTS)}
    for record in await connection.fetch(_OPERATIONS):
        operations, numbers = record["operations"], record["numbers"]
        gone = operations[-1] == "DROP"
        kept = operations[:-1] if gone else operations
        assert operations[0] == "CREATE" and "DROP" not in kept, dict(record)
        assert numbers[: len(kept)] == list(range(1, len(kept) + 1)), dict(record)
        assert record["old"][1:] == record["new"][:-1], "each begins with what the last one left"
        there = objects.get(record["object_id"])
        assert (there is None) == gone, dict(record)
        if there is not None:
            assert (there["revision"], there["text"]) == (numbers[-1], record["new"][-1])
