"""Where a Postgres listens and as whom the platform speaks to it, read from a libpq URI.

Forms: `postgres://user:password@host:5432/database?sslmode=require`, and for a unix socket
`postgres:///database?host=/run/postgresql&user=postgres` (libpq, "Connection URIs").
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from protocol.errors import INVALID_PARAMETER_VALUE, SqlError

SSL_MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")
_OPTIONS = ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert")


@dataclass(frozen=True, slots=True)
class Address:
    """A place to connect to. A `host` that begins with `/` is the directory of a unix socket."""

    host: str
    port: int = 5432
    sslmode: str = "disable"
    sslrootcert: str | None = None

    @property
    def unix_path(self) -> str | None:
        return f"{self.host}/.s.PGSQL.{self.port}" if self.host.startswith("/") else None

    @property
    def tls_required(self) -> bool:
        return self.sslmode in ("require", "verify-ca", "verify-full")

    def tls(self) -> ssl.SSLContext | None:
        """The context that `sslmode` asks for; None where TLS is not even tried."""
        if self.sslmode == "disable" or self.unix_path is not None:
            return None
        context = ssl.create_default_context(cafile=self.sslrootcert)
        context.check_hostname = self.sslmode == "verify-full"
        if self.sslmode in ("prefer", "require") and self.sslrootcert is None:
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Admin:
    """The administrator: who prepares the databases and answers for the platform's own store."""

    address: Address
    user: str = "postgres"
    password: str | None = field(default=None, repr=False)
    database: str = "postgres"

    def asyncpg(self, database: str | None = None) -> dict[str, Any]:
        """Arguments for asyncpg.connect and asyncpg.create_pool."""
        context = self.address.tls()
        optional = context is not None and not self.address.tls_required
        return {
            "host": self.address.host,
            "port": self.address.port,
            "user": self.user,
            "password": self.password,
            "database": database or self.database,
            "ssl": "prefer" if optional else context or False,
        }


def parse(dsn: str) -> Admin:
    """Read a URI. Raises SqlError 22023; the message never repeats the URI, it holds a password."""
    url = urlsplit(dsn)
    if url.scheme not in ("postgres", "postgresql"):
        raise _invalid("it must begin with postgres:// or postgresql://")
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    for name in options:
        if name not in _OPTIONS:
            raise _invalid(f'option "{name}" is not supported')
    sslmode = options.get("sslmode", "prefer")
    if sslmode not in SSL_MODES:
        raise _invalid(f'sslmode "{sslmode}" is not one of {", ".join(SSL_MODES)}')
    user = unquote(url.username or "") or options.get("user") or "postgres"
    address = Address(
        host=unquote(url.hostname or "") or options.get("host") or "localhost",
        port=_port(url.netloc, options),
        sslmode=sslmode,
        sslrootcert=options.get("sslrootcert"),
    )
    password = unquote(url.password) if url.password is not None else options.get("password")
    return Admin(address, user, password, unquote(url.path[1:]) or options.get("dbname") or user)


def _port(netloc: str, options: dict[str, str]) -> int:
    text = netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2] or options.get("port", "")
    if not text:
        return 5432
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise _invalid("the port must be a number from 1 to 65535, and one host can be named")
    return int(text)


def _invalid(detail: str) -> SqlError:
    return SqlError(INVALID_PARAMETER_VALUE, "invalid Postgres connection URI", detail=detail)
