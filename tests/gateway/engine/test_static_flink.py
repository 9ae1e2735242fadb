"""An engine that somebody else started, with Flink's own defaults: its JobManager tells of a job
what was true up to three seconds ago (web.refresh-interval), and nothing may be judged by that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.engine.launch import Options
from gateway.engine.local import LocalProvider
from gateway.engine.static import Given, StaticProvider
from protocol.errors import SqlError
from tests.fixtures.flink import ignore
from tests.gateway.engine.driving import Client, cancelled_while_waited_for, until

pytestmark = [pytest.mark.flink, pytest.mark.timeout(300)]

DEFAULTS = {"web.refresh-interval": "3000", "metrics.fetcher.update-interval": "10000"}
ENDLESS = "CREATE TABLE s (a INT) WITH ('connector'='datagen', 'rows-per-second'='100')"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StaticProvider]:
    theirs = LocalProvider(
        tmp_path_factory.mktemp("theirs"), options=Options(heap_mb=512, slots=4, flink=DEFAULTS)
    )
    found = await theirs.ensure("2.2", ignore)
    ours = StaticProvider({"2.2": Given(found.gateway_url, found.jobmanager_url)})
    yield ours
    await ours.close()
    await theirs.stop()
    await theirs.close()


async def whole(client: Client) -> None:
    """No job is left, no slot is held, and no TaskManager was lost."""
    assert await client.running() == []
    jobs = (await client.session.flink(client.settings)).jobs

    async def free() -> bool:
        slots = await jobs.slots()
        assert slots.total == 4
        return slots.free == 4

    await until(free)


async def test_select(newest: Client) -> None:
    sql = "SELECT a, COUNT(*) FROM (VALUES (2), (1), (2)) AS t(a) GROUP BY a ORDER BY a"
    assert await newest.rows(sql) == [(b"1", b"1"), (b"2", b"2")]
    assert await newest.rows("SELECT MAP[1, 'a']") == [(b'{"1": "a"}',)]
    await whole(newest)


async def test_insert(newest: Client, tmp_path: Path) -> None:
    await newest.execute(
        f"CREATE TABLE f (a INT) WITH ('connector'='filesystem', 'path'='{tmp_path}', "
        "'format'='csv')"
    )
    waiting = replace(newest.settings, wait=True)
    handle = await newest.session.submit("INSERT INTO f VALUES (1), (2)", waiting)
    assert (handle.state, handle.rows) == ("FINISHED", 2)
    assert sorted(await newest.rows("SELECT a FROM f")) == [(b"1",), (b"2",)]
    handle = await newest.session.submit("INSERT INTO f VALUES (3)", newest.settings)
    jobs = (await newest.session.flink(newest.settings)).jobs

    async def finished() -> bool:
        return await jobs.state(handle.job_id) == "FINISHED"

    await until(finished)
    assert sorted(await newest.rows("SELECT a FROM f")) == [(b"1",), (b"2",), (b"3",)]


async def test_errors(newest: Client) -> None:
    with pytest.raises(SqlError) as caught:
        await newest.rows("SELECT 1 / (a - 2) FROM (VALUES (1), (2)) AS t(a)")
    assert caught.value.sqlstate == "22012"
    await newest.execute("CREATE TABLE b (a INT) WITH ('connector'='blackhole')")
    with pytest.raises(SqlError) as caught:
        await newest.session.submit(
            "INSERT INTO b SELECT 1 / (a - 2) FROM (VALUES (2)) AS t(a)",
            replace(newest.settings, wait=True),
        )
    assert caught.value.sqlstate == "22012"
    await whole(newest)


async def test_a_stream_that_is_closed_while_rows_flow(newest: Client) -> None:
    await newest.execute(ENDLESS)
    stream = await newest.query("SELECT a FROM s")
    assert await stream.next()
    await stream.aclose()
    await whole(newest)


@pytest.mark.parametrize(
    "sql", ["SELECT a FROM s", "SELECT COUNT(*) FROM (VALUES (1), (1)) AS t(a)"]
)
async def test_queries_that_are_closed_in_the_middle_of_their_start(
    newest: Client, sql: str
) -> None:
    """A sink that is cancelled before it was opened would end the TaskManager."""
    await newest.execute(ENDLESS)
    for _ in range(6):
        stream = await newest.query(sql)
        await stream.aclose()
    await whole(newest)


async def test_an_insert_that_is_cancelled_while_it_is_waited_for(newest: Client) -> None:
    await newest.execute(ENDLESS, "CREATE TABLE b (a INT) WITH ('connector'='blackhole')")
    await cancelled_while_waited_for(newest, "INSERT INTO b SELECT a FROM s")
    await whole(newest)
