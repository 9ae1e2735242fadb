"""A text as the idioms look at it: tokens with brackets matched, spans of tokens, their places.

A span is a range of token indexes, as in `dialects.operands`; a place is a range of characters.
Tokens suffice for most idioms, and are there where no tree is: `a ~ 'x'` has no place in Flink's
grammar before it is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from dialects.lexer import TokenKind
from dialects.mapping.model import Change, Refusal, Target, Text
from dialects.names import string_value
from dialects.operands import Operands
from dialects.rewriting import Edit, moving
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError

Span = tuple[int, int]
_HOLE = re.compile(r"\{(\d)(p?)\}")
LOOSER = 5  # than + and -: how || binds in Postgres, unlike in Flink
_TIGHTEST = 99  # binds tighter than any operator: what is read so is one primary expression


@dataclass(frozen=True)
class View:
    """`text` for `target`; everything here counts tokens unless it says place."""

    text: Text
    target: Target

    @classmethod
    def of(cls, text: Text, target: Target) -> View:
        """The one of the text, whose rules all have the same target."""
        known = text.notes.get(cls)
        if isinstance(known, View) and known.target is target:
            return known
        made = text.notes[cls] = cls(text, target)
        return made

    @cached_property
    def operands(self) -> Operands:
        return Operands.of(self.text.statement)

    @property
    def source(self) -> str:
        return self.text.statement.text

    def word(self, index: int) -> str:
        return self.operands.word(index)

    def kind(self, index: int) -> TokenKind | None:
        tokens = self.operands.tokens
        return tokens[index].kind if 0 <= index < len(tokens) else None

    def place(self, span: Span) -> tuple[int, int]:
        tokens = self.operands.tokens
        return tokens[span[0]].start, tokens[span[1] - 1].end

    def written(self, span: Span) -> str:
        start, end = self.place(span)
        return self.source[start:end]

    def string(self, span: Span) -> str | None:
        """The value of a string literal, also of one that was given as a parameter."""
        span = self.bare(span)
        if span[1] - span[0] == 1 and self.kind(span[0]) is TokenKind.STRING:
            return string_value(self.operands.tokens[span[0]])
        words = self.operands.words[span[0] : span[1]]
        cast = len(words) == 6 and words[:2] == ("CAST", "(") and words[3:5] == ("AS", "STRING")
        return self.string((span[0] + 2, span[0] + 3)) if cast else None

    def integer(self, span: Span) -> int | None:
        """The value of an integer literal, with a sign or parentheses."""
        first, last = self.bare(span)
        sign = -1 if self.word(first) == "-" else 1
        first += self.word(first) in ("+", "-")
        word = self.word(first)
        if word == "CAST" and self.operands.partner.get(first + 1) == last - 1:
            if self.operands.words[last - 3 : last - 1] == ("AS", "BIGINT"):
                inner = self.integer((first + 2, last - 3))
                return None if inner is None else sign * inner
        return sign * int(word) if last - first == 1 and word.isdecimal() else None

    def null(self, span: Span) -> bool:
        """A NULL, also with a type, as a parameter without a value is described."""
        first, last = self.bare(span)
        if self.word(first) == "CAST" and self.operands.partner.get(first + 1) == last - 1:
            return self.word(first + 2) == "NULL" and self.word(first + 3) == "AS"
        return last - first == 1 and self.word(first) == "NULL"

    def bare(self, span: Span) -> Span:
        """Without the parentheses around all of it."""
        while self.word(span[0]) == "(" and self.operands.partner.get(span[0]) == span[1] - 1:
            span = span[0] + 1, span[1] - 1
        return span

    def primary(self, span: Span) -> bool:
        """One expression without operators, so that it needs no parentheses."""
        signed = self.word(span[0]) in ("+", "-")
        return not signed and self.operands.forward(span[0], _TIGHTEST) == span[1]

    def arguments(self, opening: int) -> tuple[Span, ...]:
        """What stands between commas in brackets; an empty span where nothing does."""
        partner, closing = self.operands.partner, self.operands.partner[opening]
        if closing == opening + 1:
            return ()
        found: list[Span] = []
        start = at = opening + 1
        while at < closing:
            if self.word(at) == ",":
                found.append((start, at))
                start = at + 1
            at = partner.get(at, at) + 1 if partner.get(at, 0) > at else at + 1
        return (*found, (start, closing))

    def binary(
        self, signs: frozenset[str], binding: int, behind: int | None = None
    ) -> Iterator[tuple[Span, int, Span]]:
        """Left operand, index of the operator, right operand, where both are clear. Operators in
        the left one bind at least as tight as `binding`, in the right one tighter than `behind`;
        another of the same operators ends it."""
        for index, word in enumerate(self.operands.words):
            if word in signs and not self.operands.unary(index):
                left = self.operands.backward(index, binding)
                right = self.operands.forward(index + 1, binding if behind is None else behind)
                if left is not None and right is not None:
                    end = next(self._at_top((index + 1, right), signs), right)
                    yield (left, index), index, (index + 1, end)

    def _at_top(self, span: Span, signs: frozenset[str]) -> Iterator[int]:
        """Where these binary operators stand in a span, outside of brackets."""
        at, partner = span[0], self.operands.partner
        while at < span[1]:
            if self.word(at) in signs and not self.operands.unary(at):
                yield at
            at = partner[at] + 1 if partner.get(at, 0) > at else at + 1

    def filled(self, span: Span, template: str, parts: Sequence[Span]) -> Change:
        """The span as the template says; `{0}` is the first of the parts, `{0p}` with parentheses
        if it needs some. Parts that occur once and in order stay where they are."""
        start, end = self.place(span)
        holes = list(_HOLE.finditer(template))
        order = [int(hole[1]) for hole in holes]
        pieces = self._pieces(template, parts)
        if all(a < b for a, b in zip(order, order[1:], strict=False)) and all(
            parts[a][1] <= parts[b][0] for a, b in zip(order, order[1:], strict=False)
        ):
            return Change(tuple(self._around(start, end, pieces)), start, end)
        return Change((moving(self.source, start, end, *pieces),), start, end)

    def _pieces(self, template: str, parts: Sequence[Span]) -> list[str | tuple[int, int]]:
        """Texts and places in turn, a text at both ends."""
        pieces: list[str | tuple[int, int]] = []
        at, closed = 0, ""
        for hole in _HOLE.finditer(template):
            part = parts[int(hole[1])]
            opened = "(" if hole[2] and not self.primary(part) else ""
            pieces += (closed + template[at : hole.start()] + opened, self.place(part))
            at, closed = hole.end(), ")" if opened else ""
        return [*pieces, closed + template[at:]]

    def _around(self, start: int, end: int, pieces: list[str | tuple[int, int]]) -> Iterator[Edit]:
        """Edits of what stands between the pieces that remain in place."""
        at = start
        for text, kept in zip(pieces[::2], [*pieces[1::2], (end, end)], strict=True):
            assert isinstance(text, str) and not isinstance(kept, str)
            if self.source[at : kept[0]] != text:
                yield Edit(at, kept[0], text)
            at = kept[1]

    def refused(
        self,
        index: int,
        message: str,
        hint: str | None,
        detail: str | None = None,
        sqlstate: str = FEATURE_NOT_SUPPORTED,
    ) -> Refusal:
        """Refused, at a token."""
        position = self.operands.tokens[index].start + 1
        return Refusal(SqlError(sqlstate, message, detail=detail, hint=hint, position=position))
