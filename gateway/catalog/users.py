"""Who may come in: users are roles of Postgres that have LOGIN.

Where the whole cluster is ours, the verifier of a user's password is that of pg_authid, so that
ALTER ROLE … PASSWORD works as ever. In a Postgres that asks our own connections for passwords, the
role has a generated password that the server keeps, and the user's verifier stands beside it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import Any

from gateway.catalog.bootstrap import CREDENTIALS, OWNER, SESSIONS
from protocol.errors import DUPLICATE_OBJECT, INVALID_PARAMETER_VALUE, SqlError
from protocol.scram import Verifier
from session.ports import Principal

_RESERVED = frozenset(("postgres", "xuanwu_platform", "public", "none"))
_MAX_NAME = 63  # NAMEDATALEN - 1; Postgres would truncate, and two names would become one role
_LISTED = """
SELECT rolpassword FROM pg_catalog.pg_authid
 WHERE rolname = $1 AND rolcanlogin AND NOT rolsuper AND NOT rolreplication
   AND (rolvaliduntil IS NULL OR rolvaliduntil > now())"""


class Users:
    """A `session.ports.Authenticator`. `store`: pool on the platform's database, as administrator.

    `trusted`: Postgres lets the server in as any role (the embedded one).
    """

    def __init__(self, store: Any, administrator: str, *, trusted: bool) -> None:
        self._store = store
        self._reserved = _RESERVED | {administrator}
        self._trusted = trusted

    async def prepare(self) -> None:
        if not self._trusted:
            await self._store.execute(CREDENTIALS)

    async def lookup(self, user: str) -> Principal | None:
        if self.reserved(user):
            return None
        if self._trusted:
            found = await self._store.fetchrow(_LISTED, user)
            return None if found is None else Principal(user, _verifier(found["rolpassword"]))
        found = await self._store.fetchrow("SELECT verifier FROM credentials WHERE role = $1", user)
        return None if found is None else Principal(user, _verifier(found["verifier"]))

    async def password(self, role: str) -> str | None:
        """With what the server connects as a role; None where it is trusted."""
        if self._trusted:
            return None
        found = await self._store.fetchval("SELECT password FROM credentials WHERE role = $1", role)
        return None if found is None else str(found)

    async def any_user(self) -> bool:
        """Whether anybody but the owner can log in with a password."""
        if not self._trusted:
            sql = "SELECT EXISTS (SELECT FROM credentials WHERE verifier IS NOT NULL)"
            return bool(await self._store.fetchval(sql))
        return bool(
            await self._store.fetchval(
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_authid WHERE rolcanlogin"
                " AND rolpassword IS NOT NULL AND NOT rolsuper AND rolname <> ALL ($1::name[]))",
                [OWNER, *self._reserved],
            )
        )

    async def create_user(self, name: str, password: str) -> None:
        """A role with LOGIN, or a new password for one that we made; Postgres sees no clear text.

        Raises SqlError 22023 for a name that cannot be, 42710 for a role that is not a user.
        """
        self._check(name)
        verifier = str(await asyncio.to_thread(Verifier.make, password))
        async with self._store.acquire() as connection, connection.transaction():
            await self._ensure_role(connection, name)
            if self._trusted:
                await _set_password(connection, name, verifier)
            else:
                own = secrets.token_urlsafe(32)
                await _set_password(connection, name, str(Verifier.make(own)))
                await connection.execute(
                    "INSERT INTO credentials VALUES ($1, $2, $3) ON CONFLICT (role) DO UPDATE"
                    " SET password = excluded.password, verifier = excluded.verifier",
                    name,
                    own,
                    verifier,
                )

    def reserved(self, user: str) -> bool:
        """Names that never come in: the administrators' and those of Postgres itself."""
        return user in self._reserved or user.startswith("pg_")

    def _check(self, name: str) -> None:
        if self.reserved(name):
            raise SqlError(INVALID_PARAMETER_VALUE, f'role name "{name}" is reserved')
        if not re.fullmatch(r"[^\x00-\x1f]+", name) or len(name.encode()) > _MAX_NAME:
            raise SqlError(
                INVALID_PARAMETER_VALUE, f"a user name has 1 to {_MAX_NAME} bytes, none of control"
            )

    async def _ensure_role(self, connection: Any, name: str) -> None:
        found = await connection.fetchrow(
            "SELECT rolcanlogin, rolsuper FROM pg_catalog.pg_roles WHERE rolname = $1", name
        )
        if found is None:
            await connection.execute(f"CREATE ROLE {_identifier(name)} LOGIN")
            await connection.execute(f"GRANT CONNECT ON DATABASE {SESSIONS} TO {_identifier(name)}")
        elif found["rolsuper"] or not found["rolcanlogin"]:
            raise SqlError(DUPLICATE_OBJECT, f'role "{name}" exists and is not a user')


async def _set_password(connection: Any, name: str, verifier: str) -> None:
    # A verifier is base64 and punctuation without quotes: it stands in a literal as it is.
    await connection.execute(f"ALTER ROLE {_identifier(name)} PASSWORD '{verifier}'")


def _verifier(text: str | None) -> Verifier | None:
    """None for no password and for one that is not SCRAM: MD5 cannot be checked without it."""
    return Verifier.parse(text) if text is not None and text.startswith("SCRAM-SHA-256$") else None


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
