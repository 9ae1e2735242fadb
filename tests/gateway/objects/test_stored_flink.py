"""Stored objects in real Flink: brought to it when a statement names them, as they are then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app import App
from tests.gateway.objects.agreement import check_agreement
from tests.gateway.objects.serving import Client, client

pytestmark = [pytest.mark.postgres, pytest.mark.flink, pytest.mark.timeout(300)]

VERSIONS = ("2.2", "1.20", "1.16")


def counting(name: str, first: int, last: int, more: str = "") -> str:
    return (
        f"CREATE TABLE {name} (id INT{more}) WITH ('connector' = 'datagen',"
        f" 'number-of-rows' = '{last - first + 1}', 'fields.id.kind' = 'sequence',"
        f" 'fields.id.start' = '{first}', 'fields.id.end' = '{last}')"
    )


@pytest.fixture
async def one(server: App) -> AsyncIterator[Client]:
    """A session in a database of its own, gone at the end."""
    async with client(server) as opened:
        await opened.run("CREATE DATABASE proven", "USE proven")
        try:
            yield opened
            await check_agreement(server)
        finally:
            await opened.run("RESET ROLE", "DROP DATABASE proven CASCADE")


@pytest.fixture
async def two(server: App, one: Client) -> AsyncIterator[Client]:
    async with client(server) as opened:
        await opened.run("USE proven")
        yield opened


async def test_in_every_version_and_mode(one: Client, two: Client) -> None:
    await one.run(
        counting("t", 1, 2),
        "CREATE FUNCTION j AS 'xuanwu.kit.Json'",
        "CREATE VIEW v AS SELECT id, j(id) AS j FROM t",
        "CREATE VIEW w AS SELECT id + 10 AS id, j FROM v",
    )
    for version in VERSIONS:
        await two.run(f"SET flink.version = '{version}'")
        for mode in ("streaming", "batch", "auto"):
            await two.run(f"SET flink.runtime_mode = '{mode}'")
            assert await two.rows("SELECT * FROM w") == [(11, "1"), (12, "2")], (version, mode)
    await one.run("CREATE OR REPLACE VIEW v AS SELECT id * 2 AS id, j(id) AS j FROM t")
    for version in VERSIONS:
        await two.run(f"SET flink.version = '{version}'")
        assert await two.column("SELECT id FROM w") == [12, 14], version


async def test_a_view_is_known_before_it_is_used(one: Client) -> None:
    await one.run(counting("t", 1, 2), "CREATE VIEW v (n) AS SELECT CAST(id AS BIGINT) FROM t")
    assert await one.rows("DESCRIBE v") == [("n", "BIGINT", True, None, None, None)]
    assert await one.column("SHOW VIEWS") == ["v"]
    assert await one.state("CREATE VIEW x AS SELECT missing FROM t") == ("42703", 25)
    assert await one.state("CREATE VIEW x AS SELECT id FROM missing") == ("42P01", 33)
    assert await one.column("SHOW VIEWS") == ["v"]


ALTERED = (
    ("ALTER TABLE t ADD (twice AS id * 2)", "SELECT twice FROM t", [2, 4]),
    ("ALTER TABLE t RENAME twice TO double_", "SELECT double_ FROM t", [2, 4]),
    ("ALTER TABLE t MODIFY (double_ AS id * 3)", "SELECT double_ FROM t", [3, 6]),
    ("ALTER TABLE t DROP double_", "SELECT * FROM t", [1, 2]),
    ("ALTER TABLE t MODIFY (id BIGINT NOT NULL)", "SELECT id FROM t", [1, 2]),
    ("ALTER TABLE t SET ('fields.id.start' = '2')", "SELECT id FROM t", [2]),
    ("ALTER TABLE t RESET ('number-of-rows')", "SELECT id FROM t", [2]),
    ("COMMENT ON TABLE t IS 'x'", "SELECT id FROM t", [2]),
    ("ALTER TABLE t RENAME TO u", "SELECT id FROM u", [2]),
)


async def test_an_open_session_sees_every_change(one: Client, two: Client) -> None:
    await one.run(counting("t", 1, 2))
    assert await two.column("SELECT id FROM t") == [1, 2]
    for sql, query, rows in ALTERED:
        await one.run(sql)
        assert await two.column(query) == rows, sql
    assert await two.state("SELECT id FROM t") == ("42P01", 16)
    await one.run("DROP TABLE u", counting("u", 7, 7, ", other AS 'x'"))
    assert await two.rows("SELECT * FROM u") == [(7, "x")]
    await one.run("CREATE OR REPLACE TABLE u (only_ STRING) WITH ('connector' = 'datagen')")
    assert await two.state("SELECT id FROM u") == ("42703", 8)


async def test_replaced_under_an_open_cursor(one: Client, two: Client) -> None:
    await one.run(counting("t", 1, 3), "CREATE VIEW v AS SELECT id FROM t")
    await two.run("BEGIN", "DECLARE c CURSOR FOR SELECT id FROM v")
    assert await two.column("FETCH 1 FROM c") == [1]
    await one.run("CREATE OR REPLACE VIEW v AS SELECT id * 100 AS id FROM t")
    assert await two.column("SELECT id FROM v") == [100, 200, 300]
    assert await two.column("FETCH ALL FROM c") == [2, 3]
    await two.run("COMMIT")


async def test_a_temporary_one_hides_a_stored_one(one: Client, two: Client) -> None:
    await one.run(
        counting("t", 1, 2),
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE TEMPORARY VIEW t AS SELECT 42 AS id",
    )
    assert (await one.fail("SELECT id FROM v")).sqlstate == "55000"  # and not 42
    assert await two.column("SELECT id FROM v") == [1, 2]
    assert await one.column("SELECT id FROM t") == [42]
    assert await two.column("SELECT id FROM t") == [1, 2]
    assert await one.column("SHOW TABLES") == ["t", "v"] == await two.column("SHOW TABLES")
    assert await one.state("DROP TABLE t") == ("55000", 12)
    assert await one.state("CREATE VIEW lasting AS SELECT id FROM t") == ("42P16", 39)
    await one.run("DROP TEMPORARY VIEW t")
    assert await one.column("SELECT id FROM t") == [1, 2] == await one.column("SELECT id FROM v")


NAMED = (
    'SELECT id FROM "Mixed Case"',
    "SELECT id FROM `Mixed Case`",
    "SELECT id FROM MIXED",
    "SELECT MIXED.id FROM MIXED",
    "SELECT MIXED.* FROM MIXED",
    "SELECT m.id FROM mixed m",
    "SELECT m.id FROM PROVEN.MIXED AS m",
    "SELECT id FROM xuanwu.proven.mixed",
    "SELECT id FROM 订单",
    'SELECT id FROM "订单"',
    "SELECT id FROM `select`",
    'SELECT id FROM "a.b"',
    'SELECT id FROM proven."say ""hi"""',
    "WITH mixed AS (SELECT id FROM `Mixed`) SELECT id FROM mixed",
    "WITH x AS (SELECT id FROM mixed) SELECT mixed.id FROM x AS mixed",
    "SELECT id FROM (SELECT id FROM MIXED) AS s",
    "SELECT id FROM mixed WHERE id IN (SELECT id FROM MIXED)",
    "SELECT a.id FROM mixed a JOIN MIXED b ON a.id = b.id",
    "SELECT mixed FROM (SELECT id AS mixed FROM mixed) AS s",
    "SELECT MIXED.id FROM MIXED /*+ OPTIONS('rows-per-second'='1000') */ WHERE MIXED.id > 0",
    "SELECT m.id FROM MIXED /*+ OPTIONS('rows-per-second'='1000') */ AS m",
    "SELECT id /* FROM mixed */ FROM /* x */ mixed -- mixed",
    "SELECT w.id FROM TABLE(TUMBLE(TABLE MIXED, DESCRIPTOR(ts), INTERVAL '1' DAY)) AS w",
    "SELECT id FROM mixed UNION SELECT id FROM MIXED",
)


