"""A cursor over the tokens of a statement, for the small grammars of the verbs."""

from __future__ import annotations

from dialects.lexer import NAMES, Token, TokenKind
from dialects.splitter import Statement


class Reader:
    """`accept` moves on only if all the given words follow; an empty word means the end."""

    def __init__(self, statement: Statement, at: int = 0) -> None:
        self.statement = statement
        self.tokens = statement.tokens
        self.words = statement.words
        self.at = at

    def word(self, offset: int = 0) -> str:
        index = self.at + offset
        return self.words[index] if 0 <= index < len(self.words) else ""

    @property
    def token(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    @property
    def done(self) -> bool:
        return self.at >= len(self.tokens)

    def kind(self, offset: int = 0) -> TokenKind | None:
        index = self.at + offset
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else None

    def accept(self, *words: str) -> bool:
        if tuple(self.words[self.at : self.at + len(words)]) != words:
            return False
        self.at += len(words)
        return True

    def one_of(self, words: frozenset[str] | tuple[str, ...]) -> str:
        """The word at hand if it is among `words`, and move on; else the empty string."""
        word = self.word()
        if word not in words or not word:
            return ""
        self.at += 1
        return word

    def take(self) -> Token | None:
        token = self.token
        if token is not None:
            self.at += 1
        return token

    def name(self) -> Token | None:
        """The identifier at hand, and move on."""
        token = self.token
        if token is None or token.kind not in NAMES:
            return None
        self.at += 1
        return token

    def chain(self) -> tuple[Token, ...]:
        """The dotted name at hand, part by part, and move on; empty if there is none."""
        parts: list[Token] = []
        while (token := self.name()) is not None:
            parts.append(token)
            if self.word() != "." or self.kind(1) not in NAMES:
                break
            self.at += 1
        return tuple(parts)

    def parenthesised(self) -> tuple[int, int] | None:
        """Token range inside the parentheses at hand, and move behind them; None if not closed."""
        if self.word() != "(":
            return None
        depth = 0
        for index in range(self.at, len(self.words)):
            depth += {"(": 1, ")": -1}.get(self.words[index], 0)
            if depth == 0:
                inside = self.at + 1, index
                self.at = index + 1
                return inside
        return None
