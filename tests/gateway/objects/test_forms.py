"""Definitions in the form of the session's version: judged at CREATE, stored as written."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.app import App
from tests.gateway.objects.serving import Client, client, serving

pytestmark = pytest.mark.postgres

KAFKA = (
    "CREATE TABLE k (id INT) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json', "
    "'properties.bootstrap.servers' = 'x', 'sink.semantic' = 'at-least-once')"
)
ELASTICSEARCH = (
    "CREATE TABLE e (id INT) WITH ('connector' = 'elasticsearch-7', 'hosts' = 'http://x:9200', "
    "'index' = 'i', 'failure-handler' = '{}')"
)


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    async with serving(tmp_path_factory.mktemp("forms")) as running:
        yield running


@pytest.fixture
async def one(app: App) -> AsyncIterator[Client]:
    async with client(app) as opened:
        await opened.run("CREATE DATABASE own", "USE own")
        yield opened
        await opened.run("DROP DATABASE own CASCADE")


async def test_options_are_checked_as_the_connector_gets_them(one: Client) -> None:
    await one.run(KAFKA)
    shown = (await one.column("SHOW CREATE TABLE k"))[0]
    assert "'sink.semantic' = 'at-least-once'" in shown


async def test_what_is_left_out_is_told_at_create(one: Client) -> None:
    await one.run(ELASTICSEARCH.format("fail"))
    assert any("'failure-handler' = 'fail' is left out" in each for each in one.notices())


async def test_what_has_no_form_is_refused_at_its_place(one: Client) -> None:
    sql = ELASTICSEARCH.format("ignore")
    sqlstate, position = await one.state(sql)
    assert sqlstate == "0A000"
    assert position is not None and sql[position - 1 :].startswith("'failure-handler'")
    assert await one.column("SHOW TABLES") == []


async def test_columns_in_words_of_postgres(one: Client) -> None:
    await one.run("CREATE TABLE t (a TEXT, b JSON, c TIMESTAMPTZ) WITH ('connector' = 'print')")
    assert [row[:2] for row in await one.rows("DESCRIBE t")] == [
        ("a", "STRING"),
        ("b", "STRING"),
        ("c", "TIMESTAMP_LTZ(6)"),
    ]


async def test_a_table_without_a_connector_is_refused(one: Client) -> None:
    """Flink 2.0 and later create it without a word, and nobody can use it."""
    sql = "CREATE TABLE t (id INT) COMMENT 'x'"
    assert await one.state(sql) == ("HV002", sql.index("t (") + 1)
    assert await one.column("SHOW TABLES") == []


async def test_the_client_may_know_of_releases_that_we_do_not(one: Client) -> None:
    sql = (
        "CREATE TABLE o (id INT) WITH ('connector' = 'opensearch', 'hosts' = 'http://x:9200',"
        " 'index' = 'i')"
    )
    assert (await one.fail(sql)).message_primary == (
        'connector "opensearch" has no release for Flink 2.2'
    )
    await one.run("SET flink.connectors = 'opensearch 3.0.0'", sql, "RESET flink.connectors")
    assert await one.column("SHOW TABLES") == ["o"]
