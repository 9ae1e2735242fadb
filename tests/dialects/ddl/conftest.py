"""Flink itself, as the judge of what is read, described, changed and rendered."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from gateway.engine.engine import FlinkEngine
from gateway.engine.local import LocalProvider
from tests.gateway.engine.driving import Client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(engines: LocalProvider) -> AsyncIterator[FlinkEngine]:
    engine = FlinkEngine(engines)
    yield engine
    await engine.close()


@pytest_asyncio.fixture(loop_scope="session")
async def flink(engine: FlinkEngine) -> AsyncIterator[Client]:
    client = Client(engine, "2.2")
    yield client
    await client.session.close()
