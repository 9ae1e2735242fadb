"""Where types stand in a statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from dialects.mapping.model import Text


@dataclass(frozen=True, slots=True)
class Place:
    """A type: the index of its first token in the statement, and whether a cast names it."""

    index: int
    start: int
    cast: bool


def places(text: Text, words: frozenset[str]) -> Iterator[Place]:
    """The types that begin with one of these words, in the order of the text."""
    tree = text.tree
    if tree is None or words.isdisjoint(text.words):
        return
    types = {}
    for node in tree.root.find_all(exp.DataType):
        cast = node.find_ancestor(exp.Cast, exp.ColumnDef)
        types[tree.span(node)[0]] = isinstance(cast, exp.Cast)
    for index, token in enumerate(text.statement.tokens):
        if token.start in types and text.statement.words[index] in words:
            yield Place(index, token.start, types[token.start])
