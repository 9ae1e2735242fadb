"""Statements of the platform: what they answer is known before they run.

TRANSLATE  the text of another version, then a row for each rule
VALIDATE   a row for each version

Their columns are these, so that Describe asks nobody; the rows are the engine side's to make.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialects import Classified, Kind, Rewritten
from protocol.encode import encode_command_complete
from protocol.values.pgtypes import BOOL, INT4, TEXT
from session import rows
from session.context import Session
from session.ports import Column, EngineSettings
from session.statements import Portal

COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.TRANSLATE: (
        Column("text", TEXT),
        Column("rule", TEXT),
        Column("before", TEXT),
        Column("after", TEXT),
        Column("why", TEXT),
        Column("position", INT4),
    ),
    Kind.VALIDATE: (
        Column("version", TEXT),
        Column("verdict", TEXT),
        Column("sqlstate", TEXT),
        Column("message", TEXT),
        Column("detail", TEXT),
        Column("hint", TEXT),
        Column("position", INT4),
        Column("translated", TEXT),
        Column("judged_by", TEXT),
        Column("stateful", BOOL),
        Column("state", TEXT),
    ),
}


async def run_simple(session: Session, one: Classified) -> None:
    """One statement of a Query, answered whole. Raises SqlError, its position in the statement."""
    settings = await session.settings()
    portal = Portal("", None)
    bind(portal, one)
    await session.interruptible(
        _answer(session, one, portal, settings.engine), timeout_s=settings.statement_timeout_s
    )


def bind(portal: Portal, one: Classified) -> None:
    """The text stays the client's own: it is what the statement is about."""
    portal.bound, portal.sql = one, Rewritten(one.statement.text)


async def open_rows(
    session: Session, one: Classified, portal: Portal, settings: EngineSettings
) -> None:
    """Have the portal filled."""
    stream = await session.flink.answer(one, settings, portal.formats)
    rows.attach(portal, stream)


async def _answer(
    session: Session, one: Classified, portal: Portal, settings: EngineSettings
) -> None:
    client = session.client
    await open_rows(session, one, portal, settings)
    client.write(rows.describe(COLUMNS[one.kind], ()))
    client.flush()
    await rows.pump(session, portal, 0)
    client.write(encode_command_complete(one.tag))
