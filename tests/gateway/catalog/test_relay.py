"""What passes through a lease against what the same Postgres answers to a plain socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvloop

from gateway.catalog.catalog import Catalog
from gateway.catalog.pool import Pool
from protocol import encode as e
from protocol.errors import SqlError
from protocol.frames import iter_frames, parse_error
from session.ports import Lease, Principal

from .support import Events, ask, collect, kinds_of, leases, one, rows, tags, until

pytestmark = pytest.mark.postgres
START = {"client_encoding": "UTF8", "application_name": "relay"}


class Direct:
    """A client of Postgres that knows nothing of ours but how to encode a message."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, path: str) -> Direct:
        direct = cls(*await asyncio.open_unix_connection(path))
        start = {"user": "xuanwu", "database": "xuanwu", **START}
        await direct.exchange(e.encode_startup(start), 1)
        return direct

    async def exchange(self, request: bytes, readies: int) -> bytes:
        """Every frame but ReadyForQuery, up to the n-th of those."""
        self._writer.write(request)
        found = b""
        while readies:
            head = await self._reader.readexactly(5)
            body = await self._reader.readexactly(int.from_bytes(head[1:], "big") - 4)
            if head[:1] == b"Z":
                readies -= 1
            else:
                found += head + body
        return found

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@pytest.fixture
async def direct(catalog: Catalog) -> AsyncIterator[Direct]:
    path = catalog.address.unix_path
    assert path is not None
    opened = await Direct.open(path)
    yield opened
    await opened.close()


@pytest.fixture
async def leased(catalog: Catalog) -> AsyncIterator[tuple[Lease, Events]]:
    events = Events()
    lease, _ = await catalog.open(Principal("xuanwu"), {"database": "xuanwu", **START}, events)
    yield lease, events
    await lease.close()


QUERIES = [
    "select 1",
    "",
    ";;",
    "select 1; select 1/0; select 2",
    "select g, repeat('x', g) from generate_series(1, 300) g",
    "select repeat('y', 3000000)",
    "select * from pg_catalog.pg_type",
    "select c.relname, n.nspname from pg_class c join pg_namespace n on n.oid = relnamespace",
    "begin; select 1; commit",
    "commit",
    "select 'é', '日本'",
    "select * from no_such_table",
    "set timezone = 'Asia/Tokyo'; show timezone; reset timezone",
    "do $$ begin raise notice 'hello'; raise warning 'there'; end $$",
    "copy (select g from generate_series(1, 5000) g) to stdout",
    "create temp table t (a int); insert into t values (1), (2); select a + 0 from t; drop table t",
    "select current_setting('flink.version'), current_setting('flink.dml')",
]


@pytest.mark.parametrize("sql", QUERIES)
async def test_simple_queries_pass_byte_for_byte(
    direct: Direct, leased: tuple[Lease, Events], sql: str
) -> None:
    expected = await direct.exchange(e.encode_query(sql), 1)
    async with leased[0].hold() as backend:
        assert await collect(backend, e.encode_query(sql), b"Q") == expected
        assert not backend.failed


def pipeline(*sql: str) -> bytes:
    parts = []
    for text in sql:
        parts += [
            e.encode_parse("", text),
            e.encode_bind("", ""),
            e.encode_describe_portal(""),
            e.encode_execute(""),
        ]
    return b"".join(parts)


@pytest.mark.parametrize(
    "sql",
    [
        ("select 1",),
        ("select 1", "select 'two'", "select 3.0"),
        ("select 1", "select 1/0", "select 3"),
        ("select * from pg_class", "select count(*) from pg_attribute"),
        ("set local timezone = 'UTC'", "show timezone"),
    ],
)
async def test_pipelines_pass_byte_for_byte(
    direct: Direct, leased: tuple[Lease, Events], sql: tuple[str, ...]
) -> None:
    request = pipeline(*sql) + e.encode_sync()
    expected = await direct.exchange(request, 1)
    async with leased[0].hold() as backend:
        assert await collect(backend, request, b"PBDE" * len(sql) + b"S") == expected


async def test_flush_answers_without_sync(leased: tuple[Lease, Events]) -> None:
    async with leased[0].hold() as backend:
        request = e.encode_parse("s", "select $1::int") + e.encode_describe_statement("s")
        answer = await collect(backend, request + e.encode_flush(), b"PD")
        assert kinds_of(answer) == "1tT"
        request = e.encode_bind("", "s", (), [b"7"]) + e.encode_execute("") + e.encode_sync()
        assert kinds_of(await collect(backend, request, b"BES")) == "2DC"
        assert await collect(backend, e.encode_close_statement("s") + e.encode_sync(), b"CS")


