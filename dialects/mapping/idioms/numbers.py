"""Functions and operators of numbers, and aggregates of truth values."""

from __future__ import annotations

from collections.abc import Iterable

from dialects.mapping.idioms.calls import rule, template
from dialects.mapping.idioms.view import View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.operands import MULTIPLICATIVE

_POWER = 8  # binds tighter than * and /


def _powers(text: Text, target: Target) -> Iterable[Change | Refusal]:
    """`a ^ b`; a sign belongs to the operand, as in Postgres: -2 ^ 2 is 4."""
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        if word != "^":
            continue
        left = view.operands.backward(index, MULTIPLICATIVE + 1)
        right = view.operands.forward(index + 1, _POWER)
        if left is None or right is None:
            yield view.refused(index, "operator ^ is not supported by Flink", "Use POWER(a, b).")
            continue
        if view.operands.unary(left - 1):
            left -= 1
        parts = ((left, index), (index + 1, right))
        yield view.filled((left, right), "POWER({0}, {1})", parts)


RULES = (
    rule("RANDOM", template("RAND()"), "Flink calls it RAND."),
    rule("TRUNC", template("TRUNCATE({0})", "TRUNCATE({0}, {1})"), "Flink calls it TRUNCATE."),
    rule("BOOL_AND", template("MIN({0})"), "Flink has none; false is less than true."),
    rule("BOOL_OR", template("MAX({0})"), "Flink has none; false is less than true."),
    rule("EVERY", template("MIN({0})"), "Flink has none; false is less than true."),
    Rule("idiom.power", _powers, "Flink calls it POWER.", frozenset({"^"})),
)
