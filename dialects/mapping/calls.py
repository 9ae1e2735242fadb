"""Calls of functions in a text, with the places of their names and arguments."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from dialects.flink.tree import Tree
from dialects.lexer import NAMES, TokenKind
from dialects.mapping.model import Text
from dialects.mapping.outline import parted

Span = tuple[int, int]


@dataclass(frozen=True)
class Call:
    """`NAME(argument, …)`; offsets of characters, ends exclusive, arguments without blanks around.

    `quoted`: the name stands in backticks. `index`: of the name's token in the statement.
    """

    text: Text
    name: str  # in upper case
    quoted: bool
    index: int
    closing: int  # the index of the token of the closing parenthesis

    @property
    def start(self) -> int:
        return self.text.statement.tokens[self.index].start

    @property
    def name_end(self) -> int:
        return self.text.statement.tokens[self.index].end

    @property
    def end(self) -> int:
        return self.text.statement.tokens[self.closing].end

    @cached_property
    def ranges(self) -> tuple[Span, ...]:
        """Token ranges of the arguments."""
        return tuple(parted(self.text.statement, self.index + 2, self.closing))

    @property
    def arguments(self) -> tuple[Span, ...]:
        tokens = self.text.statement.tokens
        return tuple((tokens[first].start, tokens[last - 1].end) for first, last in self.ranges)

    def words(self, argument: int) -> tuple[str, ...]:
        first, last = self.ranges[argument]
        return self.text.statement.words[first:last]


def calls(text: Text, names: Collection[str]) -> Iterator[Call]:
    """The calls by bare name of functions among `names`, in the order of the text.

    A name in front of a parenthesis may be that of a new table or of a list of columns: what is a
    call is settled by the tree, so a text that is not understood has none.
    """
    found = list(_candidates(text, names)) if names else []
    if not found or text.tree is None:
        return
    known = _beginnings(text.tree)
    yield from (call for call in found if call.start in known)


def _candidates(text: Text, names: Collection[str]) -> Iterator[Call]:
    tokens, words = text.statement.tokens, text.statement.words
    for index in range(len(words) - 1):
        if words[index + 1] != "(" or tokens[index].kind not in NAMES:
            continue
        if index and words[index - 1] == ".":
            continue  # qualified with a catalog or a database: the user's own
        quoted = tokens[index].kind is not TokenKind.WORD
        name = words[index].strip("`").upper() if quoted else words[index]
        closing = partner(text, index + 1) if name in names else None
        if closing is not None:
            yield Call(text, name, quoted, index, closing)


def _beginnings(tree: Tree) -> frozenset[int]:
    """Where functions begin."""
    return frozenset(tree.span(node)[0] for node in tree.root.find_all(exp.Func))


def partner(text: Text, opening: int) -> int | None:
    """The index of the token that closes the parenthesis, bracket or brace at an index."""
    depth = 0
    words = text.statement.words
    for index in range(opening, len(words)):
        word = words[index]
        depth += (word in "([{" and word != "") - (word in ")]}" and word != "")
        if depth == 0:
            return index
    return None
