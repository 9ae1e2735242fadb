"""A statement as a tree whose nodes know where in the text they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sqlglot import exp
from sqlglot.errors import ParseError
from sqlglot.tokenizer_core import Token

from dialects.flink.dialect import Flink
from dialects.flink.parser import Parser
from dialects.flink.tokens import to_sqlglot
from dialects.splitter import Statement
from protocol.errors import SqlError

N = TypeVar("N", bound=exp.Expr)

MAX_TOKENS = 50_000
"""Less than a second of reading; a statement of people has some hundred."""
MAX_DEPTH = 64

_FLINK = Flink()
_OPENING = frozenset({"(", "[", "CASE"})
_CLOSING = frozenset({")", "]", "END"})


@dataclass(frozen=True)
class Tree:
    """`root` and, for each node of it, its span; offsets are of characters, the end exclusive."""

    statement: Statement
    root: exp.Expr
    tokens: list[Token]  # sqlglot's: `start`, and `end` of the last character
    _spans: dict[int, tuple[exp.Expr, int, int]] = field(repr=False)

    @property
    def source(self) -> str:
        return self.statement.text

    def find(self, *kinds: type[N]) -> list[N]:
        """All nodes of these kinds, outer ones first, in the order of the text.

        The tree is walked once, however often this is asked.
        """
        found: list[Any] = []
        for kind, nodes in self._nodes.items():
            if issubclass(kind, kinds):
                found += nodes
        return sorted(found, key=self._order)

    @cached_property
    def _nodes(self) -> dict[type[exp.Expr], list[exp.Expr]]:
        known: dict[type[exp.Expr], list[exp.Expr]] = {}
        left = [self.root]
        while left:
            node = left.pop()
            known.setdefault(type(node), []).append(node)
            for value in node.args.values():
                if isinstance(value, exp.Expr):
                    left.append(value)
                elif isinstance(value, list):
                    left += [one for one in value if isinstance(one, exp.Expr)]
        return known

    def _order(self, node: exp.Expr) -> tuple[int, int]:
        first, last = self.indexes(node)
        return first, -last

    def indexes(self, node: exp.Expr) -> tuple[int, int]:
        """The indexes of a node's first token and of the one behind its last."""
        known = self._spans.get(id(node))
        if known is not None:
            return known[1], known[2]
        inner = [self.indexes(child) for child in node.iter_expressions()]
        if not inner:
            raise LookupError(f"no place is known of {node!r}")
        return min(first for first, _ in inner), max(last for _, last in inner)

    def span(self, node: exp.Expr) -> tuple[int, int]:
        """Where a node stands in the text. Raises LookupError for one that was not read."""
        first, last = self.indexes(node)
        return self.tokens[first].start, self.tokens[last - 1].end + 1

    def text(self, node: exp.Expr) -> str:
        start, end = self.span(node)
        return self.source[start:end]


def parse(statement: Statement) -> Tree | None:
    """The tree of one statement; None if it is not understood as a whole.

    Nor is one of more than `MAX_TOKENS` tokens or with more than `MAX_DEPTH` brackets in another:
    the first would hold up everybody else, the second the stack cannot be trusted with.
    """
    if len(statement.tokens) > MAX_TOKENS or _too_deep(statement):
        return None
    reader = Parser(dialect=_FLINK)
    try:
        given = to_sqlglot(statement.text, statement.tokens)
        roots = reader.parse(given, statement.text)
    except (ParseError, RecursionError, SqlError):  # the last: a string with a broken escape
        return None
    if len(roots) != 1 or roots[0] is None or isinstance(roots[0], exp.Command):
        return None
    return Tree(statement, roots[0], given, reader.spans)


def _too_deep(statement: Statement) -> bool:
    text = statement.text
    if text.count("(") + text.count("[") + text.upper().count("CASE") <= MAX_DEPTH:
        return False
    depth = 0
    for word in statement.words:
        if word in _OPENING:
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif word in _CLOSING:
            depth -= 1
    return False
