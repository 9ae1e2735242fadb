"""From the first byte to a session: encryption, the start-up packet, who it is.

client                         server
SSLRequest / GSSENCRequest ──► S or N, each once, in either order
StartupMessage 3.x ──────────► NegotiateProtocolVersion where something is newer than we are
(SASL dialogue) ◄────────────► AuthenticationOk
                               ParameterStatus…, BackendKeyData, ReadyForQuery
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from protocol.encode import encode
from protocol.errors import (
    FEATURE_NOT_SUPPORTED,
    INVALID_AUTHORIZATION_SPECIFICATION,
    INVALID_PARAMETER_VALUE,
    PROTOCOL_VIOLATION,
    SqlError,
)
from protocol.messages import CancelRequest, GSSENCRequest, SSLRequest, StartupMessage
from session.auth import Policy, authenticate
from session.client import Client
from session.ports import Authenticator, Principal

NO_REPLICATION = frozenset({"", "off", "false", "no", "0"})
UTF8_NAMES = frozenset({"utf8", "unicode", "sqlascii", ""})


@dataclass(frozen=True, slots=True)
class Greeting:
    """How a client introduced itself."""

    startup: StartupMessage
    principal: Principal


async def greet(
    client: Client,
    policy: Policy,
    authenticator: Authenticator,
    tls: ssl.SSLContext | None,
    *,
    require_tls: bool,
) -> Greeting | CancelRequest:
    """Everything before the session. Raises SqlError (FATAL), Disconnected."""
    message = await client.read()
    while isinstance(message, SSLRequest | GSSENCRequest):
        if isinstance(message, SSLRequest) and tls is not None and client.ssl_object is None:
            await client.start_tls(tls)
        else:
            client.write(client.wire.answer_encryption(False))
            client.flush()
        message = await client.read()
    if isinstance(message, CancelRequest):
        return message
    if not isinstance(message, StartupMessage):
        raise SqlError(PROTOCOL_VIOLATION, "invalid startup packet", severity="FATAL")
    if require_tls and client.ssl_object is None:
        raise SqlError(
            INVALID_AUTHORIZATION_SPECIFICATION,
            "connection requires encryption",
            hint="Connect with sslmode=require.",
            severity="FATAL",
        )
    user = message.parameters.get("user", "")
    if not user:
        raise SqlError(
            INVALID_AUTHORIZATION_SPECIFICATION,
            "no PostgreSQL user name specified in startup packet",
            severity="FATAL",
        )
    if message.parameters.get("replication", "off").lower() not in NO_REPLICATION:
        raise SqlError(
            FEATURE_NOT_SUPPORTED, "replication connections are not supported", severity="FATAL"
        )
    check_encoding(message.parameters.get("client_encoding", ""), severity="FATAL")
    if client.wire.negotiation is not None:
        client.write(encode(client.wire.negotiation))
    principal = await authenticate(client, user, policy, authenticator)
    return Greeting(message, principal)


def check_encoding(name: str, severity: str = "ERROR") -> None:
    """Only UTF-8 is spoken. Raises SqlError 22023; silence would be wrong text."""
    if "".join(c for c in name.lower() if c.isalnum()) not in UTF8_NAMES:
        raise SqlError(
            INVALID_PARAMETER_VALUE,
            f'invalid value for parameter "client_encoding": "{name}"',
            hint="Only UTF8 is supported.",
            severity=severity,
        )
