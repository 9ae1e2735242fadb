"""When a job may be cancelled: never in the middle of its start, as a live overview shows it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from gateway.engine import jobmanager
from gateway.engine.jobmanager import JobManagerClient
from gateway.engine.provider import Endpoint

JOB = "a" * 32


def job(state: str = "RUNNING", duration: int = 100, **tasks: int) -> dict[str, Any]:
    return {"jid": JOB, "name": "j", "state": state, "duration": duration, "tasks": tasks}


@asynccontextmanager
async def serving(
    rounds: list[dict[str, Any]], free: int = 1, later: int | None = None
) -> AsyncIterator[tuple[JobManagerClient, Callable[[], int]]]:
    """A JobManager whose overview of the job is the next of `rounds`, at the end the last again.
    `later`: up to which round a further vertex, no task yet, is told of by the job alone."""
    asked = 0

    async def overview(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        found = rounds[min(asked, len(rounds)) - 1]
        return web.json_response({"jobs": [found] if found else []})

    async def slots(request: web.Request) -> web.Response:
        return web.json_response({"slots-total": 4, "slots-available": free})

    async def detail(request: web.Request) -> web.Response:
        status = "RUNNING" if later is None or asked > later else "CREATED"
        return web.json_response(job() | {"vertices": [{"name": "sink", "status": status}]})

    app = web.Application()
    app.add_routes([web.get("/jobs/overview", overview), web.get("/overview", slots)])
    app.add_routes([web.get("/jobs/{id}", detail)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with aiohttp.ClientSession() as http:
            endpoint = Endpoint("2.2", "2.2.1", url, url, "v2")
            yield JobManagerClient(http, endpoint), lambda: asked
    finally:
        await runner.cleanup()


# what the overview shows in turn, free slots, and which round is the last that is waited for
STARTS: list[tuple[str, list[dict[str, Any]], int, int]] = [
    ("unknown", [{}], 1, 1),
    ("ended", [job("FAILED", failed=1)], 1, 1),
    ("running", [job(running=2)], 1, 1),
    ("all of its start", [job(deploying=1), job(initializing=1), job(running=1)], 1, 3),
    ("about to get a free slot", [job(scheduled=1), job(deploying=1), job(running=1)], 1, 3),
    ("not a task yet", [job(), job(scheduled=1), job(running=1)], 1, 3),
    ("between two stages", [job(duration=9_000, finished=1, created=1), job("FINISHED")], 1, 2),
    ("a young batch", [job(running=1, created=1), job("FINISHED", finished=2)], 1, 2),
    ("an old batch", [job(duration=9_000, running=1, created=1)], 1, 1),
]


@pytest.mark.parametrize(
    ("rounds", "free", "last"), [s[1:] for s in STARTS], ids=[s[0] for s in STARTS]
)
async def test_started(rounds: list[dict[str, Any]], free: int, last: int) -> None:
    async with serving(rounds, free) as (client, asked):
        await client.started(JOB)
        assert asked() == last


async def test_what_waits_for_a_slot_in_vain_may_be_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobmanager, "SCHEDULING_S", 0.1)
    monkeypatch.setattr(jobmanager, "START_S", 60.0)
    async with serving([job(scheduled=1)], free=0) as (client, asked):
        await client.started(JOB)
        assert asked() > 1


async def test_a_start_without_end_is_waited_for_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobmanager, "START_S", 0.2)
    async with serving([job(deploying=1)]) as (client, asked):
        await client.started(JOB)
        assert asked() > 1


async def test_a_stage_that_is_no_task_yet_is_waited_for() -> None:
    async with serving([job(running=1)], later=2) as (client, asked):
        await client.started(JOB)
        assert asked() == 3
