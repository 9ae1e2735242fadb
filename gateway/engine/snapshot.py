"""`changelog = latest`: a changing result folded into one snapshot, then its job is stopped.

    +I row, +U row ─► count of that row + 1        the stream ends, or its time is up
    -U row, -D row ─► count of that row − 1   ─►   every row as often as it is counted

Rows are matched by full equality with counts, because an update's old row names no key.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.engine import pages
from gateway.engine.flinksession import FlinkSession, SessionLost
from gateway.engine.http import Refused, Unreachable
from gateway.engine.operation import Operation
from gateway.engine.reader import PageReader
from gateway.engine.results import Encoder, Rows, TableStream, explain
from gateway.engine.starvation import StartWatch
from protocol.errors import FEATURE_NOT_SUPPORTED, PROGRAM_LIMIT_EXCEEDED, SqlError
from session.ports import Batch, Column

MAX_ROWS = 1_000_000  # different rows of a snapshot
_key = msgspec.msgpack.Encoder().encode


class Fold:
    """The multiset of rows that a changelog has built so far."""

    def __init__(self, limit: int = MAX_ROWS) -> None:
        self._limit = limit
        self._rows: dict[bytes, tuple[list[Any], int]] = {}

    def apply(self, row: pages.Row) -> None:
        """Raises SqlError 0A000 for a change of a row that is not there, 54000 beyond the limit."""
        key = _key(row.fields)
        fields, count = self._rows.get(key, (row.fields, 0))
        if row.kind in ("INSERT", "UPDATE_AFTER"):
            if not count and len(self._rows) >= self._limit:
                raise SqlError(
                    PROGRAM_LIMIT_EXCEEDED,
                    f"the snapshot has more than {self._limit} rows",
                    hint="Narrow the query, or read the changes with SET flink.changelog = 'op'.",
                )
            self._rows[key] = (fields, count + 1)
        elif count > 1:
            self._rows[key] = (fields, count - 1)
        elif count == 1:
            del self._rows[key]
        else:
            raise SqlError(
                FEATURE_NOT_SUPPORTED,
                "the changes of this query cannot be folded into a snapshot",
                detail="Flink retracted a row that it had not sent: the result has a hidden key.",
                hint="Read the changes with SET flink.changelog = 'op'.",
            )

    def rows(self) -> Rows:
        return [fields for fields, count in self._rows.values() for _ in range(count)]


class SnapshotStream:
    """Folds at the first `next`, for `seconds` since the job's tasks began to run at most."""

    def __init__(
        self,
        session: FlinkSession,
        operation: Operation,
        watch: StartWatch,
        columns: Sequence[Column],
        encode: Encoder,
        *,
        sql: str,
        seconds: float,
    ) -> None:
        self.columns = columns
        self._session = session
        self._operation = operation
        self._watch = watch
        self._encode = encode
        self._sql = sql
        self._seconds = seconds
        self._reader = PageReader(session, operation, watch)
        self._table: TableStream | None = None

    async def next(self) -> Batch | None:
        if self._table is None:
            rows = await self._fold()
            self._table = TableStream(self.columns, self._encode, rows)
        return await self._table.next()

    async def aclose(self) -> None:
        self._table = TableStream(self.columns, self._encode, [])
        await self._reader.stop()

    async def _fold(self) -> Rows:
        fold = Fold()
        try:
            while not self._due():
                page = await self._reader.next()
                rows = pages.rows(page)
                for row in rows:
                    fold.apply(row)
                if page.last:
                    break
                if not rows:
                    await self._reader.pause()
        except (Refused, SessionLost, Unreachable, SqlError) as e:
            error = await explain(e, self._session, self._operation, self._sql)
            await self.aclose()
            raise error from e
        await self._reader.stop()
        return fold.rows()

    def _due(self) -> bool:
        began = self._watch.began
        return began is not None and time.monotonic() - began > self._seconds
