"""Every client, every case of the common suite."""

from __future__ import annotations

import pytest

from tests.clients.adapters import Client
from tests.clients.conftest import Connect
from tests.clients.suite import CASES, FAILURES, Case, Failure, internal

CLIENTS = ("psql", "asyncpg", "psycopg-text", "psycopg-binary", "pgjdbc", "psqlodbc")

pytestmark = [pytest.mark.postgres, pytest.mark.flink]


async def check(client: Client, case: Case) -> None:
    """The case answers what it must, in that client's eyes."""
    reply = await client.read(case.sql)
    assert [name for name, _ in reply.columns] == [name for name, _ in case.columns]
    for (name, found), (_, type_) in zip(reply.columns, case.columns, strict=True):
        assert found in (None, internal(type_)), name
    if client.texts:
        assert reply.rows == [tuple(row) for row in case.rows]
    elif case.rows:
        expected = await client.read(case.oracle)
        assert reply.rows == expected.rows
    else:
        assert not reply.rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("name", CLIENTS)
async def test_case(connect: Connect, name: str, case: Case) -> None:
    await check(await connect(name), case)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
@pytest.mark.parametrize("name", CLIENTS)
async def test_failure(connect: Connect, name: str, failure: Failure) -> None:
    client = await connect(name)
    failed = await client.fail(failure.sql)
    assert failed.sqlstate == failure.sqlstate, failed
    assert failure.says in failed.message
    assert failed.position in (-1, failure.position), failed
    assert (await client.read("select 1 as x")).columns  # the session goes on
