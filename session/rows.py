"""Portals that Flink fills: opening, pulling with a row limit, ending.

Nothing is pulled before the client has taken what was written, so a slow client is felt by Flink.
"""

from __future__ import annotations

from collections.abc import Callable

from protocol.encode import encode_row_description
from protocol.errors import SqlError
from protocol.frames import split_rows
from protocol.messages import FieldDescription
from session.context import Session
from session.ports import Column, EngineSettings, ResultStream
from session.statements import Portal, PortalState, changed_plan, format_of


def describe(columns: tuple[Column, ...], formats: tuple[int, ...]) -> bytes:
    """RowDescription of these columns in these formats. Raises SqlError when the counts differ."""
    if len(formats) > 1 and len(formats) != len(columns):
        raise SqlError(
            "08P01",
            f"bind message has {len(formats)} result formats but query has {len(columns)} columns",
        )
    return encode_row_description(
        [
            FieldDescription(
                name=column.name,
                table_oid=0,
                column_attnum=0,
                type_oid=column.type.oid,
                type_size=column.type.size,
                type_modifier=column.type.typmod,
                format=format_of(formats, index),
            )
            for index, column in enumerate(columns)
        ]
    )


def attach(portal: Portal, stream: ResultStream) -> None:
    """Give the portal its rows. Raises SqlError when they are not of the shape described before:
    drivers keep that shape and would read the rows wrongly."""
    found = tuple(stream.columns)
    bound = portal.prepared is not None and bool(portal.prepared.types)
    if portal.columns is not None and _shape(portal.columns, bound) != _shape(found, bound):
        raise changed_plan()
    if portal.prepared is not None and portal.prepared.columns is None:
        portal.prepared.columns = found  # a driver may Bind again without a Describe
    portal.stream = stream
    portal.columns = found
    portal.advance(PortalState.ACTIVE)


def _shape(columns: tuple[Column, ...], bound: bool) -> list[tuple[str, int, int]]:
    """With parameters, a scale or length may be that of the values (1.50 has two digits): all
    values of the type are read alike."""
    return [(c.name, c.type.oid, 0 if bound else c.type.typmod) for c in columns]


async def open_rows(session: Session, portal: Portal, settings: EngineSettings, show: bool) -> None:
    """Start the portal's statement; its columns are known afterwards."""
    assert portal.sql is not None
    run = session.flink.show if show else session.flink.query
    stream = await run(portal.sql.text, settings, portal.formats)
    try:
        attach(portal, stream)
    except SqlError:
        await stream.aclose()
        raise


async def pull(portal: Portal, limit: int) -> tuple[bytes, int] | None:
    """The next rows, at most `limit` (0: as they come); None at the end."""
    if not portal.rest_rows:
        if portal.stream is None:
            return None
        batch = await portal.stream.next()
        if batch is None:
            return None
        portal.rest, portal.rest_rows = batch.data, batch.rows
    data, rows = portal.rest, portal.rest_rows
    if limit and rows > limit:
        data, portal.rest = split_rows(data, limit)
        portal.rest_rows -= limit
        rows = limit
    else:
        portal.rest, portal.rest_rows = b"", 0
    portal.position += rows
    return data, rows


async def pump(
    session: Session, portal: Portal, limit: int, write: Callable[[bytes], None] | None = None
) -> tuple[int, bool]:
    """Write up to `limit` rows (0: all). Returns how many, and whether the end was reached.

    A row limit that equals the number of rows leaves the portal suspended, as in Postgres.
    """
    client = session.client
    write = write or client.write
    given = 0
    try:
        while not limit or given < limit:
            taken = await pull(portal, limit - given if limit else 0)
            if taken is None:
                await finish(portal)
                return given, True
            write(taken[0])
            given += taken[1]
            await client.drain()
    except BaseException:
        await finish(portal)
        raise
    return given, False


async def finish(portal: Portal) -> None:
    """No more rows: the stream ends, and its job with it."""
    stream, portal.stream = portal.stream, None
    portal.rest, portal.rest_rows = b"", 0
    if portal.state is PortalState.ACTIVE:
        portal.advance(PortalState.DONE)
    if stream is not None:
        await stream.aclose()
