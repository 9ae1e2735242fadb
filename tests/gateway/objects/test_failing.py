"""Failures of Postgres behind the store, as clients are told them."""

from __future__ import annotations

import pytest

from gateway.catalog.admin import asyncpg
from gateway.objects.failing import told
from protocol.errors import SqlError


def lost() -> Exception:
    return asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")


def refused() -> Exception:
    error = asyncpg.InsufficientPrivilegeError("permission denied for schema sales")
    error.message = "permission denied for schema sales"
    return error


@pytest.mark.parametrize(
    ("error", "sqlstate", "message"),
    [
        (lost, "08006", "connection to the catalog's Postgres was lost"),
        (lambda: OSError("no such socket"), "08006", "connection to the catalog's Postgres"),
        (refused, "42501", "permission denied for schema sales"),
    ],
)
async def test_is_told_as_sql_error(error: object, sqlstate: str, message: str) -> None:
    @told
    async def work() -> None:
        raise error()  # type: ignore[operator]

    with pytest.raises(SqlError) as raised:
        await work()
    assert raised.value.sqlstate == sqlstate
    assert message in raised.value.message


async def test_leaves_other_errors_alone() -> None:
    @told
    async def work() -> None:
        raise SqlError("42P01", "table is not there")

    with pytest.raises(SqlError, match="table is not there"):
        await work()
