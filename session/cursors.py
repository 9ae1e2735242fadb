"""SQL cursors and prepared statements over Flink queries, and the statements that may mean either
engine: DECLARE, FETCH, MOVE, CLOSE, PREPARE, EXECUTE, DEALLOCATE, DISCARD, COPY … TO STDOUT.

Who owns the name decides. A cursor reads forward only: a stream has no way back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dialects import (
    Classified,
    Kind,
    Route,
)
from protocol.encode import encode_command_complete
from protocol.errors import (
    FEATURE_NOT_SUPPORTED,
    NO_ACTIVE_SQL_TRANSACTION,
    OBJECT_NOT_IN_PREREQUISITE_STATE,
    SqlError,
)
from session import copyout, execute, executing, rows
from session.context import Session
from session.ports import Column
from session.statements import Portal, PortalState, Prepared


async def run_simple(session: Session, one: Classified) -> None:
    """Answer one such statement. `describe` of FETCH is part of the answer in this protocol."""
    await _RUN[one.kind](session, one, True)


async def run_extended(session: Session, one: Classified) -> None:
    await _RUN[one.kind](session, one, False)


def belongs_to_postgres(session: Session, one: Classified) -> bool:
    """Whether Postgres answers a statement that could mean either engine: by who owns the name."""
    if one.route is not Route.SESSION or one.kind not in _BY_NAME:
        return False
    if one.name is None:  # CLOSE ALL, DEALLOCATE ALL, DISCARD: both do their part
        return True
    if one.kind in (Kind.FETCH, Kind.MOVE, Kind.CLOSE):
        portal = session.store.portals.get(one.name)
        return portal is None or portal.sql is None
    prepared = session.store.prepared.get(one.name)
    return prepared is None or prepared.text is not None


async def need_named(session: Session, one: Classified) -> None:
    """Have Postgres know what an EXECUTE or DEALLOCATE names, should a Parse have prepared it."""
    if one.kind in (Kind.EXECUTE_PREPARED, Kind.EXPLAIN_PREPARED, Kind.DEALLOCATE):
        prepared = session.store.prepared.get(one.name or "")
        if prepared is not None and prepared.text is not None:
            await session.relay.need(prepared)


def takes_names(one: Classified) -> bool:
    """Whether `after_postgres` has something to do."""
    return one.kind in (Kind.CLOSE, Kind.DEALLOCATE, Kind.DISCARD)


def after_postgres(session: Session, one: Classified) -> None:
    """Our part of a statement that Postgres has run."""
    if one.kind is Kind.CLOSE and one.name is None:
        session.store.close_all(lambda portal: portal.cursor)
    elif one.kind is Kind.DEALLOCATE:
        session.relay.forget(one.name)
    elif one.kind is Kind.DISCARD and one.tag == "DISCARD ALL":
        session.store.close_all()
        session.relay.forget(None)
        session.temp_relations = frozenset()
        session.lease.sticky = False
        session.reset_flink()
    elif one.kind is Kind.DISCARD and one.tag.startswith("DISCARD TEMP"):
        session.temp_relations = frozenset()


_BY_NAME = frozenset(
    {Kind.FETCH, Kind.MOVE, Kind.CLOSE, Kind.EXECUTE_PREPARED, Kind.EXPLAIN_PREPARED}
    | {Kind.DEALLOCATE, Kind.DISCARD}
)


def columns_of(session: Session, one: Classified) -> tuple[Column, ...] | None:
    """What Describe says of such a statement: a FETCH has its cursor's columns."""
    if one.kind is Kind.FETCH and one.name in session.store.portals:
        return session.store.portals[one.name].columns
    return None


async def _on_postgres(session: Session, one: Classified) -> None:
    await need_named(session, one)
    await session.relay.statement(one.statement.text)
    if one.sticky:
        session.lease.sticky = True
    if one.touches_settings:
        session.lease.touch()
    after_postgres(session, one)


def _complete(session: Session, tag: str) -> None:
    session.client.write(encode_command_complete(tag))


# ── cursors ─────────────────────────────────────────────────────────────────────────────────────


async def _declare(session: Session, one: Classified, simple: bool) -> None:
    hold = bool(one.options.get("hold"))
    if one.options.get("scroll"):
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            "a cursor over a Flink query cannot scroll backward",
            hint="Declare it with NO SCROLL.",
        )
    if not hold and session.status != "T" and not (simple and session.in_message):
        raise SqlError(
            NO_ACTIVE_SQL_TRANSACTION, "DECLARE CURSOR can only be used in transaction blocks"
        )
    assert one.inner is not None and one.name is not None
    settings = await session.settings()
    portal = Portal(
        one.name,
        None,
        sql=await session.for_engine(one.inner),
        formats=(1,) if one.options.get("binary") else (),
        hold=hold,
        cursor=True,
        query=one.statement.text,
    )
    session.store.add_portal(portal)
    try:
        await inner_located(
            one,
            portal,
            session.interruptible(
                rows.open_rows(session, portal, settings.engine, False),
                timeout_s=settings.statement_timeout_s,
            ),
        )
    except BaseException:
        session.store.close_portal(portal.name)
        raise
    _complete(session, one.tag or "DECLARE CURSOR")


