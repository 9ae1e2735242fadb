"""The Flink side of one client's session, over all versions (session.ports.EngineSession).

    describe  CREATE TEMPORARY VIEW + DESCRIBE + DROP       no job
    query     `planner`: mode, slot, job, columns           a foreground job, bound to its stream
    show      one small page                                no job
    execute   journal ◄─ what changed the session           no job
    submit    `submission`: a background job                outlives the session

Flink sessions are cattle: opened per version and runtime mode when first needed, and again when
lost; the journal brings a new one to the client's state, and the others up to date.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from dialects import Rewritten, single
from gateway.engine import errors, pages
from gateway.engine.bringing import bring, bring_one
from gateway.engine.configuration import RUNTIME_MODE, ClientOptions
from gateway.engine.encoding import describe, row_encoder
from gateway.engine.flinksession import FlinkSession, SessionLost
from gateway.engine.http import Refused, Unreachable
from gateway.engine.hub import Hub
from gateway.engine.journal import MAX_STATEMENTS, Journal
from gateway.engine.logical import from_text
from gateway.engine.operation import LIMIT_S, Operation
from gateway.engine.pages import FlinkColumn
from gateway.engine.planner import Planner
from gateway.engine.results import TableStream, lost
from gateway.engine.secrets import MASK, is_secret, mask
from gateway.engine.slots import Reservation, SlotGate
from gateway.engine.submission import submit
from gateway.engine.targets import is_filled, target
from gateway.engine.translating import Translator, refused
from protocol.errors import Notice, SqlError
from session.ports import Column, EngineSettings, JobHandle, Need, Notify, ResultStream, Target

log = structlog.get_logger(__name__)

SHOWN_SQL = 200
# Of a table of an external catalog these are options that nobody has written: its catalog's own.
_TELL_OPTIONS = (("SHOW", "CREATE"), ("DESCRIBE", "CATALOG"), ("DESC", "CATALOG"))


class ClientSession:
    """Implements session.ports.EngineSession."""

    def __init__(self, hub: Hub, pid: int, notify: Notify) -> None:
        self.hub = hub
        self.pid = pid
        self.notify = notify
        self.options = ClientOptions()
        self.journal = Journal()
        self._sessions: dict[tuple[str, str], FlinkSession] = {}  # by version and runtime mode
        self._retired: list[FlinkSession] = []
        self._opening = asyncio.Lock()
        self._views = 0
        self._planner = Planner(self)
        self.translator = Translator(notify, hub.provider.releases)

    # ── the port ────────────────────────────────────────────────────────────────────────────────

    async def describe(self, sql: str, settings: EngineSettings) -> tuple[Column, ...]:
        columns = await self.flink_columns(sql, settings)
        return describe(columns, changes=self._planner.shows_changes(settings))

    async def targets(self, table: str, settings: EngineSettings) -> tuple[Target, ...]:
        statement = f"DESCRIBE {table}"
        _, rows = await self.small(statement, settings, self.options.statement(settings))
        filled = (row.fields for row in rows if is_filled(row.fields[4]))
        return tuple(target(fields[0], fields[1]) for fields in filled)

    async def query(
        self, sql: str, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        await self._tell(sql, settings)
        return await self._planner.query(sql, settings, formats)

    async def show(
        self, sql: str, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        await self._tell(sql, settings)
        first, rows = await self.small(sql, settings, self.options.statement(settings))
        columns = pages.columns(first)
        encode = row_encoder(columns, formats, self.options.time_zone(settings))
        told = [row.fields for row in rows]
        if single(sql).words[:2] in _TELL_OPTIONS:
            told = [_masked(fields) for fields in told]
        return TableStream(describe(columns), encode, told)

    async def execute(self, sql: str, settings: EngineSettings) -> Mapping[str, str]:
        if self.options.take(sql):
            return {}
        self.journal.check_room(sql)
        try:
            await self._tell(sql, settings)
            if not (await self._translated(sql, settings)).text.strip():
                self._changed(sql, None)  # for the versions that have it
                return {}
            session, operation = await self.start(sql, settings, self.options.statement(settings))
        except Refused as e:
            raise refused(e, sql) from e
        await session.finish(operation)
        if [column.name for column in pages.columns(operation.first)] == ["result"]:
            self._changed(sql, session)
        self._planner.forget()
        return {}

    async def define(self, need: Need, settings: EngineSettings) -> list[pages.Row]:
        """Create an object that is not stored yet in a Flink session of the client, for Flink's
        own verdict; what DESCRIBE says of a table or view. Raises SqlError, its position in the
        CREATE."""
        session = await self.flink(settings)
        try:
            await bring_one(session, need, await self.translator.definition(need, settings))
        except Refused as e:
            raise refused(e, need.create) from e
        except SessionLost as e:
            raise lost(settings.version) from e
        if not need.described:
            return []
        config = self.options.statement(settings)
        _, rows = await self.small(f"DESCRIBE {need.described}", settings, config)
        return rows

    async def submit(self, sql: str, settings: EngineSettings) -> JobHandle:
        await self._tell(sql, settings)
        return await submit(self, sql, settings)

    async def close(self) -> None:
        sessions = [*self._sessions.values(), *self._retired]
        self._sessions.clear()
        self._retired.clear()
        await asyncio.gather(*(session.close() for session in sessions))

    # ── for planner and submission ──────────────────────────────────────────────────────────────

    async def flink_columns(self, sql: str, settings: EngineSettings) -> Sequence[FlinkColumn]:
        rows = await self.described_query(sql, settings)
        return [FlinkColumn(row.fields[0], from_text(row.fields[1])) for row in rows]

    async def described_query(self, sql: str, settings: EngineSettings) -> list[pages.Row]:
        """What DESCRIBE says of a query, by way of a temporary view."""
        self._views += 1
        view = f"`xuanwu_describe_{self._views}`"
        head = f"CREATE TEMPORARY VIEW {view} AS\n"
        config = self.options.statement(settings)
        await self.small(head + sql, settings, config, skip=len(head))
        try:
            _, rows = await self.small(f"DESCRIBE {view}", settings, config)
        finally:
            await self.small(f"DROP TEMPORARY VIEW {view}", settings, config)
        return rows

    async def small(
        self, sql: str, settings: EngineSettings, config: Mapping[str, str], *, skip: int = 0
    ) -> tuple[bytes, list[pages.Row]]:
        """A statement without a job; all failures as SqlError."""
        sent = await self._translated(sql, settings, skip=skip)
        for last in (False, True):
            session = await self.flink(settings)
            try:
                return await session.small(sent.text, config)
            except Refused as e:
                e.sent = sent
                raise refused(e, sql, skip=skip) from e
            except SessionLost as e:
                if last or not e.safe:
                    raise lost(settings.version) from e
        raise AssertionError("the last round returns or raises")

    async def start(
        self,
        sql: str,
        settings: EngineSettings,
        config: Mapping[str, str],
        job_id: str | None = None,
    ) -> tuple[FlinkSession, Operation]:
        """Run a statement until its first page is ready.

        It is sent a second time only when the first has certainly not been run. Raises Refused for
        what Flink says against the statement, SqlError 08006 for an engine that was lost.
        """
        sent = await self._translated(sql, settings)
        for last in (False, True):
            session = await self.flink(settings, config[RUNTIME_MODE])
            try:
                return session, await session.start(sent.text, config, job_id=job_id)
            except Refused as e:
                e.sent = sent
                raise
            except SessionLost as e:
                if last or not e.safe:
                    raise await self._lost(session, job_id) from e
        raise AssertionError("the last round returns or raises")

    async def slot(self, settings: EngineSettings, mode: str) -> tuple[SlotGate, Reservation]:
        """A promised slot of the version's engine; SqlError 53300 when there is none in time."""
        for last in (False, True):
            session = await self.flink(settings, mode)
            gate = self.hub.gate(session.endpoint)
            try:
                return gate, await gate.acquire(settings.slot_timeout_s, self.notify)
            except (Unreachable, Refused) as e:
                session.retired = True
                if last:
                    raise lost(settings.version) from e
        raise AssertionError("the last round returns or raises")

    async def flink(self, settings: EngineSettings, mode: str = "streaming") -> FlinkSession:
        """The Flink session of that version and mode, opened or renewed, brought up to date and
        given what the statement needs."""
        version = settings.version
        async with self._opening:
            session = self._sessions.get((version, mode))
            if session is None or not session.usable:
                if session is not None:
                    del self._sessions[version, mode]
                    await self._retire(session)
                name = f"xuanwu {self.pid}"
                session = await self.hub.open(version, mode, name, self.notify)
                session.behind = list(self.journal)
                self._sessions[version, mode] = session
            try:
                await bring(session, settings, self.translator)
                await self._catch_up(session, settings)
            except SessionLost as e:
                raise lost(version) from e
            return session

    async def _translated(self, sql: str, settings: EngineSettings, *, skip: int = 0) -> Rewritten:
        """Raises SqlError, its position in what follows the first `skip` characters."""
        try:
            return await self.translator.translated(sql, settings, self.batch(settings))
        except SqlError as error:
            if error.position is not None:
                error.position = error.position - skip if error.position > skip else None
            raise

    async def _tell(self, sql: str, settings: EngineSettings) -> None:
        await self.translator.tell(sql, settings, self.batch(settings))

    def batch(self, settings: EngineSettings) -> bool | None:
        """The runtime mode as rules want to know it; None: whichever the sources allow."""
        return {"batch": True, "streaming": False}.get(self.options.runtime_mode(settings))

    def _changed(self, statement: str, session: FlinkSession | None) -> None:
        """A statement changed the state of one Flink session, or none yet: the others follow when
        needed."""
        if not self.journal.add(statement):
            return
        for other in self._sessions.values():
            if other is not session:
                other.behind.append(statement)
                other.retired = other.retired or len(other.behind) > MAX_STATEMENTS

    async def adopt_table(self, name: str, session: FlinkSession, settings: EngineSettings) -> None:
        """A CREATE TABLE … AS made a table in one Flink session: the others get it too. Its data
        lies where the connector keeps it. The job runs already, so a failure is only told."""
        statement = f"SHOW CREATE TABLE {name}"
        try:
            _, rows = await session.small(statement, self.options.statement(settings))
            self._changed(str(rows[0].fields[0]), session)
        except Refused as e:
            self._warn(statement, errors.from_stack(e.text, statement), session)
        self._planner.forget()

    async def _retire(self, session: FlinkSession) -> None:
        """Close it once its open results are done with."""
        self._retired.append(session)
        done = [each for each in self._retired if not each.operations]
        self._retired = [each for each in self._retired if each.operations]
        for each in done:
            await each.close()

    async def _catch_up(self, session: FlinkSession, settings: EngineSettings) -> None:
        while session.behind:
            statement = session.behind[0]
            try:
                sent = (await self.translator.translated(statement, settings)).text
            except SqlError as e:
                sent = ""
                self._warn(statement, e, session)
            try:
                if sent.strip():
                    await session.finish(await session.start(sent, {}))
            except Refused as e:
                self._warn(statement, errors.from_stack(e.text, statement), session)
            session.behind.pop(0)

    def _warn(self, statement: str, error: SqlError, session: FlinkSession) -> None:
        shown = mask(" ".join(statement.split()))[:SHOWN_SQL]
        self.notify(
            Notice(
                f"Flink {session.endpoint.version} does not accept an earlier statement of this "
                f"session: {shown}",
                severity="WARNING",
                sqlstate="01000",
                detail=str(error),
            )
        )

    async def _lost(self, session: FlinkSession, job_id: str | None) -> SqlError:
        """The statement may have been run: what it started must not go on unseen."""
        if job_id is not None:
            try:
                await session.jobs.ensure_gone(job_id, known=False, limit_s=LIMIT_S)
            except (Refused, Unreachable) as e:
                log.warning("engine.job_unknown", job_id=job_id, error=str(e)[:300])
            self.hub.reaper.watch(session.jobs, job_id)
        return lost(session.endpoint.version)


def _masked(fields: Sequence[Any]) -> list[Any]:
    """A definition, or the name of an option and its value."""
    if len(fields) == 2 and is_secret(str(fields[0])):
        return [fields[0], MASK]
    return [mask(each) if isinstance(each, str) else each for each in fields]
