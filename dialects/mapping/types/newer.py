"""Types by the version that brought them: VARIANT and STRUCTURED (2.1), BITMAP (2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from dialects.lexer import STRINGS, TokenKind
from dialects.mapping.model import Change, Refusal, Remark, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.mapping.types.places import places
from dialects.rewriting import Edit
from dialects.versions import Version

_VARIANT, _BITMAP = Version(2, 1), Version(2, 3)
_STRUCTURED, _TIME = Version(2, 1), Version(2, 3)


def _variant(text: Text, target: Target) -> Iterator[Change | Refusal]:
    return _degraded(text, target, "VARIANT", "STRING", _VARIANT)


def _bitmap(text: Text, target: Target) -> Iterator[Change | Refusal]:
    return _degraded(text, target, "BITMAP", "BYTES", _BITMAP)


def _degraded(
    text: Text, target: Target, name: str, instead: str, first: Version
) -> Iterator[Change | Refusal]:
    for place in places(text, frozenset({name})):
        if place.cast:
            subject = f"a cast to {name}"
            yield refusal(subject, Range(first), target.version, "", place.start + 1)
        else:
            yield Change.of(Edit(place.start, place.start + len(name), instead))


def _structured(text: Text, target: Target) -> Iterator[Change | Refusal]:
    """STRUCTURED<'class', a INT> → ROW<a INT>."""
    tokens, words = text.statement.tokens, text.statement.words
    for place in places(text, frozenset({"STRUCTURED"})):
        opening = place.index + 1
        named = words[opening : opening + 1] == ("<",) and tokens[opening + 1].kind in STRINGS
        if place.cast or not named or words[opening + 2] != ",":
            subject, hint = "type STRUCTURED", "Use ROW<…>."
            yield refusal(subject, Range(_STRUCTURED), target.version, hint, place.start + 1)
        else:
            yield Change.of(Edit(place.start, tokens[opening + 3].start, "ROW<"))


def _time(text: Text, target: Target) -> Iterator[Remark]:
    tokens, words = text.statement.tokens, text.statement.words
    for place in places(text, frozenset({"TIME"})):
        after = place.index + 1
        given = words[after : after + 1] == ("(",) and tokens[after + 1]
        if given and given.kind is TokenKind.NUMBER and given.text != "0":
            yield Remark(place.start, tokens[after + 2].end)


RULES = (
    Rule(
        "type.variant",
        _variant,
        "VARIANT was added in Flink 2.1; before, the column holds JSON as text.",
        frozenset({"VARIANT"}),
        before=_VARIANT,
        notice=True,
    ),
    Rule(
        "type.structured",
        _structured,
        "STRUCTURED was added in Flink 2.1; before, the column is a ROW without its class.",
        frozenset({"STRUCTURED"}),
        before=_STRUCTURED,
        notice=True,
    ),
    Rule(
        "type.bitmap",
        _bitmap,
        "BITMAP was added in Flink 2.3; before, the column holds its bytes.",
        frozenset({"BITMAP"}),
        before=_BITMAP,
        notice=True,
    ),
    Rule(
        "type.time",
        _time,
        "Flink drops the fraction of a second of a TIME before 2.3.",
        frozenset({"TIME"}),
        before=_TIME,
        notice=True,
    ),
)
