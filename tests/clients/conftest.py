"""The clients of the run, each connected once, with the suite's tables in its session."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest

from gateway.app import App
from gateway.engine.jobmanager import JobManagerClient
from gateway.engine.local import LocalProvider
from tests.clients import adapters, odbc, suite
from tests.clients.adapters import Client
from tests.clients.jdbc import Jdbc, started
from tests.clients.jobs import Jobs
from tests.fixtures.flink import ignore

_numbers = itertools.count()
Connect = Callable[[str], Awaitable[Client]]


@pytest.fixture(scope="session")
async def jdbc() -> AsyncIterator[Jdbc]:
    async with started() as running:
        yield running


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def jobs(engines: LocalProvider, http: aiohttp.ClientSession) -> Jobs:
    """Jobs of the default version, marked: only what the test starts counts."""
    endpoint = await engines.ensure(engines.default_version, ignore)
    await engines.warmed(engines.default_version)
    found = Jobs(JobManagerClient(http, endpoint))
    await found.mark()
    return found


@pytest.fixture(scope="session")
async def connect(server: App, jdbc: Jdbc) -> AsyncIterator[Connect]:
    """A client by its name, opened at its first use, with the tables of the suite."""
    async with AsyncExitStack() as stack:
        yield opener(stack, server.server.port, jdbc)


def opener(stack: AsyncExitStack, port: int, jdbc: Jdbc) -> Connect:
    """Clients of the server at that port, closed with the stack."""
    clients: dict[str, Client] = {}

    async def connect(name: str) -> Client:
        if name not in clients:
            clients[name] = await _open(name, stack, port, jdbc)
            for statement in suite.SETUP:
                await clients[name].run(statement)
        return clients[name]

    return connect


async def _open(name: str, stack: AsyncExitStack, port: int, jdbc: Jdbc) -> Client:
    if name == "pgjdbc":
        connection = f"suite {next(_numbers)}"
        await jdbc.open(connection, port)
        stack.push_async_callback(jdbc.ask, "close", connection)
        return adapters.JdbcClient(jdbc, connection)
    if name == "psqlodbc":
        if odbc.driver() is None:
            pytest.skip(odbc.ABSENT)
        return await stack.enter_async_context(adapters.open_odbc(port))
    return await stack.enter_async_context(adapters.OPENERS[name](port))
