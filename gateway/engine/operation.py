"""One operation of the SQL Gateway and the job behind it, from submission to a proven end.

    POST ─► RUNNING (planning, submission) ─► FINISHED = "pages may be read" ─► … ─► closed
              │ cancel the operation              │ close the operation
              └──────────────┬────────────────────┘
                             ▼
          job asked for at the JobManager under the id that we chose: terminal, unknown,
          or cancelled there until it is

The gateway's own word that something is cancelled proves nothing about the job; the JobManager's
does. Both ends run to completion even when the caller is cancelled, within LIMIT_S.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable

import structlog

from gateway.engine.aside import uninterrupted
from gateway.engine.http import Refused, Unreachable
from gateway.engine.jobmanager import JobManagerClient
from gateway.engine.rest import GatewayClient

log = structlog.get_logger(__name__)

LIMIT_S = 10.0


class Operation:
    """`job_id`: of the job that this operation starts, None when it starts none."""

    def __init__(
        self,
        gateway: GatewayClient,
        jobs: JobManagerClient,
        session: str,
        handle: str,
        job_id: str | None,
    ) -> None:
        self.gateway = gateway
        self.jobs = jobs
        self.session = session
        self.handle = handle
        self.job_id = job_id
        self.first = b""  # the first ready page, once there is one
        self.started = time.monotonic()
        self._closed = False

    async def page(self, token: int) -> bytes:
        return await self.gateway.page(self.session, self.handle, token)

    async def release(self) -> None:
        """Close an operation whose work is done: its job, if any, has ended or goes on."""
        if not self._closed:
            self._closed = True
            await uninterrupted(self._close(), f"close operation {self.handle}")

    async def stop(self, *, planning: bool) -> None:
        """End it and its job; returns when the JobManager confirms that, or after LIMIT_S."""
        if not self._closed:
            self._closed = True
            await uninterrupted(self._stop(planning), f"stop operation {self.handle}")

    async def _stop(self, planning: bool) -> None:
        if planning:
            await self._ignoring(self.gateway.cancel(self.session, self.handle))
        elif self.job_id is not None:  # closing the operation of a running query cancels its job
            await self._ignoring(self.jobs.started(self.job_id))
        await self._close()
        if self.job_id is None:
            return
        try:
            gone = await self.jobs.ensure_gone(self.job_id, known=not planning, limit_s=LIMIT_S)
        except (Refused, Unreachable) as e:
            log.warning("engine.job_not_confirmed", job_id=self.job_id, error=str(e)[:300])
            return
        if not gone:
            log.error("engine.job_not_gone", job_id=self.job_id, seconds=LIMIT_S)

    async def _close(self) -> None:
        await self._ignoring(self.gateway.close_operation(self.session, self.handle))

    async def _ignoring(self, call: Awaitable[None]) -> None:
        """A session or gateway that is gone has no operations left to close."""
        try:
            await call
        except (Refused, Unreachable) as e:
            log.debug("engine.operation_not_closed", operation=self.handle, error=str(e)[:300])
