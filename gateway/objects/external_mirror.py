"""External catalogs as databases of Postgres: what they hold is shown there, guarded as any mirror.

    catalog  ─► database of Postgres        its databases ─► schemas, and rows of the store
    table    ─► relation, at first without columns        ─► columns, once they are told

The names are Flink's own, letter by letter, so that what a tool reads there is what Flink
understands: table `public.orders` of database `sales` in a catalog of type jdbc is the relation
"public.orders" in schema sales. The truth is elsewhere: what stands here is what was listed last.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from dialects.ddl.model import ObjectKind
from gateway.catalog.databases import Databases
from gateway.objects import mirror, rights
from gateway.objects.mirror.defaults import grant_defaults
from gateway.objects.mirror.schemas import is_reserved
from gateway.objects.mirror.shape import MAX_NAME_BYTES, MirrorTable
from gateway.objects.mirror.sql import identifier
from gateway.objects.places import default_database, keeps_nothing
from gateway.objects.resolved import ResolvedColumn
from gateway.objects.resolving import external
from gateway.objects.rights import Demand
from gateway.objects.store import Store
from gateway.objects.stored import Place, StoredObject
from protocol.errors import SqlError

log = structlog.get_logger(__name__)

MAX_TABLES = 5_000  # of one database
_LISTING = 0x6C697374  # "list"
_TABLES = """
SELECT c.oid, c.relname AS name, NOT EXISTS (SELECT FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS bare
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY c.relname"""
_TABLE = """
SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r'"""
_FORGET = """
DELETE FROM xuanwu_catalog.object WHERE catalog = $1 AND namespace = 'database'
   AND NOT database = ANY ($2)"""
_REMEMBER = """
INSERT INTO xuanwu_catalog.object
       (catalog, database, namespace, kind, text, engine_text, shown_text, flink_version, owner)
SELECT $1, name, 'database', 'DATABASE', '', '', '', '', $3 FROM unnest($2::text[]) AS u (name)
    ON CONFLICT DO NOTHING"""


class ExternalMirrors:
    """All of them, for all sessions of a server. Methods raise SqlError, asyncpg.PostgresError."""

    def __init__(self, databases: Databases, store: Store) -> None:
        self._databases = databases
        self.store = store
        self._listed: dict[int, float] = {}  # when, on the monotonic clock, by a catalog's id

    # ── catalogs ────────────────────────────────────────────────────────────────────────────────

    async def create(self, catalog: StoredObject) -> None:
        """Its database, empty; for who writes the catalog, and so holds its place. Raises SqlError
        42P04, 42939, 42622, 42501."""
        name = catalog.place.catalog
        await self._databases.drop(name)  # of one whose CREATE failed behind this
        await self._databases.create(name, default_database(catalog))
        async with self._databases.connection(name) as connection:
            await connection.execute("DROP SCHEMA public")
            await mirror.prepare(connection)

    async def heal(self) -> None:
        """At the start: a database for each external catalog, and for nothing else."""
        stored = await self.store.listed(None, None, (ObjectKind.CATALOG,))
        wanted = {each.place.catalog for each in stored if not keeps_nothing(each)}
        there = set(await self._databases.names())
        for name in there & wanted:
            async with self._databases.connection(name) as connection:
                await mirror.prepare(connection)
        for name in there ^ wanted:
            try:
                await self.settle(name)
            except SqlError as error:  # somebody else has taken the name, or is at work there
                log.error("catalog and database differ", name=name, error=str(error))

    async def settle(self, name: str) -> None:
        """Once nobody is writing the catalog: it has a database, or there is neither."""
        async with self.store.writing(("catalog", Place(name))) as connection:
            found = await self.store.find([], [name], connection)
            catalog = external(found, name)
            there = await self._databases.is_ours(name)
            if catalog is None and there:
                log.info("database without a catalog dropped", name=name)
                await self._databases.drop(name)
            elif catalog is not None and not there:
                log.warning("database of a catalog made anew", name=name)
                await self.create(catalog)

    def due(self, catalog: StoredObject, fresh_s: float) -> bool:
        """Whether this server has not tried to list it for so many seconds."""
        return time.monotonic() - self._listed.get(catalog.id, -math.inf) > fresh_s

    def listed(self, catalog: StoredObject) -> None:
        self._listed[catalog.id] = time.monotonic()

    def forget(self) -> None:
        """The next session lists its catalog, however lately another one did."""
        self._listed.clear()

    # ── what they hold ──────────────────────────────────────────────────────────────────────────

    async def set_databases(self, catalog: StoredObject, names: Collection[str]) -> list[str]:
        """They are all of the catalog's; those that Postgres cannot show."""
        name = catalog.place.catalog
        fitting, left = _fitting(names)
        left += filter(is_reserved, fitting)
        async with self._listing(name) as connection:
            there = await connection.fetch("SELECT nspname FROM pg_namespace")
            known = {record["nspname"] for record in there}
            for each in fitting:
                if each not in known and each not in left:
                    await self._schema(connection, each, catalog.owner)
        await self._remember(name, fitting, catalog.owner)
        return left

    async def _schema(self, connection: Any, name: str, owner: str) -> None:
        async with connection.transaction():
            await mirror.create_schema(connection, name, owner)
            await connection.execute(f"GRANT USAGE ON SCHEMA {identifier(name)} TO PUBLIC")
            await grant_defaults(connection, schemas=[name])

    async def _remember(self, catalog: str, names: Sequence[str], owner: str) -> None:
        async with self.store.pool.acquire() as connection, connection.transaction():
            gone = await connection.fetch(_FORGET + " RETURNING database", catalog, list(names))
            await connection.execute(_REMEMBER, catalog, list(names), owner)
        if gone:
            async with self._listing(catalog) as connection:
                for record in gone:
                    if not is_reserved(record["database"]):
                        await mirror.drop_schema(connection, record["database"])

    async def set_tables(
        self, catalog: StoredObject, database: str, names: Collection[str]
    ) -> list[str]:
        """They are all of the database's; those that Postgres cannot show."""
        if is_reserved(database):
            return sorted(names)
        fitting, left = _fitting(names)
        async with self._listing(catalog.place.catalog) as connection:
            there = {r["name"]: r["oid"] for r in await connection.fetch(_TABLES, database)}
            for name in there.keys() - set(fitting):
                await mirror.drop(connection, there[name])
            new = [
                MirrorTable(database, name, (), owner=catalog.owner)
                for name in fitting
                if name not in there
            ]
            await grant_defaults(connection, await mirror.create_many(connection, new))
        return left

    async def bare(self, catalog: str, database: str) -> list[str]:
        """Tables whose columns nobody has told yet."""
        async with self._databases.connection(catalog) as connection:
            return [r["name"] for r in await connection.fetch(_TABLES, database) if r["bare"]]

    async def set_columns(
        self, catalog: StoredObject, place: Place, columns: Sequence[ResolvedColumn]
    ) -> None:
        """Of a table that has been listed; of others nothing is shown."""
        if is_reserved(place.database):
            return
        async with self._listing(place.catalog) as connection:
            oid = await connection.fetchval(_TABLE, place.database, place.name)
            if oid is None:
                return
            key = [column.name for column in columns if column.key]
            table = MirrorTable(
                place.database, place.name, columns, primary_key=key, owner=catalog.owner
            )
            await mirror.alter(connection, oid, table)

    async def check(
        self, catalog: StoredObject, role: str, wanted: Sequence[tuple[Place, str]]
    ) -> None:
        """May the role do that with these tables? The catalog's owner may do all, others what they
        are granted in its database. Raises SqlError 42501."""
        owns = "SELECT pg_has_role($1, $2, 'USAGE')"
        if await self.store.pool.fetchval(owns, role, catalog.owner):
            return
        async with self._databases.connection(catalog.place.catalog) as connection:
            for place, privilege in wanted:
                oid = None
                if not is_reserved(place.database):
                    oid = await connection.fetchval(_TABLE, place.database, place.name)
                demand = Demand(oid, place.name, place.database, "table", privilege)
                if oid is None:
                    raise rights.refusal(demand)
                await rights.check(connection, role, [demand])

    @asynccontextmanager
    async def _listing(self, catalog: str) -> AsyncIterator[Any]:
        """A connection to change what is shown, one at a time of all servers."""
        async with self._databases.connection(catalog) as connection:
            await connection.execute("SELECT pg_advisory_lock($1)", _LISTING)
            yield connection


def _fitting(names: Collection[str]) -> tuple[list[str], list[str]]:
    """Those that Postgres can have, up to the limit, and the others."""
    found = sorted(names)
    fitting = [name for name in found if 0 < len(name.encode()) <= MAX_NAME_BYTES][:MAX_TABLES]
    return fitting, [name for name in found if name not in set(fitting)]
