"""Several Flink versions in one session, back and forth, in the eyes of three clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from gateway.app import App
from gateway.engine.local import LocalProvider
from tests.clients.conftest import Connect, opener
from tests.clients.jdbc import Jdbc
from tests.clients.suite import NAMED, NESTED, SCALARS, Value, values
from tests.clients.test_suite import check
from tests.fixtures.flink import ignore

pytestmark = [pytest.mark.postgres, pytest.mark.flink, pytest.mark.timeout(300)]

VERSIONS = ("1.16", "1.20", "2.2", "1.16", "2.2", "1.20")
CLIENTS = ("psql", "asyncpg", "pgjdbc")
# What 1.16 has no function for, or reads otherwise.
LATER = ("hollow",)


def everywhere(kind: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(value for value in kind if value.name not in LATER)


COMMON = (values("scalars", everywhere(SCALARS)), values("nested", everywhere(NESTED)),
          NAMED["rows"], NAMED["order and limit"], NAMED["no rows"])  # fmt: skip


@pytest.fixture(scope="module")
async def connect(server: App, engines: LocalProvider, jdbc: Jdbc) -> AsyncIterator[Connect]:
    for version in set(VERSIONS):
        await engines.ensure(version, ignore)
        await engines.warmed(version)
    async with AsyncExitStack() as stack:
        yield opener(stack, server.server.port, jdbc)


@pytest.mark.parametrize("name", CLIENTS)
async def test_back_and_forth(connect: Connect, name: str) -> None:
    """The tables, temporary ones too, were made in one version and are there in all."""
    client = await connect(name)
    for version in VERSIONS:
        await client.run(f"SET flink.version = '{version}'")
        assert (await client.read("SHOW flink.version")).rows == [(version,)]
        for case in COMMON:
            await check(client, case)
        failed = await client.fail("SELECT id, idd FROM few")
        assert (failed.sqlstate, failed.position) == ("42703", 12), version
