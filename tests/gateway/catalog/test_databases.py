"""Databases of sessions beside `xuanwu`: made, entered, dropped; those of others left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.catalog.catalog import Catalog
from gateway.catalog.databases import Databases, check_name
from protocol.errors import SqlError
from session.ports import Activity, Principal

from .support import Events, ask, one

pytestmark = pytest.mark.postgres
OWNER = Principal("xuanwu")
ROW = Activity(70009, "xuanwu", "lake", "t", "127.0.0.1", 1, 0.0, "idle", "select 9", 0.0, 0.0)


@pytest.fixture
async def databases(catalog: Catalog) -> AsyncIterator[Databases]:
    yield catalog.databases
    for name in await catalog.databases.names():
        await catalog.databases.drop(name)


async def exists(catalog: Catalog, name: str) -> bool:
    return bool(await catalog.store.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name))


async def test_sessions_find_there_what_they_find_in_xuanwu(
    catalog: Catalog, databases: Databases
) -> None:
    await databases.create("lake", "default")
    lease, _ = await catalog.open(OWNER, {"database": "lake"}, Events())
    try:
        settings = await lease.settings(["flink.version", "search_path"])
        assert settings == {"flink.version": "2.2", "search_path": '"default"'}
        await catalog.publish_activity([ROW], "lake")
        shown = await ask(lease, "select pid, query from xuanwu.pg_stat_activity")
        assert shown == [["70009", "select 9"]]
        assert await one(lease, "select xuanwu.pg_backend_pid(5)") == "5"
    finally:
        await lease.close()


async def test_it_signals_with_the_token_of_the_relay(
    catalog: Catalog, databases: Databases
) -> None:
    await databases.create("lake", "public")
    events = Events()
    lease, _ = await catalog.open(OWNER, {"database": "lake"}, events)
    try:
        await catalog.publish_activity([ROW], "lake")
        assert await one(lease, "select xuanwu.pg_cancel_backend(70009)") == "t"
        assert events.signals == [("cancel", 70009)]
    finally:
        await lease.close()


async def test_one_of_somebody_else_is_not_touched(catalog: Catalog, databases: Databases) -> None:
    await catalog.store.execute("CREATE DATABASE theirs")
    try:
        with pytest.raises(SqlError, match='database "theirs" already exists') as caught:
            await databases.create("theirs", "public")
        assert caught.value.sqlstate == "42P04"
        await databases.drop("theirs")
        assert await exists(catalog, "theirs")
        assert not await databases.is_ours("theirs")
    finally:
        await catalog.store.execute("DROP DATABASE theirs")


async def test_one_that_was_cut_short_is_made_anew(catalog: Catalog, databases: Databases) -> None:
    await catalog.store.execute("INSERT INTO databases VALUES ('half')")
    await catalog.store.execute("CREATE DATABASE half")
    assert not await databases.is_ours("half")
    await databases.create("half", "public")
    assert await databases.is_ours("half")


async def test_a_drop_ends_the_sessions_there(catalog: Catalog, databases: Databases) -> None:
    await databases.create("lake", "public")
    lease, _ = await catalog.open(OWNER, {"database": "lake"}, Events())
    try:
        await databases.drop("lake")
        assert not await exists(catalog, "lake")
        with pytest.raises(SqlError):
            await ask(lease, "select 1")
    finally:
        await lease.close()
    with pytest.raises(SqlError, match='database "lake" does not exist'):
        await catalog.open(OWNER, {"database": "lake"}, Events())


async def test_a_start_brings_it_up_to_date(catalog: Catalog, databases: Databases) -> None:
    await databases.create("lake", "public")
    async with databases.connection("lake") as connection:
        await connection.execute("DROP FUNCTION xuanwu.pg_backend_pid")
    await databases.start()
    async with databases.connection("lake") as connection:
        assert await connection.fetchval("SELECT xuanwu.pg_backend_pid(7)") == 7


@pytest.mark.parametrize(
    ("name", "sqlstate"),
    [("xuanwu", "42939"), ("postgres", "42939"), ("pg_lake", "42939"), ("é" * 32, "42622")],
)
def test_names_that_cannot_be(name: str, sqlstate: str) -> None:
    with pytest.raises(SqlError) as caught:
        check_name(name)
    assert caught.value.sqlstate == sqlstate
    check_name("é" * 31)
