"""Pages into rows: exact digits, folding, pull and prefetch; slots and REST over a fake Flink."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from gateway.engine import changelog, pages
from gateway.engine.aside import uninterrupted
from gateway.engine.flinksession import FlinkSession
from gateway.engine.http import Refused, Unreachable, call, client
from gateway.engine.jobmanager import JobManagerClient, JobSummary, Slots
from gateway.engine.operation import Operation
from gateway.engine.pages import open_page
from gateway.engine.reader import AHEAD_BYTES, PageReader
from gateway.engine.results import TableStream, read_changes, read_inserts
from gateway.engine.slots import SlotGate
from gateway.engine.snapshot import Fold
from gateway.engine.starvation import StartWatch
from protocol.errors import Notice, SqlError


def page(*rows: tuple[str, list[Any]], kind: str = "PAYLOAD") -> bytes:
    data = [{"kind": kind_, "fields": fields} for kind_, fields in rows]
    return msgspec.json.encode({"resultType": kind, "results": {"columns": [], "data": data}})


# ── pages ───────────────────────────────────────────────────────────────────────────────────────


def test_no_digit_is_lost() -> None:
    content = (
        b'{"resultType": "PAYLOAD", "results": {"data": [{"kind": "INSERT", "fields": '
        b"[12345678901234567890.123456789012345678, 1.2E+3, 9223372036854775807, "
        b"99999999999999999999999999999999999999, -0.0]}]}}"
    )
    opened = open_page(content)
    assert not opened.last
    assert read_inserts(opened) == [
        [
            "12345678901234567890.123456789012345678",
            "1.2E+3",
            9223372036854775807,
            99999999999999999999999999999999999999,
            "-0.0",
        ]
    ]


@pytest.mark.parametrize("kind", ["UPDATE_BEFORE", "UPDATE_AFTER", "DELETE"])
def test_a_change_is_never_passed_on_as_a_row(kind: str) -> None:
    with pytest.raises(SqlError) as caught:
        read_inserts(open_page(page(("INSERT", [1]), (kind, [2]))))
    assert caught.value.sqlstate == "0A000"
    assert kind in (caught.value.detail or "")


def test_changes_name_their_kind_first() -> None:
    content = page(("INSERT", [1]), ("UPDATE_BEFORE", [1]), ("UPDATE_AFTER", [2]), ("DELETE", [2]))
    assert read_changes(open_page(content)) == [["+I", 1], ["-U", 1], ["+U", 2], ["-D", 2]]


def test_end_of_stream() -> None:
    ended = open_page(page(kind="EOS"))
    assert ended.last
    assert ended.empty
    assert read_inserts(ended) == []
    assert not pages.ready(page(kind="NOT_READY"))


@pytest.mark.parametrize(
    ("plan", "mode"),
    [
        ("x changelogMode=[D]\n== Optimized Physical Plan ==\nCalc(changelogMode=[I])\n", "I"),
        (
            "== Optimized Physical Plan ==\nAgg(changelogMode=[I,UA])\n+- S(changelogMode=[I])",
            "I,UA",
        ),
        ("== Optimized Physical Plan ==\nValues()", ""),
    ],
)
def test_changelog_mode_of_the_root(plan: str, mode: str) -> None:
    assert changelog.root_mode(plan) == mode


# ── folding ─────────────────────────────────────────────────────────────────────────────────────


def fold(*changes: tuple[str, list[Any]], limit: int = 100) -> list[list[Any]]:
    found = Fold(limit)
    for kind, fields in changes:
        found.apply(pages.Row(kind, fields))
    return found.rows()


def test_equal_rows_are_counted() -> None:
    changes = [("INSERT", [1, {"a": [None]}])] * 3 + [("DELETE", [1, {"a": [None]}])]
    assert fold(*changes) == [[1, {"a": [None]}]] * 2


def test_interleaved_updates() -> None:
    assert fold(
        ("INSERT", ["a", 1]),
        ("INSERT", ["b", 1]),
        ("UPDATE_BEFORE", ["a", 1]),
        ("UPDATE_BEFORE", ["b", 1]),
        ("UPDATE_AFTER", ["b", 2]),
        ("UPDATE_AFTER", ["a", 2]),
    ) == [["b", 2], ["a", 2]]


@pytest.mark.parametrize("kind", ["UPDATE_BEFORE", "DELETE"])
def test_retraction_of_an_unknown_row(kind: str) -> None:
    with pytest.raises(SqlError) as caught:
        fold(("INSERT", [1]), (kind, [2]))
    assert caught.value.sqlstate == "0A000"


def test_a_snapshot_has_a_limit() -> None:
    with pytest.raises(SqlError) as caught:
        fold(("INSERT", [1]), ("INSERT", [2]), ("INSERT", [3]), limit=2)
    assert caught.value.sqlstate == "54000"


# ── pull ────────────────────────────────────────────────────────────────────────────────────────


class Pages:
    """Stands in for a FlinkSession: pages by token, and which were asked for."""

    def __init__(self, *contents: bytes | Exception) -> None:
        self.contents = contents
        self.asked: list[int] = []
        self.ends: list[str] = []

    async def read(self, operation: Operation, token: int) -> bytes:
        self.asked.append(token)
        await asyncio.sleep(0)
        content = self.contents[token]
        if isinstance(content, Exception):
            raise content
        return content

    async def stop(self, operation: Operation) -> None:
        self.ends.append("stop")

    async def finish_aside(self, operation: Operation) -> None:
        self.ends.append("finish")


def reader(session: Pages) -> PageReader:
    operation = SimpleNamespace(first=session.contents[0], handle="o")
    watch = SimpleNamespace(running=lambda: None, close=lambda: None)
    return PageReader(
        cast("FlinkSession", session), cast("Operation", operation), cast("StartWatch", watch)
    )


async def settled() -> None:
    """All that can run without anybody pulling has run."""
    for _ in range(50):
        await asyncio.sleep(0)


def row_of(size: int) -> bytes:
    return page(("INSERT", ["x" * size]))


async def test_pages_come_in_order() -> None:
    contents = [page(("INSERT", [number])) for number in range(20)]
    session = Pages(*contents, page(kind="EOS"))
    pull = reader(session)
    assert [read_inserts(await pull.next()) for _ in range(20)] == [[[n]] for n in range(20)]
    assert (await pull.next()).last
    await pull.finish()
    assert session.asked == list(range(1, 21))  # the first page came with the statement
    assert session.ends == ["finish"]


async def test_pages_are_fetched_ahead_while_there_is_room() -> None:
    quarter = row_of(AHEAD_BYTES // 4)
    session = Pages(*[quarter] * 20)
    pull = reader(session)
    await settled()
    assert session.asked == []  # nobody has asked for a row yet
    await pull.next()
    await settled()
    assert session.asked == [1, 2, 3, 4]  # and not more, however long nobody pulls
    await pull.next()
    await settled()
    assert session.asked == [1, 2, 3, 4, 5]
    await pull.stop()
    assert session.ends == ["stop"]


async def test_one_page_ahead_at_least() -> None:
    session = Pages(*[row_of(2 * AHEAD_BYTES)] * 4)
    pull = reader(session)
    await pull.next()
    await settled()
    assert session.asked == [1]
    await pull.stop()


async def test_nothing_is_fetched_beyond_an_empty_page() -> None:
    session = Pages(page(("INSERT", [1])), page(), page(), page(kind="EOS"))
    pull = reader(session)
    await pull.next()
    await settled()
    assert session.asked == [1]
    assert (await pull.next()).empty
    await settled()
    assert session.asked == [1]
    assert (await pull.next()).empty
    assert session.asked == [1, 2]
    await pull.stop()


async def test_a_failure_comes_after_the_pages_before_it() -> None:
    full = page(("INSERT", [1]))
    session = Pages(full, full, Unreachable("http://gateway", "gone", sent=True))
    pull = reader(session)
    await pull.next()
    await settled()
    await pull.next()
    with pytest.raises(Unreachable):
        await pull.next()
    await pull.stop()


async def test_stopping_ends_a_fetch_under_way() -> None:
    class Silent(Pages):
        async def read(self, operation: Operation, token: int) -> bytes:
            await asyncio.Event().wait()
            raise AssertionError("nothing comes")

    session = Silent(page(("INSERT", [1])))
    pull = reader(session)
    await pull.next()
    waiting = asyncio.create_task(pull.next())
    await settled()
    waiting.cancel()
    await asyncio.wait((waiting,))
    await pull.stop()
    assert session.ends == ["stop"]
    assert not [t for t in asyncio.all_tasks() if t.get_name() == "pages of o"]


async def test_a_table_comes_in_slices() -> None:
    stream = TableStream((), lambda rows: b"x" * len(rows), [[1]] * 1500)
    sizes = []
    while (batch := await stream.next()) is not None:
        sizes.append((batch.rows, len(batch.data)))
    assert sizes == [(1000, 1000), (500, 500)]


async def test_uninterrupted_work_ends_before_the_cancellation() -> None:
    gate, done = asyncio.Event(), []

    async def work() -> None:
        await gate.wait()
        done.append(True)

    task = asyncio.create_task(uninterrupted(work(), "work"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()  # a second time
    await asyncio.sleep(0)
    assert not task.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]


# ── slots ───────────────────────────────────────────────────────────────────────────────────────


class Cluster:
    """Stands in for a JobManagerClient."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.found: list[JobSummary] = []

    async def slots(self) -> Slots:
        return Slots(total=2, free=self.free)

    async def jobs(self) -> list[JobSummary]:
        return self.found


