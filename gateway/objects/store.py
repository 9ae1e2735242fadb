"""Reads and writes of the stored objects, in SQL over the sessions' database.

A read sees what is committed at that moment: statements look their names up each time. A write is
given a connection with a transaction, so that store and mirror change together:

    writing(places) ─ advisory locks: two writers of one name wait for each other
      claim(objects) ─ rows that change, in the revision that was read: nobody begins to need them
      rely(objects)  ─ rows that a definition was checked against: nobody changes them now
      inhabit(place) ─ the row of the database: it cannot be dropped meanwhile

Who comes second finds what the first left, or gets 40001; so no update is lost, and no dependency
points to another form of an object than the one it was checked with.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any

from dialects.ddl.model import ObjectKind, Option
from gateway.catalog.admin import asyncpg
from gateway.engine.secrets import is_secret, mask
from gateway.objects.resolved import ResolvedColumn
from gateway.objects.stored import NAMESPACES, Found, Place, StoredObject
from protocol.errors import INVALID_SCHEMA_NAME, SqlError

LOCK_TIMEOUT = "10s"
WRITERS = 5  # at a time: they may wait for locks, and half of the pool stays for those who read
HEALING = 0x6865616C  # "heal": shared by writers, so that no mirror is judged while it is made
LOCK_NOT_AVAILABLE = "55P03"
SERIALIZATION_FAILURE = "40001"
MASK = "******"

_FIELDS = """
o.id, o.catalog, o.database, o.name, o.kind, o.text, o.engine_text, o.shown_text,
o.flink_version, o.comment, o.relid, o.revision, o.partition_keys,
coalesce((SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = o.relid),
         (SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace n
           WHERE o.namespace = 'database' AND o.catalog = 'xuanwu' AND n.nspname = o.database),
         o.owner) AS owner,
ARRAY(SELECT d.on_id FROM xuanwu_catalog.dependency d WHERE d.object_id = o.id ORDER BY 1) AS on_ids
"""
# $1: names, $2: names of databases and catalogs, both in lower case. Of a recursive query Postgres
# expects many rows, and would read all objects; of an array it expects few, and uses the index.
_FIND = f"""
WITH RECURSIVE needed(id) AS (
    SELECT o.id FROM xuanwu_catalog.object o WHERE lower(o.name) = ANY($1) AND o.name <> ''
  UNION
    SELECT d.on_id FROM needed n JOIN xuanwu_catalog.dependency d ON d.object_id = n.id
), homes AS (
    SELECT DISTINCT o.catalog, o.database FROM xuanwu_catalog.object o
     WHERE o.id = ANY (ARRAY(SELECT id FROM needed))
), around AS (
    SELECT o.id FROM xuanwu_catalog.object o
     WHERE o.name = '' AND (
           lower(CASE o.namespace WHEN 'catalog' THEN o.catalog ELSE o.database END) = ANY($2)
        OR (o.namespace = 'database' AND (o.catalog, o.database) IN (SELECT * FROM homes))
        OR (o.namespace = 'catalog' AND o.catalog IN (SELECT catalog FROM homes)))
)
SELECT {_FIELDS} FROM xuanwu_catalog.object o
 WHERE o.id = ANY (ARRAY(SELECT id FROM needed UNION SELECT id FROM around))
"""
_LISTED = """
  FROM xuanwu_catalog.object o
 WHERE ($1::text IS NULL OR o.catalog = $1) AND ($2::text IS NULL OR o.database = $2)
   AND o.kind = ANY($3)
 ORDER BY o.catalog, o.database, o.name
"""
_LIST = f"SELECT {_FIELDS} {_LISTED}"
_NAMES = f"SELECT coalesce(nullif(o.name, ''), nullif(o.database, ''), o.catalog) {_LISTED}"
_DEPENDENTS = f"""
WITH RECURSIVE dependents(id) AS (
    SELECT d.object_id FROM xuanwu_catalog.dependency d WHERE d.on_id = ANY($1)
  UNION
    SELECT d.object_id FROM dependents n JOIN xuanwu_catalog.dependency d ON d.on_id = n.id
)
SELECT {_FIELDS} FROM xuanwu_catalog.object o
 WHERE o.id = ANY (ARRAY(SELECT id FROM dependents)) ORDER BY o.id
