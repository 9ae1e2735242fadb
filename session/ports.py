"""What a session needs from the layers above it, declared here and handed in by `gateway.app`.

Three ports: `Authenticator` (who may come in), `Backends` (real Postgres, as frames) and `Engine`
(Flink). The rows of every engine are ready-made DataRow messages, so that an engine which encodes
them elsewhere (a sink in the TaskManager) fits the same port as one that encodes them here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from dialects import Classified
from protocol.errors import Notice
from protocol.scram import Verifier
from protocol.values import PgType

Notify = Callable[[Notice], None]


class TableFacts(NamedTuple):
    """What is known of a table: its columns with their types in Flink's spelling, the columns of
    its primary key, its options as they were written."""

    columns: Mapping[str, str]
    keys: tuple[str, ...] = ()
    options: Mapping[str, str] = {}


Tables = Callable[[tuple[str, ...]], Awaitable[TableFacts | None]]
"""By the parts of a table's name as it stands in the statement; None: nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a session is: the role that it has in Postgres, and its SCRAM secret if it has one.

    `may_login`: the role has LOGIN. `connections`: how many sessions it may have; -1: any number.
    """

    role: str
    verifier: Verifier | None = None
    may_login: bool = True
    connections: int = -1


class Authenticator(Protocol):
    async def lookup(self, user: str) -> Principal | None:
        """The principal that a start-up packet's user stands for; None: no such user. A password
        that has expired, or that cannot be checked, is a verifier that nothing fits."""
        ...


# ── Postgres ────────────────────────────────────────────────────────────────────────────────────


class Backend(Protocol):
    """One Postgres connection, held exclusively; replies come as whole frames, not decoded."""

    statements: dict[str, Any]
    """What its holder has prepared on it, by name; emptied with the connection by who wipes it."""

    listener: Callable[[], None] | None
    """Called when there is something to `take`, the exchange is `done`, or the connection lost."""

    on_copy_error: Callable[[], None] | None
    """Called when `copy_failed` becomes true."""

    @property
    def status(self) -> str:
        """Transaction status of the last ReadyForQuery: I, T or E."""
        ...

    @property
    def failed(self) -> bool:
        """An ErrorResponse came and no Sync has been answered since."""
        ...

    @property
    def copy_in(self) -> bool:
        """The last exchange ended at a CopyInResponse: the next request must be copy data."""
        ...

    @property
    def copy_failed(self) -> bool:
        """Postgres has refused the copy data so far (or is lost): an exchange with the kinds not
        yet answered, and no request, gives its words."""
        ...

    @property
    def answered(self) -> int:
        """How many kinds of the last exchange were answered, up to the first error."""
        ...

    def exchange(self, request: bytes, kinds: bytes) -> AsyncIterator[bytes]:
        """Send frontend messages; yield the replies in chunks of whole frames as they come.

        `kinds` has one letter per awaited reply, in order: P Parse, B Bind, D Describe, E Execute,
        C Close, S Sync, Q Query. The iterator ends when all are answered; or after an ErrorResponse
        when no S or Q is awaited (a Sync must follow: `failed`); or at a CopyInResponse (`copy_in`,
        and the kinds not yet answered have to be given again with the copy data). ReadyForQuery
        frames are consumed, never yielded. To get answers without Sync the request ends with Flush.
        Raises SqlError 08006 when the connection is lost (57P01 with Postgres's own words if it
        said why).
        """
        ...

    def begin(self, request: bytes, kinds: bytes) -> None:
        """An `exchange` of which the `listener` takes the replies itself."""
        ...

    def take(self) -> bytes:
        """What has come, in whole frames; empty if nothing has."""
        ...

    @property
    def done(self) -> bool:
        """All has come and was taken. Raises SqlError as `exchange` does."""
        ...


class Lease(Protocol):
    """A session's claim on Postgres. Between holds the connection may serve other sessions."""

    sticky: bool  # state that cannot be replayed lives on the connection: keep it

    @property
    def database(self) -> str:
        """That of Postgres which the session is connected to."""
        ...

    async def enter(self) -> Backend:
        """The connection with this session's settings in force, until `leave`; to enter twice is an
        error."""
        ...

    def enter_now(self) -> Backend | None:
        """As `enter`, where nothing has to be waited for; None: `enter` has to be asked."""
        ...

    def leave(self) -> None: ...

    def hold(self) -> AbstractAsyncContextManager[Backend]:
        """Both, around a block."""
        ...

    async def settings(self, names: Sequence[str]) -> dict[str, str]:
        """Values of the given parameters as the session sees them; one round trip at most."""
        ...

    def touch(self) -> None:
        """Something that may change a parameter ran: forget what `settings` has remembered."""
        ...

    async def cancel(self) -> None:
        """Cancel what the held connection runs right now (a CancelRequest to Postgres)."""
        ...

    async def close(self) -> None: ...


