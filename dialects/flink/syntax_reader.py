"""Reads nodes by their syntax: the parser of queries with what `dialects.flink.syntax` asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.errors import ParseError
from sqlglot.tokenizer_core import Token, TokenType

from dialects.flink.nodes import Path
from dialects.flink.queries import Queries
from dialects.flink.syntax import Kind, Node, Part, Phrase

_NO_WORDS = frozenset(
    {TokenType.STRING, TokenType.IDENTIFIER, TokenType.HINT, TokenType.HEX_STRING}
    | {TokenType.BIT_STRING, TokenType.NUMBER}
)
_QUERY_STARTS = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "("})
_NO_TYPES = frozenset({"AS", "COMMENT", "CONSTRAINT", "FIRST", "AFTER", "PRIMARY KEY"})
_MOST_PARTS = 3  # catalog, database, name


class SyntaxReader(Queries):
    """A `dialects.flink.syntax.Reader`."""

    # ── words ───────────────────────────────────────────────────────────────────────────────────

    def ahead(self, phrase: Phrase) -> int:
        """How many tokens the phrase takes here, 0 if something else stands here."""
        at, done = self._index, 0
        while done < len(phrase):
            words = _words(self._tokens[at]) if at < self._tokens_size else ()
            if not words or phrase[done : done + len(words)] != words:
                return 0
            done += len(words)
            at += 1
        return at - self._index

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
                return self._noted(exp.Var(this=" ".join(phrase)), start)
        return None

    def _noted(self, node: exp.Expr, start: int) -> exp.Expr:
        self.note(node, start)
        return node

    def _error(self, message: str) -> ParseError:
        return ParseError(f"{message}, token {self._index}")

    # ── parts ───────────────────────────────────────────────────────────────────────────────────

    def begins(self, kind: Kind) -> bool:
        if isinstance(kind, tuple):
            return any(one.syntax.begins(self) for one in kind)
        if not isinstance(kind, Part):
            return kind.syntax.begins(self)
        return self._index < self._tokens_size and _BEGINS[kind](self._curr)

    def part(self, kind: Kind) -> exp.Expr:
        start = self._index
        if isinstance(kind, tuple):
            return self.first(kind)
        if not isinstance(kind, Part):
            return self.node(kind)
        if not self.begins(kind):
            raise self._error(f"expected {kind.name.lower()}")
        found: exp.Expr | None = _READS[kind](self)
        if found is None:
            raise self._error(f"expected {kind.name.lower()}")
        return self._noted(found, start)

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
        node = kind(**args)
        self.note(node, start)
        return node

    def _name(self) -> exp.Expr:
        token = self._curr
        self._advance()
        return exp.Identifier(this=token.text, quoted=token.token_type == TokenType.IDENTIFIER)

    def _names(self) -> list[exp.Expr]:
        found = [self.part(Part.NAME)]
        while self._curr.token_type == TokenType.DOT:
            self._advance()
            found.append(self.part(Part.NAME))
        return found

    def _object(self) -> exp.Expr:
        return Path(expressions=self._names())

    def _path(self) -> exp.Expr:
        names = self._names()
        if len(names) > _MOST_PARTS:
            raise self._error("improper qualified name")
        parts = dict(zip(("this", "db", "catalog"), reversed(names), strict=False))
        return exp.Table(**parts)

    def _target(self) -> exp.Expr:
        table = self._path()
        if self._curr.token_type == TokenType.HINT:
            table.set("hints", [self._parse_hint()])
        return table

    def _literal(self) -> exp.Expr:
        token = self._curr
        self._advance()
        return exp.Literal(this=token.text, is_string=token.token_type == TokenType.STRING)

    # ── settings ────────────────────────────────────────────────────────────────────────────────

    def _key(self) -> exp.Expr:
        """Without quotes: words, dots and hyphens without a blank between them."""
        if self._curr.token_type == TokenType.STRING:
            return self._literal()
        first = last = self._curr
        self._advance()
        while self._index < self._tokens_size and self._curr.start == last.end + 1:
            if self._curr.token_type == TokenType.EQ:
                break
            last = self._curr
            self._advance()
        return exp.Var(this=self.sql[first.start : last.end + 1])

    def _rest(self) -> exp.Expr:
        if self._curr.token_type == TokenType.STRING and self._index + 1 == self._tokens_size:
            return self._literal()
        first = self._curr
        self._advance(self._tokens_size - self._index)
        return exp.Var(this=self.sql[first.start : self._prev.end + 1])


def _words(token: Token) -> Phrase:
    """In upper case; none for what is quoted. Some keywords of two words are one token."""
    if token.token_type in _NO_WORDS:
        return ()
    text = token.text.upper()
    if " " not in text and "\n" not in text and "\t" not in text:
        return (text,)
    pieces = text.split()
    return pieces[0], pieces[-1]


def _is_name(token: Token) -> bool:
    if token.token_type == TokenType.IDENTIFIER:
        return True
    words = _words(token)
    return len(words) == 1 and (words[0][0].isalpha() or words[0][0] == "_" or words[0] > "\x7f")


def _is_type(token: Token) -> bool:
    return _is_name(token) and token.text.upper() not in _NO_TYPES or len(_words(token)) == 2


def _always(token: Token) -> bool:
    return True


_BEGINS: dict[Part, Callable[[Token], bool]] = {
    Part.NAME: _is_name,
    Part.PATH: _is_name,
    Part.OBJECT: _is_name,
    Part.TARGET: _is_name,
    Part.STRING: lambda token: token.token_type == TokenType.STRING,
    Part.NUMBER: lambda token: token.token_type == TokenType.NUMBER,
    Part.VALUE: _always,
    Part.EXPRESSION: _always,
    Part.TYPE: _is_type,
    Part.WHERE: lambda token: token.token_type == TokenType.WHERE,
    Part.QUERY: lambda token: token.text.upper() in _QUERY_STARTS,
    Part.STATEMENT: _always,
    Part.KEY: _always,
    Part.REST: _always,
}
_READS: dict[Part, Callable[[Any], exp.Expr | None]] = {
    Part.NAME: lambda reader: reader._name(),
    Part.PATH: lambda reader: reader._path(),
    Part.OBJECT: lambda reader: reader._object(),
    Part.TARGET: lambda reader: reader._target(),
    Part.STRING: lambda reader: reader._literal(),
    Part.NUMBER: lambda reader: reader._literal(),
    Part.VALUE: lambda reader: reader._parse_unary(),
    Part.EXPRESSION: lambda reader: reader._parse_disjunction(),
    Part.TYPE: lambda reader: reader._parse_types(),
    Part.WHERE: lambda reader: reader._parse_where(),
    Part.QUERY: lambda reader: reader._parse_ddl_select(),
    Part.STATEMENT: lambda reader: reader._parse_statement(),
    Part.KEY: lambda reader: reader._key(),
    Part.REST: lambda reader: reader._rest(),
}
