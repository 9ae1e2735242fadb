"""`x = ANY (ARRAY[…])` and `x <> ALL (ARRAY[…])`, as tools send lists: IN and NOT IN."""

from __future__ import annotations

from collections.abc import Iterable

from dialects.mapping.idioms.view import Span, View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.operands import COMPARISON

_MEANS = {("=", "ANY"): "IN", ("=", "SOME"): "IN", ("<>", "ALL"): "NOT IN"}
_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "("})


def _find(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        if word in ("ANY", "SOME", "ALL") and view.word(index + 1) == "(":
            opening = index + 1
            if view.word(index - 1) in ("=", "<>", "<", ">", "<=", ">="):
                inside = (opening + 1, view.operands.partner.get(opening, 0))
                if view.word(opening + 1) not in _QUERIES and inside[1] > inside[0]:
                    yield _list(view, index, inside)


def _list(view: View, index: int, inside: Span) -> Change | Refusal:
    operator, quantifier = view.word(index - 1), view.word(index)
    word = _MEANS.get((operator, quantifier))
    left = view.operands.backward(index - 1, COMPARISON)
    elements = _elements(view, inside)
    if word is None or left is None or (elements is None and not view.null(inside)):
        return view.refused(
            index,
            f"{operator} {quantifier} (array) is not supported by Flink",
            "Use IN or NOT IN with a list; ARRAY_CONTAINS(array, x) is false for a NULL in it.",
        )
    whole = (left, inside[1] + 1)
    if elements is None:
        return view.filled(whole, "CAST(NULL AS BOOLEAN)", ())
    if elements[0] == elements[1]:  # none of an empty list is equal, whatever x is
        return view.filled(whole, "FALSE" if word == "IN" else "TRUE", ())
    # The operator and ANY become IN; ARRAY[ … ] loses its brackets.
    return view.filled((index - 1, inside[1] + 1), f"{word} ({{0}})", (elements,))


def _empty(text: Text, target: Target) -> Iterable[Refusal]:
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        if word == "ARRAY" and view.word(index + 1) == "[" and view.word(index + 2) == "]":
            yield view.refused(
                index, "Flink has no literal for an empty array", "Use a NULL, or an element."
            )


def _elements(view: View, inside: Span) -> Span | None:
    """The items of ARRAY[…], which may be cast: CAST(ARRAY[…] AS ARRAY<INT>)."""
    first, last = view.bare(inside)
    if view.word(first) == "CAST" and view.operands.partner.get(first + 1) == last - 1:
        first += 2
    closing = view.operands.partner.get(first + 1, 0)
    if view.word(first) != "ARRAY" or view.word(first + 1) != "[" or closing < first + 2:
        return None
    behind = view.word(closing + 1)
    return (first + 2, closing) if closing + 1 == last or behind == "AS" else None


RULES = (
    Rule("idiom.empty_array", _empty, "Flink has none.", frozenset({"ARRAY"})),
    Rule(
        "idiom.any_array",
        _find,
        "Flink compares with a list by IN.",
        frozenset({"ANY", "SOME", "ALL"}),
    ),
)
