"""Watches a submitted job until its tasks run: without resources it would hang in silence."""

from __future__ import annotations

import time

from gateway.engine.http import Refused, Unreachable
from gateway.engine.jobmanager import JobManagerClient
from gateway.engine.slots import Reservation, SlotGate
from session.ports import Notify

GRACE_S = 1.0  # an ordinary start is over by then
EVERY_S = 1.0


class StartWatch:
    """Asked between polls for rows; costs nothing during GRACE_S and after the tasks have begun."""

    def __init__(
        self,
        jobs: JobManagerClient,
        gate: SlotGate,
        job_id: str,
        reservation: Reservation,
        timeout_s: float,
        notify: Notify,
    ) -> None:
        self._jobs = jobs
        self._gate = gate
        self._job_id = job_id
        self._reservation = reservation
        self._timeout_s = timeout_s
        self._notify = notify
        self._since = time.monotonic()
        self._next = self._since + GRACE_S
        self._told = False
        self.began: float | None = None  # monotonic time at which its tasks were known to run

    def running(self) -> None:
        """Rows came, or the result has ended."""
        if self.began is None:
            self.began = time.monotonic()
            self._reservation.release()

    async def check(self) -> None:
        """Raises SqlError 53300 when the job waits for slots longer than the session allows."""
        now = time.monotonic()
        if self.began is not None or now < self._next:
            return
        self._next = now + EVERY_S
        try:
            job = next((j for j in await self._jobs.jobs() if j.jid == self._job_id), None)
            if job is None:
                return
            if job.holds_slots or job.ended:
                return self.running()
            if now - self._since > self._timeout_s:
                raise await self._gate.exhausted(self._timeout_s, but=self._job_id)
            if not self._told:
                self._told = True
                slots = await self._jobs.slots()
                self._notify(self._gate.notice(slots.total - slots.free))
        except (Refused, Unreachable):
            return  # the pages will tell what is wrong

    def close(self) -> None:
        self._reservation.release()
