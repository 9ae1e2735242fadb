"""The catalog of real tables and what the tools were answered over it, once per run."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.clients.catalog.runs import Runs
from tests.clients.catalog.world import World, opened


@pytest.fixture(scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with opened(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(scope="session")
async def runs(world: World) -> Runs:
    return Runs(world)
