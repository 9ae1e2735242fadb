"""Values are compared as Flink reads them."""

from __future__ import annotations

import pytest

from dialects.options.comparing import millis, same

SAME = [
    ("duration", "5 min", "300 s"),
    ("duration", "5min", "PT5M"),
    ("duration", "1000", "PT1S"),
    ("duration", "1 d", "P1D"),
    ("duration", "0 s", "0"),
    ("memorysize", "1 mb", "1024 kb"),
    ("memorysize", "1048576", "1m"),
    ("boolean", "TRUE", "true"),
    ("integer", "007", "7"),
    ("double", "1.50", "1.5"),
    ("enum:a|b", "At-Least-Once", "at-least-once"),
    ("string", "x", "x"),
]
OTHER = [
    ("duration", "5 min", "5 s"),
    ("duration", "soon", "later"),
    ("duration", "P", "0 s"),
    ("memorysize", "1 mb", "1 gb"),
    ("boolean", "true", "false"),
    ("integer", "a", "b"),
    ("string", "x", "X"),
    ("choice:a|b", "a", "A"),
]


@pytest.mark.parametrize(("type_", "one", "other"), SAME)
def test_the_same(type_: str, one: str, other: str) -> None:
    assert same(type_, one, other) and same(type_, other, one)


@pytest.mark.parametrize(("type_", "one", "other"), OTHER)
def test_not_the_same(type_: str, one: str, other: str) -> None:
    assert not same(type_, one, other)


@pytest.mark.parametrize(
    ("text", "expected"), [("10 s", 10_000), ("7", 7), ("1 ns", None), ("x", None), ("PT0.5S", 500)]
)
def test_a_duration_in_milliseconds(text: str, expected: int | None) -> None:
    assert millis(text) == expected
