"""ALTER DEFAULT PRIVILEGES on mirrors: Postgres heeds it for who creates, which is the platform.

What the owner of a new mirror has set as default is therefore granted right after its creation, in
the same transaction. Defaults that take rights from the owner itself are not followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# Entries without a schema are for all of them; those with one add to it (pg_default_acl).
_GRANTS = """
WITH made (kind, object, named, owner, schema) AS (
    SELECT 'r', 'TABLE', format('%I.%I', n.nspname, c.relname), c.relowner, n.oid
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = ANY ($1::oid[])
    UNION ALL
    SELECT 'n', 'SCHEMA', format('%I', nspname), nspowner, 0
      FROM pg_catalog.pg_namespace WHERE nspname = ANY ($2::name[])
)
SELECT format('GRANT %s ON %s %s TO %s', string_agg(x.privilege_type, ', '), m.object, m.named,
              CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', r.rolname) END)
       || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
  FROM made m
  JOIN pg_catalog.pg_default_acl d
    ON d.defaclrole = m.owner AND d.defaclobjtype = m.kind AND d.defaclnamespace IN (0, m.schema)
 CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) x
  LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
 WHERE x.grantee <> m.owner AND (x.grantee = 0 OR r.oid IS NOT NULL)
 GROUP BY m.object, m.named, x.grantee, r.rolname, x.is_grantable"""


async def grant_defaults(
    connection: Any, relations: Sequence[int] = (), schemas: Sequence[str] = ()
) -> None:
    """Give new mirrors (their OIDs) and schemas (their names) what their owners' defaults say.

    Call it once the owner is set, within the transaction that makes them. Raises
    asyncpg.PostgresError for what Postgres refuses.
    """
    grants = await connection.fetch(_GRANTS, list(relations), list(schemas))
    if grants:
        await connection.execute(";\n".join(record[0] for record in grants))
