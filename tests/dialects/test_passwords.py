"""Where passwords stand in statements about roles, what they are, and texts without them."""

from __future__ import annotations

import pytest

from dialects import Edit, password_value, replaced, rewrite, split, without_passwords
from protocol.errors import SqlError
from tests.dialects.world import classified

FOUND = [
    ("create role a login password 'x y'", "x y"),
    ("CREATE USER a WITH ENCRYPTED PASSWORD 'it''s' VALID UNTIL 'infinity'", "it's"),
    ("create group password password 'x'", "x"),
    ("alter role a password null", None),
    ("alter user a password E'\\x41'", "A"),
    ('alter role "password" with password $$x\'y$$', "x'y"),
    ("alter user a /* password 'no' */ password -- password 'no'\n U&'\\00e4'", "ä"),
]


@pytest.mark.parametrize(("sql", "password"), FOUND)
def test_found(sql: str, password: str | None) -> None:
    one = classified(sql)
    places = one.options["passwords"]
    assert isinstance(places, tuple) and len(places) == 1
    assert password_value(one.statement, places[0]) == password


@pytest.mark.parametrize(
    "sql",
    [
        "create role a",
        "alter role a set search_path = 'password'",
        "create user mapping for a server s options (user 'b', password 'x')",
        "alter role password set search_path to 'x'",
        "drop role password",
    ],
)
def test_none(sql: str) -> None:
    assert "passwords" not in classified(sql).options


@pytest.mark.parametrize(
    "sql",
    ["alter role a password 'x'\n'y'", "alter role a password U&'!0041' uescape '!'"],
)
def test_uncertain(sql: str) -> None:
    statement = split(sql)[0]
    with pytest.raises(SqlError) as failure:
        password_value(statement, 4)
    assert (failure.value.sqlstate, failure.value.position) == ("0A000", 23)


def test_backslashes() -> None:
    statement = split(r"alter role a password 'x\y'")[0]
    assert password_value(statement, 4) == r"x\y"
    with pytest.raises(SqlError):
        password_value(statement, 4, standard_strings=False)


def test_replaced() -> None:
    statement = split("alter role a password 'x' nologin")[0]
    edit = replaced(statement.tokens[4], "S$1")
    assert edit == Edit(22, 25, "'S$1'")
    assert rewrite(statement.text, [edit]).text == "alter role a password 'S$1' nologin"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("select 1", "select 1"),
        ("select 'password'", "select 'password'"),
        ("alter role a PassWord 'x'; select 2", "alter role a PassWord …"),
        ("select 1; create\nuser a\npassword/**/$x$y$x$", "select 1; create\nuser a\npassword …"),
        ("create user a password 'cut of", "create user a password …"),
    ],
)
def test_shown(query: str, shown: str) -> None:
    assert without_passwords(query) == shown
