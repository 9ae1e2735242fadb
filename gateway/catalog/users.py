"""Who may come in: users are roles of Postgres that have LOGIN.

Whether a role may log in, until when and how often, Postgres's own catalog says (pg_roles); where
the secret of its password stands, `verifiers` knows.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from typing import Any

from gateway.catalog.bootstrap import OWNER
from gateway.catalog.verifiers import Verifiers
from protocol.errors import DUPLICATE_OBJECT, INVALID_PARAMETER_VALUE, SqlError
from protocol.scram import Verifier
from session.ports import Principal

_RESERVED = frozenset(("postgres", "xuanwu_platform", "public", "none"))
_MAX_NAME = 63  # NAMEDATALEN - 1; Postgres would truncate, and two names would become one role
_ROLE = """
SELECT rolcanlogin, rolconnlimit, coalesce(rolvaliduntil <= now(), false) AS expired
  FROM pg_catalog.pg_roles WHERE rolname = $1 AND NOT rolsuper AND NOT rolreplication"""
_LOGINS = """
SELECT rolname FROM pg_catalog.pg_roles
 WHERE rolcanlogin AND NOT rolsuper AND NOT rolreplication AND rolname <> $1"""
_KEYS = 32
_NONE = Verifier.mock("", secrets.token_bytes(_KEYS))


class Users:
    """A `session.ports.Authenticator`. `store`: pool on the platform's database, by the admin."""

    def __init__(self, store: Any, administrator: str, verifiers: Verifiers) -> None:
        self._store = store
        self._reserved = _RESERVED | {administrator}
        self._verifiers = verifiers

    async def lookup(self, user: str) -> Principal | None:
        if self.reserved(user):
            return None
        found = await self._store.fetchrow(_ROLE, user)
        if found is None:
            return None
        verifier = _verifier(await self._verifiers.of(user))
        if found["expired"]:  # then Postgres does not even tell whether there is a password
            verifier = _unmatched(verifier or _NONE)
        return Principal(user, verifier, found["rolcanlogin"], found["rolconnlimit"])

    async def any_user(self) -> bool:
        """Whether anybody but the owner can log in with a password."""
        for record in await self._store.fetch(_LOGINS, OWNER):
            principal = await self.lookup(record["rolname"])
            if principal is not None and principal.verifier is not None:
                return True
        return False

    async def create_user(self, name: str, password: str) -> None:
        """A role with LOGIN, or a new password for one that we made; Postgres sees no clear text.

        Raises SqlError 22023 for a name that cannot be, 42710 for a role that is not a user.
        """
        self._check(name)
        secret = await self._verifiers.conceal(password)
        async with self._store.acquire() as connection, connection.transaction():
            await self._ensure_role(connection, name)
            # Base64 and punctuation without quotes: it stands in a literal as it is.
            await connection.execute(f"ALTER ROLE {_identifier(name)} PASSWORD '{secret}'")

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
            if connection.get_server_version().major >= 16:
                # As if the owner had made it: to be altered, granted to and dropped through SQL.
                await connection.execute(f"GRANT {_identifier(name)} TO {OWNER} WITH ADMIN OPTION")
        elif found["rolsuper"] or not found["rolcanlogin"]:
            raise SqlError(DUPLICATE_OBJECT, f'role "{name}" exists and is not a user')


def _verifier(text: str | None) -> Verifier | None:
    """None for no password. What is not SCRAM cannot be checked here: nothing fits it."""
    if text is None:
        return None
    try:
        return Verifier.parse(text)
    except SqlError:
        return _unmatched(_NONE)


def _unmatched(verifier: Verifier) -> Verifier:
    """The same salt, so that nothing is told by asking, and keys that no password has."""
    return replace(
        verifier,
        stored_key=secrets.token_bytes(_KEYS),
        server_key=secrets.token_bytes(_KEYS),
    )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
