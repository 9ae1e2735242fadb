"""Postgres's failures while the store is asked, as a client is told them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from gateway.catalog.admin import asyncpg
from protocol.errors import CONNECTION_FAILURE, SqlError

P = ParamSpec("P")
T = TypeVar("T")

_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError, TimeoutError)


def told(
    work: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Raises SqlError: 08006 where the connection is lost, else what Postgres says, in its words
    and with its SQLSTATE. The next statement gets another connection."""

    @wraps(work)
    async def telling(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await work(*args, **kwargs)
        except _LOST as error:
            raise SqlError(
                CONNECTION_FAILURE,
                "connection to the catalog's Postgres was lost",
                detail=str(error) or type(error).__name__,
                hint="Try again: the server reconnects by itself.",
            ) from error
        except asyncpg.PostgresError as error:
            raise SqlError(
                error.sqlstate, error.message, detail=error.detail, hint=error.hint
            ) from error

    return telling
