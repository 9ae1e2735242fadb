from __future__ import annotations

import pytest

from gateway.catalog.address import Address, Admin, parse
from protocol.errors import SqlError


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        (
            "postgres://u:p%40w@db.local:6000/base?sslmode=require",
            Admin(Address("db.local", 6000, "require"), "u", "p@w", "base"),
        ),
        (
            "postgresql:///base?host=/run/pg&user=u",
            Admin(Address("/run/pg", 5432, "prefer"), "u", None, "base"),
        ),
        (
            "postgres://[::1]:7000",
            Admin(Address("::1", 7000, "prefer"), "postgres", None, "postgres"),
        ),
        ("postgres://u@h", Admin(Address("h", 5432, "prefer"), "u", None, "u")),
    ],
)
def test_parse(dsn: str, expected: Admin) -> None:
    assert parse(dsn) == expected


@pytest.mark.parametrize(
    "dsn",
    [
        "mysql://u:secret@h/d",
        "postgres://u:secret@h/d?sslmode=maybe",
        "postgres://h/d?secret=1",
        "postgres://u:secret@h:70000/d",
        "postgres://a:1,b:2/secret",
    ],
)
def test_refused_without_showing_the_password(dsn: str) -> None:
    with pytest.raises(SqlError) as failure:
        parse(dsn)
    assert failure.value.sqlstate == "22023"
    assert "u:secret" not in f"{failure.value} {failure.value.detail}"


def test_a_password_is_not_in_the_repr() -> None:
    assert "hidden" not in repr(parse("postgres://u:hidden@h/d"))


def test_tls_by_mode() -> None:
    assert Address("h", sslmode="disable").tls() is None
    assert Address("/run", sslmode="require").tls() is None
    strict = Address("h", sslmode="verify-full").tls()
    lax = Address("h", sslmode="require").tls()
    assert strict is not None and strict.check_hostname
    assert lax is not None and not lax.check_hostname
