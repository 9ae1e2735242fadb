"""psycopg 3: text and binary by choice, pipelines, cursors of both kinds, COPY."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg.types import TypeInfo

from gateway.app import App
from tests.clients.jobs import Jobs
from tests.clients.suite import PARAMETERS, SETUP, parameter_query
from tests.clients.test_asyncpg import values

pytestmark = [pytest.mark.postgres, pytest.mark.flink]

Connection = psycopg.AsyncConnection[Any]


@pytest.fixture
async def connection(server: App) -> AsyncIterator[Connection]:
    dsn = f"host=127.0.0.1 port={server.server.port} user=xuanwu dbname=xuanwu"
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as opened:
        for statement in SETUP:
            await opened.execute(statement)
        yield opened


async def fetch(connection: Connection, sql: str, *args: Any, **options: Any) -> list[Any]:
    cursor = await connection.execute(sql, *args, **options)
    return await cursor.fetchall()


@pytest.mark.parametrize("binary", [False, True])
async def test_parameters(connection: Connection, binary: bool) -> None:
    marks = ["%b" if binary else "%t"] * len(PARAMETERS)
    flink = await fetch(connection, parameter_query(marks, flink=True), values(), binary=binary)
    postgres = await fetch(connection, parameter_query(marks, flink=False), values(), binary=binary)
    assert flink == postgres


async def test_prepared_after_five_runs(connection: Connection) -> None:
    found = [
        await fetch(connection, "SELECT id FROM few WHERE id = %s", (number,))
        for number in range(1, 8)
    ]
    assert found == [[(number,)] for number in range(1, 8)]


async def test_transaction_status(connection: Connection) -> None:
    await connection.set_autocommit(False)
    await fetch(connection, "SELECT id FROM few WHERE id = 1")
    assert connection.info.transaction_status is TransactionStatus.INTRANS
    with pytest.raises(psycopg.errors.DivisionByZero):
        await fetch(connection, "SELECT 10 / (id - 2) FROM few")
    assert connection.info.transaction_status is TransactionStatus.INERROR
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await fetch(connection, "SELECT id FROM few")
    await connection.rollback()
    assert connection.info.transaction_status is TransactionStatus.IDLE
    await connection.set_autocommit(True)


async def test_named_cursor(connection: Connection, jobs: Jobs) -> None:
    async with connection.transaction(), connection.cursor("c") as cursor:
        await cursor.execute("SELECT id FROM endless")
        assert [len(await cursor.fetchmany(4)) for _ in range(3)] == [4, 4, 4]
        job_id = await jobs.started()
    assert await jobs.gone(job_id) == "CANCELED"


async def test_named_cursor_over_all_rows(connection: Connection) -> None:
    async with connection.transaction(), connection.cursor("c") as cursor:
        cursor.itersize = 3
        await cursor.execute("SELECT id FROM few WHERE id > %s", (2,))
        assert [row[0] async for row in cursor] == list(range(3, 11))


async def test_stream_shows_rows_as_they_come(connection: Connection, jobs: Jobs) -> None:
    async with connection.cursor() as cursor:
        stream = cursor.stream("SELECT id FROM endless")
        assert len([await anext(stream) for _ in range(5)]) == 5
        job_id = await jobs.started()
        await stream.aclose()  # cancels, and reads what is left
    assert await jobs.gone(job_id) == "CANCELED"


async def test_pipeline(connection: Connection) -> None:
    async with connection.pipeline():
        cursors = [
            await connection.execute(sql)
            for sql in (
                "SELECT 1",
                "SELECT id FROM few WHERE id = 2",
                "SELECT count(*) FROM pg_catalog.pg_class WHERE relname = 'pg_class'",
                "SELECT id FROM few WHERE id = 3",
            )
        ]
        assert [(await cursor.fetchone())[0] for cursor in cursors] == [1, 2, 1, 3]  # type: ignore[index]


async def test_failure_in_a_pipeline(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedColumn):
        async with connection.pipeline():
            await connection.execute("SELECT idd FROM few")
            skipped = await connection.execute("SELECT id FROM few WHERE id = 3")
            await skipped.fetchone()
    assert await fetch(connection, "SELECT id FROM few WHERE id = 3") == [(3,)]


@pytest.mark.parametrize("form", ["TEXT", "CSV", "BINARY"])
async def test_copy(connection: Connection, form: str) -> None:
    query = "SELECT id, CAST(id AS BIGINT) AS big FROM few WHERE id < 4"
    sql = f"COPY ({query}) TO STDOUT (FORMAT {form})"
    async with connection.cursor() as cursor, cursor.copy(sql) as copy:
        if form == "CSV":
            assert b"".join([bytes(data) async for data in copy]) == b"1,1\n2,2\n3,3\n"
            return
        copy.set_types(["int4", "int8"])
        assert [row async for row in copy.rows()] == [(1, 1), (2, 2), (3, 3)]


async def test_copy_given_up(connection: Connection, jobs: Jobs) -> None:
    """An exception inside makes psycopg cancel and read to the end."""
    with pytest.raises(ZeroDivisionError):
        async with connection.cursor() as cursor:
            async with cursor.copy("COPY (SELECT id FROM endless) TO STDOUT") as copy:
                assert await copy.read()
                job_id = await jobs.started()
                raise ZeroDivisionError
    assert await jobs.gone(job_id) == "CANCELED"
    assert await fetch(connection, "SELECT 1") == [(1,)]


async def test_cancel(connection: Connection, jobs: Jobs) -> None:
    running = asyncio.create_task(fetch(connection, "SELECT id FROM endless"), name="endless")
    job_id = await jobs.started()
    await connection.cancel_safe(timeout=10)
    with pytest.raises(psycopg.errors.QueryCanceled, match="user request"):
        await running
    assert await jobs.gone(job_id) == "CANCELED"


async def test_job_as_a_row(connection: Connection, jobs: Jobs) -> None:
    """Without parameters psycopg speaks the simple protocol, in which a job is a row."""
    cursor = await connection.execute("INSERT INTO void SELECT id FROM few")
    assert cursor.statusmessage == "INSERT 0 0"
    row = await cursor.fetchone()
    assert row is not None and row[1] == await jobs.started()


async def test_notices_of_a_job(connection: Connection, jobs: Jobs) -> None:
    told: list[str] = []
    connection.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    cursor = await connection.execute("INSERT INTO void SELECT id FROM few WHERE id < %s", (3,))
    assert (cursor.statusmessage, cursor.description) == ("INSERT 0 0", None)
    assert any("on Flink 2.2" in text for text in told)


async def test_notifications(connection: Connection) -> None:
    await connection.execute("LISTEN news")
    await connection.execute("NOTIFY news, 'hello'")
    found = [notify.payload async for notify in connection.notifies(timeout=10, stop_after=1)]
    assert found == ["hello"]


async def test_error_carries_its_fields(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable) as caught:
        await fetch(connection, "SELECT id\n FROM nowhere")
    diag = caught.value.diag
    assert (diag.severity, diag.severity_nonlocalized) == ("ERROR", "ERROR")
    assert (diag.message_primary, diag.statement_position) == (
        'relation "nowhere" does not exist',
        "17",
    )


async def test_type_info(connection: Connection) -> None:
    info = await TypeInfo.fetch(connection, "information_schema.sql_identifier")
    assert info is not None and info.array_oid


async def test_process_id_is_that_of_the_session(connection: Connection) -> None:
    (pid,) = (await fetch(connection, "SELECT pg_backend_pid()"))[0]
    assert pid == connection.info.backend_pid
    (query,) = (
        await fetch(connection, "SELECT query FROM pg_stat_activity WHERE pid = %s", (pid,))
    )[0]
    assert "pg_stat_activity" in query
