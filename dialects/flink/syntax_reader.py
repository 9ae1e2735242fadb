"""Reads nodes by their syntax: the parser of queries with what `dialects.flink.syntax` asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.errors import ParseError
from sqlglot.tokenizer_core import Token, TokenType

from dialects.flink.nodes import Path
from dialects.flink.queries import Queries
from dialects.flink.reading.names import ANY
from dialects.flink.syntax import Kind, Node, Part, Phrase
from dialects.vocabulary import QUERY_WORDS

_NO_WORDS = frozenset(
    {TokenType.STRING, TokenType.IDENTIFIER, TokenType.HINT, TokenType.HEX_STRING}
    | {TokenType.BIT_STRING, TokenType.NUMBER}
)
_NO_TYPES = frozenset({("AS",), ("COMMENT",), ("CONSTRAINT",), ("FIRST",), ("AFTER",)})
_MOST_PARTS = 3  # catalog, database, name


class SyntaxReader(Queries):
    """A `dialects.flink.syntax.Reader`."""

    _heard: list[Token] | None = None  # the tokens whose words are known
    _heard_words: list[Phrase] = []

    # ── words ───────────────────────────────────────────────────────────────────────────────────

    def ahead(self, phrase: Phrase) -> int:
        """How many tokens the phrase takes here, 0 if something else stands here."""
        words = self._all_words()
        at = self._index
        if words[at][:1] != phrase[:1]:  # nearly always
            return 0
        done = 0
        while done < len(phrase):
            here = words[at]
            if not here or phrase[done : done + len(here)] != here:
                return 0
            done += len(here)
            at += 1
        return at - self._index

    def _all_words(self) -> list[Phrase]:
        """Of each token, and none behind the last."""
        if self._heard is not self._tokens:
            self._heard = self._tokens
            self._heard_words = [*map(_words, self._tokens[: self._tokens_size]), ()]
        return self._heard_words

    def demand(self, phrase: Phrase) -> None:
        count = self.ahead(phrase)
        if not count:
            raise self._error(f"expected {' '.join(phrase)}")
        self._advance(count)

    def taken(self, phrases: tuple[Phrase, ...]) -> exp.Expr | None:
        """The first phrase of several that stands here, as exp.Var."""
        start = self._index
        for phrase in phrases:
            if count := self.ahead(phrase):
                self._advance(count)
                return self.made(exp.Var(this=" ".join(phrase)), start)
        return None

    def _error(self, message: str) -> ParseError:
        return ParseError(f"{message}, token {self._index}")

    # ── parts ───────────────────────────────────────────────────────────────────────────────────

    def begins(self, kind: Kind) -> bool:
        if isinstance(kind, tuple):
            return any(one.syntax.begins(self) for one in kind)
        if not isinstance(kind, Part):
            return kind.syntax.begins(self)
        return self._index < self._tokens_size and _PARTS[kind][0](self._curr)

    def part(self, kind: Kind) -> exp.Expr:
        start = self._index
        if isinstance(kind, tuple):
            return self.first(kind)
        if not isinstance(kind, Part):
            return self.node(kind)
        if not self.begins(kind):
            raise self._error(f"expected {kind.name.lower()}")
        return self.made(_PARTS[kind][1](self), start)

    def first(self, kinds: tuple[type[Node], ...]) -> exp.Expr:
        """Of several the first that can be read. They differ in words near their beginning."""
        start = self._index
        errors: list[tuple[int, ParseError]] = []
        for kind in kinds:
            try:
                return self.node(kind)
            except ParseError as error:
                errors.append((self._index, error))
                self._advance(start - self._index)
        raise max(errors, key=lambda one: one[0])[1]

    def node(self, kind: type[Node]) -> Node:
        """Raises ParseError if what stands here is no such node."""
        start = self._index
        args: dict[str, Any] = {}
        kind.syntax.read(self, args)
        return self.made(kind(**args), start)

    def _parts(self) -> list[exp.Expr]:
        found: list[exp.Expr] = [self.name()]
        while self._match(TokenType.DOT):
            found.append(self.name())
        return found

    def _object(self) -> exp.Expr:
        return Path(expressions=self._parts())

    def _table(self) -> exp.Table:
        parts = self._parts()
        if len(parts) > _MOST_PARTS:
            raise self._error("improper qualified name")
        return exp.Table(**dict(zip(("this", "db", "catalog"), reversed(parts), strict=False)))

    def _target(self) -> exp.Expr:
        table = self._table()
        self.hints(table)
        return table

    def _constant(self) -> exp.Expr:
        token = self._curr
        self._advance()
        return exp.Literal(this=token.text, is_string=token.token_type == TokenType.STRING)

    # ── settings ────────────────────────────────────────────────────────────────────────────────

    def _setting_key(self) -> exp.Expr:
        """Without quotes: words, dots and hyphens without a blank between them."""
        if self._curr.token_type == TokenType.STRING:
            return self._constant()
        first = last = self._curr
        self._advance()
        while self._index < self._tokens_size and self._curr.start == last.end + 1:
            if self._curr.token_type == TokenType.EQ:
                break
            last = self._curr
            self._advance()
        return exp.Var(this=self.sql[first.start : last.end + 1])

    def _setting_value(self) -> exp.Expr:
        if self._curr.token_type == TokenType.STRING and self._index + 1 == self._tokens_size:
            return self._constant()
        first = self._curr
        self._advance(self._tokens_size - self._index)
        return exp.Var(this=self.sql[first.start : self._prev.end + 1])


def _words(token: Token) -> Phrase:
    """In upper case; none for what is quoted. Some keywords of two words are one token."""
    if token.token_type in _NO_WORDS:
        return ()
    pieces = token.text.upper().split()
    return (pieces[0], pieces[-1]) if len(pieces) > 1 else tuple(pieces)


def _of(*types: TokenType) -> Callable[[Token], bool]:
    return lambda token: token.token_type in types


def _is_name(token: Token) -> bool:
    return token.token_type in ANY


def _is_type(token: Token) -> bool:
    return _is_name(token) and _words(token) not in _NO_TYPES


def _is_query(token: Token) -> bool:
    words = _words(token)
    return bool(words) and words[0] in QUERY_WORDS


def _always(token: Token) -> bool:
    return True


_PARTS: dict[Part, tuple[Callable[[Token], bool], Callable[[Any], exp.Expr]]] = {
    Part.NAME: (_is_name, lambda reader: reader.name()),
    Part.PATH: (_is_name, lambda reader: reader._table()),
    Part.OBJECT: (_is_name, lambda reader: reader._object()),
    Part.TARGET: (_is_name, lambda reader: reader._target()),
    Part.SOURCE: (_always, lambda reader: reader.source()),
    Part.STRING: (_of(TokenType.STRING), lambda reader: reader._constant()),
    Part.NUMBER: (_of(TokenType.NUMBER), lambda reader: reader._constant()),
    Part.EXPRESSION: (_always, lambda reader: reader.scalar()),
    Part.TYPE: (_is_type, lambda reader: reader.data_type()),
    Part.WHERE: (_of(TokenType.WHERE), lambda reader: reader._where()),
    Part.QUERY: (_is_query, lambda reader: reader.query()),
    Part.STATEMENT: (_always, lambda reader: reader._parse_statement()),
    Part.KEY: (_always, lambda reader: reader._setting_key()),
    Part.REST: (_always, lambda reader: reader._setting_value()),
}
"""Of each part how to see that it begins, and how to read it."""