async def test_names(one: Client) -> None:
    timed = ", ts AS CAST(CURRENT_TIMESTAMP AS TIMESTAMP(3)), WATERMARK FOR ts AS ts"
    await one.run("SET flink.runtime_mode = 'batch'", counting("Mixed", 1, 2, timed))
    for name in ("`Mixed Case`", "`订单`", "`select`", "`a.b`", '"say ""hi"""'):
        await one.run(counting(name, 1, 2))
    for query in NAMED:
        assert sorted(await one.column(query)) == [1, 2], query
    await one.run("PREPARE p AS SELECT id FROM MIXED WHERE id > $1")
    assert await one.column("EXECUTE p(1)") == [2]
    copy = one.connection.cursor().copy("COPY (SELECT id FROM MIXED) TO STDOUT")
    async with copy as lines:
        assert [row async for row in lines.rows()] == [("1",), ("2",)]


POSITIONS = (
    ("SELECT missing FROM MIXED", "42703", "missing"),
    ("SELECT id FROM MIXED m WHERE m.missing = 1", "42703", "missing"),
    ("SELECT id FROM MIXED JOIN missing ON true", "42P01", "missing"),
    ("SELECT id FROM MIXED /*+ OPTIONS('a'='b') */ WHERE missing = 1", "42703", "missing"),
    ('SELECT "Mixed".id, missing FROM "Mixed"', "42703", "missing"),
    ("INSERT INTO SINK SELECT missing FROM MIXED", "42703", "missing"),
    ("EXPLAIN SELECT id, missing FROM MIXED", "42703", "missing"),
    ("SELECT id FROM MIXED WHERE", "42601", None),
)


