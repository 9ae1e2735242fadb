"""The embedded server's life: start, adoption, kill -9, stop, long paths; and a configured one."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.catalog.admin import connected
from gateway.catalog.catalog import Catalog, CatalogConfig
from gateway.catalog.embedded import EmbeddedPostgres
from protocol.errors import SqlError
from session.ports import Principal

from .support import Events, one, refusal, until

pytestmark = pytest.mark.postgres


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(tmp_path)
    yield embedded
    embedded.stop(force=True)


async def value(embedded: EmbeddedPostgres, sql: str) -> object:
    async with connected(embedded.admin) as connection:
        return await connection.fetchval(sql)


async def test_start_adopt_stop(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.start()
    pid = server.pid
    assert stat.S_IMODE((tmp_path / "postgres").stat().st_mode) == 0o700
    assert await value(server, "show listen_addresses") == ""
    assert await value(server, "show fsync") == "on"
    assert await value(server, "show server_encoding") == "UTF8"
    other = EmbeddedPostgres(tmp_path)
    other.start()
    assert other.pid == pid and not other.started
    other.stop()
    assert server.pid == pid
    server.stop()
    assert server.pid is None


async def test_a_server_without_owner_is_adopted(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.start()
    (tmp_path / "postgres.owner").write_text(f"{2**31 - 2}\n")  # of a process that was killed
    heir = EmbeddedPostgres(tmp_path)
    heir.start()
    assert heir.started
    heir.stop()
    assert server.pid is None


async def test_restart_after_kill(server: EmbeddedPostgres) -> None:
    server.start()
    async with connected(server.admin) as connection:
        await connection.execute("CREATE TABLE kept AS SELECT 7 AS a")
    for _ in range(2):
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        server.start()
        assert server.pid not in (None, pid)
        assert await value(server, "SELECT a FROM kept") == 7


async def test_a_pid_that_belongs_to_another_program(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    server.start()
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: server.pid is None)
    file = tmp_path / "postgres" / "postmaster.pid"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([str(os.getppid()), *lines[1:], ""]))
    assert server.pid is None
    server.start()
    assert await value(server, "SELECT 1") == 1


async def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    data = tmp_path / ("x" * 100)
    embedded = EmbeddedPostgres(data)
    try:
        embedded.start()
        assert (data / "run").is_symlink()
        assert await value(embedded, "SELECT 1") == 1
        assert EmbeddedPostgres(data).admin == embedded.admin
    finally:
        embedded.stop(force=True)
        (data / "run").resolve().rmdir()


async def test_a_crash_of_postgres_is_mended_while_sessions_live(tmp_path: Path) -> None:
    catalog = await Catalog.start(CatalogConfig(tmp_path))
    try:
        quiet, _ = await catalog.open(Principal("xuanwu"), {}, Events())
        busy, _ = await catalog.open(Principal("xuanwu"), {}, Events())
        await one(busy, "select pg_advisory_lock(1)")
        busy.sticky = True
        embedded = EmbeddedPostgres(tmp_path)
        assert embedded.pid is not None
        os.kill(embedded.pid, signal.SIGKILL)
        await until(lambda: catalog.pool.connections == 0)
        assert (await refusal(busy, "select 1")).sqlstate in ("08006", "57P01", "57P02")
        assert await one(quiet, "select 1") == "1"
        assert await one(busy, "select 1") == "1"
        await catalog.publish_activity([], "xuanwu")
    finally:
        await catalog.close()
    assert embedded.pid is None


async def test_a_configured_postgres_asks_for_passwords(tmp_path: Path) -> None:
    """The same bootstrap by a URI; our roles come in by SCRAM, each with a generated password."""
    embedded = EmbeddedPostgres(tmp_path)
    await asyncio.to_thread(embedded.start)
    try:
        async with connected(embedded.admin) as connection:
            await connection.execute("ALTER ROLE postgres PASSWORD 'topsecret'")
        (tmp_path / "postgres" / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        async with connected(replace(embedded.admin, password="topsecret")) as connection:
            await connection.execute("SELECT pg_reload_conf()")
        host = embedded.admin.address.host
        dsn = f"postgres://postgres:topsecret@/postgres?host={host}"
        for _ in range(2):
            catalog = await Catalog.start(CatalogConfig(tmp_path / "own", dsn=dsn))
            try:
                await catalog.users.create_user("anna", "pw")
                principal = await catalog.users.lookup("anna")
                assert principal is not None and principal.verifier is not None
                assert principal.verifier.matches("pw")
                for role in ("anna", "xuanwu"):
                    lease, _ = await catalog.open(Principal(role), {}, Events())
                    assert await one(lease, "select session_user") == role
                    await lease.close()
                with pytest.raises(SqlError) as failure:
                    await catalog.open(principal, {"database": "postgres"}, Events())
                assert failure.value.sqlstate == "42501"
            finally:
                await catalog.close()
        assert embedded.pid is not None
    finally:
        embedded.stop(force=True)
