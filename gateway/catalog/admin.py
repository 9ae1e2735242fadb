"""The administrator's connections, through asyncpg (which has no annotations: typed here)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg as _asyncpg

from gateway.catalog.address import Admin
from protocol.errors import CONNECTION_FAILURE, SqlError

asyncpg: Any = _asyncpg
_CONNECT_S = 15.0
_COMMAND_S = 60.0


@asynccontextmanager
async def connected(admin: Admin, database: str | None = None) -> AsyncIterator[Any]:
    """One connection. Raises SqlError 08006."""
    try:
        connection = await asyncpg.connect(**_arguments(admin, database))
    except (OSError, asyncpg.InterfaceError) as error:
        raise _unreachable(error) from error
    try:
        yield connection
    finally:
        await connection.close(timeout=_CONNECT_S)


@asynccontextmanager
async def pooled(admin: Admin, database: str, most: int) -> AsyncIterator[Any]:
    """A pool of up to `most` connections. Raises SqlError 08006."""
    try:
        pool = await asyncpg.create_pool(**_arguments(admin, database), min_size=1, max_size=most)
    except (OSError, asyncpg.InterfaceError) as error:
        raise _unreachable(error) from error
    try:
        yield pool
    finally:
        pool.terminate()  # nothing of worth is under way here, and a close may wait for long


def _arguments(admin: Admin, database: str | None) -> dict[str, Any]:
    times = {"timeout": _CONNECT_S, "command_timeout": _COMMAND_S}
    return admin.asyncpg(database) | times


def _unreachable(error: Exception) -> SqlError:
    return SqlError(
        CONNECTION_FAILURE,
        "could not connect to Postgres as the administrator",
        detail=str(error) or type(error).__name__,
    )
