"""Bring what a statement names into its Flink session, in the form that it has now.

    needs (in order) ─► as they were brought? ─ yes ─► nothing
                              └ no ─► DROP what stands there, CREATE ─► remembered by its stamp
    home ─► USE CATALOG, USE, where they differ

The catalog of a Flink session is only a copy: what is stored lies in Postgres, and an object that
was changed there is renewed here when a statement names it next. A session's own temporary objects
are the journal's.
"""

from __future__ import annotations

import asyncio

from dialects import Rewritten
from gateway.engine import errors
from gateway.engine.configuration import BUILTIN_CATALOG, BUILTIN_DATABASE
from gateway.engine.flinksession import Brought, FlinkSession
from gateway.engine.http import Refused
from gateway.engine.translating import Translator, refused
from protocol.errors import SqlError
from session.ports import EngineSettings, Need


async def bring(session: FlinkSession, settings: EngineSettings, translator: Translator) -> None:
    """Raises SqlError where this version of Flink does not take an object, SessionLost."""
    for need in settings.needs:
        if is_there(session, need):
            continue
        try:
            sent = await translator.definition(need, settings)
        except SqlError as e:
            raise not_taken(need, settings.version, e) from e
        try:
            await bring_one(session, need, sent)
        except Refused as e:
            raise not_taken(need, settings.version, refused(e, need.create)) from e
    await _go_home(session, settings.home)


def is_there(session: FlinkSession, need: Need) -> bool:
    """In the form that it has now."""
    there = session.brought.get(need.key)
    return there is not None and there.stamp == need.stamp


async def bring_one(session: FlinkSession, need: Need, sent: Rewritten) -> None:
    """Raises Refused with Flink's words against its CREATE, which is `sent`."""
    if is_there(session, need):
        return
    if (there := session.brought.get(need.key)) is not None:
        await _leave(session, need.key)
        await _run(session, there.drop)
        del session.brought[need.key]
        _forget_inside(session, need.key)
    if need.create:
        try:
            await _run(session, sent.text)
        except Refused as e:
            e.sent = sent
            raise
        session.brought[need.key] = Brought(need.stamp, need.drop)


def _forget_inside(session: FlinkSession, key: str) -> None:
    """What stood in a catalog or database went with it."""
    kind, _, path = key.partition(" ")
    if kind in ("catalog", "database"):
        for other in [o for o in session.brought if o.partition(" ")[2].startswith(f"{path}.")]:
            del session.brought[other]


async def _leave(session: FlinkSession, key: str) -> None:
    """A catalog cannot be dropped while it is the current one (an unknown one is "")."""
    current = session.home[0]
    if key.startswith("catalog ") and current in ("", key.removeprefix("catalog ").strip("`")):
        await _run(session, f"USE CATALOG `{BUILTIN_CATALOG}`")
        session.home = (BUILTIN_CATALOG, BUILTIN_DATABASE)


async def _go_home(session: FlinkSession, home: tuple[str, str]) -> None:
    if home == session.home:
        return
    catalog, database = (f"`{part.replace('`', '``')}`" for part in home)
    try:
        if home[0] != session.home[0]:
            await _run(session, f"USE CATALOG {catalog}")
        if home[1]:
            await _run(session, f"USE {catalog}.{database}")
    except Refused as e:
        session.home = ("", "")  # whichever of the two failed
        raise errors.from_stack(e.text, "") from e
    session.home = home


async def _run(session: FlinkSession, statement: str) -> None:
    """Cancelled behind it, the session is not used again: what the statement did is noted nowhere,
    and the same CREATE would find its object there."""
    operation = await session.start(statement, {}, small=True)
    try:
        await session.finish_aside(operation)
    except asyncio.CancelledError:
        session.retired = True
        raise


def not_taken(need: Need, version: str, error: SqlError) -> SqlError:
    """What is said against an object, to who has only named it."""
    return SqlError(
        error.sqlstate,
        f"{need.name} cannot be used in Flink {version}: {error.message}",
        detail=error.detail,
        hint=error.hint,
    )