async def test_error_without_sync_fails_until_sync(leased: tuple[Lease, Events]) -> None:
    async with leased[0].hold() as backend:
        request = e.encode_parse("", "selec 1") + e.encode_bind("", "") + e.encode_flush()
        assert kinds_of(await collect(backend, request, b"PB")) == "E"
        assert backend.failed
        assert await collect(backend, e.encode_parse("", "select 1"), b"P") == b""
        assert await collect(backend, e.encode_sync(), b"S") == b""
        assert not backend.failed and backend.status == "I"


async def test_transaction_status_is_that_of_postgres(leased: tuple[Lease, Events]) -> None:
    lease, _ = leased
    async with lease.hold() as backend:
        seen = [backend.status]
        for sql in ("begin", "select 1/0", "rollback"):
            await collect(backend, e.encode_query(sql), b"Q")
            seen.append(backend.status)
    assert seen == ["I", "T", "E", "I"]


async def test_copy_in_stops_and_goes_on(leased: tuple[Lease, Events]) -> None:
    async with leased[0].hold() as backend:
        await rows(backend, "create temp table c (a int)")
        answer = await collect(backend, e.encode_query("copy c from stdin"), b"Q")
        assert kinds_of(answer) == "G" and backend.copy_in
        for _ in range(100):
            data = e.encode_copy_data(b"1\n" * 5000)
            assert await collect(backend, data, b"") == b""
        answer = await collect(backend, e.encode_copy_done(), b"Q")
        assert tags(answer) == ["COPY 500000"] and not backend.copy_in
        assert await rows(backend, "select count(*) from c") == [["500000"]]
        await rows(backend, "drop table c")


async def test_copy_in_extended_takes_the_rest_of_the_kinds(
    leased: tuple[Lease, Events],
) -> None:
    async with leased[0].hold() as backend:
        await rows(backend, "create temp table c (a int)")
        request = e.encode_parse("", "copy c from stdin") + e.encode_bind("", "")
        request += e.encode_execute("") + e.encode_flush()
        assert kinds_of(await collect(backend, request, b"PBE")) == "12G"
        data = e.encode_copy_data(b"1\n2\n") + e.encode_copy_done() + e.encode_sync()
        assert tags(await collect(backend, data, b"ES")) == ["COPY 2"]
        await rows(backend, "drop table c")


async def test_error_in_copy_data_is_known_at_once(leased: tuple[Lease, Events]) -> None:
    async with leased[0].hold() as backend:
        told = asyncio.Event()
        backend.on_copy_error = told.set
        await rows(backend, "create temp table c (a int)")
        await collect(backend, e.encode_query("copy c from stdin"), b"Q")
        assert not backend.copy_failed
        await collect(backend, e.encode_copy_data(b"x\n"), b"")
        await told.wait()
        assert backend.copy_failed and backend.copy_in
        [(kind, frame)] = iter_frames(await collect(backend, b"", b"Q"))
        assert kind == ord("E") and parse_error(frame).sqlstate == "22P02"
        assert not backend.copy_failed and not backend.copy_in
        await collect(backend, e.encode_copy_data(b"1\n") + e.encode_copy_done(), b"")
        assert await rows(backend, "select count(*) from c") == [["0"]]
        await rows(backend, "drop table c")


async def test_notices_of_copy_data_come_while_it_flows(leased: tuple[Lease, Events]) -> None:
    lease, events = leased
    async with lease.hold() as backend:
        await rows(
            backend,
            """create temp table c (a int); create function pg_temp.says() returns trigger
            language plpgsql as $$ begin raise notice 'row %', new.a; return new; end $$;
            create trigger says before insert on c
            for each row execute function pg_temp.says()""",
        )
        await collect(backend, e.encode_query("copy c from stdin"), b"Q")
        await collect(backend, e.encode_copy_data(b"1\n2\n"), b"")
        await until(lambda: b"row 2" in events.frames)
        assert kinds_of(events.frames) == "NN" and not backend.copy_failed
        assert tags(await collect(backend, e.encode_copy_done(), b"Q")) == ["COPY 2"]
        await rows(backend, "drop table c")


async def test_notification_comes_while_idle(leased: tuple[Lease, Events]) -> None:
    lease, events = leased
    lease.sticky = True
    await ask(lease, "listen news")
    assert not events.frames
    await ask(lease, "select 1")
    pid = await one(lease, "select pg_catalog.pg_backend_pid()")
    async with lease.hold() as backend:
        answer = await collect(backend, e.encode_query("notify news, 'mine'"), b"Q")
    assert kinds_of(answer) == "CA"  # one's own comes in place, before ReadyForQuery
    assert pid is not None and int(pid).to_bytes(4, "big") in answer


