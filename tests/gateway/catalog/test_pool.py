"""Many leases on few connections: what a session set stays its own, what cannot move stays put."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from gateway.catalog.catalog import Catalog
from gateway.catalog.pool import Pool
from protocol import encode as e
from protocol.errors import SqlError

from .support import ask, collect, kinds_of, leases, one, refusal, rows

pytestmark = pytest.mark.postgres
MakePool = Callable[..., Pool]
START = (("application_name", "pooled"), ("client_encoding", "UTF8"))


async def test_settings_survive_the_change_of_connections(make_pool: MakePool) -> None:
    pool = make_pool(2)
    async with leases(pool, 5, parameters=START) as opened:
        for i, (lease, _) in enumerate(opened):
            await ask(lease, f"set search_path = s{i}, \"Ü'x\"; set work_mem = '{i + 1}MB'")
            await ask(lease, f"set app.tenant = 'tenant {i}'; set flink.version = '1.{16 + i}'")
            await ask(lease, f"select set_config('timezone', '<+0{i}>-0{i}', false)")
        for _ in range(2):
            for i, (lease, _) in enumerate(opened):
                assert await lease.settings(["search_path", "work_mem", "app.tenant"]) == {
                    "search_path": f's{i}, "Ü\'x"',
                    "work_mem": f"{i + 1}MB",
                    "app.tenant": f"tenant {i}",
                }
                assert await one(lease, "show flink.version") == f"1.{16 + i}"
                assert await one(lease, "show timezone") == f"<+0{i}>-0{i}"
                assert await one(lease, "show application_name") == "pooled"
        assert pool.connections == 2


async def test_replay_is_silent_when_nothing_differs(make_pool: MakePool) -> None:
    async with leases(make_pool(1), 2) as [(first, told), (second, _)]:
        await ask(first, "set timezone = 'Asia/Tokyo'")
        await ask(second, "select 1")
        assert await one(first, "show timezone") == "Asia/Tokyo"
        assert told.parameters == [("TimeZone", "Asia/Tokyo")]


async def test_reset_and_discard_are_remembered(make_pool: MakePool) -> None:
    async with leases(make_pool(1), 2) as [(first, _), (second, _)]:
        await ask(first, "set work_mem = '9MB'; set flink.version = '1.16'")
        await ask(second, "select 1")
        await ask(first, "reset work_mem; reset flink.version")
        await ask(second, "select 1")
        assert await one(first, "show work_mem") == "4MB"
        assert await one(first, "show flink.version") == "2.2"


async def test_a_wiped_connection_shows_nothing_of_the_session_before(
    make_pool: MakePool,
) -> None:
    async with leases(make_pool(1), 2) as [(first, _), (second, _)]:
        await ask(second, "select 1")
        await ask(first, "set app.secret = 'mine'; set statement_timeout = '1h'")
        await ask(first, "set role = 'xuanwu'")
        assert await one(second, "select current_setting('app.secret', true) is null") == "t"
        assert await one(second, "show statement_timeout") == "0"
        assert await one(second, "show role") == "none"
        assert await one(first, "show role") == "xuanwu"


async def test_set_local_and_rollback_leave_no_trace(make_pool: MakePool) -> None:
    async with leases(make_pool(1), 2) as [(first, _), (second, _)]:
        await ask(first, "begin; set local flink.version = '1.17'; set work_mem = '7MB'")
        assert await lease_value(first, "flink.version") == "1.17"
        await ask(first, "rollback")
        assert await lease_value(first, "flink.version") == "2.2"
        await ask(second, "select 1")
        assert await one(first, "show flink.version") == "2.2"
        assert await one(first, "show work_mem") == "4MB"


async def lease_value(lease: object, name: str) -> str:
    values: dict[str, str] = await lease.settings([name])  # type: ignore[attr-defined]
    return values[name]


@pytest.mark.parametrize(
    ("make", "check", "expected"),
    [
        ("create temp table kept as select 5 as a", "select a from kept", "5"),
        ("prepare kept as select 6", "execute kept", "6"),
        ("declare kept cursor with hold for select 7", "fetch kept", "7"),
        ("listen kept", "select pg_listening_channels()", "kept"),
        ("select pg_advisory_lock(8)", "select pg_advisory_unlock(8)", "t"),
        ("begin; set local work_mem = '9MB'", "show work_mem", "9MB"),
        ("do $$ begin perform set_config('app.' || 'x', 'y', false); end $$", "show app.x", "y"),
    ],
)
async def test_what_cannot_move_stays_on_its_connection(
    make_pool: MakePool, make: str, check: str, expected: str
) -> None:
    """Nobody declares these leases sticky: Postgres itself is asked before a connection moves."""
    pool = make_pool(2)
    async with leases(pool, 4) as [(keeper, _), *others]:
        await ask(keeper, make)
        for lease, _ in others * 2:
            await ask(lease, "select 1")
        assert await one(keeper, check) == expected
        assert pool.connections == 2


async def test_sticky_is_never_taken_and_the_wait_is_bounded(make_pool: MakePool) -> None:
    pool = make_pool(1, wait_s=0.2)
    async with leases(pool, 1) as [(first, _)]:
        first.sticky = True
        with pytest.raises(SqlError) as failure:
            async with leases(pool, 1):
                pass
        assert failure.value.sqlstate == "53300"
        first.sticky = False
        async with leases(pool, 1) as [(second, _)]:
            assert await one(second, "select 1") == "1"
        assert await one(first, "select 1") == "1"


async def test_a_waiter_gets_the_connection_of_whoever_leaves(make_pool: MakePool) -> None:
    pool = make_pool(1)
    async with leases(pool, 2) as [(first, _), (second, _)]:
        async with first.hold() as backend:
            waiting = asyncio.create_task(ask(second, "select 2"))
            await rows(backend, "select pg_sleep(0.1)")
            assert not waiting.done()
        assert await waiting == [["2"]]


async def test_a_cancelled_waiter_takes_nothing_along(make_pool: MakePool) -> None:
    pool = make_pool(1)
    async with leases(pool, 3) as [(first, _), (second, _), (third, _)]:
        async with first.hold():
            leaving = asyncio.create_task(ask(second, "select 2"))
            staying = asyncio.create_task(ask(third, "select 3"))
            await asyncio.sleep(0)
            leaving.cancel()
        assert await staying == [["3"]]
        assert await one(second, "select 2") == "2"
        assert pool.connections == 1


async def test_200_leases_on_10_connections(make_pool: MakePool) -> None:
    pool = make_pool(10)
    async with leases(pool, 200, parameters=START) as opened:
        for i, (lease, _) in enumerate(opened):
            await ask(lease, f"set flink.snapshot_after = '{i}s'")

        async def visit(i: int) -> None:
            lease = opened[i][0]
            for _ in range(3):
                assert await one(lease, "show flink.snapshot_after") == f"{i}s"

        await asyncio.gather(*(visit(i) for i in range(200)))
        assert pool.connections == 10


async def test_other_start_parameters_get_another_connection(make_pool: MakePool) -> None:
    pool = make_pool(1)
    async with (
        leases(pool, 1, parameters=(("extra_float_digits", "0"),)) as [(first, _)],
        leases(pool, 1, parameters=(("extra_float_digits", "3"),)) as [(second, _)],
    ):
        for lease, expected in ((first, "0"), (second, "3"), (first, "0")):
            assert await one(lease, "show extra_float_digits") == expected
            await ask(lease, "set extra_float_digits = 1; reset extra_float_digits")
            assert await one(lease, "show extra_float_digits") == expected
        assert pool.connections == 1


async def kill(catalog: Catalog, lease: object) -> None:
    pid = int(await one(lease, "select pg_catalog.pg_backend_pid()") or 0)  # type: ignore[arg-type]
    await catalog.store.fetchval("select pg_terminate_backend($1, 5000)", pid)


async def test_an_idle_connection_that_died_is_replaced_silently(
    catalog: Catalog, make_pool: MakePool
) -> None:
    pool = make_pool(2)
    async with leases(pool, 1) as [(lease, _)]:
        await kill(catalog, lease)
        assert await one(lease, "select 1") == "1"
        assert pool.connections == 1


@pytest.mark.parametrize("what", ["begin", "create temp table gone ()", "set work_mem = '9MB'"])
async def test_a_loss_of_state_is_told_once(
    catalog: Catalog, make_pool: MakePool, what: str
) -> None:
    async with leases(make_pool(2), 1) as [(lease, _)]:
        await ask(lease, what)
        lease.sticky = what.startswith("create")
        await kill(catalog, lease)
        assert (await refusal(lease, "select 1")).sqlstate == "57P01"
        assert await one(lease, "show work_mem") == "4MB"
        assert not lease.sticky


async def test_settings_do_not_disturb_a_pipeline(make_pool: MakePool) -> None:
    async with leases(make_pool(1), 1) as [(lease, _)]:
        async with lease.hold() as backend:
            request = e.encode_parse("", "set local work_mem = '8MB'") + e.encode_bind("", "")
            request += e.encode_execute("") + e.encode_parse("", "show work_mem")
            await collect(backend, request + e.encode_flush(), b"PBEP")
            assert await lease.settings(["work_mem", "no.such"]) == {"work_mem": "8MB"}
            request = e.encode_bind("", "") + e.encode_execute("") + e.encode_sync()
            answer = await collect(backend, request, b"BES")
        assert kinds_of(answer) == "2DC" and b"8MB" in answer
        assert await lease.settings(["work_mem"]) == {"work_mem": "4MB"}


async def test_settings_are_remembered_until_touched(make_pool: MakePool) -> None:
    pool = make_pool(1)
    async with leases(pool, 2) as [(first, _), (second, _)]:
        assert await first.settings(["flink.dml"]) == {"flink.dml": "async"}
        async with second.hold():  # the only connection: nothing could be asked now
            assert await first.settings(["flink.dml"]) == {"flink.dml": "async"}
        first.touch()
        assert await first.settings(["flink.dml"]) == {"flink.dml": "async"}


async def test_settings_in_a_failed_transaction(make_pool: MakePool) -> None:
    async with leases(make_pool(1), 1) as [(lease, _)]:
        assert (await refusal(lease, "begin; select 1/0")).sqlstate == "22012"
        with pytest.raises(SqlError) as failure:
            await lease.settings(["work_mem"])
        assert failure.value.sqlstate == "25P02"
        await ask(lease, "rollback")
        assert await lease.settings(["work_mem"]) == {"work_mem": "4MB"}
