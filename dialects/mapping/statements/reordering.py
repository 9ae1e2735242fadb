"""The list of columns of CREATE TABLE x (b, a) AS SELECT a, b …, and of materialized tables.

Names alone only put the query's columns in order, which the query can do itself. Columns with
types, and watermarks, wait for the version that takes them (rows of statements.tsv for TABLE).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.lexer import NAMES
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.outline import elements
from dialects.mapping.refusing import Range, refusal
from dialects.mapping.statements.columns import HEAD
from dialects.rewriting import Edit, Piece
from dialects.versions import Version

_TABLE, _MATERIALIZED = Version(2, 0), Version(2, 3)  # the first that take such a list
_QUERY = re.compile(r"[^;]*?(?<= )AS (?P<query>(?:SELECT|WITH|VALUES|TABLE|\( ) ?[^;]*)")
_HINT = "Leave the list out: the columns are those of the query."


def _find(text: Text, target: Target) -> Iterator[Change | Refusal]:
    outline = text.outline
    for place in outline.heads():
        found = HEAD.match(outline.text, place)
        if found is None or not found["bracket"]:
            continue
        table = found["kind"] == "TABLE"
        query = _QUERY.match(outline.text, found.end())
        if query is None or target.version >= (_TABLE if table else _MATERIALIZED):
            continue
        bracket = outline.token(found.start("bracket"))
        opening, _ = outline.span(*found.span("bracket"))
        names = _names(text, bracket)
        if names:
            _, closing = outline.span(found.end(), found.end() + 1)
            yield _change(text, opening, closing, names, outline.span(*query.span("query")))
        elif not table and not _only_key(text, bracket):
            subject = "a list of columns of a materialized table"
            versions = Range(before=_MATERIALIZED)
            yield refusal(subject, versions, target.version, _HINT, opening + 1)


def _only_key(text: Text, bracket: int) -> bool:
    """A key alone is taken by every version that has materialized tables."""
    words = text.statement.words
    return all(
        words[first] == "CONSTRAINT" or words[first : first + 2] == ("PRIMARY", "KEY")
        for first, _ in elements(text.statement, bracket)
    )


def _names(text: Text, opening: int) -> list[tuple[int, int]]:
    """The places of the names in a bracket; none if there is more than names in it."""
    found: list[tuple[int, int]] = []
    for first, last in elements(text.statement, opening):
        token = text.statement.tokens[first]
        if last - first != 1 or token.kind not in NAMES:
            return []
        found.append((token.start, token.end))
    return found


def _change(
    text: Text, opening: int, closing: int, names: list[tuple[int, int]], query: tuple[int, int]
) -> Change:
    """The names move behind AS, their characters with their places."""
    source = text.statement.text
    start = opening
    while start and source[start - 1].isspace():
        start -= 1
    written = "SELECT "
    pieces: list[Piece] = []
    for index, (begin, end) in enumerate(names):
        written += ", " if index else ""
        pieces.append(Piece(len(written), begin, end - begin))
        written += source[begin:end]
    return Change.of(
        Edit(start, closing, ""),
        Edit(query[0], query[0], f"{written} FROM (", pieces=tuple(pieces)),
        Edit(query[1], query[1], ")"),
    )


RULES = (
    Rule(
        "statement.columns",
        _find,
        "Older versions take no list of columns there; the query puts them in order.",
        frozenset({"CREATE", "REPLACE"}),
        before=_MATERIALIZED,
    ),
)
