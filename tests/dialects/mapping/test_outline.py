"""The outline of a statement leads back to the text."""

from __future__ import annotations

import pytest

from dialects import split
from dialects.mapping.outline import Outline, elements

CREATE = "create table `t` (id int) with ('connector' = 'x') as select f(a), 1, /*+ H */ $1 from s"


def test_words_at_the_top_stay_and_brackets_are_folded() -> None:
    outline = Outline(split(CREATE)[0])
    expected = "CREATE TABLE ` ( ) WITH ( ) AS SELECT F ( ) , 0 , + $ FROM S "
    assert outline.text == expected


def test_what_is_found_in_the_outline_is_found_in_the_text() -> None:
    outline = Outline(split(CREATE)[0])
    for marks, text in [("AS ", "as"), ("( ) WITH ", "(id int) with"), ("( ) , ", "(a),")]:
        start = outline.text.index(marks)
        first, last = outline.span(start, start + len(marks))
        assert CREATE[first:last] == text


@pytest.mark.parametrize(
    ("sql", "heads"),
    [
        ("SELECT 1", ["SELECT"]),
        ("EXPLAIN PLAN FOR SELECT 1", ["EXPLAIN", "SELECT"]),
        ("EXPLAIN ESTIMATED_COST, CHANGELOG_MODE INSERT INTO t SELECT 1", ["EXPLAIN", "INSERT"]),
        ("EXECUTE INSERT INTO t VALUES (1)", ["EXECUTE", "INSERT"]),
        ("COMPILE PLAN 'p' IF NOT EXISTS FOR INSERT INTO t VALUES (1)", ["COMPILE", "INSERT"]),
        (
            "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO s SELECT 2; END",
            ["EXECUTE", "INSERT", "INSERT", "END"],
        ),
    ],
)
def test_statements_inside_statements_have_heads(sql: str, heads: list[str]) -> None:
    outline = Outline(split(sql)[0])
    assert [outline.text[place:].split()[0] for place in outline.heads()] == heads


def test_commas_of_types_and_calls_part_no_elements() -> None:
    sql = "CREATE TABLE t (a ROW<x INT, y MAP<INT, INT>>, b DECIMAL(1, 2), c AS a < b, d AS 1 > 0)"
    statement = split(sql)[0]
    opening = statement.words.index("(")
    tokens = statement.tokens
    found = [sql[tokens[a].start : tokens[b - 1].end] for a, b in elements(statement, opening)]
    expected = ["a ROW<x INT, y MAP<INT, INT>>", "b DECIMAL(1, 2)", "c AS a < b", "d AS 1 > 0"]
    assert found == expected


def test_a_bracket_that_never_closes_has_no_elements() -> None:
    assert list(elements(split("CREATE TABLE t (a INT, b")[0], 3)) == []
