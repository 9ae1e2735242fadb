"""Broken statements: never an error but a missing tree, and never much time."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from dialects.flink import parse
from dialects.flink.options import option_lists
from dialects.flink.tree import MAX_TOKENS
from dialects.splitter import single
from tests.dialects.world import lines

FORMS = [single(sql) for sql in lines("statement_forms.txt")]
WORDS = sorted({token.text for statement in FORMS for token in statement.tokens})


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A form with some of its tokens gone, doubled or replaced."""
    texts = [token.text for token in draw(st.sampled_from(FORMS)).tokens]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(texts)))
        texts[at : at + draw(st.integers(0, 2))] = draw(
            st.lists(st.sampled_from(WORDS), max_size=2)
        )
    return " ".join(texts)


@given(broken())
def test_a_broken_statement_makes_a_sound_tree_or_none(sql: str) -> None:
    tree = parse(single(sql))
    if tree is None:
        return
    assert tree.text(tree.root) == tree.source.strip("; ")
    assert all(one.source == tree.source for one in option_lists(tree))
    again = parse(single(tree.root.sql(dialect="flink")))
    assert again is not None and again.root == tree.root


def test_depth_and_length_are_no_danger() -> None:
    texts = [
        "EXPLAIN " * 40_000 + "SELECT 1",
        "CREATE TABLE t (a ROW<" + "a ROW<" * 9_000 + "INT" + ">" * 9_001 + ")",
        "CREATE TABLE t (" + ",".join(f"c{i} INT" for i in range(13_000)) + ", WATERMARK",
        "ALTER TABLE t " + "ADD (a INT), " * 5_000 + "ADD",
    ]
    for text in texts:
        statement = single(text)
        assert len(statement.tokens) < MAX_TOKENS  # it is read, not refused for its length
        begun = time.process_time()
        assert parse(statement) is None
        assert time.process_time() - begun < 10, text[:40]
