"""What has to be asked of an engine to describe a statement with parameters: the tables that it
names, and the statement itself with harmless values in place of `$n`."""

from __future__ import annotations

from collections.abc import Mapping

from dialects.lexer import TokenKind
from dialects.literals import literal
from dialects.reader import words_of
from dialects.relations import survey
from dialects.splitter import Statement

# Where Flink wants a number and no expression (Calcite's `Fetch` and `Offset`).
_COUNTS = frozenset({"LIMIT", "OFFSET", "FIRST", "NEXT"})


def relations(statement: Statement) -> tuple[str, ...]:
    """The tables and views of a query as written there, functions left out, each once."""
    found = survey(statement.tokens, words_of(statement.tokens))
    spans = (
        (statement.tokens[r.first].start, statement.tokens[r.last].end)
        for r in found.relations
        if not r.call
    )
    return tuple(dict.fromkeys(statement.text[start:end] for start, end in spans))


def sample(statement: Statement, types: Mapping[int, int]) -> dict[int, str]:
    """A text per parameter: a NULL of its type (PG OID), or 1 where only a number may stand."""
    counted = {
        int(token.text[1:])
        for before, token in zip(statement.tokens, statement.tokens[1:], strict=False)
        if token.kind is TokenKind.PARAMETER and before.text.upper() in _COUNTS
    }
    return {n: "1" if n in counted else literal(oid, None) for n, oid in types.items()}
