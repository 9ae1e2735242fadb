"""Rights on a relation and its columns, kept over a view that has to be made anew.

Grants come back as given by the owner, whoever had passed them on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.objects.mirror.shape import Shape
from gateway.objects.mirror.sql import identifier, qualified

_SELECT = """
SELECT NULL AS attname, x.grantee, pg_get_userbyid(x.grantee) AS role, x.privilege_type,
       x.is_grantable FROM pg_class c, aclexplode(c.relacl) x WHERE c.oid = $1
UNION ALL
SELECT a.attname, x.grantee, pg_get_userbyid(x.grantee), x.privilege_type, x.is_grantable
  FROM pg_attribute a, aclexplode(a.attacl) x
 WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped"""
_SET = "SELECT relacl IS NOT NULL FROM pg_class WHERE oid = $1"


async def rights(connection: Any, oid: int) -> Sequence[Any] | None:
    """What was granted; None where nothing was ever granted or revoked."""
    found = await connection.fetch(_SELECT, oid)
    return found if found or await connection.fetchval(_SET, oid) else None


def restore(shape: Shape, granted: Sequence[Any] | None) -> list[str]:
    """The statements that give a new relation these rights, those on lost columns left out."""
    if granted is None:
        return []
    sql = [f"REVOKE ALL ON {qualified(shape)} FROM PUBLIC, {identifier(shape.owner)}"]
    known = shape.by_name
    return sql + [_grant(shape, row) for row in granted if (row["attname"] or "") in {"", *known}]


def _grant(shape: Shape, row: Any) -> str:
    column = f" ({identifier(row['attname'])})" if row["attname"] else ""
    to = identifier(row["role"]) if row["grantee"] else "PUBLIC"
    option = " WITH GRANT OPTION" if row["is_grantable"] else ""
    return f"GRANT {row['privilege_type']}{column} ON {qualified(shape)} TO {to}{option}"
