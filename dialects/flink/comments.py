"""Comments, which the parser leaves with the tokens, given to the nodes that they stand behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token

_HOLDERS = (
    exp.Alias, exp.Anonymous, exp.Boolean, exp.Case, exp.Cast, exp.Column, exp.Literal, exp.Null,
    exp.Paren, exp.Select, exp.Star, exp.Subquery, exp.Table, exp.Window,
)  # fmt: skip

Spans = Mapping[int, tuple[exp.Expr, int, int]]


def give_comments(roots: Iterable[exp.Expr], tokens: Sequence[Token], spans: Spans) -> None:
    """A comment goes to the last node that ends before it, of several to the innermost one.

    One in front of everything goes to the first node behind it.
    """
    commented = [index for index, token in enumerate(tokens) if token.comments]
    if not commented:
        return
    places = [place for root in roots for node in root.walk() if (place := _place(node, spans))]
    for index in commented:
        before = [place for place in places if place[2] <= index + 1]
        if before:
            node = max(before, key=lambda place: (place[2], place[1]))[0]
        elif places:
            node = min(places, key=lambda place: (place[1], place[2]))[0]
        else:
            return
        node.add_comments(tokens[index].comments)


def _place(node: exp.Expr, spans: Spans) -> tuple[exp.Expr, int, int] | None:
    return spans.get(id(node)) if isinstance(node, _HOLDERS) else None
