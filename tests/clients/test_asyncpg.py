"""asyncpg: binary in and out, named statements, Describe before Bind, Flush instead of Sync."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from gateway.app import App
from tests.clients.jobs import Jobs
from tests.clients.suite import NAMED, PARAMETERS, SETUP, parameter_query

pytestmark = [pytest.mark.postgres, pytest.mark.flink]

_READ: dict[str, Any] = {
    "boolean": lambda text: text == "true",
    "short": int,
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "decimal": Decimal,
    "string": str,
    "bytes": bytes.fromhex,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "null": lambda text: None,
}


def values() -> list[Any]:
    """The suite's parameters as Python values."""
    pairs = [given.partition(":") for *_, given in PARAMETERS]
    return [_READ[kind](text) for kind, _, text in pairs]


async def connected(server: App, **options: Any) -> asyncpg.Connection:
    return await asyncpg.connect(
        host="127.0.0.1",
        port=server.server.port,
        user="xuanwu",
        database="xuanwu",
        timeout=20,
        **options,
    )


@pytest.fixture
async def connection(server: App) -> AsyncIterator[asyncpg.Connection]:
    opened = await connected(server)
    for statement in SETUP:
        await opened.execute(statement)
    yield opened
    await opened.close(timeout=20)


async def test_parameters(connection: asyncpg.Connection) -> None:
    marks = [f"${number}" for number in range(1, len(PARAMETERS) + 1)]
    flink = await connection.fetchrow(parameter_query(marks, flink=True), *values())
    postgres = await connection.fetchrow(parameter_query(marks, flink=False), *values())
    assert tuple(flink) == tuple(postgres) == tuple(values())


async def test_parameter_takes_the_type_of_its_column(connection: asyncpg.Connection) -> None:
    statement = await connection.prepare("SELECT id FROM few WHERE id BETWEEN $1 AND $2 LIMIT $3")
    assert [type_.name for type_ in statement.get_parameters()] == ["int4", "int4", "int8"]
    assert [row["id"] for row in await statement.fetch(3, 9, 2)] == [3, 4]


async def test_array_parameter(connection: asyncpg.Connection) -> None:
    row = await connection.fetchrow(
        "SELECT $1::int4[] AS a, $2::text[] AS b FROM single", [1, None], ["x'"]
    )
    assert tuple(row) == ([1, None], ["x'"])


async def test_prepared_statement_runs_again_and_again(connection: asyncpg.Connection) -> None:
    statement = await connection.prepare("SELECT id FROM few WHERE id = $1")
    assert [await statement.fetchval(number) for number in range(7)] == [None, 1, 2, 3, 4, 5, 6]


async def test_exact_values(connection: asyncpg.Connection) -> None:
    row = await connection.fetchrow(NAMED["scalars"].sql)
    assert row["c_exact"] == Decimal("12345678901234567890.123456789012345678")
    assert row["c_octets"] == b"\x00\x01\xff"
    assert (row["c_big"], row["c_milli"]) == (2**63 - 1, datetime(2023, 11, 14, 22, 13, 20, 120000))


async def test_json_codec_and_introspection(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )
    row = await connection.fetchrow(NAMED["nested"].sql)
    assert row["c_record"] == {"a": 1, "b": 'x"y', "c": 2.0}
    assert (row["c_ragged"], row["c_numbers"]) == ([[1, 2], [3]], [1, None, 3])
    # A domain is not among the types that it knows: it asks the catalog, recursively.
    assert await connection.fetchval("SELECT 7::information_schema.cardinal_number") == 7


async def test_row_limit_of_one_ends_the_job(connection: asyncpg.Connection, jobs: Jobs) -> None:
    """fetchval asks for one row, then syncs: the portal is gone, and so must be its job."""
    assert isinstance(await connection.fetchval("SELECT id FROM endless"), int)
    assert await jobs.gone(await jobs.started()) == "CANCELED"


async def test_cursor(connection: asyncpg.Connection, jobs: Jobs) -> None:
    async with connection.transaction():
        cursor = await connection.cursor("SELECT id FROM endless WHERE id > $1", -(2**31))
        assert [len(await cursor.fetch(3)) for _ in range(3)] == [3, 3, 3]
        job_id = await jobs.started()
        assert await jobs.state(job_id) == "RUNNING"
        assert await connection.fetchval("SELECT 5") == 5  # while it is suspended
        assert len(await cursor.fetch(2)) == 2
    assert await jobs.gone(job_id) == "CANCELED"


