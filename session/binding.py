"""Parameters of Flink statements: their types before Bind, their values as typed literals.

Flink's gateway takes no parameters, so `$n` is replaced by a literal of the value's type. A type
comes, in this order, from the client (Parse), from the text around the parameter (a cast, LIMIT),
from the column that it is compared with, and is text otherwise.
"""

from __future__ import annotations

from dataclasses import replace

from dialects import (
    Classified,
    Kind,
    Rewritten,
    column_context,
    guess_parameter_types,
    literal,
    parameters,
    split,
    substitute,
    to_engine,
)
from dialects.sampling import relations, sample
from protocol.errors import INDETERMINATE_DATATYPE, PROTOCOL_VIOLATION, SqlError
from protocol.messages import Bind
from protocol.values import decode_parameter
from protocol.values.pgtypes import TEXT
from session import execute
from session.context import Session
from session.ports import Column
from session.settings import SessionSettings
from session.statements import Portal, Prepared, format_of

UNKNOWN = (0, 705)


async def parameter_types(session: Session, prepared: Prepared) -> tuple[int, ...]:
    """Type OIDs of $1…$n; found once, then kept."""
    if prepared.types is None:
        prepared.types = await _infer(session, prepared)
    return prepared.types


async def _infer(session: Session, prepared: Prepared) -> tuple[int, ...]:
    assert prepared.classified is not None
    statement = prepared.classified.statement
    count = max((*parameters(statement), len(prepared.declared)), default=0)
    found = dict(enumerate(prepared.declared, start=1))
    wanted = [n for n in range(1, count + 1) if found.get(n, 0) in UNKNOWN]
    if wanted:
        guessed = guess_parameter_types(statement)
        found.update({n: guessed[n] for n in wanted if n in guessed})
        wanted = [n for n in wanted if found.get(n, 0) in UNKNOWN]
    if wanted:
        found.update(await _by_column(session, prepared.classified, wanted))
    return tuple(found.get(n) or TEXT.oid for n in range(1, count + 1))


async def _by_column(session: Session, one: Classified, wanted: list[int]) -> dict[int, int]:
    """Types of the columns that parameters are compared with, where exactly one has the name."""
    near = {n: names for n, names in column_context(one.statement).items() if n in wanted}
    if not near:
        return {}
    settings = await session.settings()
    columns: list[Column] = []
    for relation in relations(one.statement):
        try:
            columns += await session.flink.describe(f"SELECT * FROM {relation}", settings.engine)
        except SqlError:
            continue  # not a table of its own (a common table expression): nothing to learn
    found = {}
    for number, names in near.items():
        types = {column.type.oid for column in columns if column.name in names}
        if len(types) == 1:
            found[number] = types.pop()
    return found


async def describe(
    session: Session, prepared: Prepared, settings: SessionSettings
) -> tuple[Column, ...]:
    """Columns of a query or SHOW, its parameters replaced by typed NULLs."""
    assert prepared.classified is not None
    one = prepared.classified
    types = await parameter_types(session, prepared)
    texts = sample(one.statement, dict(enumerate(types, start=1)))
    sql = _rewrite(one, texts)
    if one.kind is Kind.SHOW:
        stream = await session.interruptible(session.flink.show(sql.text, settings.engine, ()))
        columns = tuple(stream.columns)
        await stream.aclose()
        return columns
    found = await execute.located(
        sql,
        session.interruptible(
            session.flink.describe(sql.text, settings.engine),
            timeout_s=settings.statement_timeout_s,
        ),
    )
    assert isinstance(found, tuple)
    return found


async def bind(session: Session, portal: Portal, message: Bind) -> None:
    """Give the portal its text. Raises SqlError for values that do not fit their types."""
    prepared = portal.prepared
    assert prepared is not None and prepared.classified is not None
    one = prepared.classified
    types = await parameter_types(session, prepared)
    if len(message.params) != len(types):
        raise SqlError(
            PROTOCOL_VIOLATION,
            f"bind message supplies {len(message.params)} parameters, but prepared statement "
            f'"{prepared.name}" requires {len(types)}',
        )
    zone = (await session.settings()).engine.time_zone if types else ""
    texts = {
        number: _literal(oid, format_of(message.param_formats, number - 1), data, number, zone)
        for number, (oid, data) in enumerate(zip(types, message.params, strict=True), start=1)
    }
    if one.kind is Kind.SUBMIT:
        statement, _ = execute.cut_returning(one.statement)
        portal.bound, portal.sql = one, _rewrite(replace(one, statement=statement), texts)
    elif one.inner is not None or not texts:
        bound = substitute(one.statement, texts).text if texts else prepared.query
        portal.bound = session.classify(bound)[0]
        portal.sql = to_engine(portal.bound.statement)
    else:
        portal.bound, portal.sql = one, _rewrite(one, texts)


def _literal(oid: int, form: int, data: bytes | None, number: int, zone: str) -> str:
    if data is None:
        return literal(oid, None)
    value = decode_parameter(oid, form, data, time_zone=zone, number=number)
    return literal(oid, value, time_zone=zone)


def _rewrite(one: Classified, texts: dict[int, str]) -> Rewritten:
    """The text for Flink with literals in place of parameters."""
    if not texts:
        return to_engine(one.statement)
    substituted = substitute(one.statement, texts)
    statements = split(substituted.text)
    if len(statements) != 1:
        raise SqlError(INDETERMINATE_DATATYPE, "parameters do not fit this statement")
    return substituted.then(to_engine(statements[0]))
