"""Free slots, asked for before a job is started: Flink itself would let it hang without a word.

    acquire ─► free at the JobManager − promised to starting jobs > 0 ─► Reservation
                    └─► no: one NOTICE, ask again, 53300 with who holds them

A reservation bridges the time between our decision and the job's own hold on its slot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from gateway.engine.jobmanager import JobManagerClient, JobSummary
from protocol.errors import TOO_MANY_CONNECTIONS, Notice, SqlError
from session.ports import Notify

POLL_S = 0.25
FIRST_POLL_S = 0.05  # while it may only be a job that is just starting
START_S = 1.0
HOLD_S = 3.0  # a job that got its slots holds them at the JobManager well within this
SHOWN_JOBS = 10


class Reservation:
    """One promised slot; given back by `release`, or by itself after HOLD_S once `started`."""

    def __init__(self, gate: SlotGate) -> None:
        self._gate = gate
        self._timer: asyncio.TimerHandle | None = None
        self.job_id: str | None = None

    def started(self, job_id: str) -> None:
        """The job is submitted: its own hold on its slots will be seen soon."""
        self.job_id = job_id
        self._timer = asyncio.get_running_loop().call_later(HOLD_S, self.release)

    def release(self) -> None:
        self._gate.promised.discard(self)
        if self._timer is not None:
            self._timer.cancel()


class SlotGate:
    """The slots of one engine, shared by all sessions of this server. First come, first served."""

    def __init__(self, jobs: JobManagerClient, version: str) -> None:
        self._jobs = jobs
        self._version = version
        self.promised: set[Reservation] = set()
        self._waiting: list[object] = []

    async def acquire(self, timeout_s: float, notify: Notify) -> Reservation:
        """Raises SqlError 53300 when no slot became free in time."""
        ticket = object()
        self._waiting.append(ticket)
        try:
            return await self._wait(ticket, timeout_s, notify)
        finally:
            self._waiting.remove(ticket)

    async def _wait(self, ticket: object, timeout_s: float, notify: Notify) -> Reservation:
        start = time.monotonic()
        told = False
        while True:
            slots = await self._jobs.slots()
            if slots.free - len(self.promised) > self._waiting.index(ticket):
                reservation = Reservation(self)
                self.promised.add(reservation)
                return reservation
            if await self._settle():
                continue
            waited = time.monotonic() - start
            if waited >= timeout_s:
                raise await self.exhausted(timeout_s)
            if not told and (slots.free <= 0 or waited > START_S):
                told = True
                notify(self.notice(slots.total - slots.free))
            await asyncio.sleep(POLL_S if told else FIRST_POLL_S)

    async def _settle(self) -> bool:
        """Forget promises to jobs that hold their slots by now; was there one?"""
        if not any(reservation.job_id for reservation in self.promised):
            return False
        holding = {job.jid for job in await self._jobs.jobs() if job.holds_slots or job.ended}
        settled = [each for each in self.promised if each.job_id in holding]
        for reservation in settled:
            reservation.release()
        return bool(settled)

    def notice(self, used: int) -> Notice:
        return Notice(f"waiting for a free slot of Flink {self._version} ({used} in use)")

    async def exhausted(self, waited_s: float, but: str = "") -> SqlError:
        """The error 53300; its detail names the jobs that hold the slots (`but` one of ours)."""
        jobs = [j for j in await self._jobs.jobs() if not j.ended and j.jid != but]
        return SqlError(
            TOO_MANY_CONNECTIONS,
            f"no free slot in Flink {self._version} after {waited_s:g} s",
            detail=_holders(jobs)
            or "No job runs: the engine has no TaskManager, or too few slots.",
            hint="Close other queries, cancel a job, or give the engine more slots.",
        )


def _holders(jobs: Sequence[JobSummary]) -> str:
    now = time.time()
    oldest = sorted(jobs, key=lambda job: job.start_ms)[:SHOWN_JOBS]
    lines = [f"{j.name} ({j.jid}, {max(0.0, now - j.start_ms / 1000):.0f} s)" for j in oldest]
    more = len(jobs) - len(oldest)
    return ("Held by: " + "; ".join(lines) + (f"; and {more} more" if more else "")) if jobs else ""
