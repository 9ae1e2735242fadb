"""Databases of Flink as schemas of Postgres."""

from __future__ import annotations

from typing import Any

from gateway.objects.mirror.locks import patiently
from gateway.objects.mirror.shape import check_names
from gateway.objects.mirror.sql import identifier, literal
from protocol.errors import SqlError

RESERVED_NAME = "42939"
_OURS = ("xuanwu", "xuanwu_catalog", "information_schema")


async def create_schema(connection: Any, name: str, owner: str, comment: str | None = None) -> None:
    """Make it, or give it this owner and comment. Raises SqlError 42622, 42939."""
    _check(name)
    schema = identifier(name)
    await connection.execute(
        f"CREATE SCHEMA IF NOT EXISTS {schema};"
        f"ALTER SCHEMA {schema} OWNER TO {identifier(owner)};"
        f"COMMENT ON SCHEMA {schema} IS {literal(comment or None)}"
    )


async def drop_schema(connection: Any, name: str) -> None:
    """With all that is in it; nothing where there is none. Raises SqlError 42939, 55P03."""
    _check(name)
    sql = f"DROP SCHEMA IF EXISTS {identifier(name)} CASCADE"
    await patiently(connection, lambda: connection.execute(sql))


async def rename_schema(connection: Any, name: str, to: str) -> None:
    """Views name their schema in their bodies: `alter` them after it. Raises as create_schema."""
    _check(name)
    _check(to)
    sql = f"ALTER SCHEMA {identifier(name)} RENAME TO {identifier(to)}"
    await patiently(connection, lambda: connection.execute(sql))


def is_reserved(name: str) -> bool:
    """Whether it is Postgres's, or what the platform itself needs in each database."""
    return name in _OURS or name.startswith("pg_")


def _check(name: str) -> None:
    check_names([name])
    if is_reserved(name):
        raise SqlError(
            RESERVED_NAME,
            f'unacceptable database name "{name}"',
            detail="A schema of Postgres stands for each database, and this name is reserved.",
        )
