"""A table of rows as one test: all rows are looked at, all failures told."""

from __future__ import annotations

import pytest

from tests.each import each


def test_every_row_is_looked_at_and_every_failure_told() -> None:
    seen: list[tuple[int, str]] = []

    @each([1, 2, 3], ["a", "b"])
    def check(number: int, letter: str) -> None:
        seen.append((number, letter))
        assert number != 2, f"{number}{letter}"

    with pytest.raises(AssertionError, match="2 of 6 failed") as caught:
        check()
    assert len(seen) == 6
    assert "2a" in str(caught.value) and "2b" in str(caught.value)


def test_an_empty_table_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="nothing to look at"):
        each([])(lambda row: None)()
