"""COPY (query) TO STDOUT over a Flink query: the rows as they come, in text, csv or binary.

The one form in which every client shows an endless stream line by line.
"""

from __future__ import annotations

from dataclasses import replace

from dialects import Classified
from protocol.copy_format import CopyFormat, CopyOptions, CopyOut
from protocol.encode import encode_command_complete, encode_copy_done, encode_copy_out_response
from protocol.errors import UNDEFINED_COLUMN, SqlError
from session import cursors, rows
from session.context import Session
from session.ports import EngineSettings
from session.statements import Portal


async def run(session: Session, one: Classified) -> None:
    """Answer the statement: CopyOutResponse, data, CopyDone, tag COPY n."""
    assert one.inner is not None
    settings = await session.settings()
    binary = one.options["format"] == "binary"
    sql = await session.for_engine(one.inner)
    portal = Portal("", None, sql=sql, formats=(1,) if binary else ())
    await cursors.inner_located(
        one,
        portal,
        session.interruptible(
            _copy(session, one, portal, settings.engine), timeout_s=settings.statement_timeout_s
        ),
    )


async def _copy(
    session: Session, one: Classified, portal: Portal, settings: EngineSettings
) -> None:
    client = session.client
    await rows.open_rows(session, portal, settings, show=False)
    assert portal.columns is not None
    names = [column.name for column in portal.columns]
    writer = CopyOut(_options(one, names), names)
    client.write(
        encode_copy_out_response(writer.row_format, [writer.row_format] * len(portal.columns))
    )
    client.write(writer.start())
    client.flush()
    count, _ = await rows.pump(session, portal, 0, lambda data: client.write(writer.rows(data)))
    client.write(writer.end())
    client.write(encode_copy_done())
    client.write(encode_command_complete(f"COPY {count}"))


def _options(one: Classified, names: list[str]) -> CopyOptions:
    """The statement's options for the writer, which is told only of what its format has."""
    given = one.options
    form = CopyFormat(given["format"])
    if form is CopyFormat.BINARY:
        return CopyOptions(form)
    common = CopyOptions(
        form,
        delimiter=str(given["delimiter"]),
        null=str(given["null"]),
        header=bool(given["header"]),
    )
    if form is CopyFormat.TEXT:
        return common
    return replace(
        common,
        quote=str(given["quote"]),
        escape=str(given["escape"]),
        force_quote=_forced(given["force_quote"], names),
    )


def _forced(given: object, names: list[str]) -> frozenset[int] | str:
    """Column numbers of FORCE_QUOTE. Raises SqlError 42703 for a name that is not there."""
    if given is True:
        return "*"
    assert isinstance(given, tuple)
    for name in given:
        if name not in names:
            raise SqlError(UNDEFINED_COLUMN, f'column "{name}" does not exist')
    return frozenset(names.index(name) for name in given)
