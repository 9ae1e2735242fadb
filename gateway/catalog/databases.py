"""Databases of sessions beside `xuanwu`: one for each catalog that keeps its objects itself.

    create ─► wanted (a row in xuanwu_platform) ─► CREATE DATABASE ─► its OID noted ─► prepared
    drop   ─► DROP DATABASE (its sessions end) ─► row gone

What has no OID in its row was cut short, and goes before it is made again: a database of somebody
else, in a Postgres that is shared, is never touched, and no session of ours gets into it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from gateway.catalog.address import Admin
from gateway.catalog.admin import asyncpg, connected
from gateway.catalog.bootstrap import OWNER, identifier, locked, prepare_sessions
from protocol.errors import INSUFFICIENT_PRIVILEGE, SqlError

DUPLICATE_DATABASE = "42P04"
RESERVED_NAME = "42939"
NAME_TOO_LONG = "42622"
MAX_NAME_BYTES = 63  # NAMEDATALEN - 1
_RESERVED = ("xuanwu", "xuanwu_platform", "postgres", "template0", "template1")

_TABLE = "CREATE TABLE IF NOT EXISTS databases (name name PRIMARY KEY, oid oid)"
_OURS = """
SELECT b.name FROM databases b JOIN pg_database d ON d.oid = b.oid AND d.datname = b.name
 WHERE $1::name IS NULL OR b.name = $1"""


class Databases:
    """`store` is the pool on xuanwu_platform; `defaults` are our own parameters and values."""

    def __init__(self, admin: Admin, store: Any, defaults: Mapping[str, str], token: str) -> None:
        self._admin = admin
        self._store = store
        self._defaults = defaults
        self._token = token

    async def start(self) -> None:
        """Bring those that are there to the present state; several servers may do so at once."""
        await self._store.execute(_TABLE)
        for name in await self.names():
            await self.prepare(name)

    async def names(self) -> list[str]:
        """Of the databases that are ours, whole ones."""
        return [record["name"] for record in await self._store.fetch(_OURS, None)]

    async def is_ours(self, name: str) -> bool:
        return bool(await self._store.fetchval(_OURS, name))

    @asynccontextmanager
    async def connection(self, name: str) -> AsyncIterator[Any]:
        """One of the administrator's. Raises SqlError 08006, asyncpg's InvalidCatalogNameError."""
        async with connected(self._admin, name) as connection:
            yield connection

    async def create(self, name: str, schema: str) -> None:
        """Make it; its sessions look for names in `schema` first. Raises SqlError 42P04 where
        somebody has one of that name, 42939, 42622 for a name that cannot be, 42501."""
        check_name(name)
        await self._clear(name)
        if await self._store.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            raise SqlError(
                DUPLICATE_DATABASE,
                f'database "{name}" already exists',
                detail="A database of Postgres stands for each external catalog.",
                hint="Choose another name for the catalog.",
            )
        await self._store.execute("INSERT INTO databases VALUES ($1) ON CONFLICT DO NOTHING", name)
        try:
            await self._store.execute(f"CREATE DATABASE {identifier(name)} TEMPLATE template0")
        except asyncpg.InsufficientPrivilegeError as error:
            await self._store.execute("DELETE FROM databases WHERE name = $1", name)
            raise SqlError(
                INSUFFICIENT_PRIVILEGE,
                "permission denied to create database",
                detail="The role by which the server reaches Postgres needs CREATEDB.",
            ) from error
        await self._open(name, schema)
        await self.prepare(name)
        await self._store.execute(
            "UPDATE databases SET oid = d.oid FROM pg_database d"
            " WHERE databases.name = $1 AND d.datname = $1",
            name,
        )

    async def drop(self, name: str) -> None:
        """Nothing if it is not ours; sessions that are connected to it lose their connection."""
        if await self.is_ours(name):
            await self._store.execute("UPDATE databases SET oid = NULL WHERE name = $1", name)
        await self._clear(name)

    async def _clear(self, name: str) -> None:
        """Away with what is only half there."""
        begun = "SELECT 1 FROM databases WHERE name = $1 AND oid IS NULL"
        if await self._store.fetchval(begun, name):
            await self._store.execute(f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)")
            await self._store.execute("DELETE FROM databases WHERE name = $1", name)

    async def _open(self, name: str, schema: str) -> None:
        database, path = identifier(name), identifier(schema)
        await self._store.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO PUBLIC")
        await self._store.execute(f"ALTER DATABASE {database} SET search_path = {path}")
        # That role has a search_path of its own, which would win.
        await self._store.execute(
            f"ALTER ROLE {OWNER} IN DATABASE {database} SET search_path = {path}"
        )

    async def prepare(self, name: str) -> None:
        async with connected(self._admin) as shared, locked(shared):
            async with self.connection(name) as connection, connection.transaction():
                await prepare_sessions(connection, name, self._defaults)
                await connection.execute("UPDATE xuanwu.signal_token SET token = $1", self._token)


def check_name(name: str) -> None:
    """Raises SqlError 42939, 42622: a database of Postgres cannot have it."""
    if len(name.encode()) > MAX_NAME_BYTES:
        raise SqlError(
            NAME_TOO_LONG,
            f'identifier "{name[:MAX_NAME_BYTES]}…" is too long',
            detail=f"Names may have {MAX_NAME_BYTES} bytes.",
        )
    if name in _RESERVED or name.startswith("pg_"):
        raise SqlError(
            RESERVED_NAME,
            f'unacceptable catalog name "{name}"',
            detail="A database of Postgres stands for each catalog, and this name is reserved.",
        )
