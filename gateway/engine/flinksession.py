"""One session of one SQL Gateway: statements go in one at a time, operations come out.

    lock ─► [1.16: SET what differs] ─► POST ─► poll page 0 until ready ─► unlock ─► Operation

A second POST before the first has left planning would block a network thread of the gateway, and
with it other clients: hence the lock. A session in which planning was cancelled is retired, because
the interrupted planner may hold the gateway's own lock for a while; it still serves open results.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from gateway.engine import errors, pages
from gateway.engine.aside import Pace, uninterrupted
from gateway.engine.configuration import (
    BUILTIN,
    BUILTIN_CATALOG,
    BUILTIN_DATABASE,
    RUNTIME_MODE,
    as_before,
)
from gateway.engine.http import Refused, Unreachable
from gateway.engine.jobmanager import JobManagerClient
from gateway.engine.operation import Operation
from gateway.engine.pages import Row, open_page, ready
from gateway.engine.provider import Endpoint
from gateway.engine.reaper import Reaper
from gateway.engine.rest import GatewayClient

log = structlog.get_logger(__name__)

HEARTBEAT_S = 120.0  # the gateway forgets a session that nobody named for ten minutes
STUCK_CHECK_S = 1.0  # how often a submission that seems to hang asks the JobManager for its job
MAX_SMALL_ROWS = 100_000  # of a SHOW or an EXPLAIN


# Statements over a compiled plan; their operations never answer on 1.16.
COMPILED = re.compile(r"\s*(?:EXECUTE\s+PLAN|COMPILE\s+AND\s+EXECUTE)\b", re.IGNORECASE)


class SessionLost(Exception):
    """The gateway or the session is gone. `safe`: the statement has certainly not been run."""

    def __init__(self, reason: str, *, safe: bool) -> None:
        super().__init__(reason)
        self.safe = safe


@dataclass(frozen=True, slots=True)
class Brought:
    """What of the stored catalog was brought here, as of which stamp, and how it goes again."""

    stamp: str
    drop: str


class Submitted(Exception):
    """The operation hangs although its job is there (1.16 with EXECUTE PLAN)."""

    def __init__(self, jobs: JobManagerClient) -> None:
        super().__init__("the job is there, its operation does not answer")
        self.jobs = jobs


class FlinkSession:
    """Made by `open_session`. All calls raise SqlError for what Flink refuses, else SessionLost."""

    def __init__(
        self,
        gateway: GatewayClient,
        jobs: JobManagerClient,
        reaper: Reaper,
        endpoint: Endpoint,
        handle: str,
    ) -> None:
        self.gateway = gateway
        self.jobs = jobs
        self._reaper = reaper
        self.endpoint = endpoint
        self.handle = handle
        self.retired = False
        self.behind: list[str] = []  # statements that changed the client's state elsewhere
        self.brought: dict[str, Brought] = {}  # stored objects that are here, by key
        self.home = (BUILTIN_CATALOG, BUILTIN_DATABASE)
        self.operations: set[Operation] = set()
        self._lock = asyncio.Lock()
        self._closing: asyncio.Task[None] | None = None
        self._applied: dict[str, str] = {}
        self._heart = asyncio.create_task(self._beat(), name=f"heartbeat of Flink session {handle}")

    @property
    def usable(self) -> bool:
        return not self.retired and not self._heart.done()

    async def start(
        self,
        sql: str,
        config: Mapping[str, str],
        *,
        job_id: str | None = None,
        small: bool = False,
    ) -> Operation:
        """Run a statement until its first page is ready; `small`: it certainly starts no job.

        Raises Refused with the stack of a statement that failed: what that means is the caller's.
        """
        async with self._lock:
            if self.endpoint.api == "v1":
                await self._apply(config, keep=small)
                config = {}
            return await self._start(sql, config, job_id)

    async def small(self, sql: str, config: Mapping[str, str]) -> tuple[bytes, list[Row]]:
        """Run a statement without a job to its end: its first page and all rows."""
        operation = await self.start(sql, config, small=True)
        try:
            rows: list[Row] = []
            token, content, pace = 0, operation.first, Pace()
            while not (page := open_page(content)).last:
                rows.extend(pages.rows(page))
                if len(rows) > MAX_SMALL_ROWS:
                    raise SessionLost("the answer of a small statement has no end", safe=False)
                if page.empty:
                    await pace.wait()
                token += 1
                content = await self.read(operation, token)
            return operation.first, rows
        finally:
            await self.finish(operation)

    async def read(self, operation: Operation, token: int) -> bytes:
        try:
            return await operation.page(token)
        except Unreachable as e:
            self.retired = True
            raise SessionLost(str(e), safe=False) from e
        except Refused as e:
            if errors.SESSION_LOST.search(e.text):
                self.retired = True
                raise SessionLost(str(e), safe=False) from e
            raise

    async def finish(self, operation: Operation) -> None:
        """Close an operation whose work is done."""
        await operation.release()
        self.operations.discard(operation)

    async def finish_aside(self, operation: Operation) -> None:
        """The same while its client goes on: the gateway takes some milliseconds to close one. Not
        more than one at a time, so that what is open on the gateway stays bounded."""
        await self._settled()
        name = f"close operation {operation.handle} aside"
        self._closing = asyncio.create_task(self.finish(operation), name=name)

    async def stop(self, operation: Operation) -> None:
        """End an operation and its job; see Operation.stop."""
        await operation.stop(planning=False)
        self.operations.discard(operation)

    async def close(self) -> None:
        """Stop what is open, then the session. Never raises for a gateway that is gone."""
        self.retired = True
        self._heart.cancel()
        await self._settled()
        await asyncio.gather(*(self.stop(operation) for operation in list(self.operations)))
        try:
            await self.gateway.close(self.handle)
        except (Refused, Unreachable) as e:
            log.debug("engine.session_not_closed", session=self.handle, error=str(e)[:300])

    async def _settled(self) -> None:
        """What is being closed aside is closed: `finish` is bounded by the client's own limits."""
        if self._closing is not None:
            await asyncio.wait((self._closing,))
            self._closing.result()

    async def _apply(self, config: Mapping[str, str], *, keep: bool) -> None:
        """1.16 reads neither the job's id nor the runtime mode from `executionConfig`: SET them.

        `keep` leaves what only jobs look at for the next job.
        """
        for key in () if keep else self._applied.keys() - config.keys():
            await self._set(f"RESET '{key}'")
            del self._applied[key]
        for key, value in config.items():
            if self._applied.get(key) != value:
                await self._set("SET '{}' = '{}'".format(key, value.replace("'", "''")))
                self._applied[key] = value

    async def _set(self, statement: str) -> None:
        operation = await self._start(statement, {}, None)
        await self.finish(operation)

    async def _start(self, sql: str, config: Mapping[str, str], job_id: str | None) -> Operation:
        post = asyncio.create_task(self._post(sql, config, job_id), name="submit a statement")
        try:
            operation = await asyncio.shield(post)
            hangs = self.endpoint.api == "v1" and COMPILED.match(sql) is not None
            operation.first = await self._ready(operation, hangs=hangs)
            return operation
        except asyncio.CancelledError:
            await uninterrupted(self._abandon(post), "abandon a statement")
            raise
        except Refused as e:
            if post.done() and not post.exception():
                await self._drop(post.result(), running=bool(errors.JSON_REFUSES.search(e.text)))
            raise
        except (SessionLost, Submitted):
            self.retired = True
            if post.done() and not post.exception():
                self.operations.discard(post.result())  # nothing can, or may, be closed
            raise

    async def _post(self, sql: str, config: Mapping[str, str], job_id: str | None) -> Operation:
        try:
            handle = await self.gateway.submit(self.handle, sql, config)
        except Unreachable as e:
            self.retired = True
            raise SessionLost(str(e), safe=not e.sent) from e
        except Refused as e:
            if errors.SESSION_LOST.search(e.text):
                self.retired = True
                raise SessionLost(str(e), safe=True) from e
            raise
        operation = Operation(self.gateway, self.jobs, self.handle, handle, job_id)
        self.operations.add(operation)
        return operation

    async def _ready(self, operation: Operation, *, hangs: bool) -> bytes:
        """The first page. `hangs`: the operation may never answer, although its job runs. Asked of
        any other statement, that would mistake a slow planning for it."""
        pace = Pace()
        stuck = asyncio.get_running_loop().time() + STUCK_CHECK_S
        while not ready(content := await self.read(operation, 0)):
            await pace.wait()
            now = asyncio.get_running_loop().time()
            if hangs and operation.job_id and now > stuck:
                stuck = now + STUCK_CHECK_S
                if await self.jobs.state(operation.job_id):
                    raise Submitted(self.jobs)
        return content

    async def _drop(self, operation: Operation, *, running: bool) -> None:
        """It failed; `running`: only its page did, the job behind it goes on."""
        if running:
            await self.stop(operation)
        else:
            await self.finish(operation)

    async def _abandon(self, post: asyncio.Task[Operation]) -> None:
        """The caller was cancelled while the statement was sent or planned."""
        self.retired = True
        await asyncio.wait((post,))
        if post.exception() is None:
            operation = post.result()
            await operation.stop(planning=True)
            self.operations.discard(operation)
            if operation.job_id:
                self._reaper.watch(self.jobs, operation.job_id)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                await self.gateway.heartbeat(self.handle)
            except Unreachable as e:
                log.warning("engine.heartbeat_failed", session=self.handle, error=str(e))
            except Refused as e:
                log.warning("engine.session_expired", session=self.handle, error=str(e)[:300])
                return


async def open_session(
    gateway: GatewayClient,
    jobs: JobManagerClient,
    reaper: Reaper,
    endpoint: Endpoint,
    name: str,
    mode: str,
) -> FlinkSession:
    """Open a session for one runtime mode: the catalog of a session keeps its tables as they were
    resolved at CREATE, with or without time attributes, and a plan of the other mode fails over
    them ("conversion to relational algebra failed to preserve datatypes").

    Its own zone is UTC, and stays so: the gateway's JSON shows TIMESTAMP_LTZ in
    the zone of the *session* (labelled Z) while the statement computes in the zone of its
    `executionConfig`, so that instants come out exact, the hour of a DST overlap included."""
    try:
        own = {"table.local-time-zone": "UTC", RUNTIME_MODE: mode}
        properties = {**own, **BUILTIN, **as_before(endpoint.version)}
        handle = await gateway.open(name, properties)
    except Unreachable as e:
        raise SessionLost(str(e), safe=True) from e
    return FlinkSession(gateway, jobs, reaper, endpoint, handle)