"""
_RACES = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.ForeignKeyViolationError,
    asyncpg.UniqueViolationError,
)
_OWN_WORDS = (
    asyncpg.SyntaxOrAccessError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.DependentObjectsStillExistError,
)


class Store:
    """`pool` is an asyncpg pool on the sessions' database, as the administrator."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self._writers = asyncio.Semaphore(WRITERS)

    async def prepare(self) -> None:
        """Create what is not there; several servers may do so at once."""
        script = resources.files("gateway.objects").joinpath("store.sql").read_text()
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('xuanwu_catalog'))")
            await connection.execute(script)

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    async def find(self, names: Iterable[str], around: Iterable[str], on: Any = None) -> Found:
        """What stands under the names in whatever case and place, with all that it needs; and the
        databases and catalogs named in `around`, or in which it stands."""
        lowered = [sorted({name.lower() for name in each}) for each in (names, around)]
        records = await (on or self.pool).fetch(_FIND, *lowered)
        return Found({record["id"]: _object(record) for record in records})

    async def listed(
        self,
        catalog: str | None,
        database: str | None,
        kinds: Sequence[ObjectKind],
        on: Any = None,
    ) -> list[StoredObject]:
        """By name. None: in all catalogs, or databases."""
        values = [kind.value for kind in kinds]
        records = await (on or self.pool).fetch(_LIST, catalog, database, values)
        return [_object(record) for record in records]

    async def names(
        self, catalog: str | None, database: str | None, kinds: Sequence[ObjectKind]
    ) -> list[str]:
        """The last part of each name, as `listed` has them."""
        values = [kind.value for kind in kinds]
        return [record[0] for record in await self.pool.fetch(_NAMES, catalog, database, values)]

    async def columns(self, object_id: int, on: Any = None) -> list[ResolvedColumn]:
        records = await (on or self.pool).fetch(
            "SELECT name, type, nullable, key, extras, watermark, comment"
            " FROM xuanwu_catalog.object_column WHERE object_id = $1 ORDER BY position",
            object_id,
        )
        return [ResolvedColumn(**dict(record)) for record in records]

    async def dependents(self, ids: Sequence[int], on: Any = None) -> list[StoredObject]:
        """All that would be broken without them, directly or not."""
        return [_object(r) for r in await (on or self.pool).fetch(_DEPENDENTS, list(ids))]

    # ── writing ─────────────────────────────────────────────────────────────────────────────────

    @asynccontextmanager
    async def writing(self, *places: tuple[str, Place]) -> AsyncIterator[Any]:
        """A transaction that no other writer of these places (with their namespaces) runs beside.
        Raises SqlError 55P03 when another one does not end in time, 40001 for a lost race, and
        what Postgres says of the mirror in its own words."""
        async with self._writers, self.pool.acquire() as connection:
            try:
                async with connection.transaction():
                    await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                    await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", HEALING)
                    for key in sorted("\x1f".join((space, *p.parts)) for space, p in places):
                        await connection.execute(
                            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key
                        )
                    yield connection
            except asyncpg.LockNotAvailableError as error:
                raise SqlError(
                    LOCK_NOT_AVAILABLE,
                    "canceling statement due to lock timeout",
                    detail="Another session holds the object for longer than ten seconds.",
                ) from error
            except _RACES as error:
                raise lost_race() from error
            except asyncpg.InternalServerError as error:
                if "concurrently" not in str(error):  # a GRANT beside an ALTER of the mirror
                    raise
                raise lost_race() from error
            except _OWN_WORDS as error:
                raise SqlError(
                    error.sqlstate, error.message, detail=error.detail, hint=error.hint
                ) from error

    async def claim(self, connection: Any, objects: Sequence[StoredObject]) -> None:
        """Lock what is to change, until the end of the transaction. Raises SqlError 40001 if one
        of them is not any more what was read."""
        await self._lock(connection, objects, "UPDATE")

    async def rely(self, connection: Any, objects: Sequence[StoredObject]) -> None:
        """Keep what a definition needs from being changed or dropped. Raises SqlError 40001."""
        await self._lock(connection, objects, "SHARE")

    async def _lock(self, connection: Any, objects: Sequence[StoredObject], how: str) -> None:
        wanted = {each.id: each.revision for each in objects}
        records = await connection.fetch(
            "SELECT id, revision FROM xuanwu_catalog.object WHERE id = ANY($1) ORDER BY id"
            f" FOR {how}",
            list(wanted),
        )
        if {record["id"]: record["revision"] for record in records} != wanted:
            raise lost_race()

    async def inhabit(self, connection: Any, place: Place) -> None:
        """Keep the database of an object from being dropped. Raises SqlError 3F000."""
        there = await connection.fetchval(
            "SELECT id FROM xuanwu_catalog.object WHERE namespace = 'database' AND catalog = $1"
            " AND database = $2 FOR KEY SHARE",
            *(place.catalog, place.database),
        )
        if there is None:
            raise SqlError(INVALID_SCHEMA_NAME, f'schema "{place.database}" does not exist')

    async def insert(
        self,
        connection: Any,
        new: StoredObject,
        columns: Sequence[ResolvedColumn],
        options: Sequence[Option],
        role: str,
        operation: str = "CREATE",
    ) -> int:
        """Write a new object (its `id` does not count) and its first revision; the id."""
        place = new.place
        object_id = await connection.fetchval(
            "INSERT INTO xuanwu_catalog.object (catalog, database, name, namespace, kind, text,"
            " engine_text, shown_text, flink_version, owner, comment, relid, partition_keys)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
            *(place.catalog, place.database, place.name, NAMESPACES[new.kind], new.kind.value),
            *(new.text, new.engine_text, new.shown_text, new.version, new.owner, new.comment),
            *(new.relid, list(new.partition_keys)),
        )
        await self._parts(connection, object_id, new, columns, options)
        await self._revise(connection, object_id, new, role, operation, None)
        return int(object_id)

    async def update(
        self,
        connection: Any,
        old: StoredObject,
        new: StoredObject,
        columns: Sequence[ResolvedColumn],
        options: Sequence[Option],
        role: str,
        operation: str = "ALTER",
    ) -> None:
        """Write the next revision of an object, which is still what `old` says: SqlError 40001
        where another session was faster."""
        done = await connection.fetchval(
            "UPDATE xuanwu_catalog.object SET (catalog, database, name, namespace, kind, text,"
            " engine_text, shown_text, flink_version, comment, relid, partition_keys, revision,"
            " changed_at) = ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, revision + 1,"
            " now()) WHERE id = $1 AND revision = $2 RETURNING revision",
            *(old.id, old.revision, *_three(new.place), NAMESPACES[new.kind], new.kind.value),
            *(new.text, new.engine_text, new.shown_text, new.version, new.comment),
            *(new.relid, list(new.partition_keys)),
        )
        if done is None:
            raise lost_race()
        for table in ("object_column", "object_option", "dependency"):
            await connection.execute(
                f"DELETE FROM xuanwu_catalog.{table} WHERE object_id = $1", old.id
            )
        await self._parts(connection, old.id, new, columns, options)
        await self._revise(connection, old.id, new, role, operation, old)

    async def give(self, connection: Any, old: StoredObject, owner: str, role: str) -> None:
        """Another owner, as a revision of the same text. Raises SqlError 40001."""
        done = await connection.fetchval(
            "UPDATE xuanwu_catalog.object SET owner = $3, revision = revision + 1,"
            " changed_at = now() WHERE id = $1 AND revision = $2 RETURNING revision",
            *(old.id, old.revision, owner),
        )
        if done is None:
            raise lost_race()
        await self._revise(connection, old.id, old, role, "ALTER", old)

    async def delete(self, connection: Any, old: StoredObject, role: str) -> None:
        """Raises SqlError 40001 where another session was faster, asyncpg's error where something
        depends on it."""
        done = await connection.fetchval(
            "DELETE FROM xuanwu_catalog.object WHERE id = $1 AND revision = $2 RETURNING id",
            old.id,
            old.revision,
        )
        if done is None:
            raise lost_race()
        await self._revise(connection, old.id, None, role, "DROP", old)

    async def forget(self, connection: Any, objects: Sequence[StoredObject]) -> None:
        """Remove what was only noted, databases of an external catalog: there are no revisions."""
        await connection.execute(
            "DELETE FROM xuanwu_catalog.object WHERE id = ANY($1)", [each.id for each in objects]
        )

    async def _parts(
        self,
        connection: Any,
        object_id: int,
        new: StoredObject,
        columns: Sequence[ResolvedColumn],
        options: Sequence[Option],
    ) -> None:
        await connection.executemany(
            "INSERT INTO xuanwu_catalog.object_column VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                (object_id, i, c.name, c.type, c.nullable, c.key, c.extras, c.watermark, c.comment)
                for i, c in enumerate(columns, start=1)
            ],
        )
        await connection.executemany(
            "INSERT INTO xuanwu_catalog.object_option VALUES ($1, $2, $3, $4)",
            [(object_id, o.key, o.value, _shown(o)) for o in options],
        )
        await connection.executemany(
            "INSERT INTO xuanwu_catalog.dependency VALUES ($1, $2)",
            [(object_id, on_id) for on_id in new.on_ids],
        )
        watermark = next((f"{c.name}: {c.watermark}" for c in columns if c.watermark), None)
        # Not read from the key's own text, where names may hold commas.
        names = [c.name for c in columns if c.key] or None
        await connection.execute(
            "UPDATE xuanwu_catalog.object SET watermark = $2, primary_key = $3 WHERE id = $1",
            *(object_id, watermark, names),
        )

    async def _revise(
        self,
        connection: Any,
        object_id: int,
        new: StoredObject | None,
        role: str,
        operation: str,
        old: StoredObject | None,
    ) -> None:
        here = new or old
        assert here is not None
        revision = old.revision + (new is not None) if old is not None else 1
        await connection.execute(
            "INSERT INTO xuanwu_catalog.revision (object_id, catalog, database, name, kind,"
            " revision, operation, flink_version, role, old_text, new_text, old_shown, new_shown)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            *(object_id, *_three(here.place), here.kind.value, revision, operation),
            *(here.version, role, old and old.text, new and new.text),
            *(old and old.shown_text, new and new.shown_text),
        )


def lost_race() -> SqlError:
    return SqlError(
        SERIALIZATION_FAILURE,
        "could not change the object because another session has just changed it",
        hint="Look at it anew and try again.",
    )


def shown_text(text: str) -> str:
    """A definition as anybody may see it."""
    return mask(text)


def _three(place: Place) -> tuple[str, str, str]:
    return place.catalog, place.database, place.name


def _shown(option: Option) -> str:
    return MASK if is_secret(option.key) else mask(option.value)


def _object(record: Any) -> StoredObject:
    return StoredObject(
        id=record["id"],
        place=Place(record["catalog"], record["database"], record["name"]),
        kind=ObjectKind(record["kind"]),
        text=record["text"],
        engine_text=record["engine_text"],
        shown_text=record["shown_text"],
        version=record["flink_version"],
        owner=record["owner"],
        comment=record["comment"],
        relid=record["relid"],
        revision=record["revision"],
        partition_keys=tuple(record["partition_keys"] or ()),
        on_ids=tuple(record["on_ids"]),
    )
