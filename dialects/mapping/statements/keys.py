"""The name of a primary key, which compiled plans know a table's key by.

Flink names a key that has no name: `PK_<hash>` up to 1.18, `PK_<columns>` from 1.19 on. A table
that is brought across that line gets the name that its source gave to the key. A key that ALTER
TABLE adds is called `PK_<columns>` by all versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.lexer import NAMES
from dialects.mapping.model import Change, Rule, Target, Text
from dialects.mapping.outline import Outline
from dialects.mapping.statements.columns import created_elements
from dialects.names import quote_name, written
from dialects.rewriting import Edit
from dialects.versions import Version

_BY_COLUMNS = Version(1, 19)
_KEY = re.compile(r"(?P<at>PRIMARY KEY )(?P<columns>\( )\) NOT ENFORCED ")
_COLUMN = re.compile(
    r"(?P<column>[\w$`]+ )(?!AS )(?:(?!CONSTRAINT )\S+ )*?(?P<at>PRIMARY KEY )NOT ENFORCED "
)


def _find(text: Text, target: Target) -> Iterator[Change]:
    source = target.source
    if source is None or (source < _BY_COLUMNS) == (target.version < _BY_COLUMNS):
        return
    for outline in created_elements(text, "PRIMARY"):
        found = _KEY.match(outline.text) or _COLUMN.match(outline.text)
        if found is not None:
            start, end = outline.span(*found.span("at"))
            name = default_name(_columns(outline, found), source)
            yield Change((Edit(start, start, f"CONSTRAINT {quote_name(name)} "),), start, end)


def _columns(outline: Outline, found: re.Match[str]) -> list[str]:
    tokens = outline.statement.tokens
    if found.re is _COLUMN:
        return [written(tokens[outline.token(found.start("column"))])]
    first = outline.token(found.start("columns"))
    last = next(i for i in range(first, len(tokens)) if tokens[i].text == ")")
    return [written(token) for token in tokens[first:last] if token.kind in NAMES]


def default_name(columns: list[str], version: Version) -> str:
    """The name that a version gives to a key over these columns."""
    if version >= _BY_COLUMNS:
        return "PK_" + "_".join(columns)
    return f"PK_{_list_hash(columns)}"


def _list_hash(values: list[str]) -> int:
    """java.util.List.hashCode of strings."""
    found = 1
    for value in values:
        found = _int(31 * found + _string_hash(value))
    return found


def _string_hash(value: str) -> int:
    """java.lang.String.hashCode: over the units of UTF-16."""
    units = value.encode("utf-16-be", "surrogatepass")
    found = 0
    for high, low in zip(units[::2], units[1::2], strict=True):
        found = _int(31 * found + (high << 8 | low))
    return found


def _int(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


RULES = (
    Rule(
        "statement.key.name",
        _find,
        "Flink 1.19 changed the name of a key that has none; plans compiled before know the old.",
        frozenset({"PRIMARY"}),
    ),
)