async def inner_located(one: Classified, portal: Portal, work: Awaitable[object]) -> object:
    """As `execute.located`, for a statement inside another."""
    assert portal.sql is not None and one.inner is not None
    try:
        return await execute.located(portal.sql, work)
    except SqlError as error:
        if error.position is not None:
            error.position += one.inner.start - one.statement.start
        raise


@dataclass(frozen=True, slots=True)
class _Step:
    """How far a FETCH goes: rows to pass over, then rows to give (None: all)."""

    skip: int
    count: int | None


def _step(portal: Portal, options: dict[str, object]) -> _Step:
    direction, count = options["direction"], options["count"]
    if direction in ("NEXT", "FORWARD") and count is None:
        return _Step(0, None)
    assert isinstance(count, int) or count is None
    count = 1 if count is None else count
    if direction in ("NEXT", "FORWARD") and count > 0:
        return _Step(0, count)
    if direction == "ABSOLUTE" and count > portal.position:
        return _Step(count - portal.position - 1, 1)
    if direction == "RELATIVE" and count > 0:
        return _Step(count - 1, 1)
    if direction == "FIRST" and portal.position == 0:
        return _Step(0, 1)
    raise SqlError(
        OBJECT_NOT_IN_PREREQUISITE_STATE,
        "cursor can only scan forward",
        hint="A stream of Flink has no way back: FETCH NEXT, FORWARD n or ALL.",
    )


async def _fetch(session: Session, one: Classified, simple: bool) -> None:
    portal = session.store.portals.get(one.name or "")
    if portal is None or portal.sql is None:
        await _on_postgres(session, one)
        return
    step = _step(portal, dict(one.options))
    moving = one.kind is Kind.MOVE
    if simple and not moving:
        assert portal.columns is not None
        session.client.write(rows.describe(portal.columns, portal.formats))
        session.client.flush()
    settings = await session.settings()
    given = await session.interruptible(
        _advance(session, portal, step, moving), timeout_s=settings.statement_timeout_s
    )
    _complete(session, f"{'MOVE' if moving else 'FETCH'} {given}")


async def _advance(session: Session, portal: Portal, step: _Step, moving: bool) -> int:
    if portal.state is PortalState.DONE:
        return 0
    if step.skip:
        _, ended = await rows.pump(session, portal, step.skip, lambda data: None)
        if ended:
            return 0
    drop: Callable[[bytes], None] | None = (lambda data: None) if moving else None
    given, _ = await rows.pump(session, portal, step.count or 0, drop)
    return given


async def _close(session: Session, one: Classified, simple: bool) -> None:
    if one.name is None:  # CLOSE ALL
        await _on_postgres(session, one)
    elif one.name in session.store.portals and session.store.portals[one.name].sql is not None:
        session.store.close_portal(one.name)
        _complete(session, "CLOSE CURSOR")
    else:
        await _on_postgres(session, one)


# ── PREPARE and its kin ─────────────────────────────────────────────────────────────────────────


async def _prepare(session: Session, one: Classified, simple: bool) -> None:
    assert one.inner is not None and one.name is not None
    inner = (await session.classify(one.inner.text))[0]
    session.store.add_prepared(Prepared(one.name, one.inner.text, inner, by_sql=True))
    _complete(session, "PREPARE")


async def _execute(session: Session, one: Classified, simple: bool) -> None:
    """EXECUTE, or EXPLAIN EXECUTE."""
    prepared = executing.named(session, one)
    if prepared is None:
        await _on_postgres(session, one)
        return
    try:
        await execute.run_simple(session, await executing.resolved(session, one, prepared))
    except SqlError as error:
        error.position = None  # in the text of the PREPARE
        raise


async def _deallocate(session: Session, one: Classified, simple: bool) -> None:
    if one.name is None:  # DEALLOCATE ALL
        await _on_postgres(session, one)
    elif not belongs_to_postgres(session, one):
        del session.store.prepared[one.name]
        _complete(session, "DEALLOCATE")
    else:
        await _on_postgres(session, one)


async def _discard(session: Session, one: Classified, simple: bool) -> None:
    """Postgres judges first (it refuses inside a transaction); what Flink has follows."""
    await _on_postgres(session, one)


async def _copy_out(session: Session, one: Classified, simple: bool) -> None:
    await copyout.run(session, one)


_RUN: dict[Kind, Callable[[Session, Classified, bool], Awaitable[None]]] = {
    Kind.DECLARE: _declare,
    Kind.FETCH: _fetch,
    Kind.MOVE: _fetch,
    Kind.CLOSE: _close,
    Kind.PREPARE: _prepare,
    Kind.EXECUTE_PREPARED: _execute,
    Kind.EXPLAIN_PREPARED: _execute,
    Kind.DEALLOCATE: _deallocate,
    Kind.DISCARD: _discard,
    Kind.COPY_OUT: _copy_out,
}
