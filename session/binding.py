"""Parameters of Flink statements: their values as typed literals (types: `inference`).

Flink's gateway takes no parameters, so `$n` is replaced by a literal of the parameter's type.
"""

from __future__ import annotations

from dataclasses import replace

from dialects import (
    Classified,
    Kind,
    Rewritten,
    Route,
    read_parameters,
    split,
    substitute,
    to_engine,
)
from dialects.parameters import Parameters
from dialects.rendering import render, sample
from protocol.errors import INDETERMINATE_DATATYPE, PROTOCOL_VIOLATION, SqlError
from protocol.messages import Bind
from protocol.values import decode_parameter
from session import execute, platform
from session.context import Session
from session.inference import parameter_types as parameter_types
from session.ports import Column
from session.settings import SessionSettings
from session.statements import Portal, Prepared, format_of


async def describe(
    session: Session, prepared: Prepared, settings: SessionSettings
) -> tuple[Column, ...]:
    """Columns of a query or SHOW, its parameters replaced by typed NULLs."""
    assert prepared.classified is not None
    one = prepared.classified
    types = await parameter_types(session, prepared)
    read = read_parameters(one.statement)
    sql = await _rewritten(session, one, sample(read, dict(enumerate(types, start=1))))
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
    values = [
        _value(oid, format_of(message.param_formats, number - 1), data, number, zone)
        for number, (oid, data) in enumerate(zip(types, message.params, strict=True), start=1)
    ]
    read = read_parameters(one.statement)
    texts = _texts(read, prepared, values, zone)
    if one.route is Route.PLATFORM:
        platform.bind(portal, one)
    elif one.kind is Kind.SUBMIT:
        statement, _ = execute.cut_returning(one.statement)
        portal.bound = one
        portal.sql = await _rewritten(session, replace(one, statement=statement), texts)
    elif one.inner is not None or not texts:
        bound = substitute(one.statement, texts, by_token=True).text if texts else prepared.query
        portal.bound = (await session.classify(bound))[0]
        portal.sql = await session.for_engine(portal.bound.statement)
    else:
        portal.bound, portal.sql = one, await _rewritten(session, one, texts)


def _value(oid: int, form: int, data: bytes | None, number: int, zone: str) -> object:
    if data is None:
        return None
    return decode_parameter(oid, form, data, time_zone=zone, number=number)


def _texts(read: Parameters, prepared: Prepared, values: list[object], zone: str) -> dict[int, str]:
    """A literal per place. Raises SqlError with the place's position where one does not fit."""
    assert prepared.types is not None
    found: dict[int, str] = {}
    for place in read.places:
        target = prepared.targets.get(place.index)
        try:
            found[place.index] = render(
                place,
                prepared.types[place.number - 1],
                values[place.number - 1],
                target=target.sql_type if target is not None else None,
                time_zone=zone,
            )
        except SqlError as error:
            error.position = error.position or read.position(place)
            raise
    return found


async def _rewritten(session: Session, one: Classified, texts: dict[int, str]) -> Rewritten:
    length = len(one.statement.text) + sum(map(len, texts.values()))
    return await session.texts.work(length, _rewrite, one, texts)


def _rewrite(one: Classified, texts: dict[int, str]) -> Rewritten:
    """The text for Flink with literals in place of parameters, by the index of their tokens."""
    if not texts:
        return to_engine(one.statement)
    substituted = substitute(one.statement, texts, by_token=True)
    statements = split(substituted.text)
    if len(statements) != 1:
        raise SqlError(INDETERMINATE_DATATYPE, "parameters do not fit this statement")
    return substituted.then(to_engine(statements[0]))
