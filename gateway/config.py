"""What the operator decides, read once, typed, frozen and explained."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

from protocol.errors import INVALID_PARAMETER_VALUE, SqlError

DEFAULT_PORT = 5433  # beside a Postgres on its own port


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on; port 0 lets the system choose (tests)."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT

    @classmethod
    def parse(cls, text: str) -> Listen:
        """HOST:PORT, [V6]:PORT, HOST or :PORT. Raises SqlError 22023."""
        host, colon, port = text.rpartition(":")
        if not colon or (text.startswith("[") and text.endswith("]")):
            host, port = text, str(DEFAULT_PORT)
        if not port.isdecimal() or int(port) > 65535:
            raise SqlError(INVALID_PARAMETER_VALUE, f'invalid port in listen address "{text}"')
        return cls(host.strip("[]") or "127.0.0.1", int(port))

    @property
    def loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False  # a name may point anywhere

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of the certificate chain and its key. RSA or ECDSA: an Ed25519 certificate has no
    hash defined for channel binding, and drivers fall back in silence."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what clients may take."""

    max_sessions: int = 2000  # connections that hold a session
    max_message: int = 64 * 1024 * 1024  # bytes of one message after authentication
    max_tokens: int = 2_000_000  # words and signs in the SQL text of one message
    handshake_s: float = 60.0  # authentication_timeout of Postgres
    max_backends: int = 40  # connections to Postgres shared by all sessions
    stop_s: float = 20.0  # how long sessions may take to end when the server stops


@dataclass(frozen=True, slots=True)
class Config:
    data: Path  # Postgres, engines, logs: everything of this server lives under it
    listen: Listen = field(default_factory=Listen)
    engine: str = "local"  # local, static
    flink: tuple[str, ...] = ()  # static: VERSION=GATEWAY_URL,JOBMANAGER_URL of each engine
    flink_version: str | None = None  # default of sessions; None: the provider's
    postgres: str | None = None  # DSN; None: the embedded server
    auth: str | None = None  # trust, scram; None: trust on a loopback address, scram elsewhere
    tls: Tls | None = None
    limits: Limits = field(default_factory=Limits)
    warm: bool = True  # start the default engine with the server
    keep_engines: bool = False  # leave engines running when the server stops

    @property
    def trust(self) -> bool:
        return self.auth == "trust" if self.auth is not None else self.listen.loopback


def default_data() -> Path:
    """Where a server keeps its things when nobody says: under the folder it is started in."""
    return Path(os.environ.get("XUANWU_DATA", ".data")).absolute()
