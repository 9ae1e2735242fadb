"""psqlodbc: simple protocol, transaction control and queries in one message, cursors on request."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.app import App
from tests.clients import odbc
from tests.clients.odbc import Odbc, OdbcError
from tests.clients.suite import SETUP

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.flink,
    pytest.mark.skipif(odbc.driver() is None, reason=odbc.ABSENT),
]
ALL = [[str(number)] for number in range(1, 11)]


@pytest.fixture(
    params=["", "UseServerSidePrepare=0", "UseDeclareFetch=1;Fetch=3", "Protocol=7.4-1"]
)
async def connection(server: App, request: pytest.FixtureRequest) -> AsyncIterator[Odbc]:
    async with odbc.opened(server.server.port, request.param) as opened:
        for statement in SETUP:
            await opened.ask("read", statement)
        yield opened


async def test_rows(connection: Odbc) -> None:
    assert (await connection.ask("read", "SELECT id FROM few"))["rows"] == ALL


async def test_transaction(connection: Odbc) -> None:
    await connection.ask("autocommit", "off")
    assert (await connection.ask("read", "SELECT id FROM few"))["rows"] == ALL
    with pytest.raises(OdbcError) as caught:
        await connection.ask("read", "SELECT idd FROM few")
    assert caught.value.sqlstate == "42703"
    await connection.ask("commit")
    assert (await connection.ask("read", "SELECT id FROM few"))["rows"] == ALL
    await connection.ask("commit")


async def test_metadata(connection: Odbc) -> None:
    assert "pg_class" in (await connection.ask("tables", "SYSTEM TABLE"))["rows"]
    assert "relname" in (await connection.ask("columns", "pg_class"))["rows"]
