"""SCRAM-SHA-256 and SCRAM-SHA-256-PLUS as arithmetic (RFC 5802, RFC 7677, RFC 5929).

    client                                   server (`ServerExchange`)
    client-first   p=…,,n=,r=<nonce>   ──►   first()  checks the channel binding flag
                                       ◄──   r=<nonce>,s=<salt>,i=<iterations>
    client-final   c=…,r=…,p=<proof>   ──►   final()  checks binding, nonce and proof
                                       ◄──   v=<signature>

The secret is kept in the format of Postgres's pg_authid, so that one secret serves both. What a
wrong password, an unknown user and a malformed message answer, and in which words, follows
Postgres's auth-scram.c. No I/O here, and nothing of a secret in any message or repr.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import stringprep
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import NoReturn

from protocol.errors import (
    FEATURE_NOT_SUPPORTED,
    INVALID_AUTHORIZATION_SPECIFICATION,
    INVALID_PARAMETER_VALUE,
    INVALID_PASSWORD,
    ProtocolViolation,
    SqlError,
)

SCRAM_SHA_256 = "SCRAM-SHA-256"
SCRAM_SHA_256_PLUS = "SCRAM-SHA-256-PLUS"
DEFAULT_ITERATIONS = 4096  # pgjdbc refuses very large counts, so the default stays Postgres's
CHANNEL_BINDING_TYPE = "tls-server-end-point"
_SALT_BYTES = 16
_NONCE_BYTES = 18

_VERIFIER = re.compile(
    r"SCRAM-SHA-256\$(\d{1,9}):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]{44}):([A-Za-z0-9+/=]{44})"
)
_FIRST = re.compile(
    rb"(?P<gs2>(?:n|y|p=(?P<binding>[A-Za-z0-9.-]+)),(?P<authzid>a=[^,]*)?,)"
    rb"(?P<bare>(?P<ext>m=[^,]*,)?n=[^,]*,r=(?P<nonce>[!-+\--~]+)(?:,.*)?)",
    re.DOTALL,
)
_FINAL = re.compile(
    rb"(?P<unproved>c=(?P<binding>[A-Za-z0-9+/=]+),r=(?P<nonce>[!-+\--~]+)(?:,[^,]*)*?)"
    rb",p=(?P<proof>[A-Za-z0-9+/=]+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Verifier:
    """What a server keeps in place of a password; written as in pg_authid.rolpassword."""

    iterations: int
    salt: bytes
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Read `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>` (22023 otherwise)."""
        match = _VERIFIER.fullmatch(text)
        if match is None or int(match[1]) == 0:
            raise SqlError(INVALID_PARAMETER_VALUE, "invalid SCRAM secret")
        try:
            salt, stored, server = (b64decode(match[i], validate=True) for i in (2, 3, 4))
        except ValueError as error:
            raise SqlError(INVALID_PARAMETER_VALUE, "invalid SCRAM secret") from error
        if len(stored) != 32 or len(server) != 32:
            raise SqlError(INVALID_PARAMETER_VALUE, "invalid SCRAM secret")
        return cls(int(match[1]), salt, stored, server)

    @classmethod
    def make(
        cls, password: str, iterations: int = DEFAULT_ITERATIONS, salt: bytes | None = None
    ) -> Verifier:
        """The verifier of a password, with a fresh salt unless one is given."""
        if salt is None:
            salt = secrets.token_bytes(_SALT_BYTES)
        salted = salt_password(password, salt, iterations)
        stored = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
        return cls(iterations, salt, stored, _hmac(salted, b"Server Key"))

    @classmethod
    def mock(cls, user: str, seed: bytes, iterations: int = DEFAULT_ITERATIONS) -> Verifier:
        """A verifier that no password fits, for a user who does not exist.

        Its salt depends on user and `seed` (random, one per server) alone: asking twice shows the
        same salt, as it does for a real user, so that existence is not revealed.
        """
        salt = hashlib.sha256(user.encode() + seed).digest()[:_SALT_BYTES]
        return cls(iterations, salt, secrets.token_bytes(32), secrets.token_bytes(32))

    def __str__(self) -> str:
        salt, stored, server = (
            b64encode(part).decode() for part in (self.salt, self.stored_key, self.server_key)
        )
        return f"SCRAM-SHA-256${self.iterations}:{salt}${stored}:{server}"

    def matches(self, password: str) -> bool:
        """Whether a password that came in clear text is the right one (constant time)."""
        salted = salt_password(password, self.salt, self.iterations)
        return hmac.compare_digest(_hmac(salted, b"Server Key"), self.server_key)


