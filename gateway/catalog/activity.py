"""What xuanwu.pg_stat_activity shows: the sessions of this server, published when somebody asks.

Several servers share the table; each replaces its own rows. What a server that has died left behind
goes when another one starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from session.ports import Activity

_CLEAR = "DELETE FROM xuanwu.activity WHERE server = $1"
_STALE = "DELETE FROM xuanwu.activity WHERE published < now() - interval '5 minutes'"
_INSERT = """
INSERT INTO xuanwu.activity
       (server, pid, role, database, application_name, client_addr, client_port, backend_start,
        state, query, query_start, state_change, tls_version, tls_cipher, tls_bits)
SELECT $1, s.pid, s.role, s.database, s.application_name, s.client_addr::inet, s.client_port,
       to_timestamp(s.backend_start), s.state, s.query, to_timestamp(s.query_start),
       to_timestamp(s.state_change), s.tls_version, s.tls_cipher, s.tls_bits
  FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
              $8::float8[], $9::text[], $10::text[], $11::float8[], $12::float8[],
              $13::text[], $14::text[], $15::int[])
    AS s (pid, role, database, application_name, client_addr, client_port,
          backend_start, state, query, query_start, state_change,
          tls_version, tls_cipher, tls_bits)"""
_FIELDS = (
    "pid",
    "role",
    "database",
    "application_name",
    "client_addr",
    "client_port",
    "backend_start",
    "state",
    "query",
    "query_start",
    "state_change",
)


async def publish(on: Any, server: str, sessions: Sequence[Activity]) -> None:
    """Replace the rows of `server` in one transaction on a connection."""
    columns = [[getattr(session, name) for session in sessions] for name in _FIELDS]
    encryption = [session.encryption or (None, None, None) for session in sessions]
    columns += [[each[part] for each in encryption] for part in range(3)]
    async with on.transaction():
        await on.execute(_CLEAR, server)
        await on.execute(_INSERT, server, *columns)


async def withdraw(pool: Any, server: str) -> None:
    """Remove the rows of `server`."""
    await pool.execute(_CLEAR, server)


async def forget_stale(pool: Any) -> None:
    """Remove what no server has published for minutes."""
    await pool.execute(_STALE)
