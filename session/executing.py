"""EXECUTE and EXPLAIN EXECUTE of a statement of Flink: its text with the arguments in place.

    EXECUTE q (3) ─► the statement q ─► its text, `$1` replaced by `(3)` ─► as if it had been sent

Drivers prepare whatever they are given: a Parse of EXECUTE prepares that text, so that Describe,
row limits and formats work as for any other statement. It follows its name: when q has become
another statement by the next Bind, that one runs; a client that was told of other columns is
refused as Postgres refuses a cached plan, at which drivers prepare anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from dialects import Classified, Kind, Statement, parameters, read_parameters, split, substitute
from protocol.errors import FEATURE_NOT_SUPPORTED, SYNTAX_ERROR, SqlError
from session.context import Session
from session.statements import Prepared, changed_plan


def named(session: Session, one: Classified) -> Prepared | None:
    """The statement of Flink that it names; None for one that Postgres has, or nobody."""
    if one.kind not in (Kind.EXECUTE_PREPARED, Kind.EXPLAIN_PREPARED):
        return None
    prepared = session.store.prepared.get(one.name or "")
    if prepared is None or prepared.text is not None or prepared.classified is None:
        return None
    return prepared


async def resolved(session: Session, one: Classified, prepared: Prepared) -> Classified:
    """What runs in place of it. Raises SqlError 42601 for another number of arguments."""
    arguments = one.options["arguments"]
    assert isinstance(arguments, tuple)
    bound = _bind(prepared, [text for text, _ in arguments])
    if one.kind is Kind.EXECUTE_PREPARED:
        return bound
    if one.options["postgres"]:
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            "options of EXPLAIN are not supported for Flink tables",
            hint="Use EXPLAIN, or EXPLAIN ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN.",
        )
    return (await session.classify(f"{one.options['head']}{bound.statement.text}"))[0]


async def prepare(session: Session, prepared: Prepared) -> None:
    """Put what an EXECUTE by Parse stands for in its place; any other statement stays."""
    one = prepared.classified
    source = None if one is None else named(session, one)
    if one is not None and source is not None:
        prepared.written = one
        await _take(session, prepared, one, source)


async def follow(session: Session, prepared: Prepared) -> None:
    """Before each use: see that the name still means what was prepared. Raises SqlError 0A000 when
    the client knows other columns, or the name is no statement of Flink any more."""
    if prepared.written is None:
        return
    source, kind = named(session, prepared.written), _kind(prepared)
    if source is prepared.source:
        return
    if source is not None:
        await _take(session, prepared, prepared.written, source)
    if source is None or kind is not _kind(prepared):
        raise changed_plan()


@contextmanager
def unplaced(prepared: Prepared | None) -> Iterator[None]:
    """A position in the text behind an EXECUTE says nothing to who sent the EXECUTE."""
    try:
        yield
    except SqlError as error:
        if prepared is not None and prepared.written is not None:
            error.position = None
        raise


async def _take(session: Session, prepared: Prepared, one: Classified, source: Prepared) -> None:
    found = await resolved(session, one, source)
    prepared.classified, prepared.query, prepared.source = found, found.statement.text, source
    prepared.types, prepared.targets = None, {}


def _kind(prepared: Prepared) -> Kind | None:
    return None if prepared.classified is None else prepared.classified.kind


def _bind(prepared: Prepared, arguments: list[str]) -> Classified:
    """The prepared statement with the argument expressions in place of `$n`."""
    classified = prepared.classified
    assert classified is not None
    needed = max(parameters(classified.statement), default=0)
    if needed != len(arguments):
        raise SqlError(
            SYNTAX_ERROR,
            f'wrong number of parameters for prepared statement "{prepared.name}"',
            detail=f"Expected {needed} parameters but got {len(arguments)}.",
        )
    texts = {
        place.index: arguments[place.number - 1]
        if place.counts
        else f"({arguments[place.number - 1]})"
        for place in read_parameters(classified.statement).places
    }
    bound: Statement = split(substitute(classified.statement, texts, by_token=True).text)[0]
    return replace(classified, statement=bound)