def gate_of(cluster: Cluster) -> SlotGate:
    return SlotGate(cast("JobManagerClient", cluster), "2.2")


async def test_a_promise_counts_until_the_job_holds_its_slot() -> None:
    cluster, notices = Cluster(free=1), list[Notice]()
    gate = gate_of(cluster)
    first = await gate.acquire(1, notices.append)
    with pytest.raises(SqlError) as caught:
        await gate.acquire(0, notices.append)
    assert caught.value.sqlstate == "53300"
    first.started("j")
    cluster.found = [JobSummary("j", "n", "RUNNING", tasks={"running": 1})]
    second = await gate.acquire(0, notices.append)
    second.release()
    first.release()
    assert gate.promised == set()
    assert notices == []


async def test_first_come_first_served() -> None:
    cluster, order = Cluster(free=0), list[str]()
    gate = gate_of(cluster)

    async def take(name: str) -> None:
        await gate.acquire(5, lambda notice: None)
        order.append(name)

    tasks = []
    for name in "abc":
        tasks.append(asyncio.create_task(take(name)))
        await asyncio.sleep(0)
    cluster.free = 2
    await asyncio.wait(tasks[:2])
    assert sorted(order) == ["a", "b"]
    tasks[2].cancel()
    await asyncio.wait(tasks)