async def test_iterated_cursor(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        found = [row["id"] async for row in connection.cursor("SELECT id FROM few", prefetch=4)]
    assert found == list(range(1, 11))


async def test_timeout_cancels(connection: asyncpg.Connection, jobs: Jobs) -> None:
    with pytest.raises(asyncio.TimeoutError):
        await connection.fetch("SELECT id FROM endless", timeout=3)
    assert await jobs.gone(await jobs.started()) == "CANCELED"
    assert await connection.fetchval("SELECT 1") == 1


async def test_cancel_at_any_moment(connection: asyncpg.Connection, jobs: Jobs) -> None:
    """Planning, submission, the start of the tasks: the engine survives, and no job is left."""
    for step in range(25):
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetch("SELECT id FROM endless", timeout=0.02 + step * 0.02)
        await connection.fetchval("SELECT 1")  # after the cancellation, however long it takes
    assert await connection.fetchval("SELECT id FROM few WHERE id = 3") == 3
    await jobs.all_gone()


async def test_statement_timeout(connection: asyncpg.Connection, jobs: Jobs) -> None:
    await connection.execute("SET statement_timeout = '2s'")
    with pytest.raises(asyncpg.QueryCanceledError, match="statement timeout"):
        await connection.fetch("SELECT id FROM endless")
    assert await jobs.gone(await jobs.started()) == "CANCELED"


async def test_insert_answers_no_rows_and_a_notice(
    connection: asyncpg.Connection, jobs: Jobs
) -> None:
    told: list[str] = []
    connection.add_log_listener(lambda _, message: told.append(message.message))
    assert (
        await connection.execute("INSERT INTO void SELECT id FROM few WHERE id = 1") == "INSERT 0 0"
    )
    statement = await connection.prepare("INSERT INTO void SELECT id FROM few WHERE id < $1")
    assert statement.get_attributes() == ()
    assert await statement.fetch(3) == []
    assert any("on Flink 2.2" in text for text in told), told


async def test_insert_returning(connection: asyncpg.Connection, jobs: Jobs) -> None:
    row = await connection.fetchrow("INSERT INTO void SELECT id FROM endless RETURNING *")
    assert tuple(row.keys()) == ("job", "id", "state", "version")
    await jobs.running(row["id"])
    await jobs.cancel(row["id"])


async def test_copy_out(connection: asyncpg.Connection) -> None:
    chunks: list[bytes] = []

    async def take(data: bytes) -> None:
        chunks.append(data)

    sql = "SELECT id, 'x' AS word FROM few WHERE id < 3"
    assert await connection.copy_from_query(sql, output=take) == "COPY 2"
    assert b"".join(chunks) == b"1\tx\n2\tx\n"
    chunks.clear()
    await connection.copy_from_query(
        "SELECT id FROM few WHERE id = 7", output=take, format="binary"
    )
    assert b"".join(chunks).startswith(b"PGCOPY\n\xff\r\n\0")
    assert b"\0\x01\0\0\0\x04\0\0\0\x07\xff\xff" in b"".join(chunks)


async def test_failure_in_a_transaction(connection: asyncpg.Connection) -> None:
    transaction = connection.transaction()
    await transaction.start()
    with pytest.raises(asyncpg.DivisionByZeroError):
        await connection.fetch("SELECT 10 / (id - 2) AS x FROM few")
    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        await connection.fetch("SELECT 1 AS fresh")
    await transaction.rollback()
    assert await connection.fetchval("SELECT 1") == 1


async def test_savepoints(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        with pytest.raises(asyncpg.UndefinedColumnError):
            async with connection.transaction():
                await connection.fetch("SELECT idd FROM few")
        assert await connection.fetchval("SELECT id FROM few WHERE id = 1") == 1


async def test_changed_shape_of_a_prepared_statement(connection: asyncpg.Connection) -> None:
    """asyncpg keeps a statement; a new shape must be an error that makes it prepare anew."""
    await connection.execute("CREATE TEMPORARY VIEW shape AS SELECT id FROM few WHERE id = 1")
    assert tuple(await connection.fetchrow("SELECT * FROM shape", timeout=20)) == (1,)
    await connection.execute("DROP TEMPORARY VIEW shape")
    await connection.execute(
        "CREATE TEMPORARY VIEW shape AS SELECT id, 'x' AS y FROM few WHERE id = 1"
    )
    assert tuple(await connection.fetchrow("SELECT * FROM shape", timeout=20)) == (1, "x")


async def test_notifications(connection: asyncpg.Connection) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    await connection.add_listener("news", lambda *got: heard.put_nowait(got[3]))
    await connection.execute("SELECT pg_notify('news', 'hello')")
    async with asyncio.timeout(10):
        assert await heard.get() == "hello"


async def test_pool_resets_its_connections(server: App) -> None:
    pool = await asyncpg.create_pool(
        host="127.0.0.1",
        port=server.server.port,
        user="xuanwu",
        database="xuanwu",
        min_size=1,
        max_size=1,
    )
    async with pool:
        async with pool.acquire() as connection:
            await connection.execute("SET flink.runtime_mode = 'batch'")
        async with pool.acquire() as connection:
            assert await connection.fetchval("SHOW flink.runtime_mode") == "auto"


async def test_twenty_sessions_at_once(server: App) -> None:
    async def one(number: int) -> int:
        connection = await connected(server)
        try:
            await connection.execute(SETUP[1])
            return await connection.fetchval("SELECT id FROM few WHERE id = $1", number % 10 + 1)
        finally:
            await connection.close(timeout=20)

    found = await asyncio.gather(*(one(number) for number in range(20)))
    assert found == [number % 10 + 1 for number in range(20)]
