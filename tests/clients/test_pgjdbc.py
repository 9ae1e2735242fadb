"""pgjdbc: always extended, binary from the sixth run on, cursors by row limits."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.app import App
from tests.clients.jdbc import Jdbc, JdbcError
from tests.clients.jobs import Jobs
from tests.clients.suite import NAMED, PARAMETERS, SETUP, parameter_query

pytestmark = [pytest.mark.postgres, pytest.mark.flink]
_names = itertools.count()


@dataclass(frozen=True, slots=True)
class Connection:
    jdbc: Jdbc
    name: str

    async def ask(self, verb: str, *arguments: object) -> dict[str, Any]:
        return await self.jdbc.ask(verb, self.name, *arguments)


@pytest.fixture
async def connection(server: App, jdbc: Jdbc) -> AsyncIterator[Connection]:
    opened = Connection(jdbc, f"test {next(_names)}")
    await jdbc.open(opened.name, server.server.port)
    for statement in SETUP:
        await opened.ask("query", statement)
    yield opened
    await opened.ask("close")


@pytest.mark.parametrize("name", ["scalars", "nulls", "nested"])
async def test_seven_runs_of_a_statement(connection: Connection, name: str) -> None:
    """Unnamed, then named, then binary: the same values each time, and those of Postgres."""
    case = NAMED[name]
    answer = await connection.ask("repeat", case.sql, 7)
    assert answer["prepared"][0] is False and answer["prepared"][-1] is True
    expected = await connection.ask("repeat", case.oracle, 7)
    for ours, theirs in zip(answer["runs"], expected["runs"], strict=True):
        assert ours["objects"] == theirs["objects"]
        assert ours["columns"] == theirs["columns"]


async def test_parameters_over_seven_runs(connection: Connection) -> None:
    given = [text for *_, text in PARAMETERS]
    marks = ["?"] * len(PARAMETERS)
    flink = await connection.ask("repeat", parameter_query(marks, flink=True), 7, *given)
    postgres = await connection.ask("repeat", parameter_query(marks, flink=False), 7, *given)
    assert [run["objects"] for run in flink["runs"]] == [run["objects"] for run in postgres["runs"]]


async def test_parameter_of_a_comparison(connection: Connection) -> None:
    sql = "SELECT id FROM few WHERE id > ? AND id <= ? ORDER BY id DESC LIMIT ?"
    answer = await connection.ask("repeat", sql, 7, "int:2", "long:9", "int:2")
    assert all(run["texts"] == [["9"], ["8"]] for run in answer["runs"])


async def test_fetch_size_suspends_the_portal(connection: Connection, jobs: Jobs) -> None:
    answer = await connection.ask("pages", "SELECT id FROM endless", 5, 12)
    assert len(answer["texts"]) == 12
    assert await jobs.gone(await jobs.started()) == "CANCELED"


async def test_fetch_size_to_the_end(connection: Connection) -> None:
    for size in (1, 3, 5, 10, 11):
        answer = await connection.ask("pages", "SELECT id FROM few", size, 1000)
        assert answer["texts"] == [[str(number)] for number in range(1, 11)], size


async def test_max_rows_drops_the_portal(connection: Connection, jobs: Jobs) -> None:
    """Execute with a limit, Sync, and never again: the job must not live on."""
    answer = await connection.ask("maxRows", "SELECT id FROM endless", 3)
    assert len(answer["texts"]) == 3
    assert await jobs.gone(await jobs.started()) == "CANCELED"


async def test_max_rows_in_a_transaction(connection: Connection, jobs: Jobs) -> None:
    await connection.ask("autoCommit", False)
    answer = await connection.ask("maxRows", "SELECT id FROM endless", 3)
    assert len(answer["texts"]) == 3
    job_id = await jobs.started()
    await connection.ask("commit")
    await connection.ask("autoCommit", True)
    assert await jobs.gone(job_id) == "CANCELED"


async def test_query_timeout(connection: Connection, jobs: Jobs) -> None:
    with pytest.raises(JdbcError) as caught:
        await connection.ask("timeout", "SELECT id FROM endless", 3)
    assert caught.value.sqlstate == "57014"
    assert await jobs.gone(await jobs.started()) == "CANCELED"
    assert (await connection.ask("query", "SELECT 1"))["texts"] == [["1"]]


async def test_execute_update_answers_a_count_and_a_warning(
    connection: Connection, jobs: Jobs
) -> None:
    answer = await connection.ask("update", "INSERT INTO void SELECT id FROM few")
    job_id = await jobs.started()
    assert answer["count"] == 0
    assert any(job_id in warning for warning in answer["warnings"])


async def test_generated_keys_are_the_job(connection: Connection, jobs: Jobs) -> None:
    answer = await connection.ask("keys", "INSERT INTO void SELECT id FROM few")
    assert [name for name, _ in answer["columns"]] == ["job", "id", "state", "version"]
    assert answer["texts"][0][1] == await jobs.started()


async def test_copy(connection: Connection) -> None:
    answer = await connection.ask("copy", "COPY (SELECT id FROM few WHERE id < 3) TO STDOUT")
    assert (answer["text"], answer["count"]) == ("1\n2\n", 2)


async def test_failed_transaction(connection: Connection) -> None:
    await connection.ask("autoCommit", False)
    with pytest.raises(JdbcError, match="division by zero"):
        await connection.ask("query", "SELECT 10 / (id - 2) FROM few")
    with pytest.raises(JdbcError) as caught:
        await connection.ask("query", "SELECT id FROM few")
    assert caught.value.sqlstate == "25P02"
    await connection.ask("rollback")
    await connection.ask("autoCommit", True)
    assert len((await connection.ask("query", "SELECT id FROM few"))["texts"]) == 10


async def test_changed_shape_of_a_prepared_statement(connection: Connection) -> None:
    """From the sixth run on the driver trusts the columns that it has seen."""
    await connection.ask("query", "CREATE TEMPORARY VIEW shape AS SELECT id FROM single")
    first = await connection.ask("repeat", "SELECT * FROM shape", 7)
    assert first["runs"][-1]["texts"] == [["1"]]
    await connection.ask("query", "DROP TEMPORARY VIEW shape")
    await connection.ask("query", "CREATE TEMPORARY VIEW shape AS SELECT 'x' AS y, id FROM single")
    second = await connection.ask("repeat", "SELECT * FROM shape", 2)
    assert [run["texts"] for run in second["runs"]] == [[["x", "1"]]] * 2


async def test_metadata(connection: Connection) -> None:
    answer = await connection.ask("metadata")
    empty = {name for name, count in answer["counts"].items() if count == 0}
    assert empty <= {
        "getImportedKeys", "getExportedKeys", "getCrossReference", "getProcedures", "getUDTs",
        "getBestRowIdentifier", "getTablePrivileges", "getColumnPrivileges",
    }  # fmt: skip
    assert answer["facts"][0] == "PostgreSQL" and answer["facts"][2] == "xuanwu"


async def test_notifications(connection: Connection) -> None:
    await connection.ask("query", "LISTEN news")
    await connection.ask("query", "NOTIFY news, 'hello'")
    answer = await connection.ask("notifications")
    assert answer["notifications"] == [["news", "hello"]]


async def test_valid(connection: Connection) -> None:
    assert (await connection.ask("valid"))["valid"] is True


async def test_simple_protocol(server: App, jdbc: Jdbc) -> None:
    name = "simple"
    await jdbc.open(name, server.server.port, "preferQueryMode=simple")
    try:
        for statement in SETUP:
            await jdbc.ask("query", name, statement)
        answer = await jdbc.ask("repeat", name, "SELECT id FROM few WHERE id = ?", 2, "int:4")
        assert [run["texts"] for run in answer["runs"]] == [[["4"]], [["4"]]]
    finally:
        await jdbc.ask("close", name)
