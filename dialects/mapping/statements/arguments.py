"""f(a => 1): arguments by name, of functions and procedures."""

from __future__ import annotations

from collections.abc import Iterator

from dialects.mapping.model import Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.versions import Version

_NAMED = Range(before=Version(1, 19))
_WINDOWS = frozenset({"TUMBLE", "HOP", "CUMULATE", "SESSION"})  # always had them
_HINT = "Give them in the order of the function's parameters, without names."


def _find(text: Text, target: Target) -> Iterator[Refusal]:
    words, tokens = text.statement.words, text.statement.tokens
    calls: list[str] = []
    for index, word in enumerate(words):
        if word == "(":
            calls.append(words[index - 1] if index else "")
        elif word == ")" and calls:
            calls.pop()
        elif word == "=>" and calls and calls[-1] not in _WINDOWS:
            start = tokens[index - 1].start
            yield refusal("an argument by name", _NAMED, target.version, _HINT, start + 1)


RULES = (
    Rule(
        "statement.arguments",
        _find,
        "Arguments have names from Flink 1.19 on.",
        frozenset({"=>"}),
        before=_NAMED.before,
    ),
)
