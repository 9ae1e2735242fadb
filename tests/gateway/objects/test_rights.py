"""Each verdict beside Postgres's own on a plain relation: the same words, or none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from gateway.catalog.admin import asyncpg
from gateway.objects.rights import Demand, check
from protocol.errors import SqlError
from tests.fixtures.postgres import Postgres

pytestmark = pytest.mark.postgres

_WORLD = """
CREATE ROLE r_owner; CREATE ROLE r_reader; CREATE ROLE r_writer; CREATE ROLE r_columns;
CREATE ROLE r_nobody; CREATE ROLE r_group; CREATE ROLE r_member; CREATE ROLE r_boss SUPERUSER;
CREATE ROLE r_detached NOINHERIT;
GRANT r_group TO r_member; GRANT r_owner TO r_detached WITH INHERIT FALSE;
CREATE SCHEMA r_open AUTHORIZATION r_owner; GRANT USAGE ON SCHEMA r_open TO PUBLIC;
CREATE SCHEMA r_shut AUTHORIZATION r_owner;
SET ROLE r_owner;
CREATE TABLE r_open.t (a int, b int, "C d" int); CREATE VIEW r_open.v AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW r_open.m AS SELECT 1 AS a; CREATE TABLE r_shut.t (a int, b int);
CREATE TABLE r_open.gone (a int, x int); ALTER TABLE r_open.gone DROP COLUMN x;
GRANT SELECT ON r_open.t, r_open.v, r_open.m, r_shut.t TO r_reader, r_group;
GRANT INSERT, UPDATE, DELETE ON r_open.t TO r_writer;
GRANT SELECT (a, "C d"), INSERT (a), UPDATE (b) ON r_open.t TO r_columns;
GRANT CREATE ON SCHEMA r_open TO r_writer;
RESET ROLE;
"""
_END = """
RESET ROLE; DROP OWNED BY r_owner, r_reader, r_writer, r_columns, r_group CASCADE;
DROP ROLE r_owner, r_reader, r_writer, r_columns, r_nobody, r_group, r_member, r_boss, r_detached;
"""
_ROLES = (
    "r_owner", "r_reader", "r_writer", "r_columns", "r_nobody", "r_member", "r_boss", "r_detached",
)  # fmt: skip
# What Postgres is asked, and the demands that the statement stands for: (relation or schema, kind,
# privilege, columns).
_Asked = tuple[str, str, str, tuple[str, ...] | None]
_STATEMENTS: list[tuple[str, list[_Asked]]] = [
    ("SELECT * FROM r_open.t", [("r_open.t", "table", "SELECT", None)]),
    ("SELECT a FROM r_open.t", [("r_open.t", "table", "SELECT", ("a",))]),
    ('SELECT a, "C d" FROM r_open.t', [("r_open.t", "table", "SELECT", ("a", "C d"))]),
    ("SELECT a, b FROM r_open.t", [("r_open.t", "table", "SELECT", ("a", "b"))]),
    ("SELECT count(*) FROM r_open.t", [("r_open.t", "table", "SELECT", ())]),
    ("SELECT a FROM r_open.v", [("r_open.v", "view", "SELECT", None)]),
    ("SELECT a FROM r_open.m", [("r_open.m", "materialized view", "SELECT", None)]),
    ("SELECT a FROM r_shut.t", [("r_shut.t", "table", "SELECT", None)]),
    (
        "SELECT 1 FROM r_open.t t, r_shut.t u WHERE t.a = u.a",
        [("r_open.t", "table", "SELECT", ("a",)), ("r_shut.t", "table", "SELECT", ("a",))],
    ),
    ("INSERT INTO r_open.t (a) VALUES (1)", [("r_open.t", "table", "INSERT", ("a",))]),
    ("INSERT INTO r_open.t (a, b) VALUES (1, 2)", [("r_open.t", "table", "INSERT", ("a", "b"))]),
    ("INSERT INTO r_open.t VALUES (1, 2, 3)", [("r_open.t", "table", "INSERT", None)]),
    (
        "INSERT INTO r_open.t (a) SELECT a FROM r_open.v",
        [("r_open.v", "view", "SELECT", ("a",)), ("r_open.t", "table", "INSERT", ("a",))],
    ),
    ("UPDATE r_open.t SET b = 1", [("r_open.t", "table", "UPDATE", ("b",))]),
    ("UPDATE r_open.t SET a = 1", [("r_open.t", "table", "UPDATE", ("a",))]),
    ("DELETE FROM r_open.t", [("r_open.t", "table", "DELETE", None)]),
    ("TRUNCATE r_open.t", [("r_open.t", "table", "TRUNCATE", None)]),
    ("ALTER TABLE r_open.t ADD z int", [("r_open.t", "table", "OWNER", None)]),
    ("ALTER VIEW r_open.v RENAME TO w", [("r_open.v", "view", "OWNER", None)]),
    ("ALTER TABLE r_shut.t ADD z int", [("r_shut.t", "table", "OWNER", None)]),
    ("DROP MATERIALIZED VIEW r_open.m", [("r_open.m", "materialized view", "OWNER", None)]),
    ("CREATE TABLE r_open.new ()", [("r_open", "schema", "CREATE", None)]),
    ("CREATE TABLE r_shut.new ()", [("r_shut", "schema", "CREATE", None)]),
    ("DROP SCHEMA r_shut CASCADE", [("r_shut", "schema", "OWNER", None)]),
]


@pytest.fixture(scope="module")
async def world(postgres: Postgres) -> AsyncIterator[Postgres]:
    with postgres.connect() as connection:
        connection.execute(_WORLD)
        yield postgres
        connection.execute(_END)


@pytest.fixture(scope="module")
async def checking(world: Postgres) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(world.uri)
    yield connection
    await connection.close()


def _said_by_postgres(world: Postgres, role: str, sql: str) -> str | None:
    """Its refusal for want of a right; None: it does it (which is rolled back)."""
    with world.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(f"SET ROLE {role}")
        try:
            connection.execute(sql)
        except psycopg.errors.InsufficientPrivilege as refused:
            return refused.diag.message_primary
    return None


async def _demands(connection: Any, asked: list[_Asked]) -> list[Demand]:
    return [await _demand(connection, *one) for one in asked]


async def _demand(
    connection: Any, name: str, kind: str, privilege: str, columns: tuple[str, ...] | None = None
) -> Demand:
    if kind == "schema":
        return Demand(None, name, name, kind, privilege)
    oid = await connection.fetchval("SELECT to_regclass($1)::oid", name)
    schema, relation = name.split(".")
    return Demand(oid, relation, schema, kind, privilege, columns)


async def _said(connection: Any, role: str, demands: list[Demand]) -> str | None:
    try:
        await check(connection, role, demands)
    except SqlError as refused:
        assert refused.sqlstate == "42501"
        return refused.message
    return None


@pytest.mark.parametrize(("sql", "asked"), _STATEMENTS, ids=[sql for sql, _ in _STATEMENTS])
async def test_as_postgres(world: Postgres, checking: Any, sql: str, asked: list[_Asked]) -> None:
    demands = await _demands(checking, asked)
    ours = {role: await _said(checking, role, demands) for role in _ROLES}
    theirs = {role: _said_by_postgres(world, role, sql) for role in _ROLES}
    assert ours == theirs
    assert None in ours.values()  # the owner at least


async def test_usage_of_a_schema(checking: Any) -> None:
    demand = Demand(None, "r_shut", "r_shut", "schema", "USAGE")
    assert await _said(checking, "r_owner", [demand]) is None
    assert await _said(checking, "r_nobody", [demand]) == "permission denied for schema r_shut"


async def test_columns_that_are_not_there_are_not_granted(checking: Any) -> None:
    demand = await _demand(checking, "r_open.t", "table", "SELECT", ("a", "unknown"))
    assert await _said(checking, "r_columns", [demand]) == "permission denied for table t"


async def test_nothing_is_demanded(checking: Any) -> None:
    await check(checking, "no_such_role", [])


async def test_what_is_gone(checking: Any) -> None:
    table = await _demand(checking, "r_open.t", "table", "SELECT")
    cases = [
        ("no_such_role", table, "42704", 'role "no_such_role" does not exist'),
        ("r_boss", Demand(1, "t", "r_open", "table", "SELECT"), "42P01", 'relation "t" does not'),
        ("r_boss", Demand(1, "t", "none", "table", "SELECT"), "3F000", 'schema "none" does not'),
    ]
    for role, demand, sqlstate, message in cases:
        with pytest.raises(SqlError) as failure:
            await check(checking, role, [demand])
        assert failure.value.sqlstate == sqlstate
        assert failure.value.message.startswith(message)