class Encryption(NamedTuple):
    """What pg_stat_ssl tells: `TLSv1.3`, the name of the cipher, its secret bits."""

    version: str
    cipher: str
    bits: int


@dataclass(frozen=True, slots=True)
class Activity:
    """One row of what pg_stat_activity and its like tell about a session."""

    pid: int
    role: str
    database: str
    application_name: str
    client_addr: str | None
    client_port: int
    backend_start: float  # seconds since the epoch
    state: str  # active, idle, idle in transaction, idle in transaction (aborted)
    query: str
    query_start: float | None
    state_change: float
    encryption: Encryption | None = None


class LeaseEvents(Protocol):
    """What a lease tells its session outside of an exchange."""

    def on_parameter(self, name: str, value: str) -> None:
        """A ParameterStatus passed by (it was yielded to the client too)."""
        ...

    def on_async(self, frames: bytes) -> None:
        """Frames that came while nothing was asked: notifications and the like."""
        ...

    def on_signal(self, verb: str, pid: int) -> None:
        """SQL asked to `cancel` or `terminate` the session with that pid."""
        ...


class Backends(Protocol):
    async def open(
        self,
        principal: Principal,
        parameters: Mapping[str, str],
        events: LeaseEvents,
        *,
        user: str | None = None,
    ) -> tuple[Lease, dict[str, str]]:
        """A lease, and the ParameterStatus values of the start. `parameters` are those of the
        start-up packet but user and replication (database included); `user` is the packet's.
        Raises SqlError (FATAL, as Postgres words it) for an unknown database, role or parameter
        value."""
        ...

    async def publish_activity(self, sessions: Sequence[Activity], database: str) -> None:
        """Refresh what xuanwu.pg_stat_activity shows in that database; called just before a
        statement that asks there."""
        ...

    async def conceal(self, password: str | None) -> str | None:
        """What is to stand in place of a password (None: of NULL) in CREATE or ALTER ROLE: a SCRAM
        secret, as in pg_authid; None: what stands there. Raises SqlError 0A000 for an MD5 hash."""
        ...

    async def owned_by(self, roles: Sequence[str]) -> str | None:
        """Something of the stored catalog that one of the roles owns, in words (`table a.b`)."""
        ...

    @property
    def relations(self) -> frozenset[str]:
        """Names that resolve in pg_catalog without a schema."""
        ...

    @property
    def functions(self) -> frozenset[str]:
        """Function names of pg_catalog."""
        ...


# ── Flink ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: PgType  # protocol.values: oid, size, typmod


