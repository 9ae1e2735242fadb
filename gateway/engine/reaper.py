"""Jobs that may still come: of statements that were given up while Flink planned them.

The planner does not heed an interruption; what it was planning may be submitted some time after its
operation was cancelled. Each such job id is watched for WATCH_S and cancelled if it shows up.
"""

from __future__ import annotations

import asyncio
import time

import structlog

from gateway.engine.http import Refused, Unreachable
from gateway.engine.jobmanager import TERMINAL, JobManagerClient
from gateway.engine.operation import LIMIT_S

log = structlog.get_logger(__name__)

WATCH_S = 300.0
FIRST_POLL_S, LAST_POLL_S = 0.25, 2.0


class Reaper:
    """Owns one task per watched job id."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def watch(self, jobs: JobManagerClient, job_id: str) -> None:
        task = asyncio.create_task(self._watch(jobs, job_id), name=f"watch for job {job_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop watching; what comes later is a leftover (`naming.cancel_leftovers`)."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, jobs: JobManagerClient, job_id: str) -> None:
        deadline, pause = time.monotonic() + WATCH_S, FIRST_POLL_S
        while time.monotonic() < deadline:
            try:
                state = await jobs.state(job_id)
                if state in TERMINAL:
                    return
                if state is not None and await jobs.ensure_gone(
                    job_id, known=True, limit_s=LIMIT_S
                ):
                    log.info("engine.late_job_cancelled", job_id=job_id)
                    return
            except (Refused, Unreachable) as e:
                log.debug("engine.late_job_unknown", job_id=job_id, error=str(e)[:300])
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, LAST_POLL_S)
