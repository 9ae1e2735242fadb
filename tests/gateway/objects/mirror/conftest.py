"""A Postgres with two roles; `platform` is its administrator, `anna` a session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from gateway.catalog.address import Admin
from gateway.catalog.embedded import EmbeddedPostgres
from gateway.objects import mirror

from .support import DATABASE, ORDERS, connected


@pytest.fixture(scope="module")
async def admin(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Admin]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("mirror"))
    await asyncio.to_thread(server.start)
    connection = await asyncpg.connect(**server.admin.asyncpg("postgres"))
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.execute("CREATE ROLE anna LOGIN; CREATE ROLE bert LOGIN")
    await connection.close()
    yield server.admin
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def platform(admin: Admin) -> AsyncIterator[Any]:
    async with connected(admin) as connection:
        await mirror.prepare(connection)
        await mirror.create_schema(connection, "shop", "anna", "a shop")
        yield connection
        await mirror.drop_schema(connection, "shop")


@pytest.fixture
async def orders(platform: Any) -> int:
    return await mirror.create(platform, ORDERS)


@pytest.fixture
async def anna(admin: Admin) -> AsyncIterator[Any]:
    async with connected(admin, "anna") as connection:
        yield connection
