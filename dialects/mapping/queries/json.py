"""JSON_QUERY(… RETURNING type), a clause of Flink 1.20."""

from __future__ import annotations

from collections.abc import Iterator

from dialects.mapping.calls import calls
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.rewriting import Edit
from dialects.versions import Version

_ADDED = Version(1, 20)
_TEXTS = frozenset({"STRING", "VARCHAR"})  # what it returns without the clause
_BEHIND = frozenset({")", "WITH", "WITHOUT", "NULL", "ERROR", "EMPTY", "DEFAULT"})


def _returning(text: Text, target: Target) -> Iterator[Change | Refusal]:
    words, tokens = text.statement.words, text.statement.tokens
    for call in calls(text, ("JSON_QUERY",)):
        for index in range(call.index, call.closing):
            if words[index] != "RETURNING":
                continue
            if words[index + 1] in _TEXTS and words[index + 2] in _BEHIND:
                yield Change.of(Edit(tokens[index - 1].end, tokens[index + 1].end, ""))
            else:
                subject, start = "RETURNING in JSON_QUERY", tokens[index].start
                yield refusal(subject, Range(_ADDED), target.version, "", start + 1)


RULES = (
    Rule(
        "query.json_returning",
        _returning,
        "JSON_QUERY returns a STRING, and has no other type before Flink 1.20.",
        frozenset({"JSON_QUERY"}),
        before=_ADDED,
    ),
)
