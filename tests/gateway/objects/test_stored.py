"""Stored objects without Flink: a whole server through a real driver, no engine to start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app import App
from tests.gateway.objects.agreement import check_agreement
from tests.gateway.objects.serving import OPTIONS, Client, client, serving

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    async with serving(tmp_path_factory.mktemp("stored")) as running:
        yield running


@pytest.fixture
async def one(app: App) -> AsyncIterator[Client]:
    """A session in a database of its own, gone at the end."""
    async with client(app) as opened:
        await opened.run("CREATE DATABASE own", "USE own")
        yield opened
        await check_agreement(app)
        await opened.run("DROP DATABASE own CASCADE")


@pytest.fixture
async def two(app: App, one: Client) -> AsyncIterator[Client]:
    """Another session in the same database."""
    async with client(app) as opened:
        await opened.run("USE own")
        yield opened


async def test_seen_at_once_by_others(one: Client, two: Client) -> None:
    await one.run(f"CREATE TABLE t (id INT NOT NULL COMMENT 'number') COMMENT 'c' {OPTIONS}")
    assert await two.column("SHOW TABLES") == ["t"]
    assert await two.rows("DESCRIBE t") == [("id", "INT", False, None, None, None, "number")]
    await two.run("ALTER TABLE t ADD (name STRING)")
    assert await one.column("DESCRIBE own.t") == ["id", "name"]
    await two.run("DROP TABLE t")
    assert await one.column("SHOW TABLES") == []


async def test_there_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path) as app, client(app) as before:
        await before.run(
            "CREATE DATABASE d COMMENT 'all of it'",
            f"CREATE TABLE d.t (id INT, PRIMARY KEY (id) NOT ENFORCED) {OPTIONS}",
            "CREATE FUNCTION d.f AS 'a.B'",
        )
        asked = [
            "SHOW DATABASES",
            "SHOW TABLES FROM d",
            "DESCRIBE d.t",
            "SHOW CREATE TABLE d.t",
            "SHOW CREATE DATABASE d",
            "SHOW CREATE FUNCTION d.f",
            "SHOW USER FUNCTIONS FROM d",
            "SELECT schema, name, revision, primary_key FROM xuanwu.tables",
        ]
        answers = [await before.rows(sql) for sql in asked]
    async with serving(tmp_path) as app, client(app) as after:
        assert [await after.rows(sql) for sql in asked] == answers
        await check_agreement(app)


SHOWN = (
    ("SHOW TABLES", ["table name"], [("Order Items",), ("plain",), ("订单",)]),
    ("SHOW TABLES LIKE '订%'", ["table name"], [("订单",)]),
    ("SHOW TABLES NOT LIKE '%a%'", ["table name"], [("Order Items",), ("订单",)]),
    ("SHOW TABLES ILIKE 'order%'", ["table name"], [("Order Items",)]),
    ("SHOW TABLES FROM own LIKE 'pl_in'", ["table name"], [("plain",)]),
    ("SHOW TABLES IN xuanwu.own LIKE 'x%'", ["table name"], []),
    ("SHOW VIEWS", ["view name"], []),
    ("SHOW USER FUNCTIONS", ["function name"], [("f",)]),
    ("SHOW CURRENT DATABASE", ["current database name"], [("own",)]),
    ("SHOW CURRENT CATALOG", ["current catalog name"], [("xuanwu",)]),
    ("SHOW CATALOGS", ["catalog name"], [("xuanwu",)]),
    ("SHOW DATABASES LIKE 'o%'", ["database name"], [("own",)]),
    (
        "DESCRIBE plain",
        ["name", "type", "null", "key", "extras", "watermark"],
        [
            ("id", "BIGINT", False, "PRI(id)", None, None),
            ("ts", "TIMESTAMP(3) *ROWTIME*", True, None, None, "`ts` - INTERVAL '5' SECOND"),
            ("m", "STRING", True, None, "METADATA VIRTUAL", None),
        ],
    ),
    (
        "SHOW COLUMNS FROM PLAIN LIKE 'i%'",
        ["name", "type", "null", "key", "extras", "watermark"],
        [("id", "BIGINT", False, "PRI(id)", None, None)],
    ),
    (
        'DESC "Order Items"',
        ["name", "type", "null", "key", "extras", "watermark"],
        [("select", "INT", True, None, None, None)],
    ),
)


async def test_shown(one: Client, two: Client) -> None:
    await one.run(
        "CREATE TABLE plain (id BIGINT, ts TIMESTAMP(3), m STRING METADATA VIRTUAL,"
        " WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED)"
        " WITH ('connector'='kafka', 'topic'='t', 'properties.bootstrap.servers'='h:1',"
        " 'properties.sasl.jaas.config'='hidden', 'format'='json')",
        f'CREATE TABLE "Order Items" (`select` INT) {OPTIONS}',
        f"CREATE TABLE `订单` (编号 INT) {OPTIONS}",
        "CREATE FUNCTION f AS 'a.B'",
    )
    for sql, titles, rows in SHOWN:
        cursor = await two.connection.execute(sql)  # type: ignore[arg-type]
        assert [each.name for each in cursor.description or ()] == titles, sql
        assert await cursor.fetchall() == rows, sql
    [definition] = await two.column("SHOW CREATE TABLE plain")
    assert "'kafka'" in definition and "hidden" not in definition
    assert await two.column("SHOW CREATE FUNCTION f") == ["CREATE FUNCTION f AS 'a.B'"]


REFUSED = (
    (f"CREATE TABLE there (id INT) {OPTIONS}", "42P07", "there"),
    (f"CREATE TABLE nowhere.t (id INT) {OPTIONS}", "3F000", "nowhere"),
    (f"CREATE TABLE nocat.d.t (id INT) {OPTIONS}", "3D000", "nocat"),
    (f"CREATE TABLE t (id INT, id INT) {OPTIONS}", "42701", "id INT) WITH"),
    (f"CREATE TABLE t (id NOTYPE) {OPTIONS}", "42704", "NOTYPE"),
    (f"CREATE TABLE t (id INT, PRIMARY KEY (x) NOT ENFORCED) {OPTIONS}", "42703", "PRIMARY"),
    (
        "CREATE TABLE t (id INT) WITH ('connector'='datagen', 'rows-per-secnd'='1')",
        "HV00D",
        "'rows-per-secnd'",
    ),
    (f"CREATE TABLE t (id INT {OPTIONS}", "42601", "WITH"),
    ("ALTER TABLE missing ADD (x INT)", "42P01", "missing"),
    ("ALTER TABLE there ADD (id INT)", "42701", "id"),
    ("ALTER TABLE there DROP missing", "42703", "missing"),
    ("ALTER TABLE there RENAME missing TO x", "42703", "missing"),
    ("ALTER TABLE there RENAME id TO b", "42701", "id TO"),
    ("ALTER TABLE there RENAME TO other", "42P07", "other"),
    ("ALTER TABLE there RENAME TO nowhere.t", "3F000", None),
    ("ALTER VIEW there RENAME TO x", "42809", "there"),
    ("DROP TABLE missing", "42P01", "missing"),
    ("DROP TABLE there, missing", "42P01", "missing"),
    ("DROP VIEW there", "42809", "there"),
    ("DROP FUNCTION missing", "42883", "missing"),
    ("DROP DATABASE missing", "3F000", "missing"),
    ("DROP DATABASE public", "2BP01", None),
    ("DROP DATABASE own", "2BP01", None),
    ("CREATE DATABASE own", "42P06", "own"),
    ("CREATE FUNCTION f AS 'c.D'", "42723", "f AS"),
    ("CREATE OR REPLACE VIEW there AS SELECT id FROM other", "42809", "there"),
    ("DESCRIBE missing", "42P01", "missing"),
    ('DESCRIBE "There"', "42P01", '"There"'),
    ("SHOW CREATE TABLE own.missing", "42P01", "own.missing"),
    ("SHOW COLUMNS FROM missing LIKE 'x'", "42P01", "missing"),
    ("SHOW CREATE VIEW there", "42809", None),
    ("SHOW TABLES FROM missing", "3F000", "missing"),
    ("SHOW TABLES FROM nocat.d", "3D000", "nocat"),
    ("USE missing", "3F000", "missing"),
    ("USE CATALOG missing", "3D000", "missing"),
)


@pytest.fixture
async def furnished(one: Client) -> Client:
    await one.run(
        f"CREATE TABLE there (id INT, b STRING) {OPTIONS}",
        f"CREATE TABLE other (id INT) {OPTIONS}",
        "CREATE FUNCTION f AS 'a.B'",
    )
    return one


@pytest.mark.parametrize(("sql", "sqlstate", "at"), REFUSED)
async def test_refused(furnished: Client, sql: str, sqlstate: str, at: str | None) -> None:
    before = await furnished.rows("SELECT * FROM xuanwu.objects")
    position = None
    if at is not None:
        word = at[0].isalnum()
        position = next(
            i + 1
            for i in range(sql.index(" ") + 1 if word else 0, len(sql))
            if sql.startswith(at, i) and (not word or not sql[i - 1].isalnum())
        )
    assert await furnished.state(sql) == (sqlstate, position)
    # The same place in the second statement of a message.
    ahead = "SHOW TABLES;  "
    moved = position + len(ahead) if position is not None else None
    assert await furnished.state(ahead + sql) == (sqlstate, moved)
    assert await furnished.rows("SELECT * FROM xuanwu.objects") == before


async def test_the_extended_protocol_too(furnished: Client) -> None:
    """A statement with a parameter list goes through Parse; the answer is the same."""
    cursor = await furnished.connection.execute("SHOW TABLES", prepare=True)
    assert await cursor.fetchall() == [("other",), ("there",)]
    with pytest.raises(Exception) as caught:
        await furnished.connection.execute("ALTER TABLE there DROP missing", prepare=True)
    assert caught.value.diag.sqlstate == "42703"  # type: ignore[attr-defined]
    assert caught.value.diag.statement_position == "24"  # type: ignore[attr-defined]
    await furnished.connection.execute("DROP TABLE IF EXISTS there, missing", prepare=True)
    assert await furnished.column("SHOW TABLES") == ["other"]


CHANGES: tuple[tuple[str, list[str]], ...] = (
    ("ALTER TABLE t ADD (x INT, y STRING COMMENT 'why')", ["id", "b", "x", "y"]),
    ("ALTER TABLE t ADD first_one INT FIRST", ["first_one", "id", "b", "x", "y"]),
    ("ALTER TABLE t ADD after_id INT AFTER id", ["first_one", "id", "after_id", "b", "x", "y"]),
    ("ALTER TABLE t DROP (first_one, after_id)", ["id", "b", "x", "y"]),
    ("ALTER TABLE t RENAME b TO c", ["id", "c", "x", "y"]),
    ("ALTER TABLE t MODIFY (x BIGINT NOT NULL FIRST)", ["x", "id", "c", "y"]),
    ("ALTER TABLE t ADD PRIMARY KEY (x) NOT ENFORCED", ["x", "id", "c", "y"]),
    ("ALTER TABLE t DROP PRIMARY KEY", ["x", "id", "c", "y"]),
    ("ALTER TABLE t ADD (ts TIMESTAMP(3), WATERMARK FOR ts AS ts)", ["x", "id", "c", "y", "ts"]),
    ("ALTER TABLE t DROP WATERMARK", ["x", "id", "c", "y", "ts"]),
    ("ALTER TABLE t SET ('rows-per-second'='7')", ["x", "id", "c", "y", "ts"]),
    ("ALTER TABLE t RESET ('rows-per-second')", ["x", "id", "c", "y", "ts"]),
)


async def test_altered_in_every_form(app: App, one: Client, two: Client) -> None:
    """The mirror follows each of them, and keeps its OID."""
    await one.run(f"CREATE TABLE t (id INT, b STRING) {OPTIONS}")
    oid = await one.rows("SELECT 'own.t'::regclass::oid")
    for revision, (sql, names) in enumerate(CHANGES, start=2):
        await one.run(sql)
        assert await two.column("DESCRIBE t") == names, sql
        assert await two.column(
            "SELECT revision FROM xuanwu.tables WHERE (schema, name) = ('own', 't')"
        ) == [revision]
        assert set(names) == set(
            await two.column(
                "SELECT attname::text FROM pg_attribute WHERE attrelid = 'own.t'::regclass"
                " AND attnum > 0 AND NOT attisdropped"
            )
        ), sql
        await check_agreement(app)
    await one.run("ALTER TABLE t RENAME TO renamed")
    assert await two.rows("SELECT 'own.renamed'::regclass::oid") == oid


async def test_replaced(one: Client, two: Client) -> None:
    await one.run(f"CREATE TABLE t (id INT) {OPTIONS}")
    oid = await one.rows("SELECT 'own.t'::regclass::oid")
    await two.run(
        f"CREATE OR REPLACE TABLE t (other STRING, PRIMARY KEY (other) NOT ENFORCED) {OPTIONS}"
    )
    assert two.notices() == []
    assert await one.rows("DESCRIBE t") == [("other", "STRING", False, "PRI(other)", None, None)]
    assert await one.rows("SELECT 'own.t'::regclass::oid") == oid
    assert await one.rows(
        "SELECT operation, revision FROM xuanwu.object_revisions"
        " WHERE (schema, name) = ('own', 't') ORDER BY at DESC LIMIT 2"
    ) == [("REPLACE", 2), ("CREATE", 1)]


async def test_dropped_and_made_anew_with_another_shape(one: Client, two: Client) -> None:
    for type_ in ("INT", "STRING", "ARRAY<INT>"):
        await one.run(f"CREATE TABLE t (a {type_}) {OPTIONS}")
        assert await two.rows("DESCRIBE t") == [("a", type_, True, None, None, None)]
        await two.run("DROP TABLE t")


async def test_if_exists(one: Client) -> None:
    await one.run(
        f"CREATE TABLE IF NOT EXISTS t (id INT) {OPTIONS}",
        f"CREATE TABLE IF NOT EXISTS t (other INT) {OPTIONS}",
        "CREATE DATABASE IF NOT EXISTS own",
        "DROP TABLE IF EXISTS t, missing",
        "DROP VIEW IF EXISTS missing",
        "DROP FUNCTION IF EXISTS missing",
        "DROP DATABASE IF EXISTS missing",
        "ALTER TABLE IF EXISTS missing ADD (x INT)",
    )
    assert one.notices() == [
        'relation "own.t" already exists, skipping',
        'schema "own" already exists, skipping',
        'table "missing" does not exist, skipping',
        'view "missing" does not exist, skipping',
        'function "missing" does not exist, skipping',
        'schema "missing" does not exist, skipping',
        'relation "missing" does not exist, skipping',
    ]


async def test_several_at_once_or_none(one: Client) -> None:
    await one.run(f"CREATE TABLE a (id INT) {OPTIONS}", f"CREATE TABLE b (id INT) {OPTIONS}")
    assert (await one.fail("DROP TABLE a, missing, b")).sqlstate == "42P01"
    assert await one.column("SHOW TABLES") == ["a", "b"]
    await one.run("DROP TABLE a, b")
    assert await one.column("SHOW TABLES") == []


async def test_a_name_in_another_case(one: Client) -> None:
    await one.run(f"CREATE TABLE Orders (id INT) {OPTIONS}")
    assert await one.column("DESCRIBE ORDERS") == ["id"]
    assert await one.state('DESCRIBE "orders"') == ("42P01", 10)
    await one.run(f"CREATE TABLE orders (other INT) {OPTIONS}")
    assert await one.column("DESCRIBE orders") == ["other"]
    assert await one.state("DROP TABLE oRDERS") == ("42P09", 12)
    await one.run("DROP TABLE Orders", "ALTER TABLE ORDERS ADD (x INT)")
    assert await one.column("DESCRIBE orders") == ["other", "x"]


async def test_a_database_in_another_case(one: Client) -> None:
    await one.run("CREATE DATABASE Sales", f"CREATE TABLE SALES.t (id INT) {OPTIONS}")
    try:
        assert await one.column("SHOW TABLES FROM sales") == ["t"]
        assert await one.column("DESCRIBE sales.T") == ["id"]
        await one.run("USE sales")
        assert await one.column("SHOW search_path") == ['"Sales"']
        assert (await one.fail('USE "sales"')).sqlstate == "3F000"
        await one.run("CREATE DATABASE sales")
        assert await one.column("SHOW TABLES FROM sales") == []
        await one.run("DROP DATABASE sales")
    finally:
        await one.run("USE own", "DROP DATABASE SALES CASCADE")


async def test_use_is_search_path(one: Client) -> None:
    await one.run("CREATE DATABASE second", f"CREATE TABLE second.t (id INT) {OPTIONS}")
    try:
        assert await one.column("SHOW search_path") == ["own"]
        await one.run("SET search_path = nowhere, second, own")
        assert await one.column("SHOW CURRENT DATABASE") == ["second"]
        assert await one.column("SHOW TABLES") == ["t"]
        await one.run("USE own", f"CREATE TABLE t (other INT) {OPTIONS}")
        assert await one.column("DESCRIBE t") == ["other"]
        await one.run("SET search_path = second, own")
        assert await one.column("DESCRIBE t") == ["id"]
        await one.run("BEGIN", "SET LOCAL search_path = own")
        assert await one.column("DESCRIBE t") == ["other"]
        await one.run("ROLLBACK")
        assert await one.column("DESCRIBE t") == ["id"]
        await one.run("SET search_path = nowhere")
        assert await one.column("SHOW CURRENT DATABASE") == [None]
        for sql in ("SHOW TABLES", f"CREATE TABLE x (id INT) {OPTIONS}"):
            assert (await one.fail(sql)).sqlstate == "3F000"
    finally:
        await one.run("DROP DATABASE second CASCADE")


async def test_a_database_with_what_it_holds(one: Client) -> None:
    await one.run(
        "CREATE DATABASE full",
        f"CREATE TABLE full.b (id INT) {OPTIONS}",
        f"CREATE TABLE full.a (id INT) {OPTIONS}",
    )
    refused = await one.fail("DROP DATABASE full")
    assert refused.sqlstate == "2BP01"
    assert (refused.message_detail or "").splitlines() == [
        'table "full.a" depends on database "full"',
        'table "full.b" depends on database "full"',
    ]
    await one.run("DROP DATABASE full CASCADE")
    assert one.notices() == ['drop cascades to table "full.a"', 'drop cascades to table "full.b"']
    assert "full" not in await one.column("SHOW DATABASES")
    assert await one.rows("SELECT FROM pg_namespace WHERE nspname = 'full'") == []


async def test_a_copy_is_a_copy(one: Client) -> None:
    await one.run(
        "CREATE TABLE base (id INT, PRIMARY KEY (id) NOT ENFORCED) WITH"
        " ('connector'='datagen', 'rows-per-second'='1')",
        "CREATE TABLE copied (more STRING) WITH ('rows-per-second'='2') LIKE base"
        " (EXCLUDING CONSTRAINTS)",
        "ALTER TABLE base ADD (later INT)",
    )
    assert await one.rows("DESCRIBE copied") == [
        ("id", "INT", False, None, None, None),
        ("more", "STRING", True, None, None, None),
    ]
    await one.run("DROP TABLE base")
    [definition] = await one.column("SHOW CREATE TABLE copied")
    assert "'rows-per-second' = '2'" in definition and "LIKE" not in definition
    assert await one.state("CREATE TABLE x LIKE missing") == ("42P01", 21)
    assert await one.state("CREATE TABLE x (id INT) LIKE copied") == ("42701", 17)


async def test_functions_of_stored_names_in_a_key(one: Client) -> None:
    """What stands before a parenthesis is not always a call."""
    await one.run(
        "CREATE FUNCTION `key` AS 'a.B'",
        "CREATE FUNCTION `decimal` AS 'a.B'",
        f"CREATE TABLE t (id DECIMAL(3, 1), PRIMARY KEY (id) NOT ENFORCED) {OPTIONS}",
    )
    assert await one.rows("DESCRIBE t") == [("id", "DECIMAL(3, 1)", False, "PRI(id)", None, None)]
    assert await one.rows("SELECT * FROM xuanwu.dependencies") == []
