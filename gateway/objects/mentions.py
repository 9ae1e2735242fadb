"""Which names of stored objects may a statement hold? Tokens only, the store is not asked here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dialects.lexer import NAMES, STRINGS, Token, TokenKind
from dialects.names import written
from dialects.relations import Reference, survey
from dialects.splitter import Statement
from dialects.vocabulary import FLINK_TYPES, NOT_CALLS

_TARGETS = frozenset({"INTO", "OVERWRITE", "UPDATE", "TRUNCATE", "ANALYZE"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A dotted name as Flink reads it, and whether each part stood in quotes.

    `privilege`: what the statement does with it. `alias_after`: the token behind which an alias has
    to go if the name is replaced by another; None: there is one, or none is needed.
    """

    parts: tuple[str, ...]
    quoted: tuple[bool, ...]
    first: int
    last: int
    namespace: str = "relation"
    privilege: str = "SELECT"
    alias_after: int | None = None


def mentions(statement: Statement, first: int = 0, last: int | None = None) -> list[Mention]:
    """Those of the tokens [first, last): of each statement of a set on its own."""
    end = len(statement.tokens) if last is None else last
    if statement.words[first : first + 2] == ("SHOW", "PARTITIONS"):
        return _named_at(statement, first + 2, end)
    found: list[Mention] = []
    for start, stop in _parts(statement.words, first, end):
        tokens, words = statement.tokens[start:stop], statement.words[start:stop]
        surveyed = survey(tokens, words)
        for reference in (*surveyed.relations, *surveyed.calls):
            found.append(_mention(statement, reference, start))
        found += _models(statement, start, stop)
    return found


def _named_at(statement: Statement, first: int, end: int) -> list[Mention]:
    """The one name of a statement that is no query."""
    last = first
    while last + 2 < end and statement.words[last + 1] == ".":
        last += 2
    return [mention_at(statement, first, last, "relation")] if last < end else []


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
            if start != at or not _is_keyword(statement, at):
                found.append(mention_at(statement, start, at, "function"))
        at += 1
    return found


def _is_keyword(statement: Statement, at: int) -> bool:
    """What a parenthesis may follow in a definition that is no call: types, PRIMARY KEY (…)."""
    word = statement.words[at]
    if statement.tokens[at].kind is not TokenKind.WORD:
        return False
    key = word == "KEY" and at > 0 and statement.words[at - 1] in ("PRIMARY", "UNIQUE")
    return key or word in NOT_CALLS or word in FLINK_TYPES


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
    if privilege != "SELECT" or _is_argument(statement.words, last + 1):
        return plain
    return replace(plain, alias_after=_alias_place(statement, last))


_PRIVILEGES = {"UPDATE": "UPDATE", "DELETE": "DELETE", "TRUNCATE": "TRUNCATE", "ANALYZE": "OWNER"}


def _alias_place(statement: Statement, last: int) -> int | None:
    """Behind hints and FOR SYSTEM_TIME AS OF …, as Flink's grammar has it; None: one is there."""
    tokens, words, at = statement.tokens, statement.words, last + 1
    while at < len(tokens) and tokens[at].kind is TokenKind.HINT:
        at += 1
    if words[at : at + 4] == ("FOR", "SYSTEM_TIME", "AS", "OF"):
        at = _period_end(statement, at + 4)
    return None if _is_alias(statement, at) else at - 1


def _is_alias(statement: Statement, at: int) -> bool:
    """AS, or a name that is no keyword of a clause."""
    if at >= len(statement.tokens):
        return False
    token, word = statement.tokens[at], statement.words[at]
    if token.kind in (TokenKind.BACKTICK, TokenKind.QUOTED) or word == "AS":
        return True
    return token.kind is TokenKind.WORD and word not in _CLAUSES


def _period_end(statement: Statement, at: int) -> int:
    """Behind an expression: at a clause, a comma, a closing parenthesis, or a name that follows a
    whole operand and so is an alias."""
    tokens, words, depth, whole, literal = statement.tokens, statement.words, 0, False, False
    while at < len(tokens):
        word, kind = words[at], tokens[at].kind
        if depth == 0:
            inside = word in _OPERATORS or (literal and word in _UNITS)
            alias = whole and kind in NAMES and not inside
            if alias or word in (",", ")", ";", "AS") or word in _CLAUSES:
                return at
        depth += (word == "(") - (word == ")")
        literal = kind in STRINGS
        whole = literal or word == ")" or (kind in NAMES and word not in _OPERATORS)
        at += 1
    return at


_OPERATORS = frozenset("AND OR NOT IS AT ZONE TO".split())
_UNITS = frozenset(
    f"{unit}{s}" for unit in "SECOND MINUTE HOUR DAY MONTH YEAR".split() for s in ("", "S")
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