async def test_positions_are_those_of_the_users_text(one: Client) -> None:
    await one.run(
        counting("Mixed", 1, 2), "CREATE TABLE Sink (id INT) WITH ('connector' = 'blackhole')"
    )
    for sql, sqlstate, word in POSITIONS:
        position = sql.index(word) + 1 if word else len(sql) + 1
        assert await one.state(sql) == (sqlstate, position), sql
        ahead = "SHOW TABLES;  "
        assert await one.state(ahead + sql) == (sqlstate, position + len(ahead)), sql
        with pytest.raises(Exception) as caught:
            await one.connection.execute(sql, prepare=True)  # type: ignore[arg-type]
        diag = caught.value.diag  # type: ignore[attr-defined]
        assert (diag.sqlstate, int(diag.statement_position)) == (sqlstate, position), sql


PLANNED = (
    "SELECT o.id FROM LEFT_ o LEFT JOIN RIGHT_ FOR SYSTEM_TIME AS OF o.ts ON o.id = RIGHT_.id",
    "SELECT o.id FROM LEFT_ o LEFT JOIN RIGHT_ FOR SYSTEM_TIME AS OF o.ts AS r ON o.id = r.id",
    "SELECT o.id FROM LEFT_ o LEFT JOIN RIGHT_ FOR SYSTEM_TIME AS OF o.ts r ON o.id = r.id",
    "SELECT * FROM LEFT_ MATCH_RECOGNIZE (ORDER BY ts MEASURES A.id AS c PATTERN (A)"
    " DEFINE A AS A.id = 1)",
    "SELECT id FROM LEFT_, LATERAL (SELECT max(id) AS m FROM RIGHT_) WHERE id > m",
)


