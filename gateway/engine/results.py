"""Rows of a statement, page by page: pulled by the client, one page ahead at most.

    next() ─► page (`reader`: fetched ahead, bounded) ─► rows ─► DataRow frames
       ▲                                                              │
       └── not called: soon nothing more is fetched, Flink's sink blocks

`QueryStream` follows a job, `TableStream` holds the small answer of a statement without one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from gateway.engine import errors, pages
from gateway.engine.flinksession import FlinkSession, SessionLost
from gateway.engine.http import Refused, Unreachable
from gateway.engine.operation import Operation
from gateway.engine.pages import Page
from gateway.engine.reader import PageReader
from gateway.engine.starvation import StartWatch
from protocol.errors import CONNECTION_FAILURE, FEATURE_NOT_SUPPORTED, QUERY_CANCELED, SqlError
from session.ports import Batch, Column

Encoder = Callable[[Sequence[Sequence[Any]]], bytes]
Rows = list[list[Any]]

SLICE_ROWS = 1_000  # of a page that is encoded in one go: about 100 KiB, some milliseconds


class TableStream:
    """All rows are here already."""

    def __init__(self, columns: Sequence[Column], encode: Encoder, rows: Rows) -> None:
        self.columns = columns
        self._encode = encode
        self._rows = rows

    async def next(self) -> Batch | None:
        if not self._rows:
            return None
        rows, self._rows = self._rows[:SLICE_ROWS], self._rows[SLICE_ROWS:]
        return Batch(self._encode(rows), len(rows))

    async def aclose(self) -> None:
        self._rows = []


class QueryStream:
    """Rows of a job, encoded as they come. `changes`: rows of every kind, `op` in front."""

    def __init__(
        self,
        session: FlinkSession,
        operation: Operation,
        watch: StartWatch,
        columns: Sequence[Column],
        encode: Encoder,
        *,
        sql: str,
        changes: bool,
    ) -> None:
        self.columns = columns
        self._session = session
        self._operation = operation
        self._encode = encode
        self._sql = sql
        self._read = read_changes if changes else read_inserts
        self._reader = PageReader(session, operation, watch)
        self._pending: deque[Rows] = deque()
        self._ended = False
        self._error: SqlError | None = None

    async def next(self) -> Batch | None:
        if self._error is not None:
            raise self._error
        while not self._pending:
            if self._ended:
                return None
            await self._advance()
        # A client that takes all at once holds up neither the next pages nor the other sessions.
        await asyncio.sleep(0)
        rows = self._pending.popleft()
        return Batch(self._encode(rows), len(rows))

    async def aclose(self) -> None:
        self._pending.clear()
        self._ended = True
        await self._reader.stop()

    async def _advance(self) -> None:
        try:
            page = await self._reader.next()
            rows = self._read(page)
            if page.last:
                self._ended = True
                await self._reader.finish()
            elif not rows:
                await self._reader.pause()
        except (Refused, SessionLost, Unreachable, SqlError) as e:
            self._error = await explain(e, self._session, self._operation, self._sql)
            await self.aclose()
            raise self._error from e
        self._pending.extend(rows[i : i + SLICE_ROWS] for i in range(0, len(rows), SLICE_ROWS))


def read_inserts(page: Page) -> Rows:
    """The rows of an append-only page. Raises SqlError 0A000 for one with another kind of row."""
    try:
        return pages.inserted(page)
    except msgspec.ValidationError as e:
        raise changing(next(r.kind for r in pages.rows(page) if r.kind != "INSERT")) from e


def read_changes(page: Page) -> Rows:
    return [[pages.SHORT_KINDS[row.kind], *row.fields] for row in pages.rows(page)]


def changing(detail: str = "") -> SqlError:
    """The refusal of a result that changes over time, in the mode that shows no changes."""
    return SqlError(
        FEATURE_NOT_SUPPORTED,
        "the result of this query changes over time",
        detail=f"Flink answers it with a changelog ({detail})." if detail else None,
        hint="SET flink.changelog = 'op' shows the changes, 'latest' a snapshot of the result; or "
        "read bounded sources with SET flink.runtime_mode = 'batch'.",
    )


async def explain(
    error: Exception, session: FlinkSession, operation: Operation, sql: str
) -> SqlError:
    """What a failure while rows were read tells the client."""
    if isinstance(error, SqlError):
        return error
    if isinstance(error, Refused):
        return await _job_failure(error, session, operation, sql)
    return lost(session.endpoint.version)


async def _job_failure(
    error: Refused, session: FlinkSession, operation: Operation, sql: str
) -> SqlError:
    stack = error.text
    try:
        if operation.job_id and (cause := await session.jobs.root_cause(operation.job_id)):
            stack = cause
        elif operation.job_id and await session.jobs.state(operation.job_id) == "CANCELED":
            return SqlError(QUERY_CANCELED, "the job of this query was canceled")
    except (Refused, Unreachable):
        pass  # the gateway's own words have to do
    return errors.from_stack(stack, sql)


def lost(version: str) -> SqlError:
    return SqlError(
        CONNECTION_FAILURE,
        f"connection to Flink {version} was lost while the statement ran",
        hint="The next statement opens a new Flink session.",
    )
