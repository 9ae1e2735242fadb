"""COPY (query) TO STDOUT over a Flink query: the rows as they come, in text, csv or binary.

The one form in which every client shows an endless stream line by line.
"""

from __future__ import annotations

from protocol.copy_format import CopyWriter

from dialects import Classified, to_engine
from protocol.encode import encode_command_complete, encode_copy_done, encode_copy_out_response
from session import cursors, rows
from session.context import Session
from session.statements import Portal


async def run(session: Session, one: Classified) -> None:
    """Answer the statement: CopyOutResponse, data, CopyDone, tag COPY n."""
    assert one.inner is not None
    settings = await session.settings()
    binary = one.options.get("format") == "binary"
    portal = Portal("", None, sql=to_engine(one.inner), formats=(1,) if binary else ())
    await cursors.inner_located(
        one,
        portal,
        session.interruptible(_copy(session, one, portal), timeout_s=settings.statement_timeout_s),
    )


async def _copy(session: Session, one: Classified, portal: Portal) -> None:
    client = session.client
    settings = await session.settings()
    await rows.open_rows(session, portal, settings.engine, False)
    assert portal.columns is not None
    writer = CopyWriter([column.name for column in portal.columns], one.options)
    client.write(
        encode_copy_out_response(int(writer.binary), [int(writer.binary)] * len(portal.columns))
    )
    client.write(writer.start())
    client.flush()
    count, _ = await rows.pump(session, portal, 0, lambda data: client.write(writer.rows(data)))
    client.write(writer.end())
    client.write(encode_copy_done())
    client.write(encode_command_complete(f"COPY {count}"))
