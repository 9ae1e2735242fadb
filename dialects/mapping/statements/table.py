"""The rows of statements.tsv as rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.outline import Outline
from dialects.mapping.refusing import Range, refusal
from dialects.mapping.statements.columns import column_elements
from dialects.rewriting import Edit

_MACRO = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `pattern` has its macros in place."""

    id: str
    versions: Range
    word: str
    where: str
    pattern: re.Pattern[str]
    action: str
    subject: str
    advice: str

    def find(self, text: Text, target: Target) -> Iterator[Change | Refusal]:
        for outline, place in _WHERE[self.where](text, self.word):
            found = self.pattern.match(outline.text, place)
            if found is not None:
                start, end = outline.span(*found.span("at"))
                yield self._proposal(text, target, start, end)

    def _proposal(self, text: Text, target: Target, start: int, end: int) -> Change | Refusal:
        action, _, written = self.action.partition(" ")
        if action == "refuse":
            return refusal(self.subject, self.versions, target.version, self.advice, start + 1)
        if action == "write":
            return Change.of(Edit(start, end, written))
        return without(text.statement.text, start, end)

    def rule(self) -> Rule:
        return Rule(
            f"statement.{self.id}",
            self.find,
            self.advice,
            frozenset({self.word}),
            self.versions.before,
            self.versions.since,
            notice=self.action == "drop",
        )


def without(source: str, start: int, end: int) -> Change:
    """source[start:end] left out, and the blanks on one side of it, of the end those before it."""
    parted = not start or source[start - 1].isspace()
    while parted and end < len(source) and source[end].isspace():
        end += 1
    while end == len(source) and start and source[start - 1].isspace():
        start -= 1
    return Change.of(Edit(start, end, ""))


def rules() -> tuple[Rule, ...]:
    """The rules of the table, in its order."""
    return tuple(row.rule() for row in rows())


def rows() -> Iterator[Row]:
    macros: dict[str, str] = {}
    for line in files(__package__).joinpath("statements.tsv").read_text("utf-8").splitlines():
        if line.startswith("@"):
            name, _, piece = line[1:].partition("\t")
            macros[name] = _expanded(piece, macros)
        elif not line.startswith("#"):
            yield _row(line.split("\t"), macros)


def _row(columns: list[str], macros: dict[str, str]) -> Row:
    id_, versions, word, where, pattern, action, subject, advice = columns
    expression = re.compile(_expanded(pattern, macros))
    assert "at" in expression.groupindex and where in _WHERE, id_
    return Row(id_, Range.parse(versions), word, where, expression, action, subject, advice)


def _expanded(pattern: str, macros: dict[str, str]) -> str:
    return _MACRO.sub(lambda found: macros[found[1]], pattern)


def _heads(text: Text, word: str) -> Iterable[tuple[Outline, int]]:
    outline = text.outline
    return ((outline, place) for place in outline.heads())


def _elements(text: Text, word: str) -> Iterable[tuple[Outline, int]]:
    return ((outline, 0) for outline in column_elements(text, word))


_WHERE = {"statement": _heads, "element": _elements}
