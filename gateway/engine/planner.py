"""How a query is run: batch or streaming, as it is or wrapped, and with what of its changelog.

    auto ─► batch ─ columns ─► readable? ─ yes ─► stream
              │ a source is unbounded  └ no ─► wrap, again
              └─► streaming ─► EXPLAIN CHANGELOG_MODE says insertions alone? ─ no ─► 0A000

Optimistic: the common small batch query is one POST. What was found out about a text is kept until
the session's catalog changes.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.engine import changelog, errors, naming, pages, wrapping
from gateway.engine.encoding import describe, row_encoder
from gateway.engine.flinksession import FlinkSession
from gateway.engine.http import Refused
from gateway.engine.operation import Operation
from gateway.engine.pages import FlinkColumn
from gateway.engine.results import QueryStream, changing
from gateway.engine.snapshot import SnapshotStream
from gateway.engine.starvation import StartWatch
from gateway.engine.translating import refused
from protocol.errors import CONNECTION_FAILURE, FEATURE_NOT_SUPPORTED, SqlError
from session.ports import EngineSettings, ResultStream

if TYPE_CHECKING:
    from gateway.engine.session import ClientSession

REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known about a text: how to run it, and the columns that it had before a wrapping."""

    mode: str
    checked: bool = False  # its changelog has been looked at and holds insertions alone
    text: str | None = None  # the wrapped query
    shown: tuple[FlinkColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    session: FlinkSession
    operation: Operation
    watch: StartWatch


class Planner:
    def __init__(self, client: ClientSession) -> None:
        self._client = client
        self._plans: OrderedDict[tuple[str, ...], Plan] = OrderedDict()

    def forget(self) -> None:
        """The session's catalog or options may have changed."""
        self._plans.clear()

    def shows_changes(self, settings: EngineSettings) -> bool:
        return settings.changelog == "op"

    async def query(
        self, sql: str, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        stamps = (need.stamp for need in settings.needs)
        key = (settings.version, self._mode(settings), settings.changelog, sql, *stamps)
        plan = self._plans.get(key) or Plan(self._first_mode(settings))
        started, plan = await self._run(sql, settings, plan)
        try:
            stream = self._stream(started, plan, sql, settings, formats)
        except BaseException:
            started.watch.close()
            await started.session.stop(started.operation)
            raise
        self._remember(key, plan)
        return stream

    def _mode(self, settings: EngineSettings) -> str:
        return self._client.options.runtime_mode(settings)

    def _first_mode(self, settings: EngineSettings) -> str:
        mode = self._mode(settings)
        if mode != "auto":
            return mode
        return "batch" if settings.changelog == "off" else "streaming"

    def _remember(self, key: tuple[str, ...], plan: Plan) -> None:
        self._plans[key] = plan
        self._plans.move_to_end(key)
        while len(self._plans) > REMEMBERED:
            self._plans.popitem(last=False)

    async def _run(self, sql: str, settings: EngineSettings, plan: Plan) -> tuple[Started, Plan]:
        """Start the query, adjusting the plan to what Flink answers; three rounds at most."""
        if plan.mode == "streaming" and settings.changelog == "off" and not plan.checked:
            plan = await self._check(sql, settings, plan)
        try:
            started = await self._start(plan.text or sql, settings, plan.mode)
        except Refused as e:
            if (
                plan.mode == "batch"
                and self._mode(settings) == "auto"
                and errors.UNBOUNDED_IN_BATCH.search(e.text)
            ):
                return await self._run(sql, settings, replace(plan, mode="streaming"))
            if plan.text is None and errors.JSON_REFUSES.search(e.text):
                return await self._run(sql, settings, await self._wrapped(sql, settings, plan))
            raise self._failure(e, sql, plan) from e
        if plan.text is None and self._unreadable(started, settings):
            started.watch.close()
            await started.session.stop(started.operation)
            return await self._run(sql, settings, await self._wrapped(sql, settings, plan))
        return started, plan

    async def _check(self, sql: str, settings: EngineSettings, plan: Plan) -> Plan:
        """Raises SqlError 0A000 for a query whose result changes."""
        head = changelog.EXPLAIN
        config = self._client.options.statement(settings)
        _, rows = await self._client.small(head + sql, settings, config, skip=len(head))
        mode = changelog.root_mode("".join(str(row.fields[0]) for row in rows))
        if mode not in ("I", ""):
            raise changing(f"changelog mode {mode}")
        return replace(plan, checked=True)

    async def _start(self, sql: str, settings: EngineSettings, mode: str) -> Started:
        client = self._client
        gate, reservation = await client.slot(settings, mode)
        job_id = uuid.uuid4().hex
        text = settings.written or sql
        name = naming.foreground(client.hub.instance, settings.application_name, client.pid, text)
        config = client.options.job(settings, mode, job_id, name, foreground=True)
        try:
            session, operation = await client.start(sql, settings, config, job_id)
        except BaseException:
            reservation.release()
            raise
        reservation.started(job_id)
        watch = StartWatch(
            session.jobs, gate, job_id, reservation, settings.slot_timeout_s, client.notify
        )
        return Started(session, operation, watch)

    def _unreadable(self, started: Started, settings: EngineSettings) -> bool:
        columns = pages.columns(started.operation.first)
        return any(wrapping.refused(column.type, settings.version) for column in columns)

    async def _wrapped(self, sql: str, settings: EngineSettings, plan: Plan) -> Plan:
        columns = tuple(await self._client.flink_columns(sql, settings))
        if wrapping.needs_json(columns, settings.version):
            await self._provide_json(columns, settings)
        text = wrapping.wrap(sql, columns, settings.version)
        return replace(plan, text=text, shown=columns)

    async def _provide_json(self, columns: Sequence[FlinkColumn], settings: EngineSettings) -> None:
        """The function is part of the session's state: every Flink session of it gets it."""
        if wrapping.CREATE_JSON in self._client.journal:
            return
        try:
            await self._client.execute(wrapping.CREATE_JSON, settings)
        except SqlError as e:
            if e.sqlstate == CONNECTION_FAILURE:
                raise
            raise wrapping.json_missing(columns, settings.version, e) from e

    def _failure(self, error: Refused, sql: str, plan: Plan) -> SqlError:
        if plan.text is None:
            return refused(error, sql)
        if errors.JSON_REFUSES.search(error.text):
            return SqlError(
                FEATURE_NOT_SUPPORTED,
                "a column of this query has a type that Flink cannot return",
                hint="Cast such columns to STRING in the query.",
            )
        failure = refused(error, plan.text)
        failure.position = None  # in a text that the client never saw
        return wrapping.order_lost(failure) if wrapping.has_order(sql) else failure

    def _stream(
        self,
        started: Started,
        plan: Plan,
        sql: str,
        settings: EngineSettings,
        formats: Sequence[int],
    ) -> ResultStream:
        changes = self.shows_changes(settings)
        shown = plan.shown or pages.columns(started.operation.first)
        zone = self._client.options.time_zone(settings)
        encode = row_encoder(shown, formats, zone, changes=changes)
        columns = describe(shown, changes=changes)
        parts = (started.session, started.operation, started.watch, columns, encode)
        if settings.changelog == "latest" and plan.mode == "streaming":
            return SnapshotStream(*parts, sql=sql, seconds=settings.snapshot_s)
        return QueryStream(*parts, sql=sql, changes=changes)
