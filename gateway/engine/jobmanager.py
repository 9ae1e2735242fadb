"""Client of the JobManager's REST: what became of a job, how many slots are free, and cancel.

Shapes: Flink's manual "REST API" (the fields used here are the same from 1.16 to 2.3).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import aiohttp
import msgspec

from gateway.engine.http import Refused, Unreachable, call
from gateway.engine.provider import Endpoint

TERMINAL = frozenset({"FINISHED", "CANCELED", "FAILED", "SUSPENDED"})
# What a task passes between its slot and its first row. A collect sink that is closed before it was
# opened throws, and a TaskManager whose task cannot be cleaned up ends itself, all its jobs with it
# (CollectSinkFunction.accumulateFinalResults, TaskExecutor.onFatalError; seen on 2.2.1).
STARTING = ("deploying", "initializing")
HOLDING = ("deploying", "initializing", "running", "finished")  # tasks that have got their slot
CALL_TIMEOUT_S = 10.0
GONE_POLL_S = 0.05
ASK_AGAIN = 20  # × GONE_POLL_S: between two requests to cancel
START_S = 8.0  # how long a task may take to start before it is cancelled all the same
SCHEDULING_S = 2.0  # a job that has no slot by then, and none is free, can be cancelled safely
YOUNG_MS = 5_000  # a batch that is younger may go on to its next stage at any moment
UNKNOWN_CHECKS = 10  # × GONE_POLL_S: how long a job that is on its way may stay unknown


class Slots(msgspec.Struct, frozen=True):
    """Part of GET /overview."""

    total: int = msgspec.field(name="slots-total")
    free: int = msgspec.field(name="slots-available")


class JobSummary(msgspec.Struct, frozen=True):
    """An entry of GET /jobs/overview, which is live; times in milliseconds since the epoch."""

    jid: str
    name: str
    state: str
    start_ms: int = msgspec.field(name="start-time", default=0)
    duration_ms: int = msgspec.field(name="duration", default=0)
    pending: int = msgspec.field(name="pending-operators", default=0)  # 2.x: not in `tasks` yet
    tasks: dict[str, int] = {}  # by state, lower case

    @property
    def ended(self) -> bool:
        return self.state in TERMINAL

    @property
    def holds_slots(self) -> bool:
        """At least one of its tasks has got as far as a slot (streams get all or none)."""
        return self.has(HOLDING)

    def has(self, states: Sequence[str]) -> bool:
        """Is any of its tasks in one of these states?"""
        return any(self.tasks.get(state) for state in states)


class Metrics(msgspec.Struct, frozen=True):
    read_records: int = msgspec.field(name="read-records", default=0)
    read_complete: bool = msgspec.field(name="read-records-complete", default=False)


class Vertex(msgspec.Struct, frozen=True):
    name: str
    status: str
    metrics: Metrics = Metrics()


class Job(msgspec.Struct, frozen=True):
    """Part of GET /jobs/ID, which the JobManager caches for some seconds (web.refresh-interval)."""

    jid: str
    name: str
    state: str
    start_ms: int = msgspec.field(name="start-time", default=0)
    pending: int = msgspec.field(name="pending-operators", default=0)
    vertices: list[Vertex] = []

    @property
    def ended(self) -> bool:
        return self.state in TERMINAL


class _Jobs(msgspec.Struct):
    jobs: list[JobSummary]


class _Status(msgspec.Struct):
    status: str


class _Entry(msgspec.Struct):
    stacktrace: str = ""


class _History(msgspec.Struct):
    entries: list[_Entry] = []


class _Exceptions(msgspec.Struct):
    root: str | None = msgspec.field(name="root-exception", default=None)
    history: _History = msgspec.field(name="exceptionHistory", default_factory=_History)


class JobManagerClient:
    """Calls on one JobManager. All raise `Unreachable` or `Refused` unless told otherwise."""

    def __init__(self, http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
        self._http = http
        self._base = endpoint.jobmanager_url

    async def slots(self) -> Slots:
        return msgspec.json.decode(await self._get("/overview"), type=Slots)

    async def jobs(self) -> Sequence[JobSummary]:
        return msgspec.json.decode(await self._get("/jobs/overview"), type=_Jobs).jobs

    async def job(self, job_id: str) -> Job | None:
        """None: the JobManager does not know it (never started here, or forgotten)."""
        try:
            return msgspec.json.decode(await self._get(f"/jobs/{job_id}"), type=Job)
        except Refused as e:
            if e.status == 404:
                return None
            raise

    async def state(self, job_id: str) -> str | None:
        """Its state right now (`job` may be some seconds behind: the JobManager caches it)."""
        try:
            content = await self._get(f"/jobs/{job_id}/status")
        except Refused as e:
            if e.status == 404 or "FlinkJobNotFoundException" in e.text:
                return None
            raise
        return msgspec.json.decode(content, type=_Status).status

    async def root_cause(self, job_id: str) -> str:
        """The stack of what made a job fail, or an empty text."""
        content = await self._get(f"/jobs/{job_id}/exceptions")
        found = msgspec.json.decode(content, type=_Exceptions)
        entries = found.history.entries
        return found.root or (entries[0].stacktrace if entries else "")

    async def cancel(self, job_id: str) -> None:
        """Ask for it; a job that has ended or is not known is no error."""
        try:
            await call(
                self._http,
                "PATCH",
                f"{self._base}/jobs/{job_id}",
                params={"mode": "cancel"},
                timeout=CALL_TIMEOUT_S,
            )
        except Refused as e:
            if e.status not in (404, 409):
                raise

    async def started(self, job_id: str) -> None:
        """Wait, within START_S, until no task of the job is in the middle of its start.

        Asked of the overview: what `job` says is old (three seconds by default), and a job that
        still seemed to wait for its slot would be cancelled in the middle of its start.
        """
        began = time.monotonic()
        while (passed := time.monotonic() - began) < START_S:
            job = next((each for each in await self.jobs() if each.jid == job_id), None)
            if job is None or job.ended or not await self._starts(job, passed):
                return
            await asyncio.sleep(GONE_POLL_S)

    async def _starts(self, job: JobSummary, passed: float) -> bool:
        if job.has(STARTING):
            return True
        if job.has(("scheduled",)) or not job.has(HOLDING):
            return passed < SCHEDULING_S or (await self.slots()).free > 0
        if job.has(("created",)) or await self._has_later_stage(job):  # the sink, at last
            return job.duration_ms < YOUNG_MS or not job.has(("running",))
        return not job.has(("running",))  # between two stages

    async def _has_later_stage(self, job: JobSummary) -> bool:
        """A batch's later vertices are no tasks before their parallelism is decided."""
        if job.pending:
            return True
        detail = await self.job(job.jid)
        return detail is not None and (
            detail.pending > 0 or any(v.status == "CREATED" for v in detail.vertices)
        )

    async def ensure_gone(self, job_id: str, *, known: bool, limit_s: float) -> bool:
        """Cancel it until its state is terminal. False when the limit passed before that.

        `known`: it has been seen to run, so a 404 proves its end. Otherwise a submission may still
        be on its way, and the job has to stay unknown for a moment before it counts as gone.
        """
        deadline = time.monotonic() + limit_s
        patience = 0 if known else UNKNOWN_CHECKS
        rounds = 0
        while time.monotonic() < deadline:
            state = await self.state(job_id)
            if state in TERMINAL or (state is None and patience <= 0):
                return True
            if state is None:
                patience -= 1
            elif state != "CANCELLING" and rounds % ASK_AGAIN == 0:
                await self.started(job_id)
                await self.cancel(job_id)
            rounds += 1
            await asyncio.sleep(GONE_POLL_S)
        return False

    async def _get(self, path: str) -> bytes:
        return await call(self._http, "GET", self._base + path, timeout=CALL_TIMEOUT_S)


__all__ = ["Job", "JobManagerClient", "JobSummary", "Refused", "Slots", "Unreachable"]
