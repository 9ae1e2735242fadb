"""Operators whose operands Flink does not take, where their types are evident.

d + 7, d - n     → d + INTERVAL '7' DAY, TIMESTAMPADD(DAY, -n, d)
d1 - d2          → TIMESTAMPDIFF(DAY, d2, d1)        an integer in both
t1 - t2          → ((t1 - t2) DAY TO SECOND)         an interval in both
name || 1        → name || CAST(1 AS STRING)         as far as both write it alike
"""

from __future__ import annotations

from collections.abc import Iterable

from dialects.mapping.idioms.intervals import flink_interval
from dialects.mapping.idioms.strings import WRITTEN_ALIKE
from dialects.mapping.idioms.typing import INTEGERS, MOMENTS, Types, precision, root
from dialects.mapping.idioms.view import LOOSER, Span, View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.operands import ADDITIVE
from dialects.rewriting import Edit

_COMMON = ("TIMESTAMP_LTZ", "TIMESTAMP")
_SIGNS = frozenset({"+", "-"})
_UNITS = frozenset("YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND".split())


def _days(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View.of(text, target)
    types = Types.of_view(view)
    for left, sign, right in view.binary(_SIGNS, ADDITIVE):
        one, other = types.root(left), types.root(right)
        if one == "DATE" and other in INTEGERS:
            yield _plus(view, left, view.word(sign), right)
        elif one in INTEGERS and other == "DATE" and view.word(sign) == "+":
            yield _plus(view, right, "+", left)


def _plus(view: View, date: Span, sign: str, days: Span) -> Change:
    """A constant number of days as an interval; Flink 1.16 and 1.17 plan no other multiple."""
    number = view.integer(days)
    if number is not None and days[1] - days[0] == 1:
        start, end = view.place(days)
        return Change.of(Edit(start, end, flink_interval(0, number * 86_400_000)))
    whole = (min(date[0], days[0]), max(date[1], days[1]))
    minus = "-" if sign == "-" else ""
    return view.filled(
        whole, f"TIMESTAMPADD(DAY, {minus}{{0{'p' * bool(minus)}}}, {{1}})", (days, date)
    )


def _differences(digits: bool) -> Rule:
    """Of moments; with digits below the millisecond, which the interval loses, or without."""

    def find(text: Text, target: Target) -> Iterable[Change | Refusal]:
        view = View.of(text, target)
        types = Types.of_view(view)
        for left, _, right in view.binary(frozenset({"-"}), ADDITIVE):
            one, other = types.of(left), types.of(right)
            dropped = max(map(precision, (one, other))) > 3
            if _moments(one, other) and not _qualified(view, left, right) and dropped is digits:
                yield _interval(view, (left, one), (right, other))

    why = "Flink wants the units of the interval between two moments."
    if digits:
        why = "Flink's interval between two moments ends at milliseconds."
    name = "idiom.timestamp_difference" + "_rounded" * digits
    return Rule(name, find, why, frozenset({"-"}), notice=digits)


def _moments(one: str, other: str) -> bool:
    roots = {one.partition("(")[0], other.partition("(")[0]}
    return bool(roots & MOMENTS) and roots <= MOMENTS | {"DATE"}


def _qualified(view: View, left: Span, right: Span) -> bool:
    """`(a - b) DAY` is Flink's own."""
    inside = view.word(left[0] - 1) == "(" and view.word(right[1]) == ")"
    return inside and view.word(right[1] + 1) in _UNITS


def _interval(view: View, left: tuple[Span, str], right: tuple[Span, str]) -> Change:
    """Of two moments of one type; another is cast, in the session's time zone as in Postgres."""
    kinds = [root(left[1]), root(right[1])]
    common = next(kind for kind in _COMMON if kind in kinds)
    texts = [
        f"{{{n}}}" if kind == common else f"CAST({{{n}}} AS {common}(6))"
        for n, kind in enumerate(kinds)
    ]
    whole = (left[0][0], right[0][1])
    sign = view.source[view.place(left[0])[1] : view.place(right[0])[0]]
    template = f"(({texts[0]}{sign}{texts[1]}) DAY TO SECOND)"
    return view.filled(whole, template, (left[0], right[0]))


def _dates(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View.of(text, target)
    types = Types.of_view(view)
    for left, _, right in view.binary(frozenset({"-"}), ADDITIVE):
        whole = (left[0], right[1])
        dates = types.root(left) == types.root(right) == "DATE"
        if dates and not _qualified(view, left, right):
            yield view.filled(whole, "TIMESTAMPDIFF(DAY, {1}, {0})", (left, right))


def _joined(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View.of(text, target)
    types = Types.of_view(view)
    for left, at, right in view.binary(frozenset({"||"}), ADDITIVE, LOOSER):
        one, other = types.root(left), types.root(right)
        if one == "STRING" and other and other != "STRING":
            yield from _as_text(view, at, right, other)
        elif other == "STRING" and one and one != "STRING":
            yield from _as_text(view, at, left, one)


def _as_text(view: View, at: int, operand: Span, kind: str) -> Iterable[Change | Refusal]:
    start, end = view.place(operand)
    if kind in WRITTEN_ALIKE:
        yield Change((Edit(start, start, "CAST("), Edit(end, end, " AS STRING)")), start, end)
    elif kind == "BOOLEAN":  # TRUE to Flink
        edits = Edit(start, start, "LOWER(CAST("), Edit(end, end, " AS STRING))")
        yield Change(edits, start, end)
    elif kind in MOMENTS | {"DOUBLE", "FLOAT"}:
        yield view.refused(
            at,
            f"|| of text and {kind} is not supported by Flink",
            "Cast it: CAST(x AS STRING) writes it as Flink does, which is not as Postgres does.",
        )


RULES = (
    Rule("idiom.date_plus_days", _days, "Flink adds intervals to a date, no numbers.", _SIGNS),
    Rule("idiom.date_difference", _dates, "Flink counts days with TIMESTAMPDIFF.", frozenset("-")),
    _differences(digits=False),
    _differences(digits=True),
    Rule("idiom.concatenation", _joined, "Flink joins text alone.", frozenset({"||"})),
)
