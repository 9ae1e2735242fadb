"""A statement set is one job, whether it comes whole or cut at every semicolon."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest

if TYPE_CHECKING:
    from gateway.app import App

pytestmark = pytest.mark.flink

HEADS = ("EXECUTE STATEMENT SET BEGIN", "BEGIN STATEMENT SET;")


@pytest.fixture
async def connection(server: App) -> AsyncIterator[asyncpg.Connection]:
    found = await asyncpg.connect(
        host="127.0.0.1", port=server.server.port, user="xuanwu", database="xuanwu"
    )
    await found.execute(
        "CREATE TEMPORARY TABLE few (id INT) WITH ('connector'='datagen', 'number-of-rows'='3')"
    )
    await found.execute("CREATE TEMPORARY TABLE nowhere (id INT) WITH ('connector' = 'blackhole')")
    await found.execute("SET flink.dml = 'sync'")
    yield found
    await found.close()


@pytest.mark.parametrize("head", HEADS)
async def test_pieces_become_one_job_at_the_end(connection: asyncpg.Connection, head: str) -> None:
    notices: list[str] = []
    connection.add_log_listener(lambda _, message: notices.append(message.message))
    first = f"{head} INSERT INTO nowhere SELECT id FROM few;"
    assert await connection.execute(first) == "STATEMENT SET"
    piece = "INSERT INTO nowhere SELECT id + 1 FROM few"
    assert await connection.execute(piece) == "STATEMENT SET"
    assert notices == []
    assert await connection.execute("END") == "INSERT 0 6"
    assert len(notices) == 1 and "finished" in notices[0]


async def test_an_explained_set_in_pieces_runs_nothing(connection: asyncpg.Connection) -> None:
    notices: list[str] = []
    connection.add_log_listener(lambda _, message: notices.append(message.message))
    first = "EXPLAIN STATEMENT SET BEGIN INSERT INTO nowhere SELECT id FROM few;"
    assert await connection.execute(first) == "STATEMENT SET"
    piece = "INSERT INTO nowhere SELECT id + 1 FROM few"
    assert await connection.execute(piece) == "STATEMENT SET"
    assert (await connection.execute("END")).startswith("EXPLAIN")
    assert notices == []


async def test_a_whole_set_is_one_job(connection: asyncpg.Connection) -> None:
    text = (
        "EXECUTE STATEMENT SET BEGIN INSERT INTO nowhere SELECT id FROM few; "
        "INSERT INTO nowhere SELECT id + 1 FROM few; END"
    )
    assert await connection.execute(text) == "INSERT 0 6"


async def test_a_set_is_dropped_by_rollback_and_takes_nothing_but_insert(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("BEGIN STATEMENT SET")
    with pytest.raises(asyncpg.PostgresSyntaxError, match="only INSERT may stand"):
        await connection.execute("SELECT 1")
    assert await connection.execute("ROLLBACK") == "ROLLBACK"
    assert await connection.fetchval("SELECT 1") == 1


async def test_an_empty_set_is_an_error_and_over(connection: asyncpg.Connection) -> None:
    await connection.execute("BEGIN STATEMENT SET")
    with pytest.raises(asyncpg.PostgresSyntaxError, match="has no INSERT"):
        await connection.execute("END")
    assert await connection.fetchval("SELECT 1") == 1
