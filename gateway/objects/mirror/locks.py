"""Changing a mirror while sessions hold locks on it: short waits, several times, then an error.

Whoever waits for an exclusive lock makes every later reader wait behind it, so no wait is long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from gateway.catalog.admin import asyncpg
from protocol.errors import SqlError

LOCK_NOT_AVAILABLE = "55P03"
_ATTEMPTS = 5
_WAIT_MS = 500
_PAUSE_S = 0.1

_Result = TypeVar("_Result")


async def patiently(connection: Any, work: Callable[[], Awaitable[_Result]]) -> _Result:
    """Run `work` in a transaction (a savepoint of the caller's). Raises SqlError 55P03."""
    for attempt in range(_ATTEMPTS):
        await asyncio.sleep(attempt * _PAUSE_S)  # let those pass who stood behind us
        try:
            return await _once(connection, work)
        except asyncpg.LockNotAvailableError as error:
            reason = error
    raise SqlError(
        LOCK_NOT_AVAILABLE,
        "could not change the object: a session holds a lock on it",
        detail=str(reason),
        hint="End the transaction that has used it (see pg_locks) and try again.",
    ) from reason


async def _once(connection: Any, work: Callable[[], Awaitable[_Result]]) -> _Result:
    async with connection.transaction():
        before = await connection.fetchval("SELECT current_setting('lock_timeout')")
        await _limit(connection, f"{_WAIT_MS}ms")
        result = await work()
        await _limit(connection, before)  # a savepoint's SET LOCAL lasts as long as the whole
        return result


async def _limit(connection: Any, value: str) -> None:
    await connection.execute("SELECT set_config('lock_timeout', $1, true)", value)
