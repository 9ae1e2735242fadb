"""Whatever the text: queries of the grammar make a round trip, everything else does no harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialects import rewrite
from dialects.flink import Flink, parse
from dialects.flink.tree import MAX_DEPTH, MAX_TOKENS
from dialects.rewriting import Edit, moving
from dialects.splitter import single
from protocol.errors import SqlError
from tests.dialects.flink.grammar import EXPRESSIONS, QUERIES
from tests.dialects.world import lines

TEXTS = lines("flink_queries.txt") + lines("flink_statements.txt")
_FLINK = Flink()
_SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # building a query takes longer than reading it


@_SLOW
@given(QUERIES)
def test_a_query_makes_a_round_trip(sql: str) -> None:
    tree = parse(single(sql))
    assert tree is not None
    again = parse(single(_FLINK.generate(tree.root)))
    assert again is not None and again.root == tree.root


@_SLOW
@given(QUERIES)
def test_nodes_have_their_places(sql: str) -> None:
    tree = parse(single(sql))
    assert tree is not None
    for node in tree.root.walk():
        first, last = tree.indexes(node)
        children = sorted(tree.indexes(child) for child in node.iter_expressions())
        ends = [first, *(end for _, end in children)]
        assert all(end <= start for end, (start, _) in zip(ends, children, strict=False))
        assert ends[-1] <= last


@_SLOW
@given(EXPRESSIONS, EXPRESSIONS, st.data())
def test_edits_of_nodes_keep_positions(one: str, other: str, data: st.DataObject) -> None:
    """An operand wrapped in a call: each of its characters is found again, there and back."""
    sql = f"SELECT {one}, {other} FROM t"
    tree = parse(single(sql))
    assert tree is not None
    node = data.draw(st.sampled_from(tree.root.expressions))
    start, end = tree.span(node)
    kept = (start, end)
    wrapped = rewrite(sql, [moving(sql, start, end, "f(", kept, ", 1)"), Edit(0, 0, "/* */ ")])
    for index in range(len(sql)):
        there = wrapped.forward(index + 1)
        assert wrapped.text[there - 1] == sql[index]
        assert wrapped.position(there) == index + 1
    assert parse(single(wrapped.text)) is not None


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A text of the corpus with tokens that are missing, doubled, exchanged or foreign."""
    source = draw(st.sampled_from(TEXTS))
    words = [token.text for token in single(source).tokens]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(words) - 1)) if words else 0
        what = draw(st.sampled_from(["drop", "double", "swap", "insert"]))
        if what == "drop":
            del words[at : at + 1]
        elif what == "double":
            words[at:at] = words[at : at + 1]
        elif what == "swap" and words:
            to = draw(st.integers(0, len(words) - 1))
            words[at], words[to] = words[to], words[at]
        else:
            words.insert(at, draw(st.sampled_from(["(", ")", ",", "SELECT", "x", "'s'", ";", "["])))
    return " ".join(words)


@settings(max_examples=200, deadline=None)
@given(damaged())
def test_a_damaged_text_does_no_harm(sql: str) -> None:
    """It is read or it is not; what is read can be written and read again."""
    tree = parse(single(sql))
    if tree is not None:
        assert parse(single(_FLINK.generate(tree.root))) is not None


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_does_no_harm(text: str) -> None:
    try:
        statement = single(text)
    except SqlError:  # something is opened and never closed
        return
    parse(statement)


@pytest.mark.parametrize(
    ("before", "middle", "after"),
    [
        ("(", "1", ")"),
        ("NOT ", "a", ""),
        ("- ", "a", ""),
        ("f(", "1", ")"),
        ("CASE WHEN a THEN ", "1", " END"),
        ("(SELECT ", "1", ")"),
        ("a[", "1", "]"),
        ("CAST(x AS ", "INT", ")"),
        ("a + ", "1", ""),
        ("a AND ", "b", ""),
        ("'x', ", "1", ""),
        ("1 UNION SELECT ", "1", ""),
        ("ARRAY<", "1", ">"),
        ("((SELECT 1) UNION ", "SELECT 1", ")"),
    ],
)
def test_deep_and_long_texts_end_soon(before: str, middle: str, after: str) -> None:
    """Neither the stack nor the time runs out; a chain of operators is no nesting."""
    began = time.monotonic()
    for times in (MAX_DEPTH // 2, 10_000):
        parse(single("SELECT " + before * times + middle + after * times))
    assert time.monotonic() - began < 60


def test_nesting_up_to_the_limit_is_understood() -> None:
    def nested(depth: int) -> str:
        return "SELECT " + "(" * depth + "1" + ")" * depth

    assert parse(single(nested(MAX_DEPTH))) is not None
    assert parse(single(nested(MAX_DEPTH + 1))) is None


def test_the_number_of_tokens_is_bounded() -> None:
    assert parse(single("SELECT 1" + ", 1" * (MAX_TOKENS // 2 - 2))) is not None
    assert parse(single("SELECT 1" + ", 1" * (MAX_TOKENS // 2))) is None