class ServerExchange:
    """One authentication: `first`, then `final`; each answers the server's next message.

    `channel_binding` is the hash of the server's certificate when PLUS was offered, else None;
    `mechanism` is the one that the client chose.
    """

    def __init__(
        self,
        verifier: Verifier,
        channel_binding: bytes | None,
        mechanism: str,
        *,
        user: str,
        nonce: str | None = None,
    ) -> None:
        if mechanism not in mechanisms(channel_binding):
            raise ProtocolViolation("client selected an invalid SASL authentication mechanism")
        self._verifier = verifier
        self._channel_binding = channel_binding
        self._plus = mechanism == SCRAM_SHA_256_PLUS
        self._user = user
        self._nonce = nonce or b64encode(secrets.token_bytes(_NONCE_BYTES)).decode()
        self._gs2 = b""
        self._exchanged = b""  # client-first-bare and server-first, of which the proof is made

    def first(self, client_first: bytes) -> bytes:
        """Answer client-first with server-first. Raises ProtocolViolation and SqlError (FATAL)."""
        match = _FIRST.fullmatch(client_first)
        if match is None:
            _malformed("The message does not follow the SCRAM grammar.")
        self._check_flags(match["gs2"], match["binding"])
        if match["authzid"]:
            _refuse("client uses authorization identity, but it is not supported")
        if match["ext"]:
            _refuse("client requires an unsupported SCRAM extension")
        self._gs2 = match["gs2"]
        self._nonce = match["nonce"].decode() + self._nonce
        salt = b64encode(self._verifier.salt).decode()
        answer = f"r={self._nonce},s={salt},i={self._verifier.iterations}".encode()
        self._exchanged = match["bare"] + b"," + answer
        return answer

    def final(self, client_final: bytes) -> bytes:
        """Answer client-final with server-final, which proves the server to the client.

        Raises SqlError 28P01 for a wrong password, 28000 for a foreign channel, and
        ProtocolViolation.
        """
        match = _FINAL.fullmatch(client_final)
        if match is None or not self._exchanged:
            _malformed("The message does not follow the SCRAM grammar.")
        if not hmac.compare_digest(_decode64(match["binding"]), self._expected_binding()):
            raise SqlError(
                INVALID_AUTHORIZATION_SPECIFICATION,
                "SCRAM channel binding check failed",
                severity="FATAL",
            )
        if not hmac.compare_digest(match["nonce"], self._nonce.encode()):
            raise _violation("invalid SCRAM response", "Nonce does not match.")
        authenticated = self._exchanged + b"," + match["unproved"]
        self._check_proof(_decode64(match["proof"]), authenticated)
        return b"v=" + b64encode(_hmac(self._verifier.server_key, authenticated))

    def _check_flags(self, gs2: bytes, binding: bytes | None) -> None:
        if self._plus and binding is None:
            _malformed(
                "The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include "
                "channel binding data."
            )
        if not self._plus and binding is not None:
            _malformed(
                "The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message "
                "includes channel binding data."
            )
        if gs2.startswith(b"y") and self._channel_binding is not None:
            # A man in the middle removed PLUS from the list that we sent.
            raise SqlError(
                INVALID_AUTHORIZATION_SPECIFICATION,
                "SCRAM channel binding negotiation error",
                detail="The client supports SCRAM channel binding but thinks the server does not."
                "  However, this server does support channel binding.",
                severity="FATAL",
            )
        if binding is not None and binding.decode() != CHANNEL_BINDING_TYPE:
            raise ProtocolViolation(f'unsupported SCRAM channel-binding type "{binding.decode()}"')

    def _expected_binding(self) -> bytes:
        return self._gs2 + (self._channel_binding or b"" if self._plus else b"")

    def _check_proof(self, proof: bytes, authenticated: bytes) -> None:
        if len(proof) != 32:
            _malformed("Malformed proof in client-final-message.")
        signature = _hmac(self._verifier.stored_key, authenticated)
        key = hashlib.sha256(_xor(proof, signature)).digest()
        if not hmac.compare_digest(key, self._verifier.stored_key):
            raise SqlError(
                INVALID_PASSWORD,
                f'password authentication failed for user "{self._user}"',
                severity="FATAL",
            )


