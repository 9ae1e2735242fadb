"""Idioms that are calls of functions: found by name, made anew around their arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dialects.lexer import TokenKind
from dialects.mapping.idioms.view import Span, View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.operands import STOPS


@dataclass(frozen=True, slots=True)
class Call:
    """`name(argument, …)`; a qualification by pg_catalog belongs to it."""

    view: View
    name: str  # in upper case
    first: int
    closing: int
    arguments: tuple[Span, ...]

    @property
    def span(self) -> Span:
        return self.first, self.closing + 1

    @property
    def tail(self) -> str:
        """The word behind it: OVER, FILTER, …"""
        return self.view.word(self.closing + 1)

    def becomes(self, template: str) -> Change:
        return self.view.filled(self.span, template, self.arguments)

    def refused(self, message: str, hint: str | None, detail: str | None = None) -> Refusal:
        return self.view.refused(self.first, message, hint, detail)


_BEFORE = (STOPS | {"FOR"}) - {"", "AS", "EXISTS", "USING"}

Answer = Change | Refusal | None
Idiom = Callable[[Call], Answer]


def calls(view: View, name: str) -> Iterator[Call]:
    """Calls of a built-in function: no function of the user's, nor of a schema."""
    if name in view.target.functions:
        return
    for index, word in enumerate(view.operands.words):
        opening = index + 1
        if word != name or view.word(opening) != "(" or opening not in view.operands.partner:
            continue
        first = index
        if view.word(index - 1) == ".":
            if view.word(index - 2) != "PG_CATALOG":
                continue
            first = index - 2
        if view.kind(index) is TokenKind.WORD and _expected(
            view, first, view.operands.partner[opening]
        ):
            yield Call(view, name, first, view.operands.partner[opening], view.arguments(opening))


def _expected(view: View, index: int, closing: int) -> bool:
    """Can an expression begin there? Else it is the name of a new table or a list of columns."""
    before = view.word(index - 1)
    if view.kind(index - 1) is TokenKind.OPERATOR:
        named = before == "," and view.word(closing + 1) == "AS"
        listed = named and view.word(closing + 2) == "("
        return before not in (")", "]", ".") and not listed
    return before in _BEFORE


def rule(name: str, idiom: Idiom, why: str, *, notice: bool = False, suffix: str = "") -> Rule:
    """The idiom of a function's name, as a rule that costs nothing where the name is not."""

    def find(text: Text, target: Target) -> Iterable[Change | Refusal]:
        for call in calls(View.of(text, target), name):
            answer = idiom(call)
            if answer is not None:
                yield answer

    words = frozenset({name})
    return Rule(f"idiom.{name.lower()}{suffix}", find, why, words, notice=notice)


def template(*texts: str) -> Idiom:
    """The n-th text for calls with as many arguments as it has places; others stay."""
    by_count = {text.count("{"): text for text in texts}

    def idiom(call: Call) -> Answer:
        text = by_count.get(len(call.arguments))
        return call.becomes(text) if text is not None else None

    return idiom
