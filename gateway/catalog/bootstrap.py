"""Prepare a Postgres for the platform: databases, roles, revokes, defaults, schema `xuanwu`.

Runs at every start, as the administrator, under an advisory lock, so that several servers may start
at once; what is there already stays. In a Postgres that is shared with others (a configured URI)
nothing outside our two databases is changed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from typing import Any

import structlog

from gateway.catalog.address import Admin
from gateway.catalog.admin import asyncpg, connected
from protocol.errors import CANNOT_CONNECT_NOW, SqlError
from protocol.scram import Verifier

_log = structlog.get_logger(__name__)

SESSIONS = "xuanwu"  # the database that sessions see
PLATFORM = "xuanwu_platform"  # the platform's own store
OWNER = "xuanwu"  # the role that owns the sessions' schema public
_LOCK = 0x7875616E7775  # "xuanwu"
_LOCK_TIMEOUT_S = 60.0
_TEMP_FILE_LIMIT = "1GB"

# Column of pg_stat_activity → what fills it; columns not named here are NULL.
_ACTIVITY = {
    "datid": "(SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = a.database)",
    "datname": "a.database",
    "pid": "a.pid",
    "usesysid": "(SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = a.role)",
    "usename": "a.role",
    "application_name": "a.application_name",
    "client_addr": "a.client_addr",
    "client_port": "a.client_port",
    "backend_start": "a.backend_start",
    "query_start": "a.query_start",
    "state_change": "a.state_change",
    "wait_event_type": "CASE a.state WHEN 'active' THEN NULL ELSE 'Client' END",
    "wait_event": "CASE a.state WHEN 'active' THEN NULL ELSE 'ClientRead' END",
    "state": "a.state",
    "query": "a.query",
    "backend_type": "'client backend'",
}
# The same of views of how sessions are connected: never by GSSAPI, never with a certificate.
_CONNECTIONS = {
    "pg_stat_gssapi": {
        "pid": "a.pid",
        "gss_authenticated": "false",
        "encrypted": "false",
        "credentials_delegated": "false",
    },
    "pg_stat_ssl": {
        "pid": "a.pid",
        "ssl": "a.tls_version IS NOT NULL",
        "version": "a.tls_version",
        "cipher": "a.tls_cipher",
        "bits": "a.tls_bits",
    },
}
# What Postgres shows of the sessions of others; the rest is NULL there.
_PUBLIC = {"datid", "datname", "pid", "usesysid", "usename", "application_name"}
# The sessions, and whether the role that asks may know more than that they are there.
_SHOWN = (
    "(SELECT a.*, coalesce((SELECT pg_catalog.pg_has_role(current_user, r.oid, 'USAGE')"
    " OR pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')"
    " FROM pg_catalog.pg_roles r WHERE r.rolname = a.role), false) AS mine"
    " FROM xuanwu.activity a) AS a"
)
_INSUFFICIENT = "'<insufficient privilege>'"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the bootstrap leaves for the rest: the relay's token, the owner's password if any."""

    signal_token: str
    owner_password: str | None


async def bootstrap(admin: Admin, defaults: Mapping[str, str], *, exclusive: bool) -> Prepared:
    """`defaults`: our own parameters and their values. `exclusive`: the whole cluster is ours.

    Raises SqlError 08006 if Postgres cannot be reached; asyncpg.PostgresError for what it refuses.
    """
    async with connected(admin) as connection, locked(connection):
        await _roles_and_databases(connection, exclusive)
        async with connected(admin, PLATFORM) as platform:
            password = None if exclusive else await _owner_password(admin, connection, platform)
        async with connected(admin, SESSIONS) as sessions, sessions.transaction():
            await sessions.execute(_script("public.sql"))
            await prepare_sessions(sessions, SESSIONS, defaults)
            token = await sessions.fetchval("SELECT token FROM xuanwu.signal_token")
            return Prepared(str(token), password)


async def prepare_sessions(connection: Any, database: str, defaults: Mapping[str, str]) -> None:
    """What every database needs that sessions connect to; `connection` is one to it, with an open
    transaction. It may run again. Raises asyncpg.PostgresError."""
    await _defaults(connection, database, defaults)
    await connection.execute(_script("bootstrap.sql"))
    await connection.execute(await _activity_view(connection))
    for view, sources in _CONNECTIONS.items():
        await connection.execute(await _connection_view(connection, view, sources))


def _script(name: str) -> str:
    return resources.files("gateway.catalog").joinpath(name).read_text("utf-8")


