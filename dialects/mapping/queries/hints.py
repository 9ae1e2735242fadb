"""/*+ … */: hints that the target does not know; Flink refuses a text with one of those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dialects.lexer import STRINGS, Token, TokenKind
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.names import string_value
from dialects.rewriting import Edit, moving
from dialects.splitter import Statement, single
from dialects.versions import Version

_TTL = "STATE_TTL"


@dataclass(frozen=True, slots=True)
class _Known:
    first: Version
    why: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """`NAME(…)` in a hint; offsets are those of the statement's text."""

    name: str
    start: int
    end: int
    tokens: tuple[Token, ...]


@cache
def _known() -> Mapping[str, _Known]:
    text = files(__package__).joinpath("hints.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {name: _Known(Version.parse(first), why) for name, first, why in rows}


def _dropped(text: Text, target: Target) -> Iterator[Change]:
    for hint, entries in _hints(text):
        gone = [e for e in entries if _is_later(e.name, target.version)]
        if gone:
            kept = [(e.start, e.end) for e in entries if e not in gone]
            why = " ".join(dict.fromkeys(_why(entry) for entry in gone))
            yield Change.of(_rewritten(text, hint, kept), why=why)


def _unknown(text: Text, target: Target) -> Iterator[Refusal]:
    names = ", ".join(name for name, one in _known().items() if one.first <= target.version)
    for _, entries in _hints(text):
        for entry in entries:
            if entry.name not in _known():
                subject, hint = f"hint {entry.name}", f"Known are {names}."
                yield refusal(subject, Range(), target.version, hint, entry.start + 1)


def _is_later(name: str, version: Version) -> bool:
    known = _known().get(name)
    return known is not None and version < known.first


def _why(entry: _Entry) -> str:
    known = _known()[entry.name]
    why = f"Hint {entry.name} was added in Flink {known.first}. {known.why}"
    values = {
        string_value(after)
        for one, after in zip(entry.tokens, entry.tokens[1:], strict=False)
        if one.text == "=" and after.kind in STRINGS
    }
    if entry.name == _TTL and len(values) == 1:
        why += f" Set it to '{values.pop()}' to keep all state for so long."
    return why


def _rewritten(text: Text, hint: Token, kept: Sequence[tuple[int, int]]) -> Edit:
    source = text.statement.text
    if kept:
        parts = [part for span in kept for part in (", ", span)][1:]
        return moving(source, hint.start, hint.end, "/*+ ", *parts, " */")
    blank = source[hint.end : hint.end + 1].isspace()
    return Edit(hint.start, hint.end + blank, "")


def _hints(text: Text) -> Iterator[tuple[Token, list[_Entry]]]:
    if "/*+" not in text.statement.text:
        return
    for token in text.statement.tokens:
        if token.kind is TokenKind.HINT:
            inside = single(token.text[3:-2])
            yield token, list(_entries(inside, token.start + 3 + inside.start))


def _entries(inside: Statement, base: int) -> Iterator[_Entry]:
    """`A('k' = 'v'), B(t)`, with commas or blanks between; the brackets may be left out."""
    words, tokens = inside.words, inside.tokens
    begin = depth = 0
    for index, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth or words[index + 1 : index + 2] == ("(",):
            continue
        if word != ",":
            span = base + tokens[begin].start, base + tokens[index].end
            yield _Entry(words[begin], *span, tokens[begin : index + 1])
        begin = index + 1


RULES = (
    Rule("query.hint", _dropped, "The target does not know the hint.", notice=True),
    Rule("query.hint_unknown", _unknown, "No version of Flink knows the hint."),
)
