"""A timestamptz keeps its microseconds on the way into a Flink query, in any zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg
import pytest

if TYPE_CHECKING:
    from gateway.app import App

pytestmark = pytest.mark.flink

MOMENT = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
async def test_microseconds_of_a_timestamptz(server: App, zone: str) -> None:
    connection = await asyncpg.connect(
        host="127.0.0.1",
        port=server.server.port,
        user="xuanwu",
        database="xuanwu",
        server_settings={"TimeZone": zone},
    )
    try:
        text = "SELECT $1::timestamptz AS moment FROM (VALUES (1)) AS t (x)"
        assert await connection.fetchval(text, MOMENT) == MOMENT
    finally:
        await connection.close()
