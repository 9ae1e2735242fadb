"""The extended protocol: Parse, Bind, Describe, Execute, Close, Flush and Sync.

Messages for Postgres are gathered and leave together; before anything is answered here, they are
flushed, so that a client sees its answers in the order of its messages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from dialects import Classified, Kind, Route, mentions_activity
from protocol.decode import check_formats
from protocol.encode import (
    encode,
    encode_bind_complete,
    encode_close_complete,
    encode_close_portal,
    encode_command_complete,
    encode_describe_portal,
    encode_empty_query_response,
    encode_execute,
    encode_no_data,
    encode_parameter_description,
    encode_parse_complete,
    encode_portal_suspended,
)
from protocol.errors import FEATURE_NOT_SUPPORTED, SYNTAX_ERROR, SqlError
from protocol.messages import (
    Bind,
    ClosePortal,
    CloseStatement,
    DescribePortal,
    DescribeStatement,
    Execute,
    Flush,
    Message,
    Parse,
)
from session import binding, cursors, execute, executing, platform, roles, rows
from session.context import Session, at
from session.ports import Column
from session.relay import aborted
from session.shortcut import is_plain
from session.simple import after_backend, after_block, prepare_backend
from session.statements import Portal, PortalState, Prepared


class BatchFailed(Exception):
    """Postgres has reported an error to the client: everything up to the Sync is skipped."""


class Extended:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._deferred: Portal | None = None  # described together with its first rows
        self._handlers: dict[type, Callable[..., Awaitable[None]]] = {
            Parse: self.handle_parse,
            Bind: self.handle_bind,
            DescribeStatement: self.handle_describe_statement,
            DescribePortal: self.handle_describe_portal,
            Execute: self.handle_execute,
            CloseStatement: self.handle_close_statement,
            ClosePortal: self.handle_close_portal,
            Flush: self.handle_flush,
        }

    async def handle(self, message: Message) -> None:
        """Raises SqlError to be reported, BatchFailed for one that was."""
        try:
            await self._handlers[type(message)](message)
        except SqlError:
            await self.catch_up()  # what came before it is answered before it
            raise

    async def catch_up(self) -> None:
        """Before an answer of our own: those of Postgres that come first."""
        await self._session.relay.flush()
        if self._session.relay.failed:
            raise BatchFailed

    async def handle_flush(self, message: Flush) -> None:
        await self.catch_up()
        self._session.client.flush()

    # ── Parse ───────────────────────────────────────────────────────────────────────────────────

    async def handle_parse(self, message: Parse) -> None:
        session = self._session
        statements = await session.classify(message.query)
        if len(statements) > 1:
            raise SqlError(
                SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement"
            )
        one = statements[0] if statements else None
        prepared = Prepared(message.name, message.query, one, tuple(message.param_oids))
        await executing.prepare(session, prepared)
        one = prepared.classified
        if one is not None and self._for_postgres(prepared):
            prepared.text = await prepare_backend(session, one)
            prepared.plain = is_plain(one)
            await session.relay.parse(prepared)
            return
        if one is not None and session.status == "E":
            raise aborted()
        if one is not None and one.route is Route.REFUSED:
            assert one.error is not None
            raise at(one.error.copy(), one.statement.start)
        session.store.add_prepared(prepared)
        await self.catch_up()
        session.client.write(encode_parse_complete())

    def _for_postgres(self, prepared: Prepared) -> bool:
        one = prepared.classified
        if one is None:
            return False
        return one.route is Route.BACKEND or cursors.belongs_to_postgres(self._session, one)

    def _foreign(self, name: str) -> bool:
        """Whether only Postgres can know a statement of that name: one of a PREPARE, or nobody's.
        The unnamed one is always known here."""
        return bool(name) and name not in self._session.store.prepared

    async def _need(self, prepared: Prepared) -> None:
        """Have Postgres know the statement, and the one that it executes if it is an EXECUTE."""
        session, one = self._session, prepared.classified
        assert one is not None
        if prepared.text is None:
            prepared.text = await prepare_backend(session, one)
        await cursors.need_named(session, one)
        await session.relay.need(prepared)

    # ── Bind ────────────────────────────────────────────────────────────────────────────────────

    async def handle_bind(self, message: Bind) -> None:
        session = self._session
        if self._foreign(message.statement):
            await session.relay.add(encode(message), b"B")
            return
        prepared = session.store.get_prepared(message.statement)
        if self._for_postgres(prepared):
            session.store.note_portal(Portal(message.portal, prepared))
            await self._need(prepared)
            await session.relay.add(encode(message), b"B")
            return
        await self.catch_up()
        if session.status == "E":
            raise aborted()
        portal = Portal(message.portal, prepared, formats=tuple(message.result_formats))
        check_formats(message.param_formats + message.result_formats)
        await executing.follow(session, prepared)
        if prepared.classified is not None:
            await binding.bind(session, portal, message)
        portal.columns = prepared.columns
        session.store.add_portal(portal)
        session.client.write(encode_bind_complete())

    # ── Describe ────────────────────────────────────────────────────────────────────────────────

    async def handle_describe_statement(self, message: DescribeStatement) -> None:
        session = self._session
        if self._foreign(message.name):
            await session.relay.add(encode(message), b"D")
            return
        prepared = session.store.get_prepared(message.name)
        if self._for_postgres(prepared):
            await self._need(prepared)
            await session.relay.describe(prepared, encode(message))
            return
        await self.catch_up()
        if prepared.classified is None:
            session.client.write(encode_parameter_description([]) + encode_no_data())
            return
        await executing.follow(session, prepared)
        with executing.unplaced(prepared):
            types = await binding.parameter_types(session, prepared)
            columns = await self._columns(prepared.classified, prepared)
        session.client.write(encode_parameter_description(types))
        self._write_columns(columns, ())

    async def handle_describe_portal(self, message: DescribePortal) -> None:
        session = self._session
        portal = session.store.portals.get(message.name)
        if portal is None or (portal.prepared and self._for_postgres(portal.prepared)):
            await session.relay.add(encode_describe_portal(message.name), b"D")
            return
        await self.catch_up()
        one = portal.bound
        if portal.cursor or portal.columns is not None:
            self._write_columns(portal.columns, portal.formats)
        elif one is None:
            session.client.write(encode_no_data())
        elif one.kind is Kind.QUERY and one.route is Route.ENGINE and self._executes_next(portal):
            self._deferred = portal  # saves the planning of a description
        else:
            assert portal.prepared is not None
            with executing.unplaced(portal.prepared):
                portal.columns = await self._columns(one, portal.prepared)
            self._write_columns(portal.columns, portal.formats)

    def _executes_next(self, portal: Portal) -> bool:
        following = self._session.client.peek()
        return isinstance(following, Execute) and following.portal == portal.name

    def _write_columns(self, columns: tuple[Column, ...] | None, formats: tuple[int, ...]) -> None:
        answer = rows.describe(columns, formats) if columns else encode_no_data()
        self._session.client.write(answer)

    async def _columns(self, one: Classified, prepared: Prepared) -> tuple[Column, ...] | None:
        """Columns without a job (never a run for a description). Raises SqlError."""
        session = self._session
        if one.route is Route.SESSION:
            return cursors.columns_of(session, one)
        if one.route is Route.PLATFORM:
            return platform.COLUMNS[one.kind]
        settings = await session.settings()
        if one.kind is Kind.SUBMIT:
            return execute.Handle(one, settings, simple=False).columns
        if one.kind not in (Kind.QUERY, Kind.SHOW):
            return None
        if prepared.columns is None:
            prepared.columns = await binding.describe(session, prepared, settings)
        return prepared.columns

    # ── Execute ─────────────────────────────────────────────────────────────────────────────────

    async def handle_execute(self, message: Execute) -> None:
        session = self._session
        portal = session.store.portals.get(message.portal)
        if portal is None or (portal.prepared and self._for_postgres(portal.prepared)):
            await self._execute_on_postgres(message, portal)
            return
        await self.catch_up()
        if portal.bound is None and not portal.cursor:
            session.client.write(encode_empty_query_response())
            return
        if session.status == "E":
            raise aborted()
        try:
            with executing.unplaced(portal.prepared):
                await self._execute(portal, message.max_rows)
        finally:
            self._deferred = None

    async def _execute_on_postgres(self, message: Execute, portal: Portal | None) -> None:
        session = self._session
        one = portal.prepared.classified if portal and portal.prepared else None
        if one is not None and mentions_activity(one.statement):
            await self.catch_up()
            await session.backends.publish_activity(
                session.registry.activities(), session.lease.database
            )
        if one is not None:
            await roles.check_drop_owned(session, one)
        await session.relay.add(encode_execute(message.portal, message.max_rows), b"E")
        if one is not None:
            after_backend(session, one)
            after_block(session, one)
            if cursors.takes_names(one):
                await self.catch_up()
                cursors.after_postgres(session, one)

    async def _execute(self, portal: Portal, limit: int) -> None:
        session, one = self._session, portal.bound
        if portal.state in (PortalState.ACTIVE, PortalState.DONE):
            await self._continue(portal, limit)
        elif one is not None and one.route is Route.SESSION:
            if any(portal.formats) and one.kind is Kind.FETCH:
                raise SqlError(
                    FEATURE_NOT_SUPPORTED, "the rows of this cursor are declared as text"
                )
            await cursors.run_extended(session, one)
            portal.advance(PortalState.DONE)
        else:
            assert one is not None and portal.sql is not None
            settings = await session.settings()
            await execute.located(
                portal.sql,
                session.interruptible(
                    self._run(one, portal, limit),
                    timeout_s=settings.statement_timeout_s,
                    outlives_client=one.kind not in execute.ROWS,
                ),
            )

    async def _run(self, one: Classified, portal: Portal, limit: int) -> None:
        session = self._session
        settings = await session.settings()
        if one.route is Route.PLATFORM:
            try:
                await platform.open_rows(session, one, portal, settings.engine)
            except SqlError as error:
                raise at(error, one.statement.start) from error.__cause__
            await self._give(one, portal, limit)
        elif one.kind in (Kind.QUERY, Kind.SHOW):
            show = one.kind is not Kind.QUERY
            await rows.open_rows(session, portal, settings.engine, show)
            if self._deferred is portal:
                self._write_columns(portal.columns, portal.formats)
                session.client.flush()
            await self._give(one, portal, limit)
        elif one.kind is Kind.SUBMIT:
            handle = execute.Handle(one, settings, simple=False)
            job = await execute.submit(session, portal, settings)
            if handle.columns:
                session.client.write(handle.row(job))
            else:
                session.notify(handle.notice(job))
            session.client.write(encode_command_complete(handle.tag(job)))
        else:
            await execute.execute(session, one, portal, settings)
            session.client.write(encode_command_complete(one.tag))

    async def _continue(self, portal: Portal, limit: int) -> None:
        """More of a suspended portal; one that has ended says so again and again, as Postgres."""
        session = self._session
        if portal.stream is None and portal.bound is not None and portal.columns is None:
            portal.advance(PortalState.ACTIVE)  # raises: this one cannot be run twice
        settings = await session.settings()
        await session.interruptible(
            self._give(portal.bound, portal, limit), timeout_s=settings.statement_timeout_s
        )

    async def _give(self, one: Classified | None, portal: Portal, limit: int) -> None:
        session = self._session
        count, ended = await rows.pump(session, portal, limit)
        if ended:
            tag = execute.tag_of(one, count) if one is not None else f"FETCH {count}"
            session.client.write(encode_command_complete(tag))
        else:
            session.client.write(encode_portal_suspended())

    # ── Close ───────────────────────────────────────────────────────────────────────────────────

    async def handle_close_statement(self, message: CloseStatement) -> None:
        prepared = self._session.store.prepared.get(message.name)
        if prepared is None or prepared.text is not None:
            await self._session.relay.close(message.name, prepared)
            return
        await self.catch_up()
        del self._session.store.prepared[message.name]
        self._session.client.write(encode_close_complete())

    async def handle_close_portal(self, message: ClosePortal) -> None:
        session = self._session
        portal = session.store.portals.get(message.name)
        if portal is None or (portal.prepared and self._for_postgres(portal.prepared)):
            session.store.portals.pop(message.name, None)
            await session.relay.add(encode_close_portal(message.name), b"C")
            return
        await self.catch_up()
        session.store.close_portal(message.name)
        session.client.write(encode_close_complete())
