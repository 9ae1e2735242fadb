"""What is granted by default on what the platform makes, beside what Postgres grants itself on what
the owner makes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.catalog.admin import asyncpg
from gateway.objects.mirror.defaults import grant_defaults
from tests.fixtures.postgres import Postgres

pytestmark = pytest.mark.postgres

_WORLD = """
CREATE ROLE d_owner; CREATE ROLE d_reader; CREATE ROLE "d Writer"; CREATE ROLE d_other;
CREATE SCHEMA "d Open" AUTHORIZATION d_owner; CREATE SCHEMA d_plain AUTHORIZATION d_owner;
GRANT CREATE ON DATABASE postgres TO d_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE d_owner GRANT SELECT ON TABLES TO d_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE d_owner IN SCHEMA "d Open"
    GRANT INSERT, SELECT ON TABLES TO "d Writer" WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE d_owner IN SCHEMA "d Open" GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE d_owner GRANT USAGE ON SCHEMAS TO d_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE d_other GRANT DELETE ON TABLES TO d_reader;
"""


@pytest.fixture
async def connection(postgres: Postgres) -> AsyncIterator[Any]:
    opened = await asyncpg.connect(postgres.uri)
    transaction = opened.transaction()
    await transaction.start()
    await opened.execute(_WORLD)
    yield opened
    await transaction.rollback()
    await opened.close()


async def _granted(connection: Any, table: str, name: str) -> set[tuple[str, str, bool]]:
    """(role, privilege, may pass it on) but those of the owner."""
    column, key = ("relacl", "oid") if table == "pg_class" else ("nspacl", "oid")
    kind = "regclass" if table == "pg_class" else "regnamespace"
    found = await connection.fetch(
        f"SELECT x.grantee::regrole::text, x.privilege_type, x.is_grantable FROM {table},"
        f" aclexplode({column}) x WHERE {key} = '{name}'::{kind} AND x.grantee <> x.grantor"
    )
    return {tuple(record) for record in found}


@pytest.mark.parametrize("schema", ['"d Open"', "d_plain"])
@pytest.mark.parametrize("what", ["TABLE {} (a int)", "VIEW {} AS SELECT 1 AS a"])
async def test_relations(connection: Any, schema: str, what: str) -> None:
    ours, theirs = f'{schema}."of us"', f'{schema}."of them"'
    await connection.execute(f"CREATE {what.format(ours)}")
    await connection.execute(f"ALTER TABLE {ours} OWNER TO d_owner")
    assert await _granted(connection, "pg_class", ours) == set()
    oid = await connection.fetchval("SELECT $1::text::regclass::oid", ours)
    await grant_defaults(connection, [oid])
    await connection.execute(f"SET ROLE d_owner; CREATE {what.format(theirs)}; RESET ROLE")
    expected = await _granted(connection, "pg_class", theirs)
    assert await _granted(connection, "pg_class", ours) == expected
    assert ("d_reader", "SELECT", False) in expected


async def test_schemas(connection: Any) -> None:
    await connection.execute('CREATE SCHEMA "Of us" AUTHORIZATION d_owner')
    await grant_defaults(connection, schemas=["Of us"])
    await connection.execute("SET ROLE d_owner; CREATE SCHEMA of_them; RESET ROLE")
    expected = await _granted(connection, "pg_namespace", "of_them")
    assert await _granted(connection, "pg_namespace", '"Of us"') == expected
    assert expected == {("d_reader", "USAGE", False)}


async def test_nothing_is_set(connection: Any) -> None:
    await connection.execute("CREATE TABLE d_plain.t (); ALTER TABLE d_plain.t OWNER TO d_reader")
    oid = await connection.fetchval("SELECT 'd_plain.t'::regclass::oid")
    await grant_defaults(connection, [oid], ["d_plain"][:0])
    assert await _granted(connection, "pg_class", "d_plain.t") == set()