async def test_the_holders_are_named() -> None:
    cluster, notices = Cluster(free=0), list[Notice]()
    cluster.found = [
        JobSummary("j1", "orders", "RUNNING"),
        JobSummary("j2", "old", "FINISHED"),
    ]
    with pytest.raises(SqlError) as caught:
        await gate_of(cluster).acquire(0.01, notices.append)
    assert "orders (j1," in (caught.value.detail or "")
    assert "old" not in (caught.value.detail or "")
    assert [n.message for n in notices] == ["waiting for a free slot of Flink 2.2 (2 in use)"]


# ── REST ────────────────────────────────────────────────────────────────────────────────────────

Handler = Callable[[web.Request], Any]


@pytest_asyncio.fixture(loop_scope="session")
async def serve() -> AsyncIterator[Callable[[Handler], Any]]:
    """Start a server with one handler for everything; gives its URL."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        return f"http://127.0.0.1:{port}"

    yield start
    for runner in runners:
        await runner.cleanup()


async def test_a_lost_answer_is_asked_for_again(serve: Callable[[Handler], Any]) -> None:
    calls: list[int] = []

    async def flaky(request: web.Request) -> web.Response:
        calls.append(1)
        if len(calls) < 3 and request.transport is not None:
            request.transport.close()
        return web.Response(text="fine")

    url = await serve(flaky)
    async with client() as http:
        assert await call(http, "GET", url) == b"fine"
        assert len(calls) == 3


async def test_a_submission_is_sent_once(serve: Callable[[Handler], Any]) -> None:
    calls: list[int] = []

    async def dead(request: web.Request) -> web.Response:
        calls.append(1)
        if request.transport is not None:
            request.transport.close()
        return web.Response()

    url = await serve(dead)
    async with client() as http:
        with pytest.raises(Unreachable) as caught:
            await call(http, "POST", url, body={}, repeatable=False)
    assert caught.value.sent
    assert len(calls) == 1


async def test_nobody_there() -> None:
    async with client() as http:
        with pytest.raises(Unreachable) as caught:
            await call(http, "GET", "http://127.0.0.1:9/", repeatable=False)
    assert not caught.value.sent


async def test_the_stack_is_the_explanation(serve: Callable[[Handler], Any]) -> None:
    async def failing(request: web.Request) -> web.Response:
        errors = ["Internal server error.", "<Exception on server side:\na.B: much more>"]
        return web.json_response({"errors": errors}, status=500)

    url = await serve(failing)
    async with client() as http:
        with pytest.raises(Refused) as caught:
            await call(http, "GET", url)
    assert (caught.value.status, caught.value.text.splitlines()[1]) == (500, "a.B: much more>")


async def test_no_answer_in_time(serve: Callable[[Handler], Any]) -> None:
    async def silent(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    url = await serve(silent)
    async with client() as http:
        with pytest.raises(Unreachable) as caught:
            await call(http, "GET", url, timeout=0.05, repeatable=False)
    assert caught.value.sent