async def test_plans_over_names_in_another_case(one: Client) -> None:
    timed = ", ts TIMESTAMP(3), WATERMARK FOR ts AS ts"
    await one.run(
        counting("Left_", 1, 2, timed),
        counting("Right_", 1, 2, timed + ", PRIMARY KEY (id) NOT ENFORCED"),
        "CREATE TABLE Sink (id INT) WITH ('connector' = 'blackhole')",
    )
    for query in PLANNED:
        [plan] = await one.column(f"EXPLAIN {query}")
        assert "[xuanwu, proven, Left_]" in plan or "proven, Left_" in plan, query
    sets = "EXECUTE STATEMENT SET BEGIN INSERT INTO SINK SELECT id FROM LEFT_;" \
           " INSERT INTO Sink SELECT id FROM right_; END"  # fmt: skip
    [plan] = await one.column(f"EXPLAIN {sets.removeprefix('EXECUTE ')}")
    assert "Left_" in plan and "Right_" in plan
    [(_, _, state, _)] = await one.rows(sets)
    assert state in ("RUNNING", "FINISHED")


async def test_functions(one: Client, two: Client) -> None:
    await one.run("CREATE FUNCTION j AS 'xuanwu.kit.Json'", "CREATE VIEW v AS SELECT J('x') AS x")
    assert await two.column("SELECT x FROM v") == ['"x"']
    assert await two.column("SELECT proven.j('y')") == ['"y"']
    assert "j" in await two.column("SHOW FUNCTIONS LIKE 'j'")
    assert await two.column("SHOW USER FUNCTIONS") == ["j"]
    assert (await two.fail("DROP FUNCTION j")).message_detail == (
        'view "proven.v" depends on function "proven.j"'
    )
    assert (await two.fail("ALTER FUNCTION j AS 'a.B'")).sqlstate == "2BP01"
    await two.run("DROP FUNCTION j CASCADE")
    assert two.notices() == ['drop cascades to view "proven.v"']
    assert await one.state("SELECT j('x')") == ("42883", 8)


async def test_what_depends_on_it(one: Client) -> None:
    await one.run(
        counting("t", 1, 1),
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE VIEW w AS SELECT id FROM v",
    )
    refused = await one.fail("DROP TABLE t")
    assert refused.sqlstate == "2BP01"
    assert (refused.message_detail or "").splitlines() == [
        'view "proven.v" depends on table "proven.t"',
        'view "proven.w" depends on view "proven.v"',
    ]
    for sql in (
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t MODIFY (id STRING)",
        "CREATE OR REPLACE TABLE t (other INT) WITH ('connector' = 'datagen')",
        "ALTER VIEW v AS SELECT 'x' AS id FROM t",
    ):
        assert (await one.fail(sql)).sqlstate == "2BP01", sql
    assert (await one.fail("CREATE OR REPLACE VIEW v AS SELECT id FROM w")).sqlstate == "42P17"
    await one.run("ALTER VIEW v AS SELECT id + 5 AS id FROM t")
    assert await one.column("SELECT id FROM w") == [6]
    await one.run("DROP TABLE t CASCADE")
    assert await one.column("SHOW TABLES") == []


async def test_rights(server: App, one: Client, two: Client) -> None:
    await one.run(
        "CREATE ROLE reader",
        "GRANT reader TO xuanwu WITH SET TRUE",
        counting("t", 1, 2),
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE TABLE sink (id INT) WITH ('connector' = 'blackhole')",
        "GRANT USAGE ON SCHEMA proven TO reader",
    )
    try:
        await two.run("SET ROLE reader")
        for sql in ("SELECT id FROM t", "SELECT id FROM v", "INSERT INTO sink VALUES (1)"):
            assert (await two.fail(sql)).sqlstate == "42501", sql
        await one.run("GRANT SELECT ON proven.v TO reader", "GRANT INSERT ON proven.sink TO reader")
        assert await two.column("SELECT id FROM v") == [1, 2]  # t is read by the owner of v
        assert (await two.fail("SELECT id FROM t")).sqlstate == "42501"
        assert (await two.fail("INSERT INTO sink SELECT id FROM t")).sqlstate == "42501"
        await two.run("INSERT INTO sink SELECT id FROM v")
        await one.run("REVOKE SELECT ON proven.v FROM reader")
        refused = await two.fail("SELECT id FROM v")
        assert refused.message_primary == "permission denied for view v"
    finally:
        await one.run("DROP OWNED BY reader", "DROP ROLE reader")


