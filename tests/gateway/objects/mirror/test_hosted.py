"""An administrator who is no superuser, as hosted Postgres gives one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from gateway.catalog.address import Admin
from gateway.objects import mirror
from gateway.objects.resolved import ResolvedColumn as Column

from .support import ORDERS, READS, WRITES, refused

pytestmark = pytest.mark.postgres
TABLE = '"shop"."Orders"'
# The index shows that the join adds no row, so that it is left out; the answer is right.
NEEDLESS = "SELECT i FROM (VALUES (1)) v (i) LEFT JOIN {t} ON id = i"


@pytest.fixture(scope="module")
async def hosted(admin: Admin) -> AsyncIterator[Any]:
    root = await asyncpg.connect(**admin.asyncpg("postgres"))
    await root.execute("CREATE ROLE boss LOGIN CREATEROLE; GRANT anna, bert TO boss")
    await root.execute("CREATE DATABASE hosted OWNER boss")
    boss = await asyncpg.connect(**admin.asyncpg("hosted") | {"user": "boss"})
    await mirror.prepare(boss)
    await mirror.create_schema(boss, "shop", "anna")
    yield boss
    await boss.close()
    await root.execute("DROP DATABASE hosted WITH (FORCE)")
    await root.close()


@pytest.fixture
async def made(hosted: Any) -> AsyncIterator[int]:
    oid = await mirror.create(hosted, ORDERS)
    yield oid
    await mirror.drop(hosted, oid)


@pytest.fixture
async def anna(admin: Admin, hosted: Any) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(**admin.asyncpg("hosted") | {"user": "anna"})
    yield connection
    await connection.close()


@pytest.mark.parametrize("sql", [sql for sql in READS + WRITES if sql != NEEDLESS])
async def test_guarded(anna: Any, made: int, sql: str) -> None:
    assert (await refused(anna, sql.format(t=TABLE))).sqlstate in ("0A000", "23502")


async def test_the_platform_does_not_read_either(hosted: Any, made: int) -> None:
    assert (await refused(hosted, f"SELECT * FROM {TABLE}")).sqlstate == "0A000"


async def test_changed_and_healed(hosted: Any, anna: Any, made: int) -> None:
    columns = [Column("id", "STRING", False), Column("new", "INT", False)]
    table = replace(ORDERS, columns=columns, comment="changed")
    assert await mirror.alter(hosted, made, table) == made
    assert not await mirror.differences(hosted, [table])
    await anna.execute(f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY; DELETE FROM {TABLE}")
    assert (await mirror.differences(hosted, [table])).changed
    await mirror.alter(hosted, made, table)
    assert not await mirror.differences(hosted, [table])
    assert (await refused(anna, f"SELECT 1 FROM {TABLE} WHERE id = 'x'")).sqlstate == "0A000"
