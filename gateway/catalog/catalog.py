"""The composition of the catalog side: which Postgres, prepared, and the ports that stand on it.

open:  embedded start ─► bootstrap ─► admin pools ─► names ─► session pool
close: session pool ─► activity ─► admin pools ─► embedded stop        (each step bounded)
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from gateway.catalog import activity, address
from gateway.catalog.address import Admin
from gateway.catalog.admin import asyncpg, pooled
from gateway.catalog.bootstrap import PLATFORM, SESSIONS, bootstrap
from gateway.catalog.databases import Databases
from gateway.catalog.embedded import EmbeddedPostgres
from gateway.catalog.login import Login
from gateway.catalog.pool import Pool
from gateway.catalog.users import Users
from gateway.catalog.verifiers import Behind, OfPostgres, Verifiers
from protocol.errors import INSUFFICIENT_PRIVILEGE, INVALID_CATALOG_NAME, SqlError
from session.ports import Activity, Lease, LeaseEvents, Principal

_log = structlog.get_logger(__name__)
_CLOSE_S = 10.0
_STORE_CONNECTIONS = 8
_ADMIN_CONNECTIONS = 10
_RELATIONS = """
SELECT lower(relname) FROM pg_class
 WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v', 'm', 'f', 'p')"""
_FUNCTIONS = """
SELECT DISTINCT lower(proname) FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"""

