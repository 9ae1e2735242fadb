"""Postgres's names of types in definitions: `id INT8, doc JSONB, tags TEXT[]`.

Those in casts were mapped with the casts; here are columns, and what is nested in types.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.mapping.types.places import places
from dialects.reader import Reader
from dialects.rewriting import Edit
from dialects.typenames import POSTGRES_ONLY, read_type

_WORDS = frozenset(name.upper() for name in POSTGRES_ONLY) | {"TIMESTAMP"}
_DEFINING = frozenset({"CREATE", "ALTER"})
_INTERVAL = frozenset({"INTERVAL"})


def _named(text: Text, target: Target) -> Iterator[Change]:
    for place in places(text, _WORDS):
        reader = Reader(text.statement, place.index)
        known = read_type(reader)
        if known is not None and not known.native:
            end = text.statement.tokens[reader.at - 1].end
            yield Change.of(Edit(place.start, end, known.flink))


def _interval(text: Text, target: Target) -> Iterator[Refusal]:
    if _DEFINING.isdisjoint(text.words):
        return
    for place in places(text, _INTERVAL):
        if not place.cast:
            hint = "Store months or milliseconds as a BIGINT."
            subject = "a column of type INTERVAL"
            yield refusal(subject, Range(), target.version, hint, place.start + 1)


RULES = (
    Rule("type.postgres", _named, "Flink calls the type by another name.", _WORDS),
    Rule("type.interval", _interval, "No version of Flink stores intervals.", _INTERVAL),
)
