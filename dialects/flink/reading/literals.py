"""Literals, those with a type in front among them, and what stands for a value."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.query_nodes import TypedLiteral
from dialects.flink.reading.types import ZONES, Types

ZONED = frozenset({T.TIME, T.TIMESTAMP})
"""Types that words may follow: TIMESTAMP WITH LOCAL TIME ZONE."""


class Literals(Types):
    def _string(self, start: int) -> exp.Expr:
        made = exp.Literal(this=self._curr.text, is_string=True)
        self._advance()
        self.spans[id(made)] = (made, start, start + 1)
        return made

    def _number(self, start: int) -> exp.Expr:
        made = exp.Literal(this=self._curr.text, is_string=False)
        self._advance()
        self.spans[id(made)] = (made, start, start + 1)
        return made

    def _bits(self, start: int) -> exp.Expr:
        hexadecimal = self._curr.token_type == T.HEX_STRING
        kind = exp.HexString if hexadecimal else exp.BitString
        made = kind(this=self._curr.text)
        self._advance()
        return self.made(made, start)

    def _null(self, start: int) -> exp.Expr:
        self._advance()
        return self.made(exp.Null(), start)

    def _boolean(self, start: int) -> exp.Expr:
        made = exp.Boolean(this=self._curr.token_type == T.TRUE)
        self._advance()
        return self.made(made, start)

    def _placeholder(self, start: int) -> exp.Expr:
        self._advance()
        return self.made(exp.Placeholder(), start)

    def _dollar(self, start: int) -> exp.Expr:
        """`$1` is two tokens."""
        self._advance()
        number = self._number(self._index)
        return self.made(exp.Parameter(this=number), start)

    def _typed_literal(self, start: int) -> exp.Expr:
        """Raises ParseError if no literal stands behind the type."""
        self._retreat(start)
        to = self.data_type()
        if self._curr.token_type != T.STRING:
            raise self.unexpected()
        return self.made(TypedLiteral(this=self._string(self._index), to=to), start)

    def _zone_at(self, index: int) -> bool:
        """Do the words of a time zone stand there, and a literal behind them?"""
        for words in ZONES:
            end = index + len(words)
            ahead = tuple(token.text.upper() for token in self._tokens[index:end])
            if ahead == words and end < self._tokens_size:
                return self._tokens[end].token_type == T.STRING
        return False
