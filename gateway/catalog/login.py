"""The start of a connection: start-up packet, authentication, parameters, key for cancelling.

A start-up is an exchange that ends with ReadyForQuery, so the relay's own scan does the reading. A
refusal is Postgres's own FATAL error, word for word.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.catalog.address import Address
from gateway.catalog.dial import dial
from gateway.catalog.relay import Connection
from protocol.encode import (
    encode_password,
    encode_sasl_initial_response,
    encode_sasl_response,
    encode_startup,
)
from protocol.errors import CONNECTION_FAILURE, FEATURE_NOT_SUPPORTED, SqlError
from protocol.frames import iter_frames, parse_error
from protocol.scram import SCRAM_SHA_256, ClientExchange

_TIMEOUT_S = 15.0
_AUTHENTICATION, _KEY, _ERROR = b"RKE"
_SASL, _SASL_CONTINUE = 10, 11
_SERVER_FIRST = re.compile(rb"r=[^,]+,s=([A-Za-z0-9+/=]+),i=\d+")


@dataclass(frozen=True, slots=True)
class Login:
    """Everything that makes one start-up different from another: the key of the pool."""

    role: str
    database: str
    parameters: tuple[tuple[str, str], ...] = ()
    password: str | None = field(default=None, repr=False)


async def connect(address: Address, login: Login, signal_token: str = "") -> Connection:
    """An authenticated connection at its first ReadyForQuery. Raises SqlError (FATAL)."""
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            connection = await dial(address, lambda: Connection(address, signal_token))
            try:
                await _start(connection, login)
            except BaseException:
                connection.abort()
                raise
            return connection
    except TimeoutError as error:
        raise SqlError(
            CONNECTION_FAILURE, "Postgres did not answer in time", severity="FATAL"
        ) from error


async def _start(connection: Connection, login: Login) -> None:
    parameters: Mapping[str, str] = {
        **dict(login.parameters),
        "user": login.role,
        "database": login.database,
    }
    authentication = _Authentication(login)
    async for chunk in connection.send(encode_startup(parameters), b"Q"):
        for kind, frame in iter_frames(chunk):
            if kind == _AUTHENTICATION:
                connection.write(await authentication.answer(frame[5:]))
            elif kind == _KEY:
                connection.pid = int.from_bytes(frame[5:9], "big")
                connection.secret = frame[9:]
            elif kind == _ERROR:
                raise parse_error(frame)


async def salt_of(address: Address, role: str, database: str) -> str | None:
    """The salt (base64) of the role's SCRAM secret, which Postgres tells who begins to log in; a
    made up one for a role that has none. None where it asks for no SCRAM. Raises SqlError 08006."""
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            connection = await dial(address, lambda: Connection(address))
            try:
                return await _salt(connection, {"user": role, "database": database})
            finally:
                connection.abort()
    except TimeoutError as error:
        raise SqlError(CONNECTION_FAILURE, "Postgres did not answer in time") from error


async def _salt(connection: Connection, parameters: Mapping[str, str]) -> str | None:
    authentication = _Authentication(Login(parameters["user"], parameters["database"], (), ""))
    async for chunk in connection.send(encode_startup(parameters), b"Q"):
        for kind, frame in iter_frames(chunk):
            if kind != _AUTHENTICATION:
                return None
            code, data = int.from_bytes(frame[5:9], "big"), frame[9:]
            if code == _SASL:
                connection.write(await authentication.answer(frame[5:]))
            else:
                found = _SERVER_FIRST.fullmatch(data) if code == _SASL_CONTINUE else None
                return None if found is None else found[1].decode()
    return None


class _Authentication:
    def __init__(self, login: Login) -> None:
        self._login = login
        self._scram = ClientExchange(login.password or "")

    async def answer(self, body: bytes) -> bytes:
        """The reply to an Authentication message; empty where none is due."""
        code, data = int.from_bytes(body[:4], "big"), body[4:]
        step = self._STEPS.get(code)
        if step is None:
            raise SqlError(FEATURE_NOT_SUPPORTED, f"Postgres asks for authentication method {code}")
        # The salted password costs milliseconds of pure arithmetic.
        return (
            await asyncio.to_thread(step, self, data)
            if code == _SASL_CONTINUE
            else step(self, data)
        )

    def _nothing(self, data: bytes) -> bytes:
        return b""

    def _clear(self, data: bytes) -> bytes:
        return encode_password(self._password())

    def _md5(self, salt: bytes) -> bytes:
        inner = hashlib.md5((self._password() + self._login.role).encode()).hexdigest()
        outer = hashlib.md5(inner.encode() + salt).hexdigest()
        return encode_password("md5" + outer)

    def _sasl(self, data: bytes) -> bytes:
        if SCRAM_SHA_256.encode() not in data.split(b"\0"):
            raise SqlError(FEATURE_NOT_SUPPORTED, "Postgres offers no SCRAM-SHA-256")
        self._password()
        return encode_sasl_initial_response(SCRAM_SHA_256, self._scram.first())

    def _sasl_continue(self, data: bytes) -> bytes:
        return encode_sasl_response(self._scram.final(data))

    def _sasl_final(self, data: bytes) -> bytes:
        self._scram.verify(data)
        return b""

    def _password(self) -> str:
        if self._login.password is None:
            raise SqlError(CONNECTION_FAILURE, "Postgres asks for a password, but none is known")
        return self._login.password

    _STEPS: Mapping[int, Callable[[_Authentication, bytes], bytes]] = {
        0: _nothing,
        3: _clear,
        5: _md5,
        10: _sasl,
        11: _sasl_continue,
        12: _sasl_final,
    }