# What mirrors Flink's catalog: everything that is neither Postgres's nor temporary.
_OWNED = """
SELECT what FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'view ' ELSE 'table ' END || n.nspname || '.' || c.relname,
           c.relowner
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname !~ '^pg_'
    UNION ALL SELECT 'schema ' || nspname, nspowner FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL SELECT 'function ' || oid::regprocedure, proowner
      FROM pg_proc WHERE pronamespace <> 'pg_catalog'::regnamespace
  ) AS owned (what, owner)
  JOIN pg_roles r ON r.oid = owner
 WHERE r.rolname = ANY ($1::name[]) ORDER BY what DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class CatalogConfig:
    """`dsn` None: the embedded Postgres under `data`. `defaults`: our own parameters → values."""

    data: Path
    dsn: str | None = field(default=None, repr=False)
    defaults: Mapping[str, str] = field(default_factory=dict)
    connections: int = 40
    wait_s: float = 10.0  # for a free connection


class Catalog:
    """`session.ports.Backends`; `users` is the Authenticator, `databases` makes more of them.

    `store` and `sessions` are asyncpg pools on the databases xuanwu_platform and xuanwu, as the
    administrator.
    """

    def __init__(self, config: CatalogConfig) -> None:
        self.config = config
        self._embedded = None if config.dsn else EmbeddedPostgres(config.data)
        self._server = f"{socket.gethostname()}:{os.getpid()}"
        self._resources = AsyncExitStack()
        self._reviving = asyncio.Lock()
        self._relations: frozenset[str] = frozenset()
        self._functions: frozenset[str] = frozenset()

    @classmethod
    async def start(cls, config: CatalogConfig) -> Catalog:
        """Everything up and prepared. Raises SqlError; what was begun is undone then."""
        catalog = cls(config)
        try:
            await catalog._start()
        except BaseException:
            await catalog.close()
            raise
        return catalog

    async def close(self) -> None:
        """End all leases, then the pools, then the embedded Postgres if it is ours. Idempotent."""
        await self._resources.aclose()

    async def _start(self) -> None:
        admin = await self._postgres()
        prepared = await bootstrap(admin, self.config.defaults, exclusive=self._trusted)
        enter = self._resources.enter_async_context
        self.store = await enter(pooled(admin, PLATFORM, _STORE_CONNECTIONS))
        self.sessions = await enter(pooled(admin, SESSIONS, _ADMIN_CONNECTIONS))
        self._password = prepared.owner_password
        self._verifiers = self._make_verifiers(admin)
        await self._verifiers.prepare()
        self.users = Users(self.store, admin.user, self._verifiers)
        await self._read_names()
        await activity.forget_stale(self.sessions)
        self._resources.push_async_callback(self._withdraw)
        self._token = prepared.signal_token
        self.databases = Databases(admin, self.store, self.config.defaults, self._token)
        await self.databases.start()
        self.address = admin.address
        self.pool = self.make_pool(limit=self.config.connections, wait_s=self.config.wait_s)
        self._resources.push_async_callback(self.pool.close)

    def make_pool(self, *, limit: int, wait_s: float) -> Pool:
        """A pool of connections for sessions; its maker closes it."""
        return Pool(
            self.address,
            limit=limit,
            placeholders=tuple(self.config.defaults),
            signal_token=self._token,
            revive=self._revive if self._embedded is not None else None,
            wait_s=wait_s,
        )

    def _make_verifiers(self, admin: Admin) -> Verifiers:
        if self._password is None:
            return OfPostgres(self.store)
        return Behind(self.store, admin.address, self._password)

    @property
    def _trusted(self) -> bool:
        return self._embedded is not None

    async def _postgres(self) -> Admin:
        if self._embedded is None:
            assert self.config.dsn is not None
            return address.parse(self.config.dsn)
        self._resources.push_async_callback(asyncio.to_thread, self._embedded.stop)
        await asyncio.to_thread(self._embedded.start)
        return self._embedded.admin

    async def _revive(self) -> None:
        """The embedded Postgres has died: bring it back, once for all who notice."""
        assert self._embedded is not None
        async with self._reviving:
            await asyncio.to_thread(self._embedded.start)

    async def _read_names(self) -> None:
        relations = await self.sessions.fetch(_RELATIONS)
        functions = await self.sessions.fetch(_FUNCTIONS)
        self._relations = frozenset(record[0] for record in relations)
        self._functions = frozenset(record[0] for record in functions)

    async def _withdraw(self) -> None:
        try:
            async with asyncio.timeout(_CLOSE_S):
                await activity.withdraw(self.sessions, self._server)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("activity not withdrawn", error=str(error))

    # ── Backends ────────────────────────────────────────────────────────────────────────────────

    async def open(
        self,
        principal: Principal,
        parameters: Mapping[str, str],
        events: LeaseEvents,
        *,
        user: str | None = None,
    ) -> tuple[Lease, dict[str, str]]:
        """See the port. `user` is that of the start-up packet where it is not the role: a database
        of that name means the default one, as clients that are given none ask for it."""
        rest = dict(parameters)
        database = await self._database(rest.pop("database", ""), user or principal.role)
        login = Login(
            principal.role,
            database,
            tuple(rest.items()),
            self._password,
        )
        return await self.pool.open(login, events)

    async def _database(self, asked: str, user: str) -> str:
        if asked in ("", SESSIONS):
            return SESSIONS
        exists = await self.sessions.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", asked)
        if not exists and asked == user:
            return SESSIONS
        if not exists:
            raise SqlError(
                INVALID_CATALOG_NAME, f'database "{asked}" does not exist', severity="FATAL"
            )
        if not self._trusted and not await self.databases.is_ours(asked):
            # A database of others: PUBLIC may be let in there, our sessions are not.
            raise SqlError(
                INSUFFICIENT_PRIVILEGE,
                f'permission denied for database "{asked}"',
                detail="User does not have CONNECT privilege.",
                severity="FATAL",
            )
        return asked

    async def publish_activity(self, sessions: Sequence[Activity], database: str) -> None:
        if not await self.databases.is_ours(database):
            async with self.sessions.acquire() as connection:
                await activity.publish(connection, self._server, sessions)
            return
        async with self.databases.connection(database) as connection:
            await activity.publish(connection, self._server, sessions)

    async def conceal(self, password: str | None) -> str | None:
        return await self._verifiers.conceal(password)

    async def owned_by(self, roles: Sequence[str]) -> str | None:
        found = await self.sessions.fetchval(_OWNED, list(roles))
        return None if found is None else str(found)

    @property
    def relations(self) -> frozenset[str]:
        return self._relations

    @property
    def functions(self) -> frozenset[str]:
        return self._functions
