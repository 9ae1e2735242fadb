"""What a role may do with mirrored objects: asked of Postgres, refused in Postgres's words.

The mirror carries owners and GRANTs as any relation does, so Postgres's own functions answer, with
membership, inheritance, PUBLIC and superusers as they are there. The order of refusals is that of
Postgres too: names are looked up first (USAGE of each schema), then the objects are checked in the
order given (of an INSERT … SELECT Postgres checks what it reads before what it fills).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from protocol.errors import (
    INSUFFICIENT_PRIVILEGE,
    INVALID_SCHEMA_NAME,
    UNDEFINED_OBJECT,
    UNDEFINED_TABLE,
    SqlError,
)

OWNER = "OWNER"


@dataclass(frozen=True, slots=True)
class Demand:
    """One object and what is to be done with it.

    `kind` is Postgres's word for it in messages (table, view, materialized view, …, schema);
    `privilege` SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, or OWNER; for a
    schema USAGE, CREATE or OWNER. `oid` is that of the mirror; None for a schema, which goes by its
    name `schema`. `columns`: those that the statement reads or fills; None: not known, so that only
    the privilege on the whole table will do; empty: none of them (`count(*)`), so that any will do.
    """

    oid: int | None
    name: str
    schema: str
    kind: str
    privilege: str
    columns: tuple[str, ...] | None = None


# One row per demand: is its schema there and open, is the object there, is it allowed?
# Functions are qualified, for the search_path may be anything.
_QUERY = """
WITH demanded AS (
    SELECT * FROM ROWS FROM (
        unnest($2::oid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
        unnest($6::boolean[])
    ) WITH ORDINALITY AS d (relation, schema, privilege, columns, by_column, number)
)
SELECT n.oid IS NOT NULL AS schema_there,
       pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE') AS usage,
       d.relation IS NULL OR c.oid IS NOT NULL AS there,
       CASE
           WHEN d.relation IS NULL AND d.privilege = 'OWNER'
               THEN pg_catalog.pg_has_role(r.oid, n.nspowner, 'USAGE')
           WHEN d.relation IS NULL
               THEN pg_catalog.has_schema_privilege(r.oid, n.oid, d.privilege)
           WHEN d.privilege = 'OWNER'
               THEN pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE')
           WHEN pg_catalog.has_table_privilege(r.oid, c.oid, d.privilege)
               THEN true
           WHEN NOT d.by_column OR d.privilege NOT IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
               THEN false
           WHEN d.columns = '[]'
               THEN pg_catalog.has_any_column_privilege(r.oid, c.oid, d.privilege)
           ELSE (
               SELECT pg_catalog.bool_and(coalesce(
                          pg_catalog.has_column_privilege(r.oid, c.oid, a.attnum, d.privilege),
                          false))
                 FROM pg_catalog.jsonb_array_elements_text(d.columns::jsonb) AS named (name)
                 LEFT JOIN pg_catalog.pg_attribute a
                   ON a.attrelid = c.oid AND a.attname = named.name::name
                  AND a.attnum > 0 AND NOT a.attisdropped)
       END AS allowed
  FROM demanded d
  JOIN pg_catalog.pg_roles r ON r.rolname = $1
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = d.schema
  LEFT JOIN pg_catalog.pg_class c ON c.oid = d.relation
 ORDER BY d.number"""


async def check(connection: Any, role: str, demands: Sequence[Demand]) -> None:
    """Return if `role` may do all of it; one round trip.

    Raises SqlError 42501 as Postgres words it (`permission denied for table t`, `must be owner of
    view v`); 3F000, 42P01, 42704 for a schema, a relation or a role that is gone meanwhile.
    `connection`: asyncpg, to the sessions' database, as anyone.
    """
    if not demands:
        return
    found = await connection.fetch(_QUERY, role, *_arguments(demands))
    if not found:
        raise SqlError(UNDEFINED_OBJECT, f'role "{role}" does not exist')
    answered = list(zip(demands, found, strict=True))
    for demand, row in answered:
        _check_lookup(demand, row)
    for demand, row in answered:
        if not row["allowed"]:
            raise refusal(demand)


async def check_member(
    connection: Any, role: str, owner: str, kind: str, name: str, privilege: str = OWNER
) -> None:
    """For what has no mirror, and so no GRANTs: whoever has the rights of its owner may do all.
    Raises SqlError 42501."""
    if not await connection.fetchval("SELECT pg_has_role($1, $2, 'USAGE')", role, owner):
        raise denied(kind, name, privilege)


def refusal(demand: Demand) -> SqlError:
    """The error 42501 for a demand that is not met."""
    return denied(demand.kind, demand.name, demand.privilege)


def denied(kind: str, name: str, privilege: str) -> SqlError:
    """As aclcheck_error in Postgres's source words it."""
    said = "must be owner of" if privilege == OWNER else "permission denied for"
    return SqlError(INSUFFICIENT_PRIVILEGE, f"{said} {kind} {name}")


def _check_lookup(demand: Demand, row: Any) -> None:
    """Is it there, and may the name be looked up at all?"""
    if not row["schema_there"]:
        raise SqlError(INVALID_SCHEMA_NAME, f'schema "{demand.schema}" does not exist')
    if demand.oid is not None and not row["usage"]:
        raise SqlError(INSUFFICIENT_PRIVILEGE, f"permission denied for schema {demand.schema}")
    if not row["there"]:
        raise SqlError(UNDEFINED_TABLE, f'relation "{demand.name}" does not exist')


def _arguments(demands: Sequence[Demand]) -> tuple[list[Any], ...]:
    """The demands as the arrays of the query. Columns are JSON: arrays of arrays must be even."""
    return (
        [demand.oid for demand in demands],
        [demand.schema for demand in demands],
        [demand.privilege for demand in demands],
        [json.dumps(demand.columns or ()) for demand in demands],
        [demand.columns is not None for demand in demands],
    )
