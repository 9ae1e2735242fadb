"""From a cancel to the error at the client, and to the end of the job as the JobManager tells it.

queued     no slot is free, the statement waits for one
planning   a plan that takes seconds, cancelled in its midst
streaming  rows flow to a client that reads them
blocked    the client has stopped reading, everything behind it stands still
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import aiohttp
import psycopg

from gateway.engine.jobmanager import TERMINAL, JobManagerClient
from gateway.engine.launch import Options
from tests.bench.serving import ENDLESS, Serving, serving

REPEATS = 5
SLOTS = 2
_POLL_S = 0.01
_LIMIT_S = 60
SLOW_TO_PLAN = "SELECT * FROM " + " CROSS JOIN ".join(
    f"(SELECT id + {i} AS id{i} FROM endless WHERE id > {i}) AS t{i}" for i in range(120)
)
Connection = psycopg.AsyncConnection[tuple[object, ...]]


class Stage:
    """One client and one JobManager."""

    def __init__(self, server: Serving, jobs: JobManagerClient, client: Connection) -> None:
        self.server = server
        self.jobs = jobs
        self.client = client

    async def alive(self) -> set[str]:
        return {job.jid for job in await self.jobs.jobs() if job.state not in TERMINAL}

    async def until_alive(self, count: int) -> None:
        """Asks again and again: the JobManager tells nobody by itself."""
        async with asyncio.timeout(_LIMIT_S):
            while len(await self.alive()) != count:  # noqa: ASYNC110
                await asyncio.sleep(_POLL_S)

    async def cancelled(self, running: Awaitable[object], left: int = 0) -> tuple[float, float]:
        """Seconds to the error, and to the end of all jobs but `left`."""
        began = time.perf_counter()
        ending = asyncio.create_task(self.until_alive(left), name="end of the job")
        ended = asyncio.create_task(self._elapsed(ending, began), name="time of the end")
        await self.client.cancel_safe(timeout=_LIMIT_S)
        try:
            await running
        except psycopg.errors.QueryCanceled:
            answered = time.perf_counter() - began
        else:
            raise RuntimeError("the statement was not cancelled")
        return answered, await ended

    @staticmethod
    async def _elapsed(task: asyncio.Task[None], began: float) -> float:
        await task
        return time.perf_counter() - began


async def _fetch(client: Connection, sql: str) -> None:
    await client.execute(sql)  # type: ignore[call-overload]


async def queued(stage: Stage) -> tuple[float, float]:
    others = [await opened(stage.server) for _ in range(SLOTS)]
    running = [asyncio.create_task(_fetch(o, "SELECT id FROM endless"), name="o") for o in others]
    await stage.until_alive(SLOTS)
    waiting = asyncio.create_task(_fetch(stage.client, "SELECT id FROM endless"), name="queued")
    await asyncio.sleep(1.0)
    found = await stage.cancelled(waiting, left=SLOTS)
    for other in others:
        await other.cancel_safe(timeout=_LIMIT_S)
    await asyncio.gather(*running, return_exceptions=True)
    for other in others:
        await other.close()
    await stage.until_alive(0)
    return found


async def planning(stage: Stage) -> tuple[float, float]:
    running = asyncio.create_task(_fetch(stage.client, SLOW_TO_PLAN), name="planning")
    await asyncio.sleep(0.5)
    return await stage.cancelled(running)


async def streaming(stage: Stage) -> tuple[float, float]:
    running = asyncio.create_task(_fetch(stage.client, "SELECT id FROM endless"), name="streaming")
    await stage.until_alive(1)
    await asyncio.sleep(1.0)
    return await stage.cancelled(running)


async def blocked(stage: Stage) -> tuple[float, float]:
    cursor = stage.client.cursor()
    stream = cursor.stream("SELECT * FROM endless")
    await anext(stream)
    await asyncio.sleep(3.0)  # socket, server and Flink fill up

    async def rest() -> None:
        async for _ in stream:
            pass

    return await stage.cancelled(rest())


PHASES: dict[str, Callable[[Stage], Awaitable[tuple[float, float]]]] = {
    "queued": queued,
    "planning": planning,
    "streaming": streaming,
    "blocked": blocked,
}


async def opened(server: Serving) -> Connection:
    dsn = f"host=127.0.0.1 port={server.port} user=xuanwu dbname=xuanwu"
    client = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
    await client.execute(ENDLESS)  # type: ignore[call-overload]
    return client


async def main() -> None:
    options = Options(slots=SLOTS)
    async with serving("2.2", engine=options) as server, aiohttp.ClientSession() as http:
        assert server.endpoint is not None
        jobs = JobManagerClient(http, server.endpoint)
        print(f"{'':10} {'error at the client':>28} {'job gone':>28}   ({REPEATS} times)")
        for name, phase in PHASES.items():
            found = []
            for _ in range(REPEATS):
                stage = Stage(server, jobs, await opened(server))
                found.append(await phase(stage))
                await stage.client.close()
            answered, ended = ([pair[i] * 1e3 for pair in found] for i in (0, 1))
            print(f"{name:10} {_shown(answered):>28} {_shown(ended):>28}", flush=True)


def _shown(times: list[float]) -> str:
    return f"median {statistics.median(times):5.0f} ms, most {max(times):5.0f}"


if __name__ == "__main__":
    asyncio.run(main())
