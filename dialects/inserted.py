"""Which column of its target does a parameter of an INSERT fill?

INSERT INTO t (b, a) SELECT $1, x FROM s      $1 → "b"
INSERT INTO t VALUES ($1, 2), (3, $2)         $1 → 0, $2 → 1
"""

from __future__ import annotations

from dataclasses import dataclass

from dialects.lexer import NAMES, TokenKind
from dialects.names import written
from dialects.reader import Reader
from dialects.splitter import Statement

_PREFIX = 8  # tokens that may stand in front: EXPLAIN, its details, EXECUTE
_ITEM_STARTS = frozenset({"SELECT", "DISTINCT", "ALL", ","})
_ITEM_ENDS = frozenset({",", "FROM", "AS", "", "UNION", "WHERE", "LIMIT"})


@dataclass(frozen=True, slots=True)
class Inserted:
    """`table` as written; token index of a parameter that is a whole value → the column's name, or
    its place among those that an INSERT without a list of columns fills."""

    table: str
    slots: dict[int, str | int]


def inserted(statement: Statement) -> Inserted | None:
    """None for what is no INSERT, or has no parameter that stands alone."""
    reader = Reader(statement)
    if "INSERT" not in reader.words[:_PREFIX]:
        return None
    reader.at = reader.words.index("INSERT") + 1
    if not reader.one_of(("INTO", "OVERWRITE")):
        return None
    reader.accept("TABLE")
    chain = reader.chain()
    if not chain:
        return None
    partition = reader.accept("PARTITION") and reader.parenthesised() is not None
    columns = _columns(reader)
    places = _rows(reader) if reader.word() == "VALUES" else _items(reader)
    if not columns and partition:  # the columns that are left depend on the table
        return None
    slots = {
        index: columns[place] if columns else place
        for index, place in places.items()
        if not columns or place < len(columns)
    }
    table = statement.text[chain[0].start : chain[-1].end]
    return Inserted(table, slots) if slots else None


def _columns(reader: Reader) -> list[str]:
    if reader.word() != "(" or reader.word(1) in ("SELECT", "WITH", "VALUES", "("):
        return []
    inside = reader.parenthesised()
    if inside is None:
        return []
    return [written(token) for token in reader.tokens[slice(*inside)] if token.kind in NAMES]


def _rows(reader: Reader) -> dict[int, int]:
    """VALUES (…), (…): the place in its row of each parameter that is a whole value."""
    found: dict[int, int] = {}
    words = reader.words
    depth = place = 0
    for index in range(reader.at, len(words)):
        word = words[index]
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 1 and word in ("(", ","):
            place = 0 if word == "(" else place + 1
        elif depth == 1 and reader.tokens[index].kind is TokenKind.PARAMETER:
            if words[index - 1] in ("(", ",") and words[index + 1 : index + 2] in ((",",), (")",)):
                found[index] = place
    return found


def _items(reader: Reader) -> dict[int, int]:
    """The place in the outermost select list of each parameter that is a whole item."""
    found: dict[int, int] = {}
    words = (*reader.words, "")
    depth, place, listing = 0, 0, False
    for index in range(reader.at, len(reader.words)):
        word = words[index]
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word, 0)
        if depth:
            continue
        if word == "SELECT":
            place, listing = 0, True
        elif word == "FROM":
            listing = False
        elif word == ",":
            place += 1
        elif listing and reader.tokens[index].kind is TokenKind.PARAMETER:
            if words[index - 1] in _ITEM_STARTS and words[index + 1] in _ITEM_ENDS:
                found[index] = place
        elif listing and word == "*":
            listing = words[index - 1] not in (*_ITEM_STARTS, ".")  # how many columns, who knows
    return found
