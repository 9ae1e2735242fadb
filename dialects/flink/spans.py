"""A parser that notes of each node which tokens it was made of.

Each method says itself where its node began: `self.made(node, start)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlglot import exp, parser
from sqlglot.errors import ParseError
from sqlglot.parser import SENTINEL_NONE
from sqlglot.tokenizer_core import Token, TokenType

from dialects.flink.comments import give_comments

E = TypeVar("E", bound=exp.Expr)


class SpannedParser(parser.Parser):
    """`spans`: of each node its first token and the one behind its last, as indexes.

    The tokens hold the comments, nodes get them when all is read: while reading nobody asks.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The node is kept beside its span: a dropped one must not lend its id to another.
        self.spans: dict[int, tuple[exp.Expr, int, int]] = {}

    def _parse(
        self,
        parse_method: Callable[[Any], exp.Expr | None],
        raw_tokens: list[Token],
        sql: str | None = None,
    ) -> list[exp.Expr | None]:
        """One tree for each statement; a semicolon that a statement reads itself ends none."""
        self.reset()
        self.sql = sql or ""
        self.spans = {}
        self._tokens = [*raw_tokens, SENTINEL_NONE, SENTINEL_NONE]
        self._tokens_size = len(raw_tokens)
        self._index = -1
        self._advance()
        roots: list[exp.Expr | None] = []
        while self._index < self._tokens_size:
            if self._match(TokenType.SEMICOLON):
                continue
            roots.append(parse_method(self))
            if self._index < self._tokens_size and self._curr.token_type != TokenType.SEMICOLON:
                raise self.unexpected()
        give_comments([root for root in roots if root is not None], raw_tokens, self.spans)
        return roots

    def _advance(self, times: int = 1) -> None:
        index = self._index + times
        if index > self._tokens_size:  # behind the end of the text there is nothing to read
            raise self.unexpected()
        self._index = index
        tokens = self._tokens
        self._curr = tokens[index]
        self._next = tokens[index + 1]
        self._prev = tokens[index - 1] if index else SENTINEL_NONE

    def unexpected(self) -> ParseError:
        """The error of a token that fits nothing; cheap, for some errors only end an attempt."""
        token = self._curr
        return ParseError(f"syntax error at or near {token.text!r}, offset {token.start}")

    def raise_error(self, message: str, token: Token = SENTINEL_NONE) -> None:
        at = token if token.token_type != TokenType.SENTINEL else self._curr
        raise ParseError(f"{message}, offset {at.start}")

    def expect(self, kind: TokenType) -> None:
        """Raises ParseError if the next token is another."""
        if self._curr.token_type != kind:
            raise self.unexpected()
        self._advance()

    def made(self, node: E, start: int) -> E:
        """Note the place of a node that has just been read, from the token `start`."""
        self.spans[id(node)] = (node, start, self._index)
        return node

    def expression(
        self, instance: E, token: Token | None = None, comments: list[str] | None = None
    ) -> E:
        """Only sqlglot's own methods call it, which know of no places."""
        return instance if instance.is_primitive else self.validate_expression(instance)

    def note(self, node: exp.Expr, start: int) -> None:
        """`node` reaches from the token `start` up to where reading has come, at least."""
        known = self.spans.get(id(node))
        if known is not None and known[1] < start:
            start = known[1]
        self.spans[id(node)] = (node, start, self._index)
