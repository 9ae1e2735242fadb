"""PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x): read from Flink 2.2 on, planned by no version.

PERCENTILE(x, p) of 2.0 interpolates in the same way, and leaves NULLs out as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialects.mapping.calls import Call, calls, partner
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.rewriting import moving
from dialects.versions import Version

_NAME = "PERCENTILE_CONT"
_INSTEAD = Version(2, 0)
_WITHIN = ("WITHIN", "GROUP", "(", "ORDER", "BY")
_ORDERING = frozenset({",", "DESC", "NULLS"})


def _continuous(text: Text, target: Target) -> Iterator[Change | Refusal]:
    if _NAME in target.functions:
        return
    for call in calls(text, (_NAME,)):
        change = _change(call) if target.version >= _INSTEAD else None
        if change is not None:
            yield change
        else:
            hint = "Flink has PERCENTILE(x, p) from 2.0 on."
            subject = f"function {_NAME}"
            yield refusal(subject, Range(), target.version, hint, call.start + 1)


def _change(call: Call) -> Change | None:
    """Ascending order alone: from the other end the interpolation would round otherwise."""
    words, tokens = call.text.statement.words, call.text.statement.tokens
    first = call.closing + 1 + len(_WITHIN)
    closing = partner(call.text, call.closing + 3)
    if words[call.closing + 1 : first] != _WITHIN or closing is None or len(call.ranges) != 1:
        return None
    last = closing - (words[closing - 1] == "ASC")
    if not _ORDERING.isdisjoint(words[first:last]):
        return None
    operand = tokens[first].start, tokens[last - 1].end
    (share,) = call.arguments
    end, source = tokens[closing].end, call.text.statement.text
    return Change.of(moving(source, call.start, end, "PERCENTILE(", operand, ", ", share, ")"))


RULES = (
    Rule(
        "function.percentile_cont",
        _continuous,
        "Flink plans PERCENTILE, but not PERCENTILE_CONT.",
        frozenset({_NAME}),
    ),
)
