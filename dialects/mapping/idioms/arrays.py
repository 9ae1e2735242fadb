"""`x = ANY (ARRAY[…])` and `x <> ALL (ARRAY[…])`, as tools send lists: IN and NOT IN."""

from __future__ import annotations

from collections.abc import Iterable

from dialects.mapping.idioms.view import Span, View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text

_MEANS = {("=", "ANY"): "IN", ("=", "SOME"): "IN", ("<>", "ALL"): "NOT IN"}
_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "("})


def _find(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View(text, target)
    for index, word in enumerate(view.operands.words):
        if word in ("ANY", "SOME", "ALL") and view.word(index + 1) == "(":
            opening = index + 1
            if view.word(index - 1) in ("=", "<>", "<", ">", "<=", ">="):
                inside = (opening + 1, view.operands.partner.get(opening, 0))
                if view.word(opening + 1) not in _QUERIES and inside[1] > inside[0]:
                    yield from _list(view, index, inside)


def _list(view: View, index: int, inside: Span) -> Iterable[Change | Refusal]:
    operator, quantifier = view.word(index - 1), view.word(index)
    elements = _elements(view, inside)
    word = _MEANS.get((operator, quantifier))
    if elements is None or word is None:
        yield view.refused(
            index,
            f"{operator} {quantifier} (array) is not supported by Flink",
            "Use IN or NOT IN with a list; ARRAY_CONTAINS(array, x) is false for a NULL in it.",
        )
    else:
        # The operator and ANY become IN; ARRAY[ … ] loses its brackets.
        span = (index - 1, inside[1] + 1)
        yield view.filled(span, f"{word} ({{0}})", (elements,))


def _elements(view: View, inside: Span) -> Span | None:
    """The items of ARRAY[…], which may be cast: CAST(ARRAY[…] AS ARRAY<INT>)."""
    first, last = view.bare(inside)
    if view.word(first) == "CAST" and view.operands.partner.get(first + 1) == last - 1:
        first += 2
    closing = view.operands.partner.get(first + 1, 0)
    if view.word(first) != "ARRAY" or view.word(first + 1) != "[" or closing <= first + 2:
        return None
    behind = view.word(closing + 1)
    return (first + 2, closing) if closing + 1 == last or behind == "AS" else None


RULES = (
    Rule(
        "idiom.any_array",
        _find,
        "Flink compares with a list by IN.",
        frozenset({"ANY", "SOME", "ALL"}),
    ),
)
