"""A cursor that insists: what a grammar demands is read, or is a syntax error as of Postgres."""

from __future__ import annotations

from dialects.ddl.model import Option, Path, Span
from dialects.engine_text import to_engine
from dialects.lexer import NAMES, STRINGS, Token, TokenKind
from dialects.names import string_value, written
from dialects.reader import Reader
from dialects.splitter import part
from protocol.errors import SYNTAX_ERROR, SqlError

_OPTION_HINT = "Options are written as 'key' = 'value'."
_ENDS = ("", ",", ")")
_QUERY_STARTS = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "("})


class Cursor(Reader):
    """Methods move on, or raise SqlError 42601 with the position of what stands in the way."""

    @property
    def position(self) -> int:
        """Of the token at hand, in characters from 1."""
        token = self.token
        return (token.start if token is not None else len(self.statement.text)) + 1

    def unexpected(self, hint: str | None = None) -> SqlError:
        token = self.token
        near = f'or near "{token.text}"' if token is not None else "end of input"
        return SqlError(SYNTAX_ERROR, f"syntax error at {near}", hint=hint, position=self.position)

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                raise self.unexpected()

    def finish(self) -> None:
        if not self.done:
            raise self.unexpected()

    def identifier(self) -> Token:
        """A name, reserved or not: rendered in backticks, any word will do."""
        token = self.name()
        if token is None:
            raise self.unexpected()
        if not written(token):
            self.at -= 1
            message = f'zero-length delimited identifier at or near "{token.text}"'
            raise SqlError(SYNTAX_ERROR, message, position=self.position)
        return token

    def path(self, most: int = 3) -> Path:
        """A dotted name of at most `most` parts."""
        first, position = self.at, self.position
        parts = [self.identifier()]
        while self.accept("."):
            parts.append(self.identifier())
        names = tuple(written(token) for token in parts)
        if len(names) > most:
            message = f"improper qualified name (too many dotted names): {'.'.join(names)}"
            raise SqlError(SYNTAX_ERROR, message, position=position)
        quoted = tuple(token.kind is not TokenKind.WORD for token in parts)
        return Path(names, quoted, first, self.at - 1, position)

    def names(self) -> tuple[str, ...]:
        """`(a, b)`"""
        self.expect("(")
        found = [written(self.identifier())]
        while self.accept(","):
            found.append(written(self.identifier()))
        self.expect(")")
        return tuple(found)

    def string(self, hint: str | None = None) -> str:
        if self.kind() not in STRINGS:
            raise self.unexpected(hint)
        token = self.tokens[self.at]
        self.at += 1
        return string_value(token)

    def comment(self) -> str | None:
        """`[COMMENT 'text']`"""
        return self.string() if self.accept("COMMENT") else None

    def options(self) -> tuple[Option, ...]:
        """`('key' = 'value', …)`; of a key given twice the last value counts, as in Flink."""
        found: dict[str, Option] = {}
        self.expect("(")
        while not self.accept(")"):
            if found:
                self.expect(",")
            option = self._option()
            found[option.key] = option
        return tuple(found.values())

    def _option(self) -> Option:
        position, key = self.position, self.string(_OPTION_HINT)
        self.expect("=")
        value_position = self.position
        return Option(key, self.string(_OPTION_HINT), position, value_position)

    def keys(self) -> tuple[str, ...]:
        """`('key', …)`"""
        found: list[str] = []
        self.expect("(")
        while not self.accept(")"):
            if found:
                self.expect(",")
            found.append(self.string())
        return tuple(found)

    def expression(self) -> str:
        """The expression at hand, for Flink: up to a comma or bracket that is not its own, or up
        to the COMMENT, FIRST or AFTER behind it."""
        start, depth = self.at, 0
        while not self.done and (depth or not self._ends_expression(self.at > start)):
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(self.word(), 0)
            self.at += 1
        if self.at == start:
            raise self.unexpected()
        return self.engine_text(start, self.at)

    def _ends_expression(self, begun: bool) -> bool:
        word = self.word()
        if word in (",", ")"):
            return True
        if not begun:
            return False
        if word == "COMMENT":
            return self.kind(1) in STRINGS
        if word == "AFTER":
            return self.kind(1) in NAMES and self.word(2) in _ENDS
        return word == "FIRST" and self.word(1) in _ENDS

    def query(self) -> Span:
        """The query at hand: all the rest of the statement."""
        if self.word() not in _QUERY_STARTS:
            raise self.unexpected()
        first, start = self.at, self.tokens[self.at].start
        self.at = len(self.tokens)
        return Span(start, len(self.statement.text), first)

    def engine_text(self, first: int, last: int) -> str:
        """Tokens first … last (exclusive) as Flink takes them."""
        piece = part(self.statement, first, last)
        try:
            return to_engine(piece).text
        except SqlError as error:
            if error.position is not None:
                error.position += self.tokens[first].start
            raise
