"""Positions map back, whatever the edits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dialects import Edit
from dialects.rewriting import Rewritten, rewrite


@st.composite
def sources_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A source of distinct characters, so that each can be found again, and disjoint edits."""
    size = draw(st.integers(0, 40))
    source = "".join(chr(0x4E00 + i) for i in range(size))
    cuts = sorted(draw(st.lists(st.integers(0, size), max_size=12)))
    edits = [
        Edit(a, b, draw(st.text("xyz", max_size=4)))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return source, edits


def kept(source: str, rewritten: Rewritten) -> None:
    for index, char in enumerate(rewritten.text):
        place = source.find(char)
        back = rewritten.position(index + 1)
        if place >= 0:
            assert back == place + 1
            assert rewritten.forward(place + 1) == index + 1
        else:
            assert 1 <= back <= len(source) + 1
    assert rewritten.position(len(rewritten.text) + 1) == len(source) + 1


@given(sources_and_edits())
def test_positions(case: tuple[str, list[Edit]]) -> None:
    source, edits = case
    kept(source, rewrite(source, edits))


@given(sources_and_edits(), st.data())
def test_composition(case: tuple[str, list[Edit]], data: st.DataObject) -> None:
    source, edits = case
    first = rewrite(source, edits)
    cut = data.draw(st.integers(0, len(first.text)))
    second = rewrite(first.text, [Edit(cut, cut, "Q"), Edit(cut, len(first.text), "R")])
    both = first.then(second)
    assert both.text == second.text
    kept(source, both)


def test_nothing_to_do_is_the_identical_string() -> None:
    source = "select 1"
    assert rewrite(source, []).text is source
    assert rewrite(source, []).position(3) == 3


def test_order_of_insertions() -> None:
    edits = [Edit(1, 2, "B"), Edit(1, 1, "("), Edit(1, 1, "[")]
    assert rewrite("abc", edits).text == "a([Bc"
