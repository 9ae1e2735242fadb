"""What changes data or runs jobs: INSERT, UPDATE, DELETE, statement sets, plans, EXPLAIN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialects.classified import (
    Classified,
    Kind,
    Names,
    Route,
    backend,
    engine,
    outer_error,
    refusal,
    refused,
)
from dialects.cursors import classify_execute
from dialects.definitions import is_postgres_target, reads_postgres
from dialects.lexer import STRINGS, TokenKind
from dialects.queries import MIXED, MIXED_HINT, is_postgres, mixed
from dialects.reader import Reader
from dialects.relations import survey
from dialects.splitter import Statement, part
from dialects.vocabulary import EXPLAIN_DETAILS, QUERY_WORDS
from protocol.errors import SYNTAX_ERROR

Classify = Callable[[Statement], Classified]

# Tags of a background job: nothing is counted when the statement returns.
_TAGS = {"INSERT": "INSERT 0 0", "UPDATE": "UPDATE 0", "DELETE": "DELETE 0", "MERGE": "MERGE 0"}
_TARGET_PREFIX = ("INTO", "OVERWRITE", "FROM", "ONLY", "TABLE")
_CHANGES = tuple(_TAGS)


def classify_change(statement: Statement, names: Names) -> Classified:
    """INSERT, UPDATE, DELETE, MERGE, UPSERT: by the target; a change reads from one side only."""
    reader = Reader(statement, 1)
    verb = reader.word(-1)
    while reader.one_of(_TARGET_PREFIX):
        pass
    found = survey(statement.tokens, reader.words)
    if is_postgres_target(reader.chain(), names):
        if all(is_postgres(r, names) or r.name == ("unnest",) for r in found.relations):
            return backend(statement, touches=True)
        return mixed(statement, found, names, Kind.BACKEND)
    if any(is_postgres(r, names) for r in found.relations):
        return reads_postgres(statement, found, names) or refused(
            statement, Kind.SUBMIT, MIXED, hint=MIXED_HINT
        )
    # What an INSERT returns is the handle of its job: the session answers that.
    refusal_ = None if verb == "INSERT" else _returning(statement, reader)
    return refusal_ or engine(statement, Kind.SUBMIT, _TAGS.get(verb, "INSERT 0 0"))


def _returning(statement: Statement, reader: Reader) -> Classified | None:
    depth = 0
    for index, word in enumerate(reader.words):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "RETURNING" and depth == 0:
            return refused(
                statement,
                Kind.SUBMIT,
                "RETURNING is not supported for Flink tables",
                hint="Leave it out: only an INSERT returns something, the handle of its job.",
                position=statement.tokens[index].start + 1,
            )
    return None


# ── statement sets and plans ────────────────────────────────────────────────────────────────────


def classify_statement_set(statement: Statement) -> Classified:
    """BEGIN STATEMENT SET; … END and EXECUTE STATEMENT SET BEGIN … END, whole or refused.

    Clients that cut a script at every semicolon (psql among them) send only its beginning, after
    which the rest would run on its own.
    """
    if statement.tokens[-1].text.upper() != "END":
        return refused(
            statement,
            Kind.SUBMIT,
            "syntax error at end of input",
            hint="A statement set must arrive whole, with its END. In psql, write \\; for the "
            "semicolons inside.",
            position=len(statement.text) + 1,
            sqlstate=SYNTAX_ERROR,
        )
    return engine(statement, Kind.SUBMIT, "INSERT 0 0")


def classify_execute_any(statement: Statement, classify: Classify) -> Classified:
    """EXECUTE: of Flink a statement set, a plan or a statement; of Postgres a prepared one."""
    reader = Reader(statement, 1)
    if reader.accept("STATEMENT", "SET"):
        return classify_statement_set(statement)
    if reader.word() == "PLAN" and reader.kind(1) in STRINGS:
        return engine(statement, Kind.SUBMIT, "INSERT 0 0")
    if reader.word() in _CHANGES or (reader.word() in QUERY_WORDS and reader.word() != "("):
        return _execute_directly(statement, classify(part(statement, 1)))
    return classify_execute(statement)


def _execute_directly(statement: Statement, inner: Classified) -> Classified:
    """EXECUTE SELECT …, EXECUTE INSERT …: Flink's; a query without tables goes there as well."""
    error = outer_error(inner, statement)
    if error is not None:
        return refusal(statement, inner.kind, error)
    kind = inner.kind if inner.route is Route.ENGINE else Kind.QUERY
    return engine(statement, kind, inner.tag)


