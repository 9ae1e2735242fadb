"""The SCRAM secrets of users, in step with Postgres's own transactions.

Where Postgres trusts the server, a role's secret is the user's own: pg_authid holds it, and nothing
else has to. A Postgres that asks for passwords is to know only that of the server (one generated
text for all roles): a user's secret stands in a table of ours, under the *salt* of the secret that
Postgres has for the role. Which row holds is thus what pg_authid says: a password that was set in a
transaction that was rolled back, or before another one, or on a role that was dropped or renamed,
needs no care, for the salt in force went with it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from base64 import b64encode
from typing import Any, Protocol

import structlog

from gateway.catalog.address import Address
from gateway.catalog.bootstrap import SESSIONS
from gateway.catalog.login import salt_of
from protocol.errors import CONFIGURATION_LIMIT_EXCEEDED, FEATURE_NOT_SUPPORTED, SqlError
from protocol.scram import Verifier

_log = structlog.get_logger(__name__)
_SALT_BYTES = 16
_MOST = 10_000  # rows, those in force and those of past passwords
_MD5 = re.compile("md5[0-9a-f]{32}")
_TABLE = """
CREATE TABLE IF NOT EXISTS verifiers (
    salt text PRIMARY KEY, verifier text NOT NULL, made timestamptz NOT NULL DEFAULT now()
)"""
# A row that no role refers to may belong to a transaction that has not ended.
_SWEEP = "DELETE FROM verifiers WHERE salt <> ALL ($1::text[]) AND made < now() - interval '1 day'"
_ROLES = """
SELECT rolname, coalesce(rolvaliduntil <= now(), false) AS expired
  FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper"""
_PRIVILEGED = "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')"
_SECRET = "SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1"


class Verifiers(Protocol):
    """`of`: the secret of a role as text, None if it has no password that we know of.
    `conceal`: what Postgres is to keep where a user writes `password` (a SCRAM secret passes), and
    None where it is to keep what the user wrote."""

    async def prepare(self) -> None: ...

    async def of(self, role: str) -> str | None: ...

    async def conceal(self, password: str | None) -> str | None: ...


class OfPostgres:
    """The secrets of pg_authid. `store`: asyncpg, as a superuser."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def prepare(self) -> None:
        """Nothing has to be there."""

    async def of(self, role: str) -> str | None:
        found = await self._store.fetchval(_SECRET, role)
        return None if found is None else str(found)

    async def conceal(self, password: str | None) -> str | None:
        return None if password is None else str(await _made(password))


class Behind:
    """The table, for a Postgres to which the server itself shows a `password`."""

    def __init__(self, store: Any, address: Address, password: str) -> None:
        self._store = store
        self._address = address
        self._password = password
        self._privileged = False  # pg_authid may be read: else Postgres is asked as a client would

    async def prepare(self) -> None:
        await self._store.execute(_TABLE)
        self._privileged = bool(await self._store.fetchval(_PRIVILEGED))
        if await self._store.fetchval("SELECT EXISTS (SELECT FROM verifiers)"):
            await self._sweep()

    async def of(self, role: str) -> str | None:
        salt = await self._salt(role)
        found = await self._store.fetchval("SELECT verifier FROM verifiers WHERE salt = $1", salt)
        return None if found is None else str(found)

    async def conceal(self, password: str | None) -> str | None:
        """Raises SqlError 0A000 for an MD5 hash, 53400 when too many have been made. A role whose
        user has no password any more keeps that of the server, with a salt of which no row is."""
        salt = secrets.token_bytes(_SALT_BYTES)
        if password is not None:
            await self._store_under(b64encode(salt).decode(), str(await _made(password)))
        return str(await asyncio.to_thread(Verifier.make, self._password, salt=salt))

    async def _store_under(self, salt: str, verifier: str) -> None:
        if await self._store.fetchval("SELECT count(*) >= $1 FROM verifiers", _MOST):
            await self._sweep()
        stored = await self._store.execute(
            "INSERT INTO verifiers SELECT $1, $2 WHERE (SELECT count(*) < $3 FROM verifiers)",
            salt,
            verifier,
            _MOST,
        )
        if stored != "INSERT 0 1":
            raise SqlError(CONFIGURATION_LIMIT_EXCEEDED, "too many passwords set within a day")

    async def _salt(self, role: str) -> str | None:
        if not self._privileged:
            return await salt_of(self._address, role, SESSIONS)
        secret = await self._store.fetchval(_SECRET, role)
        found = re.match(r"SCRAM-SHA-256\$\d+:([^$]+)\$", secret or "")
        return None if found is None else found[1]

    async def _sweep(self) -> None:
        """Forget the passwords of the past. If the present ones cannot be told, nothing goes."""
        roles = await self._store.fetch(_ROLES)
        try:
            salts = [await self._salt(record["rolname"]) for record in roles]
        except SqlError as error:
            _log.warning("past passwords kept", error=str(error))
            return
        told = None not in salts and not any(record["expired"] for record in roles)
        if told or self._privileged:  # of an expired password Postgres tells a made up salt
            await self._store.execute(_SWEEP, [salt for salt in salts if salt is not None])


async def _made(password: str) -> Verifier:
    """The secret of a password; one that is a SCRAM secret already stays (\\password of psql)."""
    if _MD5.fullmatch(password):
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            "MD5 passwords are not supported",
            hint="SET password_encryption = 'scram-sha-256', and set the password again.",
        )
    try:
        return Verifier.parse(password)
    except SqlError:  # any other text is a password, also for Postgres
        return await asyncio.to_thread(Verifier.make, password)
