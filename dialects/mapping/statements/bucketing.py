"""DISTRIBUTED: how the rows of a table lie, which some connectors do not care about at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.lexer import STRINGS
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.outline import elements
from dialects.mapping.refusing import Range, refusal
from dialects.mapping.statements.columns import HEAD, NAME
from dialects.mapping.statements.table import without
from dialects.names import string_value
from dialects.versions import Version

# None of them has SupportsBucketing: where rows lie changes nothing that they write.
_INDIFFERENT = frozenset({"blackhole", "datagen", "filesystem", "jdbc", "print"})
_TABLE, _QUERY = Range(before=Version(1, 20)), Range(before=Version(2, 0))
_CLAUSE = re.compile(
    r"(?:\) )?(?:COMMENT ' )?"
    r"(?P<at>DISTRIBUTED (?:BY (?:HASH |RANGE )?\( \) )?(?:INTO 0 BUCKETS )?)"
    r"(?:PARTITIONED BY \( \) )?(?:WITH (?P<options>\( )\) )?(?P<query>AS )?"
)
_LIKE = re.compile(rf"(?<= )LIKE {NAME}(?P<options>\( )\) ")
_HINT = "Leave it out if the connector does not need it."


def _find(text: Text, target: Target) -> Iterator[Change | Refusal]:
    outline = text.outline
    for place in outline.heads():
        head = HEAD.match(outline.text, place)
        if head is None or head["kind"] != "TABLE":
            continue
        found = _CLAUSE.match(outline.text, head.end())
        if found is None:
            continue
        versions = _QUERY if found["query"] else _TABLE
        assert versions.before is not None
        if target.version >= versions.before:
            continue
        start, end = outline.span(*found.span("at"))
        options = outline.token(found.start("options")) if found["options"] else None
        if options is not None and _connector(text, options) in _INDIFFERENT:
            yield without(text.statement.text, start, end)
        else:
            subject = "CREATE TABLE AS with DISTRIBUTED" if found["query"] else "DISTRIBUTED"
            yield refusal(subject, versions, target.version, _HINT, start + 1)


def _connector(text: Text, opening: int) -> str | None:
    tokens = text.statement.tokens
    for first, last in elements(text.statement, opening):
        strings = [string_value(t) for t in tokens[first:last] if t.kind in STRINGS]
        if len(strings) == 2 and strings[0] == "connector":
            return strings[1]
    return None


def _like(text: Text, target: Target) -> Iterator[Change]:
    """No table has a distribution there, so to include or exclude it says nothing."""
    outline, statement = text.outline, text.statement
    for found in _LIKE.finditer(outline.text):
        opening = outline.token(found.start("options"))
        for first, last in elements(statement, opening):
            words = statement.words[first:last]
            for index in range(1, len(words)):
                if words[index] == "DISTRIBUTION":
                    yield _without_option(text, opening, first + index - 1, last - first == 2)


def _without_option(text: Text, opening: int, first: int, alone: bool) -> Change:
    tokens = text.statement.tokens
    if alone:
        return without(text.statement.text, tokens[opening].start, tokens[first + 2].end)
    return without(text.statement.text, tokens[first].start, tokens[first + 1].end)


RULES = (
    Rule(
        "statement.distributed",
        _find,
        "Tables are distributed from Flink 1.20 on, those made of a query from Flink 2.0 on; the "
        "connector writes its rows as before.",
        frozenset({"DISTRIBUTED"}),
        before=_QUERY.before,
        notice=True,
    ),
    Rule(
        "statement.like.distribution",
        _like,
        "No table has a distribution before Flink 1.20.",
        frozenset({"DISTRIBUTION"}),
        before=_TABLE.before,
    ),
)
