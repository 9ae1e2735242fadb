"""A statement as the relay sends it to Postgres: what speaks of backends speaks of our sessions.

pg_backend_pid()             → xuanwu.pg_backend_pid(<pid of this session>)
pg_stat_activity             → xuanwu.pg_stat_activity, pg_stat_gssapi, pg_stat_ssl alike
pg_cancel_backend(…)         → xuanwu.pg_cancel_backend(…), pg_terminate_backend alike
"""

from __future__ import annotations

from dialects.lexer import NAMES
from dialects.names import folded
from dialects.reader import Reader
from dialects.relations import survey
from dialects.rewriting import Edit, Rewritten, rewrite
from dialects.splitter import Statement

_VIEWS = ("pg_stat_activity", "pg_stat_gssapi", "pg_stat_ssl")  # a row for each session
_PID = "pg_backend_pid"
_SIGNALS = frozenset({"pg_cancel_backend", "pg_terminate_backend"})
_ALL = (*_VIEWS, _PID, *_SIGNALS)


def to_backend(statement: Statement, pid: int) -> Rewritten:
    """The text for Postgres; the identical string if nothing has to change."""
    text = statement.text.lower()
    if not any(name in text for name in _ALL):
        return Rewritten(statement.text)
    edits = _calls(statement, pid)
    if any(name in text for name in _VIEWS):
        edits += _views(statement)
    return rewrite(statement.text, edits)


def mentions_activity(statement: Statement) -> bool:
    """Does it name pg_stat_activity, or another view of sessions?"""
    text = statement.text.lower()
    return any(name in text for name in _VIEWS) and any(
        token.kind in NAMES and folded(token) in _VIEWS for token in statement.tokens
    )


def _calls(statement: Statement, pid: int) -> list[Edit]:
    edits: list[Edit] = []
    tokens = statement.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.kind not in NAMES or tokens[index + 1].text != "(":
            continue
        name, first = folded(token), _first(statement, index)
        if first is None:
            continue
        start = tokens[first].start
        if name in _SIGNALS:
            edits.append(Edit(start, token.end, f"xuanwu.{name}"))
        elif name == _PID and [t.text for t in tokens[index + 2 : index + 3]] == [")"]:
            edits.append(Edit(start, tokens[index + 2].end, f"xuanwu.{_PID}({pid})"))
    return edits


def _views(statement: Statement) -> list[Edit]:
    """Only where it is a relation: `pg_stat_activity.pid` goes on naming its columns."""
    words = Reader(statement).words
    places = {(r.first, r.last) for r in survey(statement.tokens, words).relations}
    if words[:1] == ("COPY",):
        reader = Reader(statement, 1)
        chain = reader.chain()
        places.add((1, len(chain) * 2 - 1))
    edits: list[Edit] = []
    for first, last in sorted(places):
        name = folded(statement.tokens[last])
        if name in _VIEWS and _first(statement, last) == first:
            start, end = statement.tokens[first].start, statement.tokens[last].end
            edits.append(Edit(start, end, f"xuanwu.{name}"))
    return edits


def _first(statement: Statement, index: int) -> int | None:
    """Where the name begins, with `pg_catalog.` if it is there; None behind any other schema."""
    tokens = statement.tokens
    if index == 0 or tokens[index - 1].text != ".":
        return index
    if index > 1 and folded(tokens[index - 2]) == "pg_catalog":
        return index - 2 if index == 2 or tokens[index - 3].text != "." else None
    return None
