"""Store and mirror agree whatever happens: a server killed in the middle of DDL, an administrator
at work on the mirror."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from gateway.app import App
from gateway.catalog.embedded import EmbeddedPostgres
from gateway.objects.healing import prepare
from tests.gateway.objects.agreement import check_agreement
from tests.gateway.objects.serving import OPTIONS, Client, client, serving

pytestmark = pytest.mark.postgres

SESSIONS = 4
DEATHS = 3
AHEAD = 60  # statements that have passed before the server is killed


@pytest.fixture(scope="module")
async def dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    embedded = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    await asyncio.to_thread(embedded.start)
    try:
        yield f"postgres://postgres@/postgres?host={embedded.admin.address.host}"
    finally:
        await asyncio.to_thread(embedded.stop, force=True)


async def burst(port: int, number: int, passed: asyncio.Semaphore) -> None:
    """DDL of its own tables and of a shared one, until the server is gone."""
    connection = await psycopg.AsyncConnection.connect(
        host="127.0.0.1", port=port, user="xuanwu", dbname="xuanwu", autocommit=True
    )
    name = f"burst_{number}"
    scripts = (
        f"CREATE TABLE IF NOT EXISTS {name} (id INT) {OPTIONS}",
        f"ALTER TABLE {name} ADD (b STRING, PRIMARY KEY (id) NOT ENFORCED)",
        "CREATE OR REPLACE TABLE shared (id BIGINT, b STRING) " + OPTIONS,
        f"ALTER TABLE {name} RENAME TO {name}_other",
        f"CREATE DATABASE IF NOT EXISTS home_{number}",
        f"CREATE TABLE home_{number}.t (id INT) {OPTIONS}",
        "ALTER TABLE shared ADD (c INT)",
        f"DROP TABLE {name}_other",
        f"DROP DATABASE home_{number} CASCADE",
    )
    while not connection.closed:
        for sql in scripts:
            with contextlib.suppress(psycopg.Error):
                await connection.execute(sql)  # type: ignore[arg-type]
            passed.release()


async def test_a_server_that_is_killed(dsn: str, tmp_path: Path) -> None:
    for death in range(DEATHS):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.gateway.objects.served", str(tmp_path), dsn),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        lines = [await process.stdout.readline()]
        while not lines[-1].strip().isdigit():
            assert lines[-1], "the server has ended"
            lines.append(await process.stdout.readline())
        passed = asyncio.Semaphore(0)
        bursts = [
            asyncio.create_task(burst(int(lines[-1]), number, passed)) for number in range(SESSIONS)
        ]
        for _ in range(AHEAD + death):
            await passed.acquire()
        process.kill()
        await process.wait()
        await asyncio.gather(*bursts, return_exceptions=True)
        async with serving(tmp_path / "next", dsn) as app, client(app) as after:
            await check_agreement(app)
            await after.run(
                f"CREATE OR REPLACE TABLE shared (id INT) {OPTIONS}", "DROP TABLE shared"
            )
            await check_agreement(app)


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    async with serving(tmp_path_factory.mktemp("mended")) as running:
        yield running


@pytest.fixture
async def one(app: App) -> AsyncIterator[Client]:
    async with client(app) as opened:
        await opened.run(
            "CREATE DATABASE own COMMENT 'mine'",
            "USE own",
            "CREATE TABLE t (id INT, b STRING, PRIMARY KEY (id) NOT ENFORCED)"
            f" COMMENT 'c' {OPTIONS}",
            f"CREATE TABLE u (id INT) {OPTIONS}",
        )
        yield opened
        await opened.run("DROP DATABASE own CASCADE")


BROKEN = (
    "DROP TABLE own.t",
    "ALTER TABLE own.t RENAME COLUMN b TO c",
    "ALTER TABLE own.t ADD COLUMN more int",
    "ALTER TABLE own.t DROP CONSTRAINT t_pkey",
    "ALTER TABLE own.t DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE own.t RENAME TO elsewhere",
    "COMMENT ON TABLE own.t IS 'other'",
    "DROP SCHEMA own CASCADE",
    "UPDATE xuanwu_catalog.object SET relid = 1 WHERE name = 't'",
)


@pytest.mark.parametrize("sql", BROKEN)
async def test_what_an_administrator_did(app: App, one: Client, sql: str) -> None:
    """Found and mended at the next start."""
    await app.store.pool.execute(sql)
    await prepare(app.store)
    await check_agreement(app)
    assert await one.column("DESCRIBE t") == ["id", "b"]
    await one.run("ALTER TABLE t ADD (later INT)")
    assert await one.column("SELECT name FROM xuanwu.tables WHERE name = 't'") == ["t"]
    await check_agreement(app)
