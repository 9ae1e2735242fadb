"""TRANSLATE and VALIDATE: statements about a statement, answered by the platform itself.

    TRANSLATE <statement> TO VERSION 'v' [FROM VERSION 'w']
    VALIDATE <statement> [FOR VERSIONS ('v', 'w', …) | FOR ALL VERSIONS]

The clauses are read from the end, so the statement needs no marks around it, and what it says in
quotes and parentheses is its own. A statement that the router refuses is VALIDATE's to tell of, in
the verdict, and an error of TRANSLATE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dialects.classified import Classified, Kind, Names, Route, outer_error, refusal
from dialects.lexer import STRINGS, Token, TokenKind
from dialects.names import string_value
from dialects.queries import Owner, owner
from dialects.relations import survey
from dialects.splitter import Statement, part
from dialects.versions import VERSIONS, Version, supported
from dialects.vocabulary import QUERY_WORDS
from protocol.errors import FEATURE_NOT_SUPPORTED, SYNTAX_ERROR, SqlError

Classify = Callable[[Statement], Classified]

VERBS = frozenset({"TRANSLATE", "VALIDATE"})
_CLAUSES = frozenset({"TO", "FROM"})
_BY_NAME = (Kind.EXECUTE_PREPARED, Kind.EXPLAIN_PREPARED)


def classify_translate(statement: Statement, names: Names, classify: Classify) -> Classified:
    """Options: `to` (Version), `from` (Version or None), `subject` (see there)."""
    try:
        end, found = _translate_clauses(statement)
        inner = _inner(statement, end, classify)
    except SqlError as error:
        return refusal(statement, Kind.TRANSLATE, error)
    refused = outer_error(inner, statement)
    if refused is not None:
        return refusal(statement, Kind.TRANSLATE, refused)
    options = {"to": found["TO"], "from": found.get("FROM"), "subject": subject(inner, names)}
    return _platform(statement, Kind.TRANSLATE, inner, options)


def classify_validate(statement: Statement, names: Names, classify: Classify) -> Classified:
    """Options: `versions` (a tuple; None: the session's own), `subject` (see there), `error` (the
    router's refusal, its position in the inner statement; None)."""
    try:
        end, versions = _versions_clause(statement)
        inner = _inner(statement, end, classify)
    except SqlError as error:
        return refusal(statement, Kind.VALIDATE, error)
    if inner.error is not None and inner.error.sqlstate == SYNTAX_ERROR:  # no statement at all
        refused = outer_error(inner, statement)
        return refusal(statement, Kind.VALIDATE, refused or inner.error)
    options = {"versions": versions, "subject": subject(inner, names), "error": inner.error}
    return _platform(statement, Kind.VALIDATE, inner, options)


def subject(one: Classified, names: Names) -> Statement | None:
    """What Flink would be given of a statement, so far as it stands there as written: the whole, or
    the query of a DECLARE or COPY; None: Postgres and the session answer it alone. Constants are
    Postgres's because it is faster, but they are a query of either."""
    statement = one.statement
    if one.route is Route.ENGINE:
        return statement
    if one.route is Route.SESSION and one.inner is not None:
        start = one.inner.start - statement.start
        there = statement.text.startswith(one.inner.text, start)
        return one.inner if one.inner_route is Route.ENGINE and there else None
    if one.route is not Route.BACKEND or statement.words[0] not in QUERY_WORDS:
        return None
    found = survey(statement.tokens, statement.words)
    return statement if owner(found, names) is Owner.NOBODY else None


def _platform(
    statement: Statement, kind: Kind, inner: Classified, options: Mapping[str, object]
) -> Classified:
    return Classified(
        Route.PLATFORM,
        kind,
        kind.name,
        statement,
        inner=inner.statement,
        inner_route=inner.route,
        options=options,
    )


def _inner(statement: Statement, end: int, classify: Classify) -> Classified:
    """The statement of the tokens 1 … end. Raises SqlError 42601, 0A000."""
    if end <= 1 or statement.words[1] in VERBS:
        raise _syntax_error(statement, 1)
    inner = part(statement, 1, end)
    for token in inner.tokens:
        if token.kind is TokenKind.PARAMETER:
            raise SqlError(
                FEATURE_NOT_SUPPORTED,
                f"parameters are not supported in {statement.words[0]}",
                hint="Write a value in place of it.",
                position=inner.start - statement.start + token.start + 1,
            )
    found = classify(inner)
    if found.kind in _BY_NAME:
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            f"{statement.words[0]} of a prepared statement is not supported",
            hint="Write the statement itself.",
            position=inner.start - statement.start + 1,
        )
    return found


def _translate_clauses(statement: Statement) -> tuple[int, dict[str, Version]]:
    """Where the statement ends, and the versions by the word in front of VERSION."""
    words, end = statement.words, len(statement.tokens)
    found: dict[str, Version] = {}
    while end > 3 and words[end - 2] == "VERSION" and words[end - 3] in _CLAUSES:
        if words[end - 3] in found:
            raise _syntax_error(statement, end - 3)
        found[words[end - 3]] = _version(statement, statement.tokens[end - 1])
        end -= 3
    if "TO" not in found:
        error = _syntax_error(statement, len(statement.tokens))
        error.hint = "TRANSLATE ends in TO VERSION 'v', and if need be FROM VERSION 'w'."
        raise error
    return end, found


def _versions_clause(statement: Statement) -> tuple[int, tuple[Version, ...] | None]:
    words, end = statement.words, len(statement.tokens)
    if words[-3:] == ("FOR", "ALL", "VERSIONS"):
        return end - 3, VERSIONS
    if words[-1:] != (")",) or statement.tokens[-1].kind is not TokenKind.OPERATOR:
        return end, None
    at = end - 2
    while at > 0 and words[at] != "(":
        at -= 1
    if at < 3 or words[at - 2 : at] != ("FOR", "VERSIONS"):
        return end, None
    return at - 2, _listed(statement, at + 1, end - 1)


def _listed(statement: Statement, first: int, last: int) -> tuple[Version, ...]:
    """Versions between commas, each once, in the order in which they are written."""
    found: list[Version] = []
    for index in range(first, max(last, first + 1)):
        if (index - first) % 2 == 0:
            found.append(_version(statement, statement.tokens[index]))
        elif statement.words[index] != ",":
            raise _syntax_error(statement, index)
    if (last - first) % 2 == 0:
        raise _syntax_error(statement, last)
    return tuple(dict.fromkeys(found))


def _version(statement: Statement, token: Token) -> Version:
    if token.kind in STRINGS:
        text = string_value(token)
    elif token.kind is TokenKind.NUMBER:
        text = token.text
    else:
        raise _syntax_error(statement, statement.tokens.index(token))
    try:
        return supported(text)
    except SqlError as error:
        error.position = token.start + 1
        raise


def _syntax_error(statement: Statement, index: int) -> SqlError:
    if index >= len(statement.tokens):
        message, position = "syntax error at end of input", len(statement.text) + 1
    else:
        token = statement.tokens[index]
        message, position = f'syntax error at or near "{token.text}"', token.start + 1
    return SqlError(SYNTAX_ERROR, message, position=position)
