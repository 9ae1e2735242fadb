"""The restricted role, the defaults of our parameters, and the functions that stand for ours."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from gateway.catalog.catalog import Catalog
from protocol.encode import encode_query
from protocol.errors import SqlError
from session.ports import Activity, Lease, Principal

from .conftest import DEFAULTS
from .support import Events, ask, collect, kinds_of, one, refusal

pytestmark = pytest.mark.postgres
OWNER = Principal("xuanwu")


@pytest.fixture
async def leased(catalog: Catalog) -> AsyncIterator[tuple[Lease, Events]]:
    events = Events()
    lease, _ = await catalog.open(OWNER, {"database": "xuanwu"}, events)
    yield lease, events
    await lease.close()


@pytest.mark.parametrize(
    "sql",
    [
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "select lo_get(1)",
        "select lo_import('/etc/passwd')",
        "select pg_read_file('PG_VERSION')",
        "select pg_read_binary_file('PG_VERSION')",
        "select * from pg_ls_dir('.')",
        "select * from pg_ls_waldir()",
        "select pg_stat_file('PG_VERSION')",
        "select * from pg_authid",
        "select * from pg_hba_file_rules",
        "copy (select 1) to '/tmp/out'",
        "copy (select 1) to program 'id'",
        "create temp table t (a text); copy t from program 'id'",
        "create temp table t (a text); copy t from '/etc/passwd'",
        "create extension dblink",
        "create database mine",
        "create role mine superuser",
        "create role mine createdb",
        "create role mine replication",
        "create role mine bypassrls",
        "create role mine in role pg_read_server_files",
        "create role mine; grant pg_execute_server_program to mine",
        "grant pg_write_server_files to xuanwu",
        "grant postgres to xuanwu",
        "grant xuanwu to pg_monitor",
        "alter role postgres password 'x'",
        "alter role postgres rename to p",
        "alter role xuanwu superuser",
        "alter role xuanwu createdb",
        "drop role postgres",
        "alter database xuanwu_platform set work_mem = '1MB'",
        "grant connect on database xuanwu_platform to xuanwu",
        "reassign owned by postgres to xuanwu",
        "drop owned by postgres",
        "set role postgres",
        "set session authorization postgres",
        "alter system set work_mem = '1GB'",
        "set temp_file_limit = -1",
        "select pg_catalog.pg_terminate_backend(1)",
        "select pg_catalog.pg_cancel_backend(1)",
        "select pg_reload_conf()",
        "select * from xuanwu.signal_token",
        "select * from xuanwu.activity",
        "select xuanwu.signal('cancel', 1, '')",
        "drop view xuanwu.pg_stat_activity",
        "create table xuanwu.mine ()",
    ],
)
async def test_refused_to_sessions(leased: tuple[Lease, Events], sql: str) -> None:
    failure = await refusal(leased[0], sql)
    assert failure.sqlstate in ("42501", "0A000", "58P01"), failure
    await ask(leased[0], "discard all")


async def test_allowed_to_sessions(leased: tuple[Lease, Events]) -> None:
    lease, _ = leased
    await ask(lease, "create table public.mine (a int primary key); drop table public.mine")
    await ask(lease, "create temp table mine (a int); drop table mine")
    await ask(lease, "create role maker; grant create on database xuanwu to maker")
    may = "select has_database_privilege('maker', 'xuanwu', 'create')"
    assert await one(lease, may) == "t"
    await ask(lease, "drop owned by maker; drop role maker")
    assert await one(lease, "show default_transaction_read_only") == "off"
    assert await one(lease, "show temp_file_limit") == "1GB"


@pytest.mark.parametrize(
    ("database", "sqlstate"),
    [
        ("postgres", "42501"),
        ("template1", "42501"),
        ("xuanwu_platform", "42501"),
        ("no_such", "3D000"),
    ],
)
async def test_other_databases_are_closed(catalog: Catalog, database: str, sqlstate: str) -> None:
    with pytest.raises(SqlError) as failure:
        await catalog.open(OWNER, {"database": database}, Events())
    assert (failure.value.sqlstate, failure.value.severity) == (sqlstate, "FATAL")


@pytest.mark.parametrize(
    ("parameters", "sqlstate"),
    [({"no_such": "1"}, "42704"), ({"timezone": "Mars/Olympus"}, "22023")],
)
async def test_wrong_start_parameters_are_refused_by_postgres(
    catalog: Catalog, parameters: dict[str, str], sqlstate: str
) -> None:
    with pytest.raises(SqlError) as failure:
        await catalog.open(OWNER, parameters, Events())
    assert (failure.value.sqlstate, failure.value.severity) == (sqlstate, "FATAL")


async def test_the_database_of_the_users_name_is_the_default(catalog: Catalog) -> None:
    for parameters in ({}, {"database": ""}, {"database": "anna"}):
        lease, _ = await catalog.open(OWNER, parameters, Events(), user="anna")
        assert await one(lease, "select current_database()") == "xuanwu"
        await lease.close()


async def test_our_parameters_are_those_of_postgres(
    catalog: Catalog, leased: tuple[Lease, Events]
) -> None:
    lease, _ = leased
    assert await lease.settings(list(DEFAULTS)) == DEFAULTS
    await ask(lease, "alter role xuanwu set flink.version = '1.19'")
    fresh, _ = await catalog.open(OWNER, {"options": "-c flink.dml=sync"}, Events())
    values = await fresh.settings(["flink.version", "flink.dml"])
    assert values == {"flink.version": "1.19", "flink.dml": "sync"}
    await ask(fresh, "set flink.version = '1.20'; reset flink.version")
    assert await one(fresh, "show flink.version") == "1.19"
    await ask(lease, "alter role xuanwu reset flink.version")
    await fresh.close()


async def test_names_of_pg_catalog(catalog: Catalog) -> None:
    assert {"pg_class", "pg_settings", "pg_stat_activity"} <= catalog.relations
    assert {"format_type", "version", "pg_backend_pid", "upper"} <= catalog.functions
    assert not {"tables", "mine"} & catalog.relations


def session(pid: int, role: str = "xuanwu") -> Activity:
    now = time.time()
    return Activity(
        pid, role, "xuanwu", "tool", "10.0.0.7", 4711, now, "active", "SELECT 'ü'", now, now
    )


async def test_activity_has_the_shape_of_postgres(
    catalog: Catalog, leased: tuple[Lease, Events]
) -> None:
    shape = (
        "select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ',' order by attnum)"
        " from pg_attribute where attnum > 0 and attrelid = '{}'::regclass"
    )
    lease, _ = leased
    expected = await one(lease, shape.format("pg_catalog.pg_stat_activity"))
    assert await one(lease, shape.format("xuanwu.pg_stat_activity")) == expected
    await catalog.publish_activity([session(70001), session(70002, "postgres")], "xuanwu")
    shown = await ask(
        lease,
        "select pid, usename, datname, query, state, host(client_addr), datid is null"
        " from xuanwu.pg_stat_activity order by pid",
    )
    assert shown == [
        ["70001", "xuanwu", "xuanwu", "SELECT 'ü'", "active", "10.0.0.7", "f"],
        ["70002", "postgres", "xuanwu", "<insufficient privilege>", None, None, "f"],
    ]
    await catalog.publish_activity([], "xuanwu")
    assert await ask(lease, "select * from xuanwu.pg_stat_activity") == []


async def test_signals_come_in_band_and_reach_no_client(
    catalog: Catalog, leased: tuple[Lease, Events]
) -> None:
    lease, events = leased
    await catalog.publish_activity([session(70001), session(70002, "postgres")], "xuanwu")
    await ask(lease, "set client_min_messages = error")
    async with lease.hold() as backend:
        for call in (
            "cancel_backend(70001)",
            "terminate_backend(70001)",
            "terminate_backend(70001, 100)",
        ):
            sql = f"select xuanwu.pg_{call}"
            assert kinds_of(await collect(backend, encode_query(sql), b"Q")) == "TDC"
    expected = [("cancel", 70001), ("terminate", 70001), ("terminate", 70001)]
    assert events.signals == expected
    assert await one(lease, "select xuanwu.pg_cancel_backend(1)") == "f"
    assert (await refusal(lease, "select xuanwu.pg_cancel_backend(70002)")).sqlstate == "42501"
    await ask(lease, "do $$ begin raise notice 'cancel 70001' using errcode = 'XW001'; end $$")
    assert events.signals == expected
    assert await one(lease, "select xuanwu.pg_backend_pid(123)") == "123"


async def test_bootstrap_may_run_again(catalog: Catalog) -> None:
    again = await Catalog.start(catalog.config)
    assert again.relations == catalog.relations
    await again.close()
    lease, _ = await catalog.open(OWNER, {}, Events())
    assert await one(lease, "select 1") == "1"
    await lease.close()
