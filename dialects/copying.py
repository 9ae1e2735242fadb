"""COPY: whose rows they are, and the options of COPY … TO STDOUT over Flink.

COPY over relations of Postgres is relayed as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dialects.classified import (
    Classified,
    Kind,
    Names,
    Route,
    backend,
    outer_error,
    refusal,
    refused,
)
from dialects.copy_options import copy_options
from dialects.names import folded
from dialects.reader import Reader
from dialects.splitter import Statement, part, single
from dialects.vocabulary import is_postgres_schema
from protocol.errors import FEATURE_NOT_SUPPORTED, INSUFFICIENT_PRIVILEGE, SqlError

Classify = Callable[[Statement], Classified]


def classify_copy(statement: Statement, names: Names, classify: Classify) -> Classified:
    """COPY { table [(columns)] | (query) } { TO | FROM } …."""
    reader = Reader(statement, 1)
    binary = reader.accept("BINARY")
    if reader.word() == "(":
        inside = reader.parenthesised()
        if inside is None or inside[0] == inside[1]:
            return backend(statement)
        inner = classify(part(statement, *inside))
        return _copy_query(statement, reader, inner, binary)
    table = reader.chain()
    columns = reader.parenthesised() if reader.word() == "(" else None
    direction = reader.one_of(("TO", "FROM"))
    if not table or not direction or _is_postgres(tuple(folded(t) for t in table), names):
        return backend(statement, Kind.COPY_IN if direction == "FROM" else Kind.BACKEND)
    if direction == "FROM":
        return _no_copy_in(statement, table[0].start + 1)
    reader.at -= 1
    return _copy_table(statement, reader, (table[0].start, table[-1].end), columns, binary)


def _is_postgres(name: tuple[str, ...], names: Names) -> bool:
    if len(name) > 1:
        return is_postgres_schema(name[-2])
    return name[0] in names.pg_relations or name[0] in names.temp_relations


def _copy_query(
    statement: Statement, reader: Reader, inner: Classified, binary: bool
) -> Classified:
    if inner.route is Route.BACKEND:
        return backend(statement, sticky=inner.sticky, touches=inner.touches_settings)
    if inner.error is not None:
        error = outer_error(inner, statement)
        return refusal(statement, Kind.COPY_OUT, error or inner.error)
    if inner.kind is not Kind.QUERY:
        return refused(
            statement,
            Kind.COPY_OUT,
            "COPY of a data-modifying statement is not supported for Flink tables",
            hint="Use COPY (SELECT …) TO STDOUT.",
            position=inner.statement.start - statement.start + 1,
        )
    return _copy_out(statement, reader, inner.statement, binary)


def _copy_table(
    statement: Statement,
    reader: Reader,
    table: tuple[int, int],
    columns: tuple[int, int] | None,
    binary: bool,
) -> Classified:
    chosen = "*" if columns is None else part(statement, *columns).text
    query = single(f"SELECT {chosen} FROM {statement.text[slice(*table)]}")
    inner = Statement(query.text, statement.start + table[0], query.tokens)
    return _copy_out(statement, reader, inner, binary)


def _copy_out(statement: Statement, reader: Reader, inner: Statement, binary: bool) -> Classified:
    if not reader.accept("TO"):
        return backend(statement)
    if not reader.one_of(("STDOUT", "STDIN")):  # Postgres takes either word, and so do we
        return _no_server_file(statement, reader)
    try:
        options = copy_options(reader, binary)
    except SqlError as error:
        return refusal(statement, Kind.COPY_OUT, error)
    return _session(statement, inner, options)


def _session(statement: Statement, inner: Statement, options: Mapping[str, object]) -> Classified:
    return Classified(
        Route.SESSION,
        Kind.COPY_OUT,
        "COPY",
        statement,
        inner=inner,
        inner_route=Route.ENGINE,
        options=options,
    )


def _no_server_file(statement: Statement, reader: Reader) -> Classified:
    program = reader.word() == "PROGRAM"
    position = reader.token.start + 1 if reader.token else None
    return refused(
        statement,
        Kind.COPY_OUT,
        f"COPY of a Flink table to {'a program' if program else 'a file'} is not supported",
        hint="Use COPY … TO STDOUT, or psql's \\copy.",
        position=position,
        sqlstate=INSUFFICIENT_PRIVILEGE if program else FEATURE_NOT_SUPPORTED,
    )


def _no_copy_in(statement: Statement, position: int) -> Classified:
    return refused(
        statement,
        Kind.COPY_IN,
        "COPY into a Flink table is not supported",
        hint="Use INSERT INTO.",
        position=position,
    )