@asynccontextmanager
async def locked(connection: Any) -> AsyncIterator[None]:
    """One server at a time prepares what they share. Raises SqlError 57P03."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _LOCK_TIMEOUT_S
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        if loop.time() > deadline:
            raise SqlError(CANNOT_CONNECT_NOW, "another server is preparing this Postgres")
        await asyncio.sleep(0.1)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _roles_and_databases(connection: Any, exclusive: bool) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", OWNER):
        await connection.execute(f"CREATE ROLE {OWNER} LOGIN")
    # Since 16 who has CREATEROLE administers just what he has made; before, all but superusers.
    modern = connection.get_server_version().major >= 16
    creates = "CREATEROLE" if modern else "NOCREATEROLE"
    await connection.execute(f"ALTER ROLE {OWNER} NOCREATEDB {creates} NOREPLICATION NOBYPASSRLS")
    if modern:  # REASSIGN OWNED and OWNER TO need the rights of both roles
        await connection.execute(f"ALTER ROLE {OWNER} SET createrole_self_grant = 'set, inherit'")
    # Its "$user" would be the schema of our own functions, which has the same name.
    await connection.execute(f"ALTER ROLE {OWNER} SET search_path = public")
    for database in (SESSIONS, PLATFORM):
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f"CREATE DATABASE {database} TEMPLATE template0")
    await connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {SESSIONS} TO PUBLIC")
    # Who may CREATE there may make Flink's databases, which are schemas of this one.
    await connection.execute(f"GRANT CREATE ON DATABASE {SESSIONS} TO {OWNER} WITH GRANT OPTION")
    closed = (PLATFORM, "postgres", "template1") if exclusive else (PLATFORM,)
    for database in closed:
        await connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")


async def _defaults(connection: Any, database: str, defaults: Mapping[str, str]) -> None:
    for name, value in defaults.items():
        await connection.execute(_default_sql(database, name, value))
    # What only a superuser may: the administrator of a hosted Postgres is none.
    statements = [_default_sql(database, "temp_file_limit", _TEMP_FILE_LIMIT)]
    if connection.get_server_version().major >= 15:
        # So that users may ALTER ROLE … SET them for themselves.
        names = ", ".join(map(_dotted, defaults))
        statements += [f"GRANT SET ON PARAMETER {names} TO PUBLIC"] if names else []
    for sql in statements:
        try:
            async with connection.transaction():
                await connection.execute(sql)
        except asyncpg.InsufficientPrivilegeError as error:
            _log.warning("not granted to the administrator", sql=sql, error=str(error))


def _default_sql(database: str, name: str, value: str) -> str:
    return f"ALTER DATABASE {identifier(database)} SET {_dotted(name)} = {literal(value)}"


def _dotted(name: str) -> str:
    return ".".join(map(identifier, name.split(".")))


async def _owner_password(admin: Admin, connection: Any, platform: Any) -> str:
    """The generated password by which every server on this Postgres connects as any role.

    It is set on the owner only where Postgres does not take it: the owner may have got a password
    for users, whose secret is found by the salt of this one.
    """
    await platform.execute(_CREDENTIALS)
    password = await platform.fetchval("SELECT password FROM credentials WHERE role = $1", OWNER)
    if password is None:
        password = secrets.token_urlsafe(32)
        await platform.execute("INSERT INTO credentials VALUES ($1, $2)", OWNER, password)
    try:
        async with connected(Admin(admin.address, OWNER, str(password), SESSIONS)):
            pass
    except asyncpg.InvalidAuthorizationSpecificationError:
        verifier = await asyncio.to_thread(Verifier.make, password)
        await connection.execute(f"ALTER ROLE {OWNER} PASSWORD {literal(str(verifier))}")
    return str(password)


_CREDENTIALS = """
CREATE TABLE IF NOT EXISTS credentials (role name PRIMARY KEY, password text NOT NULL)"""


async def _activity_view(connection: Any) -> str:
    """The view with the columns and types of this Postgres's own pg_stat_activity."""
    columns = await _columns(connection, "pg_stat_activity")
    listed = ",\n  ".join(_activity_column(name, kind) for name, kind in columns)
    return (
        f"CREATE OR REPLACE VIEW xuanwu.pg_stat_activity AS SELECT\n  {listed}\nFROM {_SHOWN};\n"
        "GRANT SELECT ON xuanwu.pg_stat_activity TO PUBLIC"
    )


async def _connection_view(connection: Any, view: str, sources: Mapping[str, str]) -> str:
    """A view of how sessions are connected, with the columns of Postgres's own. As there, it has
    rows of those sessions alone that the role may know more of."""
    listed = ", ".join(
        f"({sources.get(name, 'NULL')})::{kind} AS {identifier(name)}"
        for name, kind in await _columns(connection, view)
    )
    return (
        f"CREATE OR REPLACE VIEW xuanwu.{view} AS SELECT {listed} FROM {_SHOWN} WHERE a.mine;\n"
        f"GRANT SELECT ON xuanwu.{view} TO PUBLIC"
    )


async def _columns(connection: Any, view: str) -> list[tuple[str, str]]:
    """Names and types of the columns of a view in pg_catalog."""
    found = await connection.fetch(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        f" WHERE attrelid = 'pg_catalog.{view}'::regclass AND attnum > 0 ORDER BY attnum"
    )
    return [(column[0], column[1]) for column in found]


def _activity_column(name: str, kind: str) -> str:
    source = _ACTIVITY.get(name, "NULL")
    if source != "NULL" and name not in _PUBLIC:
        hidden = _INSUFFICIENT if name == "query" else "NULL"
        source = f"CASE WHEN a.mine THEN {source} ELSE {hidden} END"
    return f"({source})::{kind} AS {identifier(name)}"


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string constant, whatever standard_conforming_strings says."""
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"
