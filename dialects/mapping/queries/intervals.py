"""INTERVAL '2' WEEK and INTERVAL '1' QUARTER, units that came with 2.0.

Flink 2.0 to 2.2 read them and count a week as an hour and a quarter as a month (measured:
`TIMESTAMP '2020-01-31 00:00:00' + INTERVAL '2' WEEK` is 02:00 of the same day); 2.3 is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.lexer import TokenKind
from dialects.mapping.model import Change, Rule, Target, Text
from dialects.names import string_value
from dialects.rewriting import Edit
from dialects.versions import Version

_UNITS = {
    "WEEK": (7, "DAY"),
    "WEEKS": (7, "DAY"),
    "QUARTER": (3, "MONTH"),
    "QUARTERS": (3, "MONTH"),
}
_WORDS = frozenset(_UNITS)
_WHOLE = re.compile(r"\s*([+-]?)([0-9]{1,9})\s*")
_ADDED, _RIGHT = Version(2, 0), Version(2, 3)
_DIGITS = 2  # of a field of an interval without a precision


def _in_days_or_months(text: Text, target: Target) -> Iterator[Change]:
    tokens, words = text.statement.tokens, text.statement.words
    for index, word in enumerate(words):
        if word not in _WORDS or tokens[index - 1].kind is not TokenKind.STRING or index < 2:
            continue
        opening = index - 2 - (words[index - 2] in ("+", "-"))
        number = _WHOLE.fullmatch(string_value(tokens[index - 1]))
        if words[opening] != "INTERVAL" or number is None:
            continue
        factor, unit = _UNITS[word]
        digits = str(int(number[2]) * factor)
        if len(digits) > _DIGITS:
            unit += f"({len(digits)})"
        end = _behind_precision(text, index)
        start = tokens[index - 1].start
        edit = Edit(start, end, f"'{number[1]}{digits}' {unit}")
        yield Change((edit,), tokens[opening].start, end)


def _behind_precision(text: Text, unit: int) -> int:
    """The end of `WEEK`, or of `WEEK(3)`."""
    tokens, words = text.statement.tokens, text.statement.words
    if words[unit + 1 : unit + 2] == ("(",) and words[unit + 3 : unit + 4] == (")",):
        return tokens[unit + 3].end
    return tokens[unit].end


RULES = (
    Rule(
        "query.interval_unit",
        _in_days_or_months,
        "Weeks and quarters are units of intervals from Flink 2.0 on.",
        _WORDS,
        before=_ADDED,
    ),
    Rule(
        "query.interval_miscounted",
        _in_days_or_months,
        "Flink 2.0 to 2.2 count a WEEK as an hour and a QUARTER as a month.",
        _WORDS,
        before=_RIGHT,
        since=_ADDED,
        notice=True,
    ),
)
