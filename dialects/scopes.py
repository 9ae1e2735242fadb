"""In which SELECT does each parameter stand, and what can be named there?

WITH c AS (…) SELECT … FROM a, b WHERE x = $1 GROUP BY …
     └ ctes ┘              └ from ┘                         all as token ranges
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dialects.lexer import Token, TokenKind

Span = tuple[int, int]
_ENDS_FROM = frozenset(
    "WHERE GROUP ORDER HAVING LIMIT WINDOW UNION INTERSECT EXCEPT MINUS QUALIFY FETCH OFFSET"
    " RETURNING SET ;".split()
)
_TARGET_WORDS = frozenset({"UPDATE", "DELETE"})


@dataclass(slots=True, eq=False)
class Scope:
    """One SELECT (or UPDATE, DELETE). `source`: what stands behind FROM; None: nothing does.
    `ctes`: the common table expressions in front of it, the outermost first. `closed`: where it
    ends, so that inner scopes sort before outer ones."""

    parent: Scope | None
    ctes: list[Span] = field(default_factory=list)
    source: Span | None = None
    closed: int = 0


@dataclass(slots=True)
class _Level:
    """One level of brackets. `scope` is the SELECT that goes on there."""

    scope: Scope
    opened: int = -1  # the FROM that has not ended
    declared: int = -1  # behind WITH
    query: bool = False
    outside: int = 0  # how many common table expressions were in force before it


def scopes(tokens: Sequence[Token], words: Sequence[str]) -> dict[int, Scope]:
    """Token index of each parameter → its scope."""
    return _Scanner(tokens, words).run()


class _Scanner:
    def __init__(self, tokens: Sequence[Token], words: Sequence[str]) -> None:
        self.tokens, self.words = tokens, words
        self.levels = [_Level(Scope(None))]
        self.found: dict[int, Scope] = {}
        self.ctes: list[Span] = []  # in force, the outermost first

    def run(self) -> dict[int, Scope]:
        for index, (token, word) in enumerate(zip(self.tokens, self.words, strict=True)):
            if word == "(":
                self.levels.append(_Level(self.levels[-1].scope, outside=len(self.ctes)))
            elif word == ")":
                self._close(index)
            elif token.kind is TokenKind.PARAMETER:
                self.found[index] = self.levels[-1].scope
            elif token.kind is TokenKind.WORD or word == ";":
                self._word(index, word)
        while self.levels:
            self._end(self.levels.pop(), len(self.tokens))
        return self.found

    def _close(self, index: int) -> None:
        if len(self.levels) > 1:
            level = self.levels.pop()
            self._end(level, index)
            del self.ctes[level.outside :]
        level = self.levels[-1]
        if level.declared >= 0:  # the body of a common table expression ends, or its column list
            self._declare(level, index)

    def _declare(self, level: _Level, index: int) -> None:
        if self.words[index + 1 : index + 2] != ("AS",):
            if self.ctes and self.ctes[-1][0] == level.declared:
                self.ctes.pop()
            self.ctes.append((level.declared, index + 1))

    def _end(self, level: _Level, index: int) -> None:
        if level.opened >= 0:
            level.scope.source, level.opened = (level.opened, index), -1
        if level.query:
            level.scope.closed = index

    def _word(self, index: int, word: str) -> None:
        level = self.levels[-1]
        if word == "SELECT" or (word in _TARGET_WORDS and not level.query):
            self._select(level, index, word)
        elif word == "WITH" and self._declares(level, index):
            level.declared = index + 1
        elif word == "FROM" and level.query and level.opened < 0 and self._clause(index):
            level.opened = index + 1
        elif word in _ENDS_FROM and level.opened >= 0:
            level.scope.source, level.opened = (level.opened, index), -1

    def _declares(self, level: _Level, index: int) -> bool:
        """WITH x AS, WITH x (; neither the options of a table nor UNNEST … WITH ORDINALITY."""
        behind = self.words[index + 2 : index + 3]
        return max(level.declared, level.opened) < 0 and behind in (("AS",), ("(",))

    def _clause(self, index: int) -> bool:
        """Not that of IS DISTINCT FROM."""
        return self.words[index - 1] != "DISTINCT" or self.words[index - 2] not in ("IS", "NOT")

    def _select(self, level: _Level, index: int, word: str) -> None:
        self._end(level, index)
        outer = level.scope.parent if level.query else level.scope
        level.scope = Scope(outer, list(self.ctes))
        level.query = True
        level.declared = -1
        if word == "UPDATE":
            level.opened = index + 1
