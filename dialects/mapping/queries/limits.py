"""LIMIT start, count, and parameters without a value."""

from __future__ import annotations

from collections.abc import Iterator

from dialects.lexer import TokenKind
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.rewriting import moving
from protocol.errors import UNDEFINED_PARAMETER, SqlError

_COUNT = frozenset({"LIMIT"})
_PARAMETER = frozenset({"?"})


def _limit(text: Text, target: Target) -> Iterator[Change]:
    """LIMIT 2, 5 → LIMIT 5 OFFSET 2: MySQL's spelling, which no Flink takes."""
    tokens, words = text.statement.tokens, text.statement.words
    for index in range(len(words) - 3):
        start, comma, count = tokens[index + 1 : index + 4]
        numbers = start.kind is count.kind is TokenKind.NUMBER
        if words[index] == "LIMIT" and numbers and comma.text == ",":
            places = (count.start, count.end), (start.start, start.end)
            source = text.statement.text
            yield Change.of(
                moving(source, start.start, count.end, places[0], " OFFSET ", places[1])
            )


def _positional(text: Text, target: Target) -> Iterator[Refusal]:
    """`?` is read by every version and planned by none."""
    for token in text.statement.tokens:
        if token.text == "?" and token.kind is TokenKind.OPERATOR:
            yield Refusal(
                SqlError(
                    UNDEFINED_PARAMETER,
                    "there is no value for parameter ?",
                    detail="Flink reads positional parameters, but plans none.",
                    hint="Write the value, or $1 in a prepared statement.",
                    position=token.start + 1,
                )
            )


RULES = (
    Rule("query.limit", _limit, "Flink writes the start behind the count.", _COUNT),
    Rule("query.parameter", _positional, "Flink plans no parameters.", _PARAMETER),
)
