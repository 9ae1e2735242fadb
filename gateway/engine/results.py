"""Rows of a statement, page by page: pulled by the client, one page ahead at most.

    next() ─► page (prefetched while the last one was consumed) ─► rows ─► DataRow frames
       ▲                                                                        │
       └──────────── not called: nothing more is fetched, Flink's sink blocks ──┘

`QueryStream` follows a job, `TableStream` holds the small answer of a statement without one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from gateway.engine import errors, pages
from gateway.engine.aside import Pace, uninterrupted
from gateway.engine.flinksession import FlinkSession, SessionLost
from gateway.engine.http import Refused, Unreachable
from gateway.engine.operation import Operation
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


class PageReader:
    """Decoded pages of an operation, in order; fetches one ahead once rows flow."""

    def __init__(self, session: FlinkSession, operation: Operation, watch: StartWatch) -> None:
        self._session = session
        self._operation = operation
        self._watch = watch
        self._token = 0
        self._content: bytes | None = operation.first
        self._ahead: asyncio.Task[bytes] | None = None
        self._pace = Pace()
        operation.first = b""

    async def content(self) -> bytes:
        """The next page. The reader must be told by `took` what was in it."""
        if self._content is None:
            self._content = await self._fetched()
        return self._content

    def took(self, rows: int, *, more: bool) -> None:
        """The page was read: go on to the next, at once when this one was not empty."""
        self._content = None
        self._token += 1
        if rows:
            self._pace.reset()
            self._watch.running()
            if more:
                self._ahead = asyncio.create_task(
                    self._session.read(self._operation, self._token),
                    name=f"next page of {self._operation.handle}",
                )

    async def pause(self) -> None:
        """Between two empty pages."""
        await self._watch.check()
        await self._pace.wait()

    async def close(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.cancel()
            await asyncio.wait((ahead,))
            if not ahead.cancelled():
                ahead.exception()  # seen: the stream ends anyway
        self._watch.close()

    async def _fetched(self) -> bytes:
        if self._ahead is None:
            return await self._session.read(self._operation, self._token)
        content = await asyncio.shield(self._ahead)
        self._ahead = None
        return content


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
        self._watch = watch
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
        rows = self._pending.popleft()
        return Batch(self._encode(rows), len(rows))

    async def aclose(self) -> None:
        self._pending.clear()
        self._ended = True
        await uninterrupted(self._close(), f"close the result of {self._operation.handle}")

    async def _close(self) -> None:
        await self._reader.close()
        await self._session.stop(self._operation)

    async def _advance(self) -> None:
        try:
            rows, ended = self._read(await self._reader.content())
            self._reader.took(len(rows), more=not ended)
            if ended:
                await self._finish()
            elif not rows:
                await self._reader.pause()
        except (Refused, SessionLost, Unreachable, SqlError) as e:
            self._error = await explain(e, self._session, self._operation, self._sql)
            await self.aclose()
            raise self._error from e
        self._pending.extend(rows[i : i + SLICE_ROWS] for i in range(0, len(rows), SLICE_ROWS))

    async def _finish(self) -> None:
        """The last page came: make sure that it is the end of the result, not of a killed job."""
        self._ended = True
        self._watch.running()
        await self._reader.close()
        await self._session.finish(self._operation)


def read_inserts(content: bytes) -> tuple[Rows, bool]:
    """Rows of an append-only page, and whether it is the last."""
    try:
        page = pages.decode_inserts(content)
    except msgspec.ValidationError as e:
        raise changing(
            next(r.kind for r in pages.decode(content).results.data if r.kind != "INSERT")
        ) from e
    return [row.fields for row in page.results.data], page.result_type == "EOS"


def read_changes(content: bytes) -> tuple[Rows, bool]:
    page = pages.decode(content)
    rows = [[pages.SHORT_KINDS[row.kind], *row.fields] for row in page.results.data]
    return rows, page.result_type == "EOS"


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