@dataclass(frozen=True, slots=True)
class Target:
    """A column that an INSERT fills; `sql_type` is Flink's own name of its type."""

    name: str
    type: PgType
    sql_type: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole DataRow messages, one after the other."""

    data: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Need:
    """An object of the catalog that a statement needs in its Flink session. `key` is where it
    stands; `stamp` changes with its text and with what it depends on; an empty `create` says that
    nothing may stand there."""

    key: str
    name: str  # for messages: `table "t"`
    stamp: str = ""
    create: str = ""
    drop: str = ""
    described: str = ""  # its path, if it has columns that DESCRIBE tells
    version: str = ""  # of Flink, that its definition was judged by


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What of the session's parameters decides how a statement runs; read anew for each."""

    version: str  # Flink minor, such as 2.2
    runtime_mode: str = "auto"  # auto, streaming, batch
    changelog: str = "off"  # off, op, latest
    time_zone: str = "UTC"
    application_name: str = ""
    slot_timeout_s: float = 30.0
    snapshot_s: float = 5.0  # changelog=latest on an endless stream: fold that long, then answer
    wait: bool = False  # flink.dml = sync
    options: Mapping[str, str] = field(default_factory=dict)  # extra Flink options, this statement
    role: str = ""  # who asks: current_user
    catalog: str = "xuanwu"  # the database that the client is connected to
    search_path: tuple[str, ...] = ("public",)
    needs: tuple[Need, ...] = ()  # what has to be there, in this order
    home: tuple[str, str] = ("xuanwu", "public")  # Flink's current catalog and database
    written: str = ""  # the client's own text, for the job's name, where Flink gets another one
    # Of connectors in the version's engine, by family, as the client says: `kafka` → `3.4.0`.
    releases: Mapping[str, str] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()  # the user's own that a statement calls, in upper case
    tables: Tables | None = None  # what is known of those that a statement names


@dataclass(frozen=True, slots=True)
class JobHandle:
    job_id: str
    name: str
    version: str
    state: str
    rows: int | None = None  # written; known only after a wait


class ResultStream(Protocol):
    """Rows of one statement. Pull-driven: nothing is asked of Flink while nobody calls `next`."""

    @property
    def columns(self) -> Sequence[Column]: ...

    async def next(self) -> Batch | None:
        """The next rows; None at the end. Raises SqlError; never a short answer without one."""
        ...

    async def aclose(self) -> None:
        """End it, in whatever phase: its job is gone (asked of the JobManager) when this returns,
        or within a stated limit. Idempotent; safe after an error and after cancellation."""
        ...


class EngineSession(Protocol):
    """The Flink side of one client's session, over all versions.

    One statement at a time, except that open streams may be read while others are started. Any
    call may be cancelled (asyncio): what it started in Flink is then stopped before it returns.
    """

    async def describe(self, sql: str, settings: EngineSettings) -> tuple[Column, ...]:
        """Columns of a query, without a job."""
        ...

    async def targets(self, table: str, settings: EngineSettings) -> tuple[Target, ...]:
        """The columns of a table (its name as Flink reads it) that an INSERT without a list of
        columns fills, in order: neither computed nor virtual ones. Without a job."""
        ...

    async def query(
        self, sql: str, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        """Run a query (SELECT, WITH, VALUES). `formats` as in Bind: none, one for all, or one per
        column. Returns once the columns are known."""
        ...

    async def show(
        self, sql: str, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        """Run a statement that answers a small table and starts no job: SHOW, DESCRIBE, EXPLAIN…"""
        ...

    async def execute(self, sql: str, settings: EngineSettings) -> Mapping[str, str]:
        """Run a statement that answers only OK: CREATE, DROP, ALTER, USE, SET, ADD JAR… Returns
        parameters of the session that it changes (USE sets search_path), by name."""
        ...

    async def submit(self, sql: str, settings: EngineSettings) -> JobHandle:
        """Run what becomes a background job: INSERT, a statement set, EXECUTE PLAN."""
        ...

    async def answer(
        self, one: Classified, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        """The rows of a statement of the platform (Route.PLATFORM), of the columns that
        `session.platform` has for its kind. Positions in errors and rows are those of the
        statement's text. It starts no engine and no job."""
        ...

    async def begin(self, database: str, settings: Callable[[], Awaitable[EngineSettings]]) -> None:
        """The session begins, connected to that database of Postgres; bounded to seconds."""
        ...

    async def close(self) -> None:
        """Stop every open stream and forget the Flink sessions; background jobs go on."""
        ...


class Engine(Protocol):
    @property
    def versions(self) -> Sequence[str]: ...

    @property
    def default_version(self) -> str: ...

    def session(self, pid: int, notify: Notify) -> EngineSession: ...
