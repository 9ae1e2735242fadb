"""Identifiers: which words may be one, and where."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.spans import SpannedParser
from dialects.flink.tokens import WORDS

R = TypeVar("R")

RESERVED = frozenset(
    {
        T.ALIAS, T.AND, T.BETWEEN, T.CASE, T.CROSS, T.DISTINCT, T.ELSE, T.END, T.EXCEPT, T.FETCH,
        T.FROM, T.GROUP_BY, T.GROUPING_SETS, T.HAVING, T.IN, T.INNER, T.INTERSECT,
        T.INTO, T.IS, T.JOIN, T.LIKE, T.NATURAL, T.NOT, T.ON, T.OR, T.ORDER_BY,
        T.PARTITION_BY, T.SELECT, T.SIMILAR_TO, T.TABLE, T.THEN, T.UNION, T.USING, T.VALUES,
        T.WHEN, T.WHERE, T.WITH,
    }
)  # fmt: skip
"""Words that cannot be a name where an expression or a table may begin."""

NO_ALIAS = RESERVED | {
    T.ANTI, T.ASOF, T.COLLATE, T.ESCAPE, T.FOR, T.FULL, T.ILIKE, T.ISNULL, T.LATERAL, T.LEFT,
    T.LIMIT, T.MATCH_RECOGNIZE, T.NOTNULL, T.OFFSET, T.OUTER, T.OVERLAPS, T.PARTITION, T.PIVOT,
    T.QUALIFY, T.RETURNING, T.RIGHT, T.RLIKE, T.SEMI, T.SET, T.TABLE_SAMPLE, T.UNPIVOT, T.WINDOW,
}  # fmt: skip
"""Words that cannot be an alias without AS, for they continue the query."""

NAMES = WORDS - RESERVED | {T.IDENTIFIER}
ALIASES = WORDS - NO_ALIAS | {T.IDENTIFIER}
ANY = WORDS | {T.IDENTIFIER}


class Names(SpannedParser):
    def name(self, allowed: Collection[T] = ANY) -> exp.Identifier:
        """The next token as a name; with AS in front and behind a dot any word may be one."""
        token = self._curr
        kind = token.token_type
        if kind not in allowed:
            raise self.unexpected()
        start = self._index
        self._advance()
        made = exp.Identifier(this=token.text, quoted=kind == T.IDENTIFIER)
        self.spans[id(made)] = (made, start, start + 1)
        return made

    def names(self) -> list[exp.Identifier]:
        """`(a, b)`"""
        self.expect(T.L_PAREN)
        found = self.separated(self.name)
        self.expect(T.R_PAREN)
        return found

    def separated(self, read: Callable[[], R]) -> list[R]:
        """One or more, with commas between them."""
        found = [read()]
        while self._curr.token_type == T.COMMA:
            self._advance()
            found.append(read())
        return found

    def word(self) -> exp.Var:
        """The next token, whatever word it is, as it was written."""
        token = self._curr
        if token.token_type not in WORDS:
            raise self.unexpected()
        start = self._index
        self._advance()
        return self.made(exp.Var(this=token.text), start)

    def said(self, *words: str) -> bool:
        """Take these words, in upper case, if they come next; quoted names are no words."""
        tokens, index = self._tokens, self._index
        for word in words:
            token = tokens[index]
            if token.token_type not in WORDS or token.text.upper() != word:
                return False
            index += 1
        self._advance(len(words))
        return True

    def _parse_id_var(
        self, any_token: bool = True, tokens: Collection[T] | None = None
    ) -> exp.Expr | None:
        allowed = ANY if any_token else tokens or NAMES
        kind = self._curr.token_type
        return self.name() if kind in allowed or kind == T.IDENTIFIER else None

    def _parse_identifier(self) -> exp.Expr | None:
        return self.name() if self._curr.token_type == T.IDENTIFIER else None
