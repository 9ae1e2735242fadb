"""How statements end before their time, on real Flink: cancelled, starved, or their engine lost.

The proof is always the JobManager's: no job of the client is left, and the session goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.engine.engine import FlinkEngine
from gateway.engine.launch import Options
from gateway.engine.local import LocalProvider
from protocol.errors import Notice, SqlError
from session.ports import EngineSettings
from tests.gateway.engine.driving import Client, drain, until

pytestmark = [pytest.mark.flink, pytest.mark.timeout(300)]

SLOTS = 2
ENDLESS = "CREATE TABLE s (a INT) WITH ('connector'='datagen', 'rows-per-second'='1000')"
# Enough joins to keep the planner busy for some seconds.
SLOW_TO_PLAN = "SELECT * FROM " + " CROSS JOIN ".join(
    f"(SELECT a + {i} AS a{i} FROM s WHERE a > {i}) AS t{i}" for i in range(60)
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalProvider]:
    """Engines with few slots, which the tests may also kill."""
    home = tmp_path_factory.mktemp("few-slots")
    provider = LocalProvider(home, options=Options(heap_mb=512, slots=SLOTS))
    yield provider
    await provider.stop()
    await provider.close()


@pytest_asyncio.fixture(loop_scope="session")
async def client(client: Client) -> AsyncIterator[Client]:
    """With a table to read from; none of its jobs may be left."""
    await client.execute(ENDLESS)
    yield client
    await client.session.close()
    assert await client.running() == []


async def cancelled(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def usable(client: Client) -> None:
    assert await client.running() == []
    assert await client.rows("SELECT 1") == [(b"1",)]


# ── cancel, in each phase ───────────────────────────────────────────────────────────────────────


async def test_cancel_while_waiting_for_a_slot(client: Client) -> None:
    streams = [await client.query("SELECT a FROM s") for _ in range(SLOTS)]
    for stream in streams:
        assert await stream.next()
    task = asyncio.create_task(client.query("SELECT 1"))

    async def told() -> bool:
        return any("waiting for a free slot" in notice.message for notice in client.notices)

    await until(told)
    await cancelled(task)
    for stream in streams:
        await stream.aclose()
    await usable(client)


async def test_cancel_while_planning(client: Client) -> None:
    session = await client.session.flink(client.settings)
    task = asyncio.create_task(client.query(SLOW_TO_PLAN, runtime_mode="streaming", changelog="op"))

    async def planning() -> bool:
        found = [o for o in session.operations if o.job_id]
        return bool(found) and await session.gateway.status(session.handle, found[0].handle) in (
            "PENDING",
            "RUNNING",
        )

    await until(planning)
    await cancelled(task)
    assert session.operations == set()
    await until(lambda: _idle(client))  # what the planner submitted after all is cancelled too
    await usable(client)


async def test_cancel_at_once(client: Client) -> None:
    await client.session.flink(client.settings)
    task = asyncio.create_task(client.query("SELECT a FROM s", runtime_mode="streaming"))
    await asyncio.sleep(0)  # it has begun, nothing is sent yet
    await cancelled(task)
    await usable(client)


async def test_cancel_while_the_job_starts(client: Client) -> None:
    task = asyncio.create_task(client.query("SELECT a FROM s", runtime_mode="streaming"))

    async def submitted() -> bool:
        return bool(await client.running()) or task.done()

    await until(submitted)
    task.cancel()
    try:
        stream = await task
    except asyncio.CancelledError:
        pass
    else:
        await stream.aclose()
    await usable(client)


async def test_cancel_while_waiting_for_rows(client: Client) -> None:
    stream = await client.query("SELECT a FROM s WHERE a IS NULL")
    task = asyncio.create_task(stream.next())
    await until(lambda: _any(client))
    await cancelled(task)
    await stream.aclose()
    await usable(client)


async def test_close_while_rows_flow_and_the_consumer_is_blocked(client: Client) -> None:
    stream = await client.query("SELECT a FROM s")
    assert await stream.next()
    assert len(await client.running()) == 1
    await stream.aclose()
    await stream.aclose()  # idempotent
    assert await stream.next() is None
    await usable(client)


async def test_close_survives_a_cancelled_caller(client: Client) -> None:
    stream = await client.query("SELECT a FROM s")
    assert await stream.next()
    closing = asyncio.create_task(stream.aclose())
    await asyncio.sleep(0)
    await cancelled(closing)
    await usable(client)


async def test_job_cancelled_by_somebody_else_is_an_error(client: Client) -> None:
    stream = await client.query("SELECT a FROM s")
    assert await stream.next()
    (job_id,) = await client.running()
    session = await client.session.flink(client.settings)
    await session.jobs.cancel(job_id)
    with pytest.raises(SqlError) as caught:
        await drain(stream)
    assert caught.value.sqlstate == "57014"
    await usable(client)


async def _idle(client: Client) -> bool:
    return not await client.running()


async def _any(client: Client) -> bool:
    return bool(await client.running())


# ── slots ───────────────────────────────────────────────────────────────────────────────────────


async def test_no_free_slot_is_told_then_refused(client: Client) -> None:
    streams = [await client.query("SELECT a FROM s") for _ in range(SLOTS)]
    for stream in streams:
        assert await stream.next()
    with pytest.raises(SqlError) as caught:
        await client.query("SELECT 1", slot_timeout_s=1.0)
    assert caught.value.sqlstate == "53300"
    for job_id in await client.running():
        assert job_id in (caught.value.detail or "")
    (notice,) = [n for n in client.notices if "waiting for a free slot" in n.message]
    version = client.settings.version
    assert notice.message == f"waiting for a free slot of Flink {version} ({SLOTS} in use)"
    for stream in streams:
        await stream.aclose()
    await usable(client)


async def test_a_query_waits_for_a_slot_and_gets_it(client: Client) -> None:
    streams = [await client.query("SELECT a FROM s") for _ in range(SLOTS)]
    for stream in streams:
        assert await stream.next()
    waiting = asyncio.create_task(client.rows("SELECT 1"))
    await until(lambda: _waits(client))
    await streams.pop().aclose()
    assert await waiting == [(b"1",)]
    await streams.pop().aclose()


async def _waits(client: Client) -> bool:
    return bool(client.notices)


async def test_a_job_with_too_few_slots_does_not_hang(client: Client) -> None:
    await client.execute(f"SET 'parallelism.default' = '{SLOTS + 1}'")
    with pytest.raises(SqlError) as caught:
        await client.rows(
            "SELECT a FROM s WHERE a > 0", runtime_mode="streaming", slot_timeout_s=2.0
        )
    assert caught.value.sqlstate == "53300"
    assert await client.running() == []
    await client.execute("RESET 'parallelism.default'")
    await usable(client)


# ── lost sessions and engines ───────────────────────────────────────────────────────────────────


async def test_a_forgotten_flink_session_is_renewed_with_its_state(client: Client) -> None:
    await client.execute(
        "CREATE TEMPORARY VIEW v AS SELECT 42 AS a", "SET 'parallelism.default' = '1'"
    )
    assert await client.rows("SELECT a FROM v") == [(b"42",)]
    before = await client.forgotten()
    assert len(before) == 2  # one per runtime mode
    assert await client.rows("SELECT a FROM v") == [(b"42",)]
    assert (b"parallelism.default", b"1") in await client.show("SET")
    assert await client.session.flink(client.settings) not in before


async def test_a_stream_of_a_forgotten_session_ends_with_an_error(client: Client) -> None:
    stream = await client.query("SELECT a FROM s")
    assert await stream.next()
    await client.forgotten()
    with pytest.raises(SqlError) as caught:
        await drain(stream)
    assert caught.value.sqlstate == "08006"
    await usable(client)


async def test_state_follows_to_another_version(engine: FlinkEngine) -> None:
    client = Client(engine, "2.2")
    await client.execute(
        "CREATE TEMPORARY VIEW v AS SELECT 1 AS a",
        "CREATE TEMPORARY VIEW fresh AS SELECT JSON_QUOTE('x') AS j, 'k' AS password",
    )
    assert await client.rows("SELECT a FROM v") == [(b"1",)]
    client.settings = EngineSettings(version="1.16", application_name="test")
    assert await client.rows("SELECT a FROM v") == [(b"1",)]
    warning = next(n for n in client.notices if n.severity == "WARNING")
    assert "Flink 1.16 does not accept an earlier statement" in warning.message
    assert "CREATE TEMPORARY VIEW fresh" in warning.message
    await client.session.close()


async def test_the_next_statement_after_the_death_of_the_engine(
    engine: FlinkEngine, provider: LocalProvider, client: Client
) -> None:
    await client.execute("CREATE TEMPORARY VIEW v AS SELECT 42 AS a")
    stream = await client.query("SELECT a FROM s")
    assert await stream.next()
    await provider.stop()
    with pytest.raises(SqlError) as caught:
        await drain(stream)
    assert caught.value.sqlstate == "08006"
    assert await client.rows("SELECT a FROM v") == [(b"42",)]


# ── many, and leftovers ─────────────────────────────────────────────────────────────────────────


async def test_leftovers_of_a_dead_server_are_cancelled(
    engine: FlinkEngine, provider: LocalProvider, client: Client
) -> None:
    endpoint = await provider.ensure(client.settings.version, _ignore)
    stream = await client.query("SELECT a FROM s")
    assert await stream.next()
    (mine,) = await client.running()
    assert list(await engine.cancel_leftovers(endpoint)) == []
    other = FlinkEngine(provider)
    assert (
        list(await other.cancel_leftovers(endpoint, alive=lambda name: name == engine.instance))
        == []
    )
    assert list(await other.cancel_leftovers(endpoint)) == [mine]
    with pytest.raises(SqlError):
        await drain(stream)
    await other.close()


def _ignore(notice: Notice) -> None:
    """These tests do not look at it."""


async def test_twenty_sessions_at_once(engines: LocalProvider, tmp_path: Path) -> None:
    engine = FlinkEngine(engines)
    clients = [Client(engine, "2.2", pid=number) for number in range(20)]

    async def work(client: Client) -> None:
        number = client.session.pid
        await client.execute(f"CREATE TEMPORARY VIEW v AS SELECT {number} AS a")
        for _ in range(2):
            assert await client.rows("SELECT a FROM v", slot_timeout_s=60) == [
                (str(number).encode(),)
            ]

    await asyncio.gather(*(work(client) for client in clients))
    await engine.close()
