"""One text on an old, a middle and a new Flink, in a session that goes from one to another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from gateway.app import App
from gateway.engine.local import LocalProvider
from tests.fixtures.flink import ignore
from tests.gateway.objects.serving import Client, client

pytestmark = [pytest.mark.postgres, pytest.mark.flink, pytest.mark.timeout(300)]

VERSIONS = ("1.16", "1.20", "2.2")
ROWS = "(VALUES (1, 'a', 5), (1, 'b', 7), (2, 'c', 1)) AS v(id, name, amount)"


@pytest.fixture(scope="module")
async def one(server: App, engines: LocalProvider) -> AsyncIterator[Client]:
    for version in VERSIONS:
        await engines.ensure(version, ignore)
    async with client(server) as opened:
        await opened.run("CREATE DATABASE many", "USE many")
        yield opened
        await opened.run("DROP DATABASE many CASCADE")


async def on(one: Client, version: str) -> None:
    await one.run(f"SET flink.version = '{version}'")
    one.notices()


@pytest.mark.parametrize("version", VERSIONS)
async def test_newer_grammar_and_idioms_of_postgres(one: Client, version: str) -> None:
    await on(one, version)
    latest = "QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY amount DESC) = 1"
    rows = await one.rows(f'SELECT id, "name" FROM {ROWS} {latest}')
    assert sorted(rows) == [(1, "b"), (2, "c")]
    rows = await one.rows(f"SELECT id % 2, SUM(amount) FROM {ROWS} WHERE id != 9 GROUP BY 1")
    assert sorted(rows) == [(0, 1), (1, 12)]


@pytest.mark.parametrize("version", VERSIONS)
async def test_columns_of_temporary_tables_are_known(one: Client, version: str) -> None:
    await on(one, version)
    await one.run(
        "CREATE TEMPORARY VIEW days AS"
        " SELECT DATE '2024-03-01' AS d, TIMESTAMP '2024-03-01 12:00:00' AS t"
    )
    assert await one.rows("SELECT d - 1, (t - INTERVAL '1 day 2 hours') FROM days") == [
        (psycopg.Date(2024, 2, 29), psycopg.Timestamp(2024, 2, 29, 10, 0, 0))
    ]
    await one.run("DROP TEMPORARY VIEW days")


async def test_a_stored_table_goes_to_each_version_in_its_form(one: Client) -> None:
    await on(one, "1.20")
    await one.run(
        "CREATE TABLE sink (id INT, customer TEXT) WITH ('connector' = 'kafka', 'topic' = 't',"
        " 'properties.bootstrap.servers' = 'localhost:1', 'format' = 'json',"
        " 'sink.semantic' = 'at-least-once', 'scan.bounded.mode' = 'latest-offset')"
    )
    for version in ("1.20", "2.2"):
        await on(one, version)
        plan = (await one.column("EXPLAIN INSERT INTO sink SELECT 1, 'x'"))[0]
        assert "sink" in plan
    await on(one, "1.16")
    diag = await one.fail("EXPLAIN INSERT INTO sink SELECT 1, 'x'")
    assert diag.sqlstate == "0A000"
    assert diag.message_primary is not None and "scan.bounded.mode" in diag.message_primary
    assert (await one.column("SHOW CREATE TABLE sink"))[0].count("sink.semantic") == 1


@pytest.mark.parametrize("version", VERSIONS)
async def test_errors_point_into_the_users_own_text(one: Client, version: str) -> None:
    await on(one, version)
    sql = (
        f'SELECT id, "name", nope::int4 FROM {ROWS}'
        " QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY amount) = 1"
    )
    assert await one.state(sql) == ("42703", sql.index("nope") + 1)
    sql = f"SELECT id FROM {ROWS} WHERE id != 1 AND NO_SUCH_FUNCTION(id) = 1"
    assert await one.state(sql) == ("42883", sql.index("NO_SUCH") + 1)


async def test_settings_follow_the_session_from_version_to_version(one: Client) -> None:
    await on(one, "1.16")
    await one.run("SET 'table.exec.async-state.enabled' = 'true'")
    assert [line for line in one.notices() if "is left out for Flink 1.16" in line]
    await one.run("SET 'table.optimizer.incremental-agg-enabled' = 'false'")
    await on(one, "2.2")
    assert (("table.exec.async-state.enabled", "true")) in await one.rows("SET")
    await one.run("RESET 'table.exec.async-state.enabled'")


async def test_a_sink_with_another_key_is_written_as_before(
    one: Client, engines: LocalProvider
) -> None:
    """Flink 2.3 refuses it by default; who wants that says so."""
    await engines.ensure("2.3", ignore)
    await on(one, "2.3")
    await one.run(
        "CREATE TEMPORARY TABLE named (id INT, name STRING) WITH ('connector' = 'datagen')",
        "CREATE TEMPORARY TABLE keyed (id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED)"
        " WITH ('connector' = 'upsert-kafka', 'topic' = 't', 'key.format' = 'json',"
        " 'value.format' = 'json', 'properties.bootstrap.servers' = 'localhost:1')",
        "SET flink.runtime_mode = 'streaming'",
    )
    sql = "EXPLAIN INSERT INTO keyed SELECT MAX(id), name FROM named GROUP BY name"
    assert "upsertMaterialize" in (await one.column(sql))[0]
    await one.run("SET 'table.exec.sink.require-on-conflict' = 'true'")
    assert "ON CONFLICT" in ((await one.fail(sql)).message_primary or "")
    await one.run(
        "RESET 'table.exec.sink.require-on-conflict'",
        "RESET flink.runtime_mode",
        "DROP TEMPORARY TABLE keyed",
        "DROP TEMPORARY TABLE named",
    )
