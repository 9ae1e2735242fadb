"""The engine side over the run's engines; a module with engines of its own overrides `provider`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.engine.engine import FlinkEngine
from gateway.engine.local import LocalProvider
from tests.gateway.engine.driving import VERSIONS, Client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider(engines: LocalProvider) -> LocalProvider:
    return engines


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(provider: LocalProvider) -> AsyncIterator[FlinkEngine]:
    engine = FlinkEngine(provider)
    yield engine
    await engine.close()


@pytest_asyncio.fixture(params=VERSIONS, loop_scope="session")
async def client(engine: FlinkEngine, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A client of each version in turn."""
    client = Client(engine, request.param)
    yield client
    await client.session.close()


@pytest_asyncio.fixture(loop_scope="session")
async def newest(engine: FlinkEngine) -> AsyncIterator[Client]:
    client = Client(engine, VERSIONS[0])
    yield client
    await client.session.close()