class ClientExchange:
    """The client's half, for connections that we open and for tests.

    `binding` is the certificate's hash (then the mechanism is PLUS), or None.
    """

    def __init__(
        self, password: str, *, binding: bytes | None = None, nonce: str | None = None
    ) -> None:
        self.mechanism = SCRAM_SHA_256 if binding is None else SCRAM_SHA_256_PLUS
        self._password = password
        self._gs2 = b"n,," if binding is None else f"p={CHANNEL_BINDING_TYPE},,".encode()
        self._binding = self._gs2 + (binding or b"")
        self._nonce = nonce or b64encode(secrets.token_bytes(_NONCE_BYTES)).decode()
        self._signature = b""

    def first(self, user: str = "") -> bytes:
        """client-first. Postgres ignores the user here: it is that of the start-up packet."""
        self._bare = f"n={user},r={self._nonce}".encode()
        return self._gs2 + self._bare

    def final(self, server_first: bytes) -> bytes:
        """client-final for the server's salt. Raises ProtocolViolation."""
        match = re.fullmatch(rb"r=([!-+\--~]+),s=([A-Za-z0-9+/=]+),i=(\d{1,9})", server_first)
        if match is None or not match[1].startswith(self._nonce.encode()) or int(match[3]) == 0:
            raise ProtocolViolation("malformed SCRAM message from the server")
        salted = salt_password(self._password, _decode64(match[2]), int(match[3]))
        unproved = b"c=" + b64encode(self._binding) + b",r=" + match[1]
        authenticated = b",".join((self._bare, server_first, unproved))
        self._signature = _hmac(_hmac(salted, b"Server Key"), authenticated)
        client_key = _hmac(salted, b"Client Key")
        proof = _xor(client_key, _hmac(hashlib.sha256(client_key).digest(), authenticated))
        return unproved + b",p=" + b64encode(proof)

    def verify(self, server_final: bytes) -> None:
        """Check that the server knew the secret. Raises ProtocolViolation."""
        if not hmac.compare_digest(server_final, b"v=" + b64encode(self._signature)):
            raise ProtocolViolation("incorrect server signature")


def mechanisms(channel_binding: bytes | None) -> tuple[str, ...]:
    """What AuthenticationSASL offers: PLUS only where the channel can be bound."""
    if channel_binding is None:
        return (SCRAM_SHA_256,)
    return (SCRAM_SHA_256_PLUS, SCRAM_SHA_256)


def salt_password(password: str, salt: bytes, iterations: int) -> bytes:
    """SaltedPassword of RFC 5802: costs milliseconds, so an event loop runs it in a thread."""
    return hashlib.pbkdf2_hmac("sha256", saslprep(password).encode(), salt, iterations)


def saslprep(password: str) -> str:
    """RFC 4013 as Postgres applies it: what it prohibits is used as it stands, not refused.

    The prohibition looks at the string before normalization, as pg_saslprep does.
    """
    if password.isascii():
        return password
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c
        for c in password
        if stringprep.in_table_c12(c) or not stringprep.in_table_b1(c)
    )
    if not mapped or any(map(_prohibited, mapped)) or not _direction_is_sound(mapped):
        return password
    return unicodedata.normalize("NFKC", mapped)


_PROHIBITED = (
    stringprep.in_table_a1,
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def _prohibited(char: str) -> bool:
    return any(table(char) for table in _PROHIBITED)


def _direction_is_sound(text: str) -> bool:
    if not any(map(stringprep.in_table_d1, text)):
        return True
    ends_right_to_left = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return ends_right_to_left and not any(map(stringprep.in_table_d2, text))


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _decode64(text: bytes) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        _malformed("The message has invalid base64.")


def _violation(message: str, detail: str) -> ProtocolViolation:
    violation = ProtocolViolation(message)
    violation.detail = detail
    return violation


def _malformed(detail: str) -> NoReturn:
    raise _violation("malformed SCRAM message", detail)


def _refuse(message: str) -> NoReturn:
    raise SqlError(FEATURE_NOT_SUPPORTED, message, severity="FATAL")
