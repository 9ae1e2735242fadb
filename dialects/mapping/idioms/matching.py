"""ILIKE, and the operators of regular expressions.

Which patterns Postgres and Java read alike is told in `patterns`; ILIKE's are those of LIKE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialects.mapping.idioms.patterns import java_pattern
from dialects.mapping.idioms.view import Span, View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.names import quote_string
from dialects.operands import COMPARISON

_QUANTIFIERS = frozenset({"ANY", "ALL", "SOME"})
_ESCAPES = "!#~^|@&=;:<>0123456789"


def _ilike(text: Text, target: Target) -> Iterable[Change | Refusal]:
    """LOWER on both sides; the escape character must not be a letter, which LOWER would change."""
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        if word != "ILIKE" or _shows(view, index):
            continue
        negated = view.word(index - 1) == "NOT"
        end = index - negated
        left = view.operands.backward(end, COMPARISON)
        right = view.operands.forward(index + 1, COMPARISON)
        if left is None or (right is None and view.word(index + 1) not in _QUANTIFIERS):
            continue  # a name
        if right is None:
            yield view.refused(
                index, "the operands of ILIKE are too complex for Flink",
                "Write LOWER(x) LIKE LOWER(pattern).",
            )  # fmt: skip
            continue
        yield _lowered(view, (left, end), "NOT LIKE" if negated else "LIKE", (index + 1, right))


def _shows(view: View, index: int) -> bool:
    """SHOW TABLES … ILIKE is Flink's own."""
    return view.word(0) == "SHOW"


def _lowered(view: View, left: Span, operator: str, right: Span) -> Change | Refusal:
    if view.word(right[1]) == "ESCAPE":
        escape = view.string((right[1] + 1, right[1] + 2))
        if escape is None or escape.lower() != escape.upper():
            return view.refused(
                right[1], "a letter as escape of ILIKE is not supported by Flink",
                "Escape with another character.",
            )  # fmt: skip
        return view.filled(
            (left[0], right[1]), f"LOWER({{0}}) {operator} LOWER({{1}})", (left, right)
        )
    whole, lowered = (left[0], right[1]), f"LOWER({{0}}) {operator} LOWER("
    pattern = view.string(right)
    if pattern is None:
        return view.filled(whole, lowered + "{1}) ESCAPE '\\'", (left, right))
    if "\\" not in pattern:
        return view.filled(whole, lowered + "{1})", (left, right))
    escape = next((sign for sign in _ESCAPES if sign not in pattern), "\\")
    literal = quote_string(_escaped(pattern, escape))
    return view.filled(whole, f"{lowered}{literal}) ESCAPE '{escape}'", (left,))


def _escaped(pattern: str, escape: str) -> str:
    """With another escape than the backslash, which Flink before 1.20 does not take in a literal;
    it may stand before wildcards alone."""
    return re.sub(r"\\(.)", lambda m: escape * (m[1] in "%_") + m[1], pattern, flags=re.DOTALL)


def _regexps(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        if word == "~":
            yield _regexp(view, index)


def _regexp(view: View, index: int) -> Change | Refusal:
    tokens = view.operands.tokens
    negated = view.word(index - 1) == "!" and tokens[index - 1].end == tokens[index].start
    folded = view.word(index + 1) == "*" and tokens[index].end == tokens[index + 1].start
    first, last = index - negated, index + 1 + folded
    operator = view.source[tokens[first].start : tokens[last - 1].end]
    left = view.operands.backward(first, COMPARISON)
    right = view.operands.forward(last, COMPARISON)
    pattern = view.string((last, right)) if right is not None else None
    if left is not None and right is not None and view.null((last, right)):
        return view.filled((left, right), "REGEXP({0}, {1})", ((left, first), (last, right)))
    java = java_pattern(pattern, folded) if pattern else None
    if left is None or right is None or java is None:
        return view.refused(
            first,
            f"operator {operator} with this pattern is not supported by Flink",
            "Use REGEXP(x, pattern) with a pattern of Java's.",
            "Patterns that Postgres and Flink may read differently are not rewritten.",
        )
    call = f"REGEXP({{0}}, {quote_string(java)})"
    return view.filled((left, right), f"(NOT {call})" if negated else call, ((left, first),))


RULES = (
    Rule(
        "idiom.ilike", _ilike,
        "Flink's ILIKE is LIKE of both sides in lower case; a backslash escapes, as in Postgres.",
        frozenset({"ILIKE"}),
    ),
    Rule("idiom.regexp", _regexps, "Flink calls it REGEXP.", frozenset({"~"})),
)  # fmt: skip
