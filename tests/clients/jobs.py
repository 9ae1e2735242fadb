"""What really runs in Flink, asked of the JobManager."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.engine.jobmanager import TERMINAL, JobManagerClient

T = TypeVar("T")

_POLL_S = 0.05


async def until(found: Callable[[], Awaitable[T | None]], what: str, limit_s: float = 20.0) -> T:
    """Poll until there is an answer; AssertionError after the limit."""
    deadline = time.monotonic() + limit_s
    while (answer := await found()) is None:
        assert time.monotonic() < deadline, f"{what}: not within {limit_s} s"
        await asyncio.sleep(_POLL_S)
    return answer


class Jobs:
    """Jobs of one engine. `seen` are those that ran before what is looked at."""

    def __init__(self, client: JobManagerClient) -> None:
        self._client = client
        self._seen: set[str] = set()

    async def mark(self) -> None:
        """From now on, only jobs that are started later count."""
        self._seen = {job.jid for job in await self._client.jobs()}

    async def started(self) -> str:
        """The id of the one job that was started since `mark`."""

        async def look() -> str | None:
            fresh = [job.jid for job in await self._client.jobs() if job.jid not in self._seen]
            assert len(fresh) < 2, f"more than one job: {fresh}"
            return fresh[0] if fresh else None

        return await until(look, "a new job")

    async def running(self, job_id: str) -> None:
        await until(lambda: self._is(job_id, "RUNNING"), f"job {job_id} running")

    async def gone(self, job_id: str, limit_s: float = 20.0) -> str:
        """Wait for its end; the last state. A job that lives on is an AssertionError."""
        return await until(lambda: self._ended(job_id), f"end of job {job_id}", limit_s)

    async def all_gone(self) -> None:
        """Whatever was started since `mark` has ended, and the engine can still run jobs."""

        async def look() -> bool | None:
            fresh = [job for job in await self._client.jobs() if job.jid not in self._seen]
            return True if all(job.state in TERMINAL for job in fresh) else None

        await until(look, "the end of all new jobs")
        slots = await self._client.slots()
        assert slots.total == slots.free > 0, slots

    async def state(self, job_id: str) -> str | None:
        return await self._client.state(job_id)

    async def cancel(self, job_id: str) -> None:
        """Clean up a background job that a test made."""
        await self._client.cancel(job_id)
        await self.gone(job_id)

    async def _is(self, job_id: str, state: str) -> str | None:
        found = await self._client.state(job_id)
        return found if found == state else None

    async def _ended(self, job_id: str) -> str | None:
        state = await self._client.state(job_id)
        if state is None:
            return "UNKNOWN"
        return state if state in TERMINAL else None
