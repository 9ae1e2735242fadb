"""Which names of stored objects may a statement hold? Tokens only, the store is not asked here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialects.lexer import NAMES, Token, TokenKind
from dialects.names import written
from dialects.relations import Reference, survey
from dialects.splitter import Statement

_TARGETS = frozenset({"INTO", "OVERWRITE", "UPDATE", "TRUNCATE", "ANALYZE"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A dotted name as Flink reads it, and whether each part stood in quotes. `target`: written to;
    `renamed`: an alias follows, or none is needed, so that the name itself may be replaced."""

    parts: tuple[str, ...]
    quoted: tuple[bool, ...]
    first: int
    last: int
    namespace: str = "relation"
    privilege: str = "SELECT"
    aliased: bool = True


def mentions(statement: Statement, first: int = 0, last: int | None = None) -> list[Mention]:
    """Those of the tokens [first, last): of each statement of a set on its own."""
    end = len(statement.tokens) if last is None else last
    found: list[Mention] = []
    for start, stop in _parts(statement.words, first, end):
        tokens, words = statement.tokens[start:stop], statement.words[start:stop]
        surveyed = survey(tokens, words)
        for reference in (*surveyed.relations, *surveyed.calls):
            found.append(_mention(statement, reference, start))
        found += _models(statement, start, stop)
    return found


def mention_at(
    statement: Statement, first: int, last: int, namespace: str, privilege: str = "SELECT"
) -> Mention:
    """The dotted name between two tokens, which stands where nothing needs an alias."""
    tokens = statement.tokens[first : last + 1 : 2]
    return Mention(
        tuple(written(token) for token in tokens),
        tuple(token.kind is not TokenKind.WORD for token in tokens),
        first,
        last,
        namespace,
        privilege,
    )


def calls(statement: Statement, first: int, last: int) -> list[Mention]:
    """Every name in front of a parenthesis: functions in expressions of a definition."""
    found: list[Mention] = []
    at = first
    while at < last:
        start = at
        while (
            at + 2 < last
            and statement.words[at + 1] == "."
            and statement.tokens[at].kind in NAMES
            and statement.tokens[at + 2].kind in NAMES
        ):
            at += 2
        if statement.tokens[at].kind in NAMES and statement.words[at + 1 : at + 2] == ("(",):
            found.append(mention_at(statement, start, at, "function"))
        at += 1
    return found


def _parts(words: Sequence[str], first: int, end: int) -> Iterator[tuple[int, int]]:
    start = first
    for index in range(first, end):
        if words[index] == ";":
            yield start, index
            start = index + 1
    if start < end:
        yield start, end


def _mention(statement: Statement, reference: Reference, offset: int) -> Mention:
    first, last = reference.first + offset, reference.last + offset
    if reference.call:
        return mention_at(statement, first, last, "function")
    before = statement.words[first - 1] if first else ""
    if before == "TABLE" and first > 1:
        before = statement.words[first - 2]
    verb = statement.words[first - 2] if first > 1 else ""
    privilege = "SELECT"
    if before in _TARGETS or (before == "FROM" and verb == "DELETE"):
        privilege = _PRIVILEGES.get(verb if before == "FROM" else before, "INSERT")
    plain = mention_at(statement, first, last, "relation", privilege)
    if privilege != "SELECT" or _has_alias(statement, last + 1):
        return plain
    return Mention(plain.parts, plain.quoted, first, last, aliased=False)


_PRIVILEGES = {"UPDATE": "UPDATE", "DELETE": "DELETE", "TRUNCATE": "TRUNCATE", "ANALYZE": "OWNER"}


def _has_alias(statement: Statement, at: int) -> bool:
    """AS, or a name that is no keyword of a clause, follows; or an alias cannot."""
    if at >= len(statement.tokens):
        return False
    token, word = statement.tokens[at], statement.words[at]
    if token.kind in (TokenKind.BACKTICK, TokenKind.QUOTED) or word == "AS":
        return True
    return _is_argument(statement.words, at) or (
        token.kind is TokenKind.WORD and word not in _CLAUSES
    )


def _is_argument(words: Sequence[str], at: int) -> bool:
    """TABLE t inside a table function: `TUMBLE(TABLE t, …)`."""
    index = at - 2
    while index > 0 and words[index] == ".":
        index -= 2
    return index >= 0 and words[index] == "TABLE"


_CLAUSES = frozenset(
    "WHERE GROUP ORDER HAVING LIMIT WINDOW UNION INTERSECT EXCEPT MINUS QUALIFY FETCH OFFSET JOIN"
    " INNER LEFT RIGHT FULL CROSS NATURAL ON USING FOR MATCH_RECOGNIZE TABLESAMPLE SET WHEN PIVOT"
    " UNPIVOT OUTER SEMI ANTI ASOF END".split()
)


def _models(statement: Statement, start: int, stop: int) -> Iterator[Mention]:
    """MODEL m inside a table function."""
    for index in range(start, stop - 1):
        token: Token = statement.tokens[index + 1]
        inside = index and statement.words[index - 1] in (",", "(", ">")
        if inside and statement.words[index] == "MODEL" and token.kind in NAMES:
            last = index + 1
            while (
                last + 2 < stop
                and statement.words[last + 1] == "."
                and statement.tokens[last + 2].kind in NAMES
            ):
                last += 2
            yield mention_at(statement, index + 1, last, "model")