async def test_filled_by_a_query(one: Client, tmp_path: Path) -> None:
    def files(name: str, format_: str = "csv") -> str:
        return f"WITH ('connector'='filesystem', 'path'='{tmp_path / name}', 'format'='{format_}')"

    await one.run("SET flink.dml = 'sync'", counting("t", 1, 3))
    await one.run(f"CREATE TABLE copied {files('a')} AS SELECT id, id * 2 AS d FROM T")
    assert await one.rows("SELECT * FROM copied ORDER BY id") == [(1, 2), (2, 4), (3, 6)]
    sql = f"CREATE TABLE x {files('b')} AS SELECT missing FROM t"
    assert await one.state(sql) == ("42703", sql.index("missing") + 1)
    await one.fail(f"CREATE TABLE x {files('b', 'nosuch')} AS SELECT id FROM t")
    assert (await one.fail(f"CREATE TABLE t {files('c')} AS SELECT 1 AS a")).sqlstate == "42P07"
    assert await one.column("SHOW TABLES") == ["copied", "t"]
    await one.run(f"CREATE OR REPLACE TABLE copied {files('d')} AS SELECT 'x' AS s")
    assert await one.column("SELECT s FROM copied") == ["x"]
    before = await one.column("SHOW CREATE TABLE copied")
    await one.fail(f"CREATE OR REPLACE TABLE copied {files('e', 'nosuch')} AS SELECT 1 AS a")
    await one.fail("CREATE OR REPLACE TABLE copied WITH ('connector'='datagen') AS SELECT 1 AS a")
    assert await one.column("SHOW CREATE TABLE copied") == before
    assert await one.column("SELECT s FROM copied") == ["x"]
    sql = f"CREATE OR REPLACE TABLE copied {files('f')} AS SELECT s FROM copied"
    assert (await one.fail(sql)).sqlstate == "0A000"
    one.notices()
    await one.run(f"CREATE TABLE IF NOT EXISTS copied {files('f')} AS SELECT 1 AS a")
    assert one.notices()[0] == 'relation "proven.copied" already exists, skipping'
    assert await one.column("SELECT s FROM copied") == ["x"]


async def test_a_job_has_the_words_of_its_client(one: Client) -> None:
    await one.run(counting("t", 1, 3), "CREATE TABLE hole (id INT) WITH ('connector'='blackhole')")
    [(job, _)] = await one.rows("INSERT INTO HOLE SELECT id FROM T RETURNING job, job_id")
    assert job.endswith(": INSERT INTO HOLE SELECT id FROM T")


async def test_like_a_temporary_table(one: Client, two: Client) -> None:
    await one.run(
        counting("t", 1, 2, ", twice AS id * 2").replace("CREATE", "CREATE TEMPORARY"),
        "CREATE TABLE copied (more AS id + 1) LIKE t",
        "DROP TEMPORARY TABLE t",
    )
    assert await two.rows("SELECT * FROM copied") == [(1, 2, 2), (2, 4, 3)]


async def test_a_catalog_in_memory(one: Client) -> None:
    await one.run(
        "CREATE CATALOG mem WITH ('type' = 'generic_in_memory')",
        "CREATE DATABASE mem.d",
        counting("mem.d.t", 1, 2),
        "CREATE VIEW v AS SELECT id FROM mem.d.t",
    )
    try:
        assert await one.column("SELECT id FROM v") == [1, 2]
        await one.run("USE CATALOG mem", "USE d")
        assert await one.column("SHOW TABLES") == ["t"]
        assert await one.column("SELECT id FROM T") == [1, 2]
        assert (await one.fail("DROP CATALOG mem")).sqlstate == "2BP01"
    finally:
        await one.run("USE CATALOG xuanwu", "DROP CATALOG mem CASCADE")
    assert one.notices()[-1] == 'drop cascades to view "proven.v"'
