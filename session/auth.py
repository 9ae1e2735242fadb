"""Who may come in: trust or SCRAM-SHA-256(-PLUS), as a dialogue of messages.

The rule is the one of pg_hba's two common lines: a role that has a password must give it; others
are let in only where the listener trusts (a loopback address), and act as the owner. A name that
does not exist is asked for a password all the same, so that a stranger learns nothing.
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
from protocol.errors import ProtocolViolation
from protocol.messages import Message, PasswordMessage
from protocol.scram import ServerExchange, Verifier, mechanisms
from session.client import Client
from session.ports import Authenticator, Principal


@dataclass(frozen=True, slots=True)
class Policy:
    """How a listener lets clients in."""

    trust: bool  # a role without a password comes in
    owner: str  # whom an unknown user of a trusting listener acts as
    channel_binding: bytes | None = None  # tls-server-end-point of our certificate
    seed: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)


async def authenticate(
    client: Client, user: str, policy: Policy, authenticator: Authenticator
) -> Principal:
    """Hold the dialogue; returns who came in. Raises SqlError (FATAL 28P01) who may not."""
    principal = await authenticator.lookup(user)
    if policy.trust and (principal is None or principal.verifier is None):
        client.write(encode_authentication_ok())
        return principal or Principal(policy.owner)
    verifier = principal.verifier if principal is not None else None
    await _scram(client, user, verifier or Verifier.mock(user, policy.seed), policy)
    if principal is None or verifier is None:
        raise AssertionError("a mock verifier was matched")
    client.write(encode_authentication_ok())
    return principal


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