def classify_compile(statement: Statement) -> Classified:
    """COMPILE PLAN … FOR …, COMPILE AND EXECUTE PLAN … FOR …."""
    reader = Reader(statement, 1)
    if reader.accept("AND", "EXECUTE"):
        return engine(statement, Kind.SUBMIT, "INSERT 0 0")
    return engine(statement, Kind.EXECUTE, "COMPILE PLAN")


# ── EXPLAIN ─────────────────────────────────────────────────────────────────────────────────────


def classify_explain(statement: Statement, classify: Classify) -> Classified:
    """By what is explained, unless the details are those of one side."""
    prepared = _explain_prepared(statement, classify)
    if prepared is not None:
        return prepared
    reader = Reader(statement, 1)
    if reader.word() in EXPLAIN_DETAILS or reader.accept("STATEMENT", "SET"):
        return engine(statement, Kind.SHOW, "EXPLAIN")
    postgres = _postgres_details(reader)
    if reader.word() in ("", "EXPLAIN"):
        return backend(statement)
    at = statement.tokens[reader.at].start + 1
    inner = classify(part(statement, reader.at))
    error = outer_error(inner, statement)
    if error is not None:
        return refusal(statement, Kind.SHOW, error)
    if inner.route is not Route.ENGINE:
        return backend(statement, sticky=inner.sticky, touches=inner.touches_settings)
    if postgres:
        return refused(
            statement,
            Kind.SHOW,
            "options of EXPLAIN are not supported for Flink tables",
            hint="Use EXPLAIN, or EXPLAIN ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN.",
            position=at,
        )
    return engine(statement, Kind.SHOW, "EXPLAIN")


def _explain_prepared(statement: Statement, classify: Classify) -> Classified | None:
    """EXPLAIN … EXECUTE name: who owns the name, the session knows."""
    reader = Reader(statement, 1)
    while reader.one_of(tuple(EXPLAIN_DETAILS)):
        reader.accept(",")
    postgres = _postgres_details(reader)
    if reader.word() != "EXECUTE":
        return None
    inner = classify(part(statement, reader.at))
    if inner.kind is not Kind.EXECUTE_PREPARED:
        return None
    head = statement.text[: statement.tokens[reader.at].start]
    return replace(
        inner,
        kind=Kind.EXPLAIN_PREPARED,
        tag="EXPLAIN",
        statement=statement,
        options={**inner.options, "head": head, "postgres": postgres},
    )


def _postgres_details(reader: Reader) -> bool:
    """Move behind ANALYZE, VERBOSE or ( … ); a query may begin with a parenthesis as well."""
    if reader.word() == "(" and reader.word(1) not in QUERY_WORDS:
        return reader.parenthesised() is not None
    details = bool(reader.one_of(("ANALYZE", "ANALYSE")))
    return bool(reader.one_of(("VERBOSE",))) or details


def classify_call(statement: Statement, names: Names) -> Classified:
    """CALL catalog.database.procedure( … ): Flink's, save those of Postgres's own schemas."""
    reader = Reader(statement, 1)
    if len(name := reader.chain()) > 1 and name[0].kind is not TokenKind.BACKTICK:
        found = survey(statement.tokens[1:], reader.words[1:])
        if found.calls and is_postgres(found.calls[0], names):
            return backend(statement, touches=True)
    return engine(statement, Kind.SHOW, "CALL")
