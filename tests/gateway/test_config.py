"""Listen addresses, and what a log never shows."""

from __future__ import annotations

import pytest

from gateway.config import Config, Listen
from gateway.logs import mask
from protocol.errors import SqlError


@pytest.mark.parametrize(
    ("text", "host", "port", "loopback"),
    [
        ("127.0.0.1:5433", "127.0.0.1", 5433, True),
        (":6000", "127.0.0.1", 6000, True),
        ("localhost", "localhost", 5433, True),
        ("[::1]:5433", "::1", 5433, True),
        ("[::1]", "::1", 5433, True),
        ("0.0.0.0:5433", "0.0.0.0", 5433, False),
        ("[::]:1", "::", 1, False),
        ("db.example:5433", "db.example", 5433, False),
        ("127.8.9.1:0", "127.8.9.1", 0, True),
    ],
)
def test_listen(text: str, host: str, port: int, loopback: bool) -> None:
    listen = Listen.parse(text)
    assert (listen.host, listen.port, listen.loopback) == (host, port, loopback)


@pytest.mark.parametrize("text", ["127.0.0.1:", "host:port", "host:70000"])
def test_a_wrong_port_is_refused(text: str) -> None:
    with pytest.raises(SqlError, match="22023"):
        Listen.parse(text)


@pytest.mark.parametrize(
    ("auth", "host", "trust"),
    [
        (None, "127.0.0.1", True),
        (None, "0.0.0.0", False),
        ("scram", "127.0.0.1", False),
        ("trust", "0.0.0.0", True),
    ],
)
def test_trust_follows_the_address_unless_said(auth: str | None, host: str, trust: bool) -> None:
    from pathlib import Path

    assert Config(data=Path("x"), listen=Listen(host), auth=auth).trust is trust


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a INT) WITH ('connector' = 'jdbc', 'password' = 'hunter2')",
        "WITH ('properties.sasl.jaas.config'='x required password=\"hunter2\";')",
        "'s3.secret-key' = 'hunter2'",
        "'s3.access.key'='it''s hunter2'",
        "ALTER ROLE a PASSWORD 'hunter2'",
        "postgresql://user:hunter2@host:5432/db",
    ],
)
def test_secrets_are_masked(text: str) -> None:
    assert "hunter2" not in mask(text)
    assert "****" in mask(text)


def test_what_is_no_secret_is_left() -> None:
    text = "CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'topic' = 'passwords')"
    assert mask(text) == text
