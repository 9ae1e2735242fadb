"""What the handlers of one session share: its peers, its names, its status, and how to stop it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from dialects import Classified, Names, Rewritten, Statement, split, to_engine, without_passwords
from dialects import classify as classify_statement
from dialects.lexer import MAX_TOKENS
from protocol.encode import encode_error, encode_notice
from protocol.errors import ADMIN_SHUTDOWN, QUERY_CANCELED, Notice, SqlError
from session import settings as parameters
from session.client import Client, Disconnected
from session.ports import (
    Activity,
    Backends,
    Engine,
    EngineSession,
    EngineSettings,
    Lease,
    Principal,
    ResultStream,
)
from session.registry import Registry
from session.settings import SessionSettings
from session.statements import Store
from session.tasks import TaskGroup
from session.texts import Texts

if TYPE_CHECKING:
    from session.relay import Relay

T = TypeVar("T")

CACHED_TEXT = 4096  # longer texts are classified anew each time
STATES = {"I": "idle", "T": "idle in transaction", "E": "idle in transaction (aborted)"}


class Session:
    """One client's session after its start-up. Implements LeaseEvents and registry.Cancellable."""

    def __init__(
        self,
        *,
        pid: int,
        client: Client,
        principal: Principal,
        registry: Registry,
        backends: Backends,
        engine: Engine,
        texts: Texts,
    ) -> None:
        self.pid = pid
        self.client = client
        self.principal = principal
        self.registry = registry
        self.backends = backends
        self.engine = engine
        self.texts = texts
        self.flink: EngineSession = engine.session(pid, self.notify)
        # Set by `connection.start`: opening a lease needs this object for the events.
        self.lease: Lease
        self.relay: Relay
        self.statement_set: list[str] | None = None  # the pieces of one that has not ended
        self.in_message = False  # the statement has company in its Query: an implicit block
        self.parameters: dict[str, str] = {}  # as last reported to the client
        self.status = "I"
        self.tasks = TaskGroup(f"session {pid}")
        self.store = Store(self.discard)
        self.temp_relations: frozenset[str] = frozenset()
        self._names = Names(backends.relations, backends.functions, self.temp_relations)
        self.database = ""
        self._settings: SessionSettings | None = None
        self._running: asyncio.Task[Any] | None = None
        self._outlives_client = False
        self._reason: SqlError | None = None
        self._on_postgres = False
        self._ending: SqlError | None = None
        self.started_at = time.time()
        self._query = ""
        self._query_start: float | None = None
        self._state_change = self.started_at
        self._active = False

    # ── texts and parameters ────────────────────────────────────────────────────────────────────

    async def classify(self, text: str) -> list[Classified]:
        """The statements of a message, each with its route. Raises SqlError 42601, 54001."""
        if len(text) <= CACHED_TEXT:
            return classify(text, self.names)
        return await self.texts.work(len(text), _classify, text, self.names, self.texts.max_tokens)

    async def for_engine(self, statement: Statement) -> Rewritten:
        """The text for Flink. Raises SqlError for what it has no word for."""
        return await self.texts.work(len(statement.text), to_engine, statement)

    @property
    def names(self) -> Names:
        """The same object while nothing has changed."""
        names, backends = self._names, self.backends
        if (
            names.temp_relations is not self.temp_relations
            or names.pg_relations is not backends.relations
            or names.pg_functions is not backends.functions
        ):
            self._names = Names(backends.relations, backends.functions, self.temp_relations)
        return self._names

    async def settings(self) -> SessionSettings:
        """The parameters as they are now. Raises SqlError for a value that Flink cannot have."""
        values: Mapping[str, str] = await self.relay.settings(parameters.NAMES)
        self._settings = parameters.read(values, self.engine.versions)
        engine = self._settings.engine
        engine = replace(engine, role=engine.role or self.role, catalog=self.lease.database)
        self._settings = replace(self._settings, engine=engine)
        return self._settings

    async def engine_settings(self) -> EngineSettings:
        return (await self.settings()).engine

    # ── LeaseEvents ─────────────────────────────────────────────────────────────────────────────

    def on_parameter(self, name: str, value: str) -> None:
        self.parameters[name] = value

    def on_async(self, frames: bytes) -> None:
        self.client.write(frames)
        self.client.flush()

    def on_signal(self, verb: str, pid: int) -> None:
        self.registry.signal(verb, pid, self.role)

    # ── telling the client ──────────────────────────────────────────────────────────────────────

    def notify(self, notice: Notice) -> None:
        level = self._settings.client_min_messages if self._settings else "notice"
        if parameters.shows(notice.severity, level):
            self.client.write(encode_notice(notice))
            self.client.flush()

    def discard(self, stream: ResultStream) -> None:
        """End a stream on the side: the client need not wait for it, `close` does."""
        self.tasks.spawn(stream.aclose(), "end of a stream")

    def reset_flink(self) -> None:
        """DISCARD ALL: the Flink side starts anew, without tables and options of the session."""
        old, self.flink = self.flink, self.engine.session(self.pid, self.notify)
        self.tasks.spawn(old.close(), "end of the Flink side")

    # ── running and stopping ────────────────────────────────────────────────────────────────────

    async def interruptible(
        self, work: Coroutine[Any, Any, T], *, timeout_s: float = 0, outlives_client: bool = False
    ) -> T:
        """Run work that `cancel`, the time-out and (unless it `outlives_client`) the loss of the
        client can stop. A job that is being submitted outlives its client, as a statement in
        Postgres does."""
        if self._ending is not None:
            work.close()
            raise self._ending
        self._reason, self._outlives_client = None, outlives_client
        task = asyncio.create_task(work, name=f"session {self.pid}: statement")
        self._running = task
        clock = (
            asyncio.get_running_loop().call_later(timeout_s, self._expire) if timeout_s else None
        )
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled() and self._reason is not None:
                raise self._reason from None
            if not task.done():  # the session itself is being cancelled
                task.cancel()
                await asyncio.wait({task})
            raise
        finally:
            self._running = None
            if clock is not None:
                clock.cancel()

    def _interrupt(self, reason: SqlError) -> None:
        if self._running is not None and self._reason is None:
            self._reason = reason
            self._running.cancel()

    def _expire(self) -> None:
        self._interrupt(SqlError(QUERY_CANCELED, "canceling statement due to statement timeout"))

    def cancel(self) -> None:
        """A CancelRequest or pg_cancel_backend: whoever runs the statement is told."""
        self._interrupt(SqlError(QUERY_CANCELED, "canceling statement due to user request"))
        if self._on_postgres:
            self.tasks.spawn(self.lease.cancel(), "cancel on Postgres")

    def terminate(
        self, message: str = "terminating connection due to administrator command"
    ) -> None:
        """pg_terminate_backend, or the stop of the server: the client gets 57P01 and the end."""
        if self._ending is not None:
            return
        self._ending = SqlError(ADMIN_SHUTDOWN, message, severity="FATAL")
        if self._running is not None:
            self._interrupt(self._ending)
        else:
            self.client.write(encode_error(self._ending))
            if self._on_postgres:
                self.tasks.spawn(self.lease.cancel(), "cancel on Postgres")
            self.tasks.spawn(self.client.close(), "close")

    def on_client_lost(self) -> None:
        if not self._outlives_client:
            self._interrupt(SqlError(QUERY_CANCELED, "connection to client lost", severity="FATAL"))
        if self._on_postgres:  # nobody reads the answer, and others wait for the connection
            self.tasks.spawn(self.lease.cancel(), "cancel on Postgres")

    def on_postgres(self, active: bool) -> None:
        self._on_postgres = active

    @property
    def ending(self) -> bool:
        """Something has ended the session: `check_alive` raises it."""
        return self._ending is not None

    def check_alive(self) -> None:
        """Between two messages: raise what ended the session."""
        if self._ending is not None:
            raise self._ending
        if self.client.lost.is_set():
            raise Disconnected

    # ── what pg_stat_activity shows ─────────────────────────────────────────────────────────────

    @property
    def role(self) -> str:
        return self.principal.role

    def active(self, query: str | None) -> None:
        """A statement begins, or (None) ends."""
        self._state_change = time.time()
        self._active = query is not None
        if query is not None:
            self._query, self._query_start = query[:1024], self._state_change

    def activity(self) -> Activity:
        host, port = self.client.peername
        return Activity(
            pid=self.pid,
            role=self.role,
            database=self.database,
            application_name=self.parameters.get("application_name", ""),
            client_addr=host,
            client_port=port,
            backend_start=self.started_at,
            state="active" if self._active else STATES[self.status],
            query=without_passwords(self._query),
            query_start=self._query_start,
            state_change=self._state_change,
            encryption=self.client.encryption,
        )

    # ── the end ─────────────────────────────────────────────────────────────────────────────────

    async def close(self) -> None:
        """Streams end (their jobs with them), then the Flink side, then the lease."""
        self.store.close_all()
        await self.tasks.close(grace_s=15.0)
        await self.flink.close()
        if hasattr(self, "lease"):
            await self.lease.close()


def classify(text: str, names: Names) -> list[Classified]:
    """The statements of a message, each with its route. Raises SqlError 42601."""
    if len(text) > CACHED_TEXT:
        return _classify(text, names)
    return _classify_cached(text, names)


def _classify(text: str, names: Names, max_tokens: int = MAX_TOKENS) -> list[Classified]:
    found: list[Classified] = []
    for statement in split(text, max_tokens=max_tokens):
        found.append(classify_statement(statement, names))
        created = found[-1].options.get("creates")
        if isinstance(created, str):  # the statements behind it may name it
            names = replace(names, temp_relations=names.temp_relations | {created})
    return found


# Tools send the same few texts again and again; `Names` is hashable and nearly always the same.
_classify_cached = lru_cache(maxsize=2048)(_classify)


def at(error: SqlError, offset: int) -> SqlError:
    """The error with its position moved by a statement's place in the message."""
    if error.position is not None:
        error.position += offset
    return error
