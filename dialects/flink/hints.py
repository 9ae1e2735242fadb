"""Options in hints: `t /*+ OPTIONS('key' = 'value', …) */`, found in the tokens of a statement."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from dialects.lexer import NAMES, STRINGS, Token, TokenKind
from dialects.names import string_value, written
from dialects.splitter import Statement, single
from protocol.errors import SqlError

Span: TypeAlias = tuple[int, int]
Pair: TypeAlias = tuple[str, str, Span, Span]  # key, value, where each stands

_OPENING = len("/*+")


@dataclass(frozen=True, slots=True)
class Hinted:
    """`name`: of the table in front of the hint, in parts; empty if it is on no table's name."""

    name: tuple[str, ...]
    entries: tuple[Pair, ...]
    span: Span  # of the brackets
    source: str


def hinted_options(statement: Statement) -> list[Hinted]:
    """All OPTIONS hints in the order of the text.

    One that cannot be read, a quote left open in it, has none: Flink says so in its own words.
    """
    found: list[Hinted] = []
    for index, token in enumerate(statement.tokens):
        if token.kind is TokenKind.HINT and "OPTIONS" in token.text.upper():
            with suppress(SqlError):
                found += _in_hint(statement, index)
    return found


def _in_hint(statement: Statement, index: int) -> list[Hinted]:
    inner = _inner(statement.tokens[index])
    name = _name_before(statement.tokens, index)
    return [
        _hinted(statement.text, name, inner, at + 1)
        for at, one in enumerate(inner[:-1])
        if one.text.upper() == "OPTIONS" and inner[at + 1].text == "("
    ]


def _inner(hint: Token) -> list[Token]:
    """The hint's own tokens, at their places in the statement."""
    inside = single(hint.text[_OPENING:-2])
    base = hint.start + _OPENING + inside.start
    return [Token(kind, text, base + start, base + end) for kind, text, start, end in inside.tokens]


def _name_before(tokens: Sequence[Token], index: int) -> tuple[str, ...]:
    names: list[str] = []
    while index and tokens[index - 1].kind in NAMES:
        names.insert(0, written(tokens[index - 1]))
        if index < 2 or tokens[index - 2].text != ".":
            break
        index -= 2
    return tuple(names)


def _hinted(source: str, name: tuple[str, ...], tokens: Sequence[Token], opening: int) -> Hinted:
    entries: list[Pair] = []
    at = opening + 1
    while at < len(tokens) and tokens[at].text != ")":
        if at + 2 < len(tokens) and tokens[at + 1].text == "=":
            key, value = tokens[at], tokens[at + 2]
            entries.append((_text(key), _text(value), _span(key), _span(value)))
            at += 2
        at += 1
    end = tokens[min(at, len(tokens) - 1)].end
    return Hinted(name, tuple(entries), (tokens[opening].start, end), source)


def _span(token: Token) -> Span:
    return token.start, token.end


def _text(token: Token) -> str:
    """A key may be a name."""
    return string_value(token) if token.kind in STRINGS else written(token)
