"""VALIDATE by real engines: their verdicts, their plans, and that none is started for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from gateway.app import App
from gateway.engine.local import LocalProvider
from tests.fixtures.flink import ignore
from tests.gateway.objects.serving import Client, client

pytestmark = [pytest.mark.flink, pytest.mark.postgres]

SOURCE = "(id BIGINT, page STRING) WITH ('connector' = 'datagen')"
SINK = "(page STRING, n BIGINT, PRIMARY KEY (page) NOT ENFORCED) WITH ('connector' = 'blackhole')"
COUNT = "INSERT INTO snk SELECT page, COUNT(*) FROM src GROUP BY page"
NEVER = "1.17"  # of which no test has an engine


@pytest.fixture
async def one(server: App, engines: LocalProvider) -> AsyncIterator[Client]:
    """A session whose engine runs, in a database of its own."""
    await engines.ensure(engines.default_version, ignore)
    async with client(server) as opened:
        await opened.run("CREATE DATABASE validated", "USE validated")
        await opened.run(f"CREATE TABLE src {SOURCE}", f"CREATE TABLE snk {SINK}")
        yield opened
        await opened.run("DROP DATABASE validated CASCADE")


async def rows(client: Client, sql: str) -> list[dict[str, object]]:
    async with client.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        await cursor.execute(sql)  # type: ignore[arg-type]
        return await cursor.fetchall()


@pytest.mark.parametrize(
    ("sql", "sqlstate", "at"),
    [
        ('VALIDATE SELECT "id", nope FROM src', "42703", "nope"),
        ('VALIDATE CREATE VIEW v AS SELECT "id", nope FROM src', "42703", "nope"),
        (
            "VALIDATE EXECUTE STATEMENT SET BEGIN INSERT INTO snk SELECT page, id FROM src;"
            " INSERT INTO snk SELECT page, nope FROM src; END",
            "42703",
            "nope",
        ),
        ("VALIDATE EXPLAIN SELECT nope FROM src", "42703", "nope"),
        ("VALIDATE SELECT * FROM nowhere", "42P01", "nowhere"),
    ],
)
async def test_flink_refuses_at_the_place_in_the_message(
    one: Client, sql: str, sqlstate: str, at: str
) -> None:
    [row] = await rows(one, f"  {sql}")
    assert (row["verdict"], row["judged_by"], row["sqlstate"]) == ("refuse", "flink", sqlstate)
    assert row["position"] == sql.index(at) + 3
    assert row["translated"] is row["stateful"] is row["state"] is None


@pytest.mark.parametrize(
    ("sql", "stateful", "state"),
    [
        (COUNT, True, "yes: it is the session's version"),
        ("INSERT INTO snk SELECT page, id FROM src", False, "none: it keeps nothing but"),
        ("SELECT COUNT(*) FROM (VALUES (1)) AS t(a)", False, "none: it is bounded"),
        ("CREATE VIEW v AS SELECT COUNT(*) AS n FROM src", None, ""),
    ],
)
async def test_what_it_keeps(one: Client, sql: str, stateful: bool | None, state: str) -> None:
    [row] = await rows(one, f"VALIDATE {sql}")
    assert (row["verdict"], row["judged_by"], row["stateful"]) == ("accept", "flink", stateful)
    assert str(row["state"] or "").startswith(state)


async def test_no_job_and_no_engine_comes_of_it(one: Client, engines: LocalProvider) -> None:
    before = await rows(one, "SHOW JOBS")
    found = {
        str(row["version"]): row for row in await rows(one, f"VALIDATE {COUNT} FOR ALL VERSIONS")
    }
    assert found[engines.default_version]["judged_by"] == "flink"
    assert found[NEVER]["judged_by"] == "rules"
    assert found[NEVER]["state"] == "no: an older Flink does not read the state of a newer one"
    assert not await engines.runs(NEVER)
    assert await rows(one, "SHOW JOBS") == before
    assert await one.column("SHOW VIEWS") == []


async def test_the_plans_of_two_engines_are_compared(one: Client, engines: LocalProvider) -> None:
    for version in ("1.16", "1.20"):
        await engines.ensure(version, ignore)
    await one.run("SET flink.version = '1.16'")
    found = await rows(one, f"VALIDATE {COUNT} FOR VERSIONS ('1.16', '1.20')")
    assert [(row["judged_by"], row["stateful"]) for row in found] == [("flink", True)] * 2
    assert found[1]["state"] == "yes: the plan is that of Flink 1.16"
