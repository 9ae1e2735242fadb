"""FOR SYSTEM_TIME AS OF a point in time: a table as its catalog remembers it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dialects.mapping.model import Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.versions import Version

_ADDED = Version(1, 18)


def _travel(text: Text, target: Target) -> Iterator[Refusal]:
    """1.16 and 1.17 read a constant time, and take the query for a temporal join in vain."""
    if text.tree is None:
        return
    for version in text.tree.find(exp.Version):
        if version.expression is not None and version.expression.find(exp.Column) is None:
            subject = "FOR SYSTEM_TIME AS OF a constant time"
            hint = "A join reads a row as of the time of another: FOR SYSTEM_TIME AS OF x.ts."
            start = text.tree.span(version)[0]
            yield refusal(subject, Range(_ADDED), target.version, hint, start + 1)


RULES = (
    Rule(
        "query.time_travel",
        _travel,
        "Tables are read as of a time from Flink 1.18 on.",
        frozenset({"SYSTEM_TIME"}),
        before=_ADDED,
    ),
)
