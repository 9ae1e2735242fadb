from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.catalog.catalog import Catalog, CatalogConfig
from gateway.catalog.pool import Pool

DEFAULTS = {
    "flink.version": "2.2",
    "flink.runtime_mode": "auto",
    "flink.changelog": "off",
    "flink.job_handle": "auto",
    "flink.dml": "async",
    "flink.slot_timeout": "30s",
    "flink.snapshot_after": "5s",
}


@pytest.fixture(scope="session")
async def catalog(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Catalog]:
    config = CatalogConfig(Path(tmp_path_factory.mktemp("catalog")), defaults=DEFAULTS)
    opened = await Catalog.start(config)
    yield opened
    await opened.close()


@pytest.fixture
async def make_pool(catalog: Catalog) -> AsyncIterator[Callable[..., Pool]]:
    """Pools of other limits on the same Postgres."""
    made: list[Pool] = []

    def make(limit: int, wait_s: float = 10.0) -> Pool:
        pool = catalog.make_pool(limit=limit, wait_s=wait_s)
        made.append(pool)
        return pool

    yield make
    for pool in made:
        await pool.close()
