"""The columns and constraints that CREATE TABLE and ALTER TABLE speak of, one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.mapping.model import Text
from dialects.mapping.outline import Outline, elements

NAME = r"(?:[\w$`]+ (?:\. [\w$`]+ )*)"
HEAD = re.compile(
    r"(?P<verb>CREATE|REPLACE) (?:OR (?:REPLACE|ALTER) )?(?:TEMPORARY )?"
    rf"(?P<kind>MATERIALIZED TABLE|TABLE) (?:IF NOT EXISTS )?(?P<name>{NAME})(?P<bracket>\( )?"
)
_ALTER = re.compile(rf"ALTER TABLE (?:IF EXISTS )?{NAME}(?:ADD|MODIFY) (?P<at>[^;]*)")


def column_elements(text: Text, word: str) -> Iterator[Outline]:
    """Of each element of such a bracket, and of the one that ALTER TABLE has without a bracket;
    of those alone that have a word."""
    yield from created_elements(text, word)
    outline = text.outline
    for place in outline.heads():
        found = _ALTER.match(outline.text, place)
        if found is not None and found["at"].startswith("("):
            yield from _bracket(text, outline.token(found.start("at")), word)
        elif found is not None and found["at"]:
            yield Outline(text.statement, outline.token(found.start("at")))


def created_elements(text: Text, word: str) -> Iterator[Outline]:
    """Those of CREATE TABLE alone."""
    outline = text.outline
    for place in outline.heads():
        found = HEAD.match(outline.text, place)
        if found is not None and found["bracket"]:
            yield from _bracket(text, outline.token(found.start("bracket")), word)


def _bracket(text: Text, opening: int, word: str) -> Iterator[Outline]:
    for first, last in elements(text.statement, opening):
        if word in text.statement.words[first:last]:
            yield Outline(text.statement, first, last)
