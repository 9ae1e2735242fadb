"""INSERT into a table with a primary key: what happens to rows of one key, said from 2.3 on.

Before, Flink kept the last row of each key in state. From 2.3 on it refuses an INSERT whose rows
change under another key than that of the table, unless ON CONFLICT says what is meant; DO
DEDUPLICATE is what it did. The clause in turn is refused where rows never change, so it is given
only to what is known to change: a query that groups, outside of windows, by other columns than the
key. Of all others the user is told; `table.exec.sink.require-on-conflict` = false suits them all.
In batch mode no row changes. The other ways (rows of statements.tsv) have no counterpart in older
versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.lexer import NAMES
from dialects.mapping.model import Change, Remark, Rule, Target, Text
from dialects.mapping.outline import Outline, elements, parted
from dialects.mapping.statements.columns import NAME
from dialects.names import written
from dialects.rewriting import Edit
from dialects.versions import Version

_FIRST = Version(2, 3)
_INSERT = re.compile(
    rf"INSERT INTO (?:TABLE )?(?P<name>{NAME})(?:\+ )?(?:PARTITION \( \) )?"
    r"(?:(?P<columns>\( )\) (?=[\w(+]))?(?P<query>[^;]+)"
)
# Words one by one, up to the first FROM, GROUP and HAVING: nothing is tried twice.
_GROUPED = re.compile(
    r"SELECT (?P<items>(?:(?!FROM )\S+ )+)FROM (?:(?!GROUP )\S+ )+GROUP BY "
    r"(?P<keys>(?:(?!HAVING )\S+ )+)(?:HAVING [^;]*)?"
)
_MORE = re.compile(r"\b(?:UNION|EXCEPT|INTERSECT|MINUS|ORDER|LIMIT|OFFSET|FETCH) ")
_WINDOWS = frozenset("TUMBLE HOP CUMULATE SESSION WINDOW_START WINDOW_END WINDOW_TIME".split())
_UNKNOWN = (
    "Flink 2.3 refuses it if its rows change under another key than that of the table; then add "
    "ON CONFLICT DO DEDUPLICATE, or set table.exec.sink.require-on-conflict to false."
)


def _find(text: Text, target: Target) -> Iterator[Change | Remark]:
    old = target.source is not None and target.source < _FIRST
    if not old or target.batch or "CONFLICT" in text.words:
        return
    outline = text.outline
    for place in outline.heads():
        found = _INSERT.match(outline.text, place)
        if found is None or found["query"].startswith("VALUES "):
            continue
        name = _names(outline, *found.span("name"))
        key = target.keys(name)
        if not key:
            continue
        start, end = outline.span(*found.span())
        grouped = _grouped(text, outline, found)
        if grouped is None:
            yield Remark(*outline.span(*found.span("name")), _UNKNOWN)
        elif grouped != _places(outline, found, key, list(target.columns(name) or ())):
            yield Change((Edit(end, end, " ON CONFLICT DO DEDUPLICATE"),), start, end)


def _grouped(text: Text, outline: Outline, insert: re.Match[str]) -> set[int] | None:
    """Where in its select list a query has the columns that it groups by; empty if not all of them
    are there. None for a query that is not known to change rows that it has sent."""
    found = _GROUPED.match(outline.text, *insert.span("query"))
    if found is None or _MORE.search(insert["query"]) or text.words & _WINDOWS:
        return None
    items, keys = (_parts(outline, *found.span(part)) for part in ("items", "keys"))
    values = [item[:-2] if item[-2:-1] == ("AS",) else item for item in items]
    if not all(key in values for key in keys):
        return set()
    return {values.index(key) for key in keys}


def _places(
    outline: Outline, insert: re.Match[str], key: tuple[str, ...], all_: list[str]
) -> set[int]:
    """Where among the columns that an INSERT fills those of the key are."""
    if insert["columns"]:
        opening = outline.token(insert.start("columns"))
        tokens = outline.statement.tokens
        all_ = [written(tokens[first]) for first, _ in elements(outline.statement, opening)]
    return {all_.index(name) for name in key if name in all_}


def _parts(outline: Outline, start: int, end: int) -> list[tuple[str, ...]]:
    first, last = outline.tokens(start, end)
    words = outline.statement.words
    return [words[a:b] for a, b in parted(outline.statement, first, last)]


def _names(outline: Outline, start: int, end: int) -> tuple[str, ...]:
    first, last = outline.tokens(start, end)
    tokens = outline.statement.tokens[first:last]
    return tuple(written(token) for token in tokens if token.kind in NAMES)


RULES = (
    Rule(
        "statement.conflict",
        _find,
        "Older versions keep the last row of each key; Flink 2.3 wants that said.",
        frozenset({"INSERT"}),
        since=_FIRST,
        notice=True,
    ),
)
