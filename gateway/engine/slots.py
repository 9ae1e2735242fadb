"""Free slots, asked for before a job is started: Flink itself would let it hang without a word.

    acquire ─► free at the JobManager − promised to starting jobs > 0 ─► Reservation
                    └─► no: one NOTICE, ask again, 53300 with who holds them

A reservation bridges the time between our decision and the job's own hold on its slot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from gateway.engine.jobmanager import TERMINAL, JobManagerClient, JobSummary
from protocol.errors import TOO_MANY_CONNECTIONS, Notice, SqlError
from session.ports import Notify

POLL_S = 0.25
HOLD_S = 3.0  # a started job shows its slots at the JobManager well within this
SHOWN_JOBS = 10


class Reservation:
    """One promised slot; given back by `release`, or by itself after HOLD_S once `started`."""

    def __init__(self, gate: SlotGate) -> None:
        self._gate = gate
        self._held = True

    def started(self) -> None:
        asyncio.get_running_loop().call_later(HOLD_S, self.release)

    def release(self) -> None:
        if self._held:
            self._held = False
            self._gate.promised -= 1


class SlotGate:
    """The slots of one engine, shared by all sessions of this server. First come, first served."""

    def __init__(self, jobs: JobManagerClient, version: str) -> None:
        self._jobs = jobs
        self._version = version
        self.promised = 0
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
        deadline = time.monotonic() + timeout_s
        told = False
        while True:
            slots = await self._jobs.slots()
            if slots.free - self.promised > self._waiting.index(ticket):
                self.promised += 1
                return Reservation(self)
            if time.monotonic() >= deadline:
                raise await self.exhausted(timeout_s)
            if not told:
                told = True
                notify(self.notice(slots.total - slots.free))
            await asyncio.sleep(POLL_S)

    def notice(self, used: int) -> Notice:
        return Notice(f"waiting for a free slot of Flink {self._version} ({used} in use)")

    async def exhausted(self, waited_s: float, but: str = "") -> SqlError:
        """The error 53300; its detail names the jobs that hold the slots (`but` one of ours)."""
        jobs = [j for j in await self._jobs.jobs() if j.state not in TERMINAL and j.jid != but]
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
