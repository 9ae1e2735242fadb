"""`INTERVAL '1 day 02:00'` as a literal of Flink, which names the unit behind the string.

INTERVAL '15 minutes'        → INTERVAL '15' MINUTE
INTERVAL '1 day 02:00'       → INTERVAL '1 02:00:00' DAY TO SECOND
ts + INTERVAL '1 mon 1 day'  → ts + INTERVAL '1' MONTH + INTERVAL '1' DAY
"""

from __future__ import annotations

from collections.abc import Iterable

from dialects.lexer import TokenKind
from dialects.mapping.idioms.interval_text import Interval, read_interval
from dialects.mapping.idioms.view import Span, View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.rewriting import Edit
from protocol.errors import INVALID_DATETIME_FORMAT

_UNITS = frozenset(
    word + plural
    for word in "YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND".split()
    for plural in ("", "S")
)
_SINGLE = (
    ("DAY", 86_400_000, 999),
    ("HOUR", 3_600_000, 99),
    ("MINUTE", 60_000, 999),
    ("SECOND", 1000, 999),
)
_MOST_YEARS = 9999
_MOST_DAYS = 999  # Flink's types of intervals have no more digits


def flink_interval(months: int, millis: int) -> str:
    """Months alone, or days and time alone, as an expression of Flink."""
    return _months(months) if months else _millis(millis)


def _months(months: int) -> str:
    sign, (years, rest) = "-" if months < 0 else "", divmod(abs(months), 12)
    if not rest:
        return f"INTERVAL '{sign}{years}' YEAR{_digits(years, 2)}"
    if not years:
        return f"INTERVAL '{sign}{rest}' MONTH"
    return f"INTERVAL '{sign}{years}-{rest}' YEAR{_digits(years, 2)} TO MONTH"


def _millis(millis: int) -> str:
    sign, size = "-" if millis < 0 else "", abs(millis)
    for unit, factor, most in _SINGLE:
        count, rest = divmod(size, factor)
        if not rest and (count <= most) and (count or unit == "SECOND"):
            return f"INTERVAL '{sign}{count}' {unit}{_digits(count, 2)}"
    days, rest = divmod(size, 86_400_000)
    if days > _MOST_DAYS:
        return f"(INTERVAL '0.001' SECOND * CAST({millis} AS BIGINT))"
    seconds, fraction = divmod(rest, 1000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    clock += f".{fraction:03}" if fraction else ""
    return f"INTERVAL '{sign}{days} {clock}' DAY{_digits(days, 2)} TO SECOND"


def _digits(number: int, usual: int) -> str:
    return f"({len(str(number))})" if len(str(number)) > usual else ""


def _find(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        if word == "INTERVAL" and view.kind(index + 1) is TokenKind.STRING:
            if view.word(index + 2) not in _UNITS:
                yield _written(view, (index, index + 2), index + 1)
        elif word == "CAST" and view.word(index + 1) == "(":
            span = (index, view.operands.partner.get(index + 1, index) + 1)
            words = view.operands.words[index + 3 : span[1]]
            if words == ("AS", "INTERVAL", ")") and view.kind(index + 2) is TokenKind.STRING:
                yield _written(view, span, index + 2)


def _written(view: View, span: Span, literal: int) -> Change | Refusal:
    value = view.string((literal, literal + 1)) or ""
    interval = read_interval(value)
    if interval is None:
        return view.refused(
            literal,
            f'invalid input syntax for type interval: "{value}"',
            "Write it as in INTERVAL '1 day 02:03:04'.",
            sqlstate=INVALID_DATETIME_FORMAT,
        )
    if interval.micros % 1000:
        return view.refused(
            literal, "Flink's intervals end at milliseconds", "Round it to milliseconds."
        )
    if abs(interval.months) > _MOST_YEARS * 12:
        return view.refused(literal, "interval is too long for Flink", "Use a shorter one.")
    if interval.months and interval.micros:
        return _mixed(view, span, interval)
    start, end = view.place(span)
    return Change.of(Edit(start, end, flink_interval(interval.months, interval.millis)))


def _mixed(view: View, span: Span, interval: Interval) -> Change | Refusal:
    """Months and time are added one by one, months first as Postgres does."""
    sign = view.word(span[0] - 1)
    summand = sign in ("+", "-") and not view.operands.unary(span[0] - 1)
    if not summand or view.word(span[1]) in ("*", "/"):
        return view.refused(
            span[0],
            "an interval of months as well as days or time is not supported by Flink",
            "Add the two one after the other: x + INTERVAL '1' MONTH + INTERVAL '1' DAY.",
        )
    months, rest = flink_interval(interval.months, 0), flink_interval(0, interval.millis)
    start, end = view.place(span)
    return Change.of(Edit(start, end, f"{months} {sign} {rest}"))


RULES = (
    Rule(
        "idiom.interval",
        _find,
        "Flink writes the unit of an interval behind its string.",
        frozenset({"INTERVAL"}),
    ),
)