async def test_notification_of_another(catalog: Catalog, leased: tuple[Lease, Events]) -> None:
    lease, events = leased
    lease.sticky = True
    await ask(lease, "listen news")
    other, _ = await catalog.open(Principal("xuanwu"), {}, Events())
    await ask(other, "notify news, 'theirs'")
    await until(lambda: bool(events.frames))
    assert kinds_of(events.frames) == "A" and b"theirs" in events.frames
    await other.close()


async def test_parameter_status_is_passed_on_and_told(leased: tuple[Lease, Events]) -> None:
    lease, events = leased
    async with lease.hold() as backend:
        answer = await collect(backend, e.encode_query("begin; set datestyle = 'SQL'"), b"Q")
        assert kinds_of(answer) == "CCS"
        await collect(backend, e.encode_query("rollback"), b"Q")
    assert events.parameters == [("DateStyle", "SQL, MDY"), ("DateStyle", "ISO, MDY")]


async def test_a_slow_consumer_stops_the_reading(leased: tuple[Lease, Events]) -> None:
    lease, _ = leased
    sql = "select repeat('z', 1000) from generate_series(1, 50000)"
    async with lease.hold() as backend:
        largest = count = 0
        async for chunk in backend.exchange(e.encode_query(sql), b"Q"):
            largest = max(largest, len(chunk))
            count += chunk.count(b"z" * 1000)
            await asyncio.sleep(0)
        assert count == 50000
        assert largest < 4 << 20


async def test_cancel_ends_a_running_statement(leased: tuple[Lease, Events]) -> None:
    lease, _ = leased

    async def sleeper() -> str:
        try:
            await ask(lease, "select pg_sleep(60)")
        except SqlError as failure:
            return failure.sqlstate
        return "slept"

    task = asyncio.create_task(sleeper())
    while not task.done():
        await lease.cancel()
        await asyncio.wait((task,), timeout=0.05)
    assert await task == "57014"
    assert await one(lease, "select 1") == "1"


async def test_abandoned_exchange_gets_back_in_step(leased: tuple[Lease, Events]) -> None:
    lease, _ = leased
    async with lease.hold() as backend:
        async for _ in backend.exchange(e.encode_query("select generate_series(1, 3000000)"), b"Q"):
            break
    assert await one(lease, "select 42") == "42"


async def test_cancelled_consumer_leaves_a_lease_that_works(
    leased: tuple[Lease, Events],
) -> None:
    lease, _ = leased
    task = asyncio.create_task(ask(lease, "select pg_sleep(60)"))
    await asyncio.wait((task,), timeout=0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(3):
        assert await one(lease, "select 42") == "42"


async def test_killed_backend_speaks_with_the_words_of_postgres(
    catalog: Catalog, leased: tuple[Lease, Events]
) -> None:
    lease, _ = leased
    pid = int(await one(lease, "select pg_catalog.pg_backend_pid()") or 0)
    task = asyncio.create_task(ask(lease, "select pg_sleep(60)"))
    await asyncio.wait((task,), timeout=0.1)
    assert await catalog.store.fetchval("select pg_terminate_backend($1)", pid)
    with pytest.raises(SqlError) as failure:
        await task
    assert failure.value.sqlstate == "57P01"
    assert failure.value.message == "terminating connection due to administrator command"
    assert failure.value.severity == "FATAL"


async def test_reentrant_hold_is_a_mistake(leased: tuple[Lease, Events]) -> None:
    lease, _ = leased
    async with lease.hold():
        with pytest.raises(RuntimeError):
            async with lease.hold():
                pass
    assert await one(lease, "select 1") == "1"


async def test_relay_under_uvloop(catalog: Catalog) -> None:
    """The server runs on uvloop, whose transports and sockets are of another make."""

    async def life() -> list[list[str | None]]:
        pool = Pool(catalog.address, limit=1)
        async with leases(pool, 2) as [(first, _), (second, _)]:
            await ask(first, "set work_mem = '9MB'")
            await ask(second, "select generate_series(1, 100000)")
            task = asyncio.create_task(ask(second, "select pg_sleep(60)"))
            while not task.done():
                await second.cancel()
                await asyncio.wait((task,), timeout=0.05)
            assert isinstance(task.exception(), SqlError)
            return await ask(first, "show work_mem")

    assert await asyncio.to_thread(uvloop.run, life()) == [["9MB"]]
