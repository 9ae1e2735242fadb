"""Clauses of queries in versions that do not plan them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dialects import split
from dialects.mapping import Target, translate
from dialects.versions import VERSIONS
from tests.dialects.mapping.matrix import QUERIES, Row, rows
from tests.dialects.mapping.saying import said, table, translated
from tests.each import each

# What Flink reads, and then miscounts or does not plan.
CORRECTED = {"query.interval_miscounted", "function.percentile_cont"}
OWN = ("query.", "function.", "name.", "type.")
ROWS = [row for row in rows() if row.sql.startswith(QUERIES)]


def columns(name: tuple[str, ...]) -> Mapping[str, str] | None:
    return {"id": "INT", "name": "STRING"} if name == ("k",) else None


@pytest.mark.parametrize(("version", "sql", "expected"), table("queries"))
def test_a_query_for_a_version(version: str, sql: str, expected: str) -> None:
    assert said(sql, version, batch=False, columns=columns) == expected


@pytest.mark.parametrize(("version", "sql", "expected"), table("queries"))
def test_what_came_out_needs_nothing_more(version: str, sql: str, expected: str) -> None:
    first = translated(sql, version, batch=False, columns=columns)
    if first.refusal is None:
        again = translated(first.text, version, batch=False, columns=columns)
        assert again.text == first.text and not again.applied


@each(ROWS)
def test_what_flink_takes_stays_as_it_was_written(row: Row) -> None:
    for version, mark in zip(VERSIONS, row.marks, strict=True):
        if mark == "y":
            result = translate(split(row.sql)[0], Target(version))
            rules = {one.rule for one in result.applied if one.rule.startswith(OWN)}
            assert rules <= CORRECTED


def test_the_users_text_keeps_its_places_in_a_query_around_it() -> None:
    sql = "SELECT id, name FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY key ORDER BY ts) = 9"
    result = translated(sql, "1.16")
    for word in ("PARTITION", "key", "ts)", "9", "FROM t"):
        assert result.rewritten.position(result.text.index(word) + 1) == sql.index(word) + 1


def test_the_user_is_told_of_state_that_lives_longer() -> None:
    sql = "SELECT /*+ STATE_TTL('a' = '1d', 'b' = '1d') */ a.x FROM a JOIN b ON a.x = b.x"
    (notice,) = translated(sql, "1.18").notices()
    assert notice.rule == "query.hint" and notice.position == sql.index("/*+") + 1
    assert "Set it to '1d'" in notice.why
    (notice,) = translated(sql.replace("'b' = '1d'", "'b' = '2d'"), "1.18").notices()
    assert "Set it" not in notice.why


def test_the_user_is_told_where_flink_would_miscount() -> None:
    sql = "SELECT ts + INTERVAL '1' WEEK FROM t"
    assert not list(translated(sql, "1.20").notices())
    (notice,) = translated(sql, "2.1").notices()
    assert notice.after == "INTERVAL '7' DAY"
