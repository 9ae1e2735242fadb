"""Owners, comments and rights of stored objects, by Postgres's rules and in its words. No engine:
what is refused is refused before Flink would see it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.app import App
from tests.gateway.objects.agreement import check_agreement
from tests.gateway.objects.serving import OPTIONS, Client, client, serving

pytestmark = pytest.mark.postgres

ROLES = ("anna", "berta")


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    async with serving(tmp_path_factory.mktemp("owned")) as running, client(running) as first:
        for role in ROLES:
            await first.run(f"CREATE ROLE {role}", f"GRANT {role} TO xuanwu WITH SET TRUE")
        yield running


@pytest.fixture
async def owner(app: App) -> AsyncIterator[Client]:
    """The owner, with two tables and a function in a database of their own."""
    async with client(app) as opened:
        await opened.run(
            "CREATE DATABASE own",
            "USE own",
            f"CREATE TABLE t (id INT, b STRING) {OPTIONS}",
            f"CREATE TABLE u (id INT) {OPTIONS}",
            "CREATE FUNCTION f AS 'a.B'",
        )
        yield opened
        await check_agreement(app)
        await opened.run("RESET ROLE", "DROP DATABASE own CASCADE")


@pytest.fixture
async def anna(app: App, owner: Client) -> AsyncIterator[Client]:
    """A session that has become anna, who may do nothing yet."""
    async with client(app) as opened:
        await opened.run("SET search_path = own", "SET ROLE anna")
        yield opened


DENIED_SCHEMA = "permission denied for schema own"
DENIED_TABLE = "permission denied for table t"
MUST_OWN = "must be owner of table t"
FORBIDDEN = (
    (f"CREATE TABLE x (id INT) {OPTIONS}", DENIED_SCHEMA, DENIED_SCHEMA),
    ("CREATE VIEW x AS SELECT id FROM t", DENIED_SCHEMA, DENIED_SCHEMA),
    ("CREATE FUNCTION g AS 'a.B'", DENIED_SCHEMA, DENIED_SCHEMA),
    ("SELECT id FROM t", DENIED_SCHEMA, DENIED_TABLE),
    ("INSERT INTO t SELECT * FROM t", DENIED_SCHEMA, DENIED_TABLE),
    ("INSERT INTO t VALUES (1, 'x')", DENIED_SCHEMA, DENIED_TABLE),
    ("EXPLAIN SELECT id FROM t", DENIED_SCHEMA, DENIED_TABLE),
    (
        "EXECUTE STATEMENT SET BEGIN INSERT INTO t VALUES (1, 'x'); END",
        DENIED_SCHEMA,
        DENIED_TABLE,
    ),
    ("COPY (SELECT id FROM t) TO STDOUT", DENIED_SCHEMA, DENIED_TABLE),
    ("DELETE FROM t WHERE id = 1", DENIED_SCHEMA, DENIED_TABLE),
    ("TRUNCATE TABLE t", DENIED_SCHEMA, DENIED_TABLE),
    ("ALTER TABLE t ADD (x INT)", DENIED_SCHEMA, MUST_OWN),
    ("ALTER TABLE t RENAME TO x", DENIED_SCHEMA, MUST_OWN),
    ("ALTER TABLE t OWNER TO anna", DENIED_SCHEMA, MUST_OWN),
    ("ALTER TABLE t SET SCHEMA public", DENIED_SCHEMA, MUST_OWN),
    ("COMMENT ON TABLE t IS 'x'", DENIED_SCHEMA, MUST_OWN),
    ("DROP TABLE t", DENIED_SCHEMA, MUST_OWN),
    ("DROP TABLE u, t", DENIED_SCHEMA, "must be owner of table u"),
    ("DROP FUNCTION f", *["must be owner of function f"] * 2),
    ("ALTER FUNCTION f AS 'c.D'", *["must be owner of function f"] * 2),
    ("DROP DATABASE own CASCADE", *["must be owner of schema own"] * 2),
    ("COMMENT ON SCHEMA own IS 'x'", *["must be owner of schema own"] * 2),
    ("ALTER SCHEMA own OWNER TO anna", *["must be owner of schema own"] * 2),
    ("CREATE DATABASE other", *["permission denied for database xuanwu"] * 2),
)


@pytest.mark.parametrize(("sql", "closed", "opened"), FORBIDDEN)
async def test_forbidden(owner: Client, anna: Client, sql: str, closed: str, opened: str) -> None:
    """Without USAGE of the schema, then with it."""
    for message in (closed, opened):
        refused = await anna.fail(sql)
        assert (refused.sqlstate, refused.message_primary) == ("42501", message)
        await owner.run("GRANT USAGE ON SCHEMA own TO anna")


async def test_replace_is_for_owners(owner: Client, anna: Client) -> None:
    await owner.run("GRANT USAGE, CREATE ON SCHEMA own TO anna")
    refused = await anna.fail(f"CREATE OR REPLACE TABLE t (id INT) {OPTIONS}")
    assert (refused.sqlstate, refused.message_primary) == ("42501", MUST_OWN)


async def test_granted_and_revoked_at_once(owner: Client, anna: Client) -> None:
    await owner.run("GRANT USAGE, CREATE ON SCHEMA own TO anna")
    await anna.run(f"CREATE TABLE mine (id INT) {OPTIONS}", "ALTER TABLE mine ADD (x INT)")
    assert await owner.column("SELECT owner FROM xuanwu.tables WHERE name = 'mine'") == ["anna"]
    await owner.run("REVOKE CREATE ON SCHEMA own FROM anna")
    assert (await anna.fail(f"CREATE TABLE more (id INT) {OPTIONS}")).sqlstate == "42501"
    await anna.run("DROP TABLE mine")


async def test_given_away(app: App, owner: Client, anna: Client) -> None:
    refused = await owner.fail("ALTER TABLE t OWNER TO anna")
    assert (refused.sqlstate, refused.message_primary) == ("42501", DENIED_SCHEMA)
    await owner.run("GRANT USAGE, CREATE ON SCHEMA own TO anna")
    await owner.run("ALTER TABLE t OWNER TO anna", "ALTER FUNCTION f OWNER TO anna")
    owners = "SELECT name, owner FROM xuanwu.objects WHERE schema = 'own' AND name <> ''"
    assert sorted(await owner.rows(owners)) == [("f", "anna"), ("t", "anna"), ("u", "xuanwu")]
    assert await owner.rows(
        "SELECT relowner::regrole::text FROM pg_class WHERE oid = 'own.t'::regclass"
    ) == [("anna",)]
    await anna.run("ALTER TABLE t ADD (x INT)", "DROP FUNCTION f")
    refused = await anna.fail("ALTER TABLE t OWNER TO berta")
    assert refused.message_primary == 'must be able to SET ROLE "berta"'
    assert await owner.state("ALTER TABLE t OWNER TO nobody") == ("42704", 24)
    await owner.run("ALTER TABLE t OWNER TO CURRENT_USER")
    assert (await anna.fail("DROP TABLE t")).sqlstate == "42501"
    await owner.run("ALTER SCHEMA own OWNER TO anna", "ALTER SCHEMA own OWNER TO xuanwu")
    assert await owner.state("ALTER SCHEMA own RENAME TO other") == ("0A000", 28)


async def test_comments(owner: Client) -> None:
    await owner.run(
        "COMMENT ON TABLE t IS 'it''s a table'",
        "COMMENT ON COLUMN t.b IS 'a column'",
        "COMMENT ON SCHEMA own IS 'a database'",
    )
    assert await owner.rows(
        "SELECT obj_description('own.t'::regclass), col_description('own.t'::regclass, 2),"
        " obj_description('own'::regnamespace)"
    ) == [("it's a table", "a column", "a database")]
    assert (await owner.rows("DESCRIBE t"))[1][-1] == "a column"
    await owner.run("ALTER SCHEMA own OWNER TO xuanwu", "ALTER TABLE t ADD (x INT)")
    assert await owner.column("SELECT obj_description('own'::regnamespace)") == ["a database"]
    await owner.run("COMMENT ON TABLE t IS NULL", "COMMENT ON COLUMN own.t.b IS NULL")
    assert await owner.column("SELECT comment FROM xuanwu.tables WHERE name = 't'") == [None]
    assert await owner.state("COMMENT ON COLUMN t.missing IS 'x'") == ("42703", 21)
    assert await owner.state("COMMENT ON VIEW t IS 'x'") == ("42809", 17)
    assert await owner.state("COMMENT ON TABLE missing IS 'x'") == ("42P01", 18)
    await owner.run(
        "CREATE TEMP TABLE passing (a int)", "COMMENT ON TABLE passing IS 'Postgres''s'"
    )
    assert await owner.column("SELECT obj_description('passing'::regclass)") == ["Postgres's"]


async def test_to_another_database(owner: Client) -> None:
    await owner.run("CREATE DATABASE second", "ALTER TABLE t SET SCHEMA second")
    try:
        assert await owner.column("SHOW TABLES FROM second") == ["t"]
        assert (await owner.fail("ALTER TABLE second.t SET SCHEMA missing")).sqlstate == "3F000"
        await owner.run(f"CREATE TABLE t (id INT) {OPTIONS}")
        assert await owner.state("ALTER TABLE second.t SET SCHEMA own") == ("42P07", 33)
    finally:
        await owner.run("DROP DATABASE second CASCADE")
