"""No text is too long: what is done with it grows as it does, and ends at a limit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from dialects import classify, read_parameters, split, to_backend, to_engine
from protocol.errors import SqlError
from tests.dialects.world import NAMES

# Each makes a text of n pieces.
TEXTS: dict[str, Callable[[int], str]] = {
    "values": lambda n: "INSERT INTO t VALUES " + ", ".join(["(1, 'a')"] * n),
    "list": lambda n: f"SELECT a FROM t WHERE a IN ({', '.join(['1'] * n)})",
    "literal": lambda n: f"SELECT '{'x' * n}' FROM t",
    "comments": lambda n: f"SELECT 1 FROM t {'/* ' * n}{' */' * n}",
    "statements": lambda n: "select 1;" * n,
    "parentheses": lambda n: f"SELECT {'(' * n}1{')' * n} FROM t",
    "cases": lambda n: f"SELECT {'CASE WHEN 1 THEN ' * n}1{' END' * n} FROM t",
    "sum": lambda n: f"SELECT {' + '.join(['a'] * n)} FROM t",
    "casts": lambda n: f"SELECT {', '.join(['a::int'] * n)} FROM t",
    "ctes": lambda n: f"WITH {', '.join(f'c{i} AS (SELECT 1)' for i in range(n))} SELECT * FROM c1",
    "parameters": lambda n: f"SELECT a FROM t WHERE a IN ({', '.join(['$1'] * n)})",
    "sums": lambda n: f"SELECT a{' + $1' * n} FROM t",
    "nested": lambda n: f"SELECT {'f(a, ' * n}$1{')' * n} FROM t",
}


def work(text: str) -> None:
    for statement in split(text):
        classify(statement, NAMES)
        to_engine(statement)
        to_backend(statement, 1)
        read_parameters(statement)


def calls(function: Callable[[str], None], text: str) -> int:
    """How many functions are called, those of C among them."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", TEXTS)
def test_twice_the_text_is_twice_the_work(name: str) -> None:
    make = TEXTS[name]
    work(make(2))  # tables that are read once
    counts = [calls(work, make(size)) for size in (200, 400, 800)]
    assert counts[1] <= 2.2 * counts[0] + 100
    assert counts[2] <= 2.2 * counts[1] + 100


def test_too_many_words() -> None:
    assert len(split("select 1, 2", max_tokens=4)[0].tokens) == 4
    for text in ("select 1, 2", "select 1; select 1"):
        with pytest.raises(SqlError) as caught:
            split(text, max_tokens=3)
        assert caught.value.sqlstate == "54001"
