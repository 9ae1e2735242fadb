"""Who may come in: trust or SCRAM-SHA-256(-PLUS), as a dialogue of messages.

A role that has a password must give it, everywhere. Who has none, or does not exist, is let in only
where the listener trusts (a loopback address), and acts as the owner, unless the owner has got a
password meanwhile. Elsewhere a name that does not exist is asked for a password all the same, so
that a stranger learns nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from protocol.decode import decode_sasl_initial
from protocol.encode import (
    encode_authentication_ok,
    encode_authentication_sasl,
    encode_authentication_sasl_continue,
    encode_authentication_sasl_final,
)
from protocol.errors import INVALID_AUTHORIZATION_SPECIFICATION, ProtocolViolation, SqlError
from protocol.messages import Message, PasswordMessage
from protocol.scram import ServerExchange, Verifier, mechanisms
from session.client import Client
from session.ports import Authenticator, Principal


@dataclass(frozen=True, slots=True)
class Policy:
    """How a listener lets clients in."""

    trust: bool  # who has no password comes in
    owner: str  # whom a user without a password acts as where the listener trusts
    channel_binding: bytes | None = None  # tls-server-end-point of our certificate
    seed: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)


async def authenticate(
    client: Client, user: str, policy: Policy, authenticator: Authenticator
) -> Principal:
    """Hold the dialogue; returns who came in. Raises SqlError (FATAL) 28P01 for a wrong password,
    28000 for a role without LOGIN."""
    principal = await authenticator.lookup(user)
    if policy.trust and (principal is None or principal.verifier is None):
        _check_login(principal)
        owner = await authenticator.lookup(policy.owner) or Principal(policy.owner)
        if owner.verifier is None:
            _check_login(owner)
            client.write(encode_authentication_ok())
            return owner
    verifier = principal.verifier if principal is not None else None
    await _scram(client, user, verifier or Verifier.mock(user, policy.seed), policy)
    if principal is None or verifier is None:
        raise AssertionError("a mock verifier was matched")
    _check_login(principal)
    client.write(encode_authentication_ok())
    return principal


def _check_login(principal: Principal | None) -> None:
    if principal is not None and not principal.may_login:
        raise SqlError(
            INVALID_AUTHORIZATION_SPECIFICATION,
            f'role "{principal.role}" is not permitted to log in',
            severity="FATAL",
        )


async def _scram(client: Client, user: str, verifier: Verifier, policy: Policy) -> None:
    binding = policy.channel_binding if client.ssl_object is not None else None
    client.write(encode_authentication_sasl(mechanisms(binding)))
    client.flush()
    initial = decode_sasl_initial(_password(await client.read()))
    exchange = ServerExchange(verifier, binding, initial.mechanism, user=user)
    client.write(encode_authentication_sasl_continue(exchange.first(initial.data or b"")))
    client.flush()
    final = exchange.final(_password(await client.read()).body)
    client.write(encode_authentication_sasl_final(final))


def _password(message: Message) -> PasswordMessage:
    if not isinstance(message, PasswordMessage):
        raise ProtocolViolation("expected SASL response")
    return message
