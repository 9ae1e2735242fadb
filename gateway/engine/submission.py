"""INSERT, statement sets and compiled plans: background jobs under an id that we choose first.

batch, and if a source is unbounded streaming ─► job id ─► handle
                                                   └─ wait ─► end of the job, rows written
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from typing import TYPE_CHECKING

from gateway.engine import errors, naming
from gateway.engine.aside import Pace, uninterrupted
from gateway.engine.flinksession import COMPILED, Submitted
from gateway.engine.http import Refused, Unreachable
from gateway.engine.jobmanager import TERMINAL, Job, JobManagerClient
from gateway.engine.operation import LIMIT_S
from gateway.engine.results import lost
from gateway.engine.slots import Reservation
from gateway.engine.translating import refused
from protocol.errors import INTERNAL_ERROR, QUERY_CANCELED, Notice, SqlError
from session.ports import EngineSettings, JobHandle, Notify

if TYPE_CHECKING:
    from gateway.engine.session import ClientSession

# A compiled plan exists for streams alone.
_NOT_IN_BATCH = re.compile(r"compiled plan feature is not supported in batch mode", re.IGNORECASE)
# CREATE TABLE … AS: the table is state of the session, the job that fills it is not.
_CREATES = re.compile(
    r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMPORARY\s+)?TABLE\s+"
    r"((?:`(?:[^`]|``)*`|[\w$]+)(?:\s*\.\s*(?:`(?:[^`]|``)*`|[\w$]+))*)",
    re.IGNORECASE,
)
# Operators that read exactly the rows that are written. Flink's planner names the sinks that it
# makes itself `Sink: table[7]` (functions, formats) and `table[7]: Writer` (Sink V2), and its
# filesystem's writers; sinks that a connector builds (Iceberg, Paimon) may end in anything.
_COUNTS = re.compile(
    r"Sink: .*\[\d+\]|.*\[\d+\]: Writer|Sink: Sink\(.*\)|Sink\(.*\): Writer|Sink: Filesystem",
    re.DOTALL,
)
_FILES = re.compile(r"StreamingFileWriter|streaming-writer")
_END = re.compile(r"Sink: end|end: Writer")  # reads what is told of files, after their writers
_SINK = re.compile(r"Sink: |.*: Writer$|Writer : ", re.DOTALL)


async def submit(client: ClientSession, sql: str, settings: EngineSettings) -> JobHandle:
    """Start the job, and wait for its end if the settings say so. Cancelled while it waits (or
    plans), the job is cancelled too."""
    mode = client.options.runtime_mode(settings)
    if mode != "auto":
        return await _submit(client, sql, settings, mode)
    if COMPILED.match(sql):
        return await _submit(client, sql, settings, "streaming")
    try:
        return await _submit(client, sql, settings, "batch")
    except _NeedsStreaming:
        return await _submit(client, sql, settings, "streaming")


class _NeedsStreaming(Exception):
    """Planned as batch, the statement was refused for a source without end."""


async def _submit(
    client: ClientSession, sql: str, settings: EngineSettings, mode: str
) -> JobHandle:
    _, reservation = await client.slot(settings, mode)
    job_id = uuid.uuid4().hex
    text = settings.written or sql
    name = naming.background(settings.application_name, client.pid, text)
    config = client.options.job(
        settings, mode, job_id, name, foreground=False, counted=settings.wait
    )
    try:
        jobs = await _start(client, sql, settings, config, job_id)
    except Refused as e:
        reservation.release()
        auto = client.options.runtime_mode(settings) == "auto"
        if mode == "batch" and auto and _streams(e.text):
            raise _NeedsStreaming from e
        raise refused(e, sql) from e
    except BaseException:
        reservation.release()
        raise
    return await _handle(jobs, job_id, settings, reservation, sql, client.notify)


def _streams(stack: str) -> bool:
    return bool(errors.UNBOUNDED_IN_BATCH.search(stack) or _NOT_IN_BATCH.search(stack))


async def _start(
    client: ClientSession,
    sql: str,
    settings: EngineSettings,
    config: dict[str, str],
    job_id: str,
) -> JobManagerClient:
    try:
        session, operation = await client.start(sql, settings, config, job_id)
    except Submitted as e:  # the job is known to the JobManager; its operation will never answer
        return e.jobs
    try:
        await session.finish(operation)
        if created := _CREATES.match(sql):
            await client.adopt_table(created[1], session, settings)
    except asyncio.CancelledError:
        await _cancel(session.jobs, job_id)
        raise
    return session.jobs


async def _cancel(jobs: JobManagerClient, job_id: str) -> None:
    """The statement was cancelled after its job had started: nobody was told of the job."""
    gone = jobs.ensure_gone(job_id, known=True, limit_s=LIMIT_S)
    await uninterrupted(gone, f"cancel job {job_id}")


async def _handle(
    jobs: JobManagerClient,
    job_id: str,
    settings: EngineSettings,
    reservation: Reservation,
    sql: str,
    notify: Notify,
) -> JobHandle:
    try:
        if settings.wait:
            job = await _ended(jobs, job_id, sql)
            reservation.release()
            if (rows := rows_written(job)) is None:
                notify(_uncounted(job))
            return JobHandle(job_id, job.name, settings.version, job.state, rows)
        reservation.started(job_id)
        job = await _seen(jobs, job_id)
        return JobHandle(job_id, job.name, settings.version, job.state)
    except (Refused, Unreachable) as e:
        reservation.release()
        raise lost(settings.version) from e
    except asyncio.CancelledError:
        reservation.release()
        await _cancel(jobs, job_id)
        raise
    except BaseException:
        reservation.release()
        raise


async def _seen(jobs: JobManagerClient, job_id: str) -> Job:
    """The job as the JobManager shows it; it may need a moment to appear."""
    pace = Pace()
    deadline = time.monotonic() + LIMIT_S
    while (job := await jobs.job(job_id)) is None:
        if time.monotonic() > deadline:
            raise SqlError(
                INTERNAL_ERROR, f"job {job_id} was accepted, but the JobManager does not know it"
            )
        await pace.wait()
    return job


async def _ended(jobs: JobManagerClient, job_id: str, sql: str) -> Job:
    """Wait for the end. Raises SqlError with the cause of a failure."""
    pace = Pace()
    while await jobs.state(job_id) not in TERMINAL:
        await pace.wait()
    job = await jobs.job(job_id)
    while job is not None and not job.ended:  # cached, behind the state
        await pace.wait()
        job = await jobs.job(job_id)
    if job is None or job.state == "CANCELED":
        raise SqlError(QUERY_CANCELED, f"job {job_id} was canceled")
    if job.state == "FAILED":
        raise errors.from_stack(await jobs.root_cause(job_id), sql)
    return job


def rows_written(job: Job) -> int | None:
    """Records that reached the sinks (an update of an upsert sink counts as it is written, once or
    as a pair). None where that cannot be told for certain: a sink built by its connector, or
    figures that are not final."""
    files = [v for v in job.vertices if _FILES.fullmatch(v.name)]
    known = files + [v for v in job.vertices if _COUNTS.fullmatch(v.name)]
    ends = [v for v in job.vertices if _END.fullmatch(v.name)]
    seen = {v.name for v in known + ends}
    others = [v for v in job.vertices if _SINK.match(v.name) and v.name not in seen]
    if not known or others or len(ends) > len(files):
        return None
    if not all(v.metrics.read_complete for v in known):
        return None
    return sum(v.metrics.read_records for v in known)


def _uncounted(job: Job) -> Notice:
    return Notice(
        f"the number of rows that job {job.jid} wrote is not known",
        detail="The sink does not tell; the command tag says 0.",
    )
