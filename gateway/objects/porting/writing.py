"""Writing: the stored catalog as an SQL script, in an order in which it can be read.

The same catalog gives the same text on every server: sorted by place, what is needed first, no
times and no ids.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import groupby
from typing import Any

from dialects import single, split
from dialects.ddl.model import ObjectKind
from gateway.catalog.bootstrap import OWNER
from gateway.objects.mirror.sql import identifier
from gateway.objects.porting.secrets import Instead, References, masked, plain, rewritten
from gateway.objects.store import Store
from gateway.objects.stored import DEFAULT_CATALOG, Found, Place, StoredObject
from protocol.errors import INTERNAL_ERROR, INVALID_CATALOG_NAME, INVALID_SCHEMA_NAME, SqlError

FORMAT = 1
TITLE = "-- Catalog of Xuanwu, format"
RANKS = {
    kind: rank
    for rank, kind in enumerate(
        (
            ObjectKind.CATALOG,
            ObjectKind.DATABASE,
            ObjectKind.FUNCTION,
            ObjectKind.CONNECTION,
            ObjectKind.MODEL,
            ObjectKind.TABLE,
            ObjectKind.MATERIALIZED_TABLE,
            ObjectKind.VIEW,
        )
    )
}
_RELATIONS = """
SELECT c.oid, a.attname AS column, pg_get_userbyid(x.grantee) AS role, x.grantee,
       x.privilege_type AS privilege, x.is_grantable
  FROM pg_class c
  JOIN LATERAL (SELECT NULL::name, c.relacl
          UNION ALL SELECT p.attname, p.attacl FROM pg_attribute p
                     WHERE p.attrelid = c.oid AND p.attnum > 0 AND NOT p.attisdropped
       ) AS a (attname, acl) ON true,
       aclexplode(a.acl) x
 WHERE c.oid = ANY($1) AND x.grantee <> c.relowner"""
# Everybody may look into `public`: the server itself has said so.
_SCHEMAS = """
SELECT n.nspname AS schema, NULL AS column, pg_get_userbyid(x.grantee) AS role, x.grantee,
       x.privilege_type AS privilege, x.is_grantable
  FROM pg_namespace n, aclexplode(n.nspacl) x
 WHERE n.nspname = ANY($1) AND x.grantee <> n.nspowner
   AND NOT (n.nspname = 'public' AND x.grantee = 0 AND x.privilege_type = 'USAGE')"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is written. `secrets`: reference, mask or plain; `grants`: as statements, not only as
    comments."""

    catalog: str | None = None
    database: str | None = None
    secrets: str = "reference"
    grants: bool = False


async def script(store: Store, wanted: Wanted) -> str:
    """Raises SqlError 3D000, 3F000 for a catalog or a database that is not there."""
    known = Found({each.id: each for each in await store.listed(None, None, tuple(ObjectKind))})
    chosen = _chosen(known, wanted)
    ordered = _ordered(known, chosen)
    rights = await _rights(store, ordered)
    granted = {place: list(_grants(place, records)) for place, records in rights.items()}
    references = References()
    blocks = [
        "".join(_block(each, _instead(each, wanted, references), wanted, granted))
        for each in ordered
    ]
    ids = {each.id for each in ordered}
    needed = [each for each in _needed(known, chosen) if each.id not in ids]
    head = _head(references, _roles(ordered, rights, wanted), needed, wanted)
    return "\n".join(filter(None, ["".join(f"{line}\n" for line in head), *blocks]))


def _chosen(known: Found, wanted: Wanted) -> list[StoredObject]:
    """By kind and place; the containers of what is chosen are among them."""
    if wanted.catalog and known.at("catalog", Place(wanted.catalog)) is None:
        raise SqlError(INVALID_CATALOG_NAME, f'catalog "{wanted.catalog}" does not exist')
    catalog = wanted.catalog or (DEFAULT_CATALOG if wanted.database else None)
    if wanted.database and known.at("database", Place(catalog or "", wanted.database)) is None:
        raise SqlError(INVALID_SCHEMA_NAME, f'database "{wanted.database}" does not exist')
    chosen = [
        each
        for each in known.objects.values()
        if catalog in (None, each.place.catalog)
        and (not wanted.database or each.place.database in ("", wanted.database))
    ]
    return sorted(chosen, key=_order)


def _order(each: StoredObject) -> tuple[int, tuple[str, ...]]:
    return RANKS[each.kind], each.place.parts


def _needed(known: Found, chosen: Sequence[StoredObject]) -> list[StoredObject]:
    """They and what they need, each behind that; ids, which differ by server, decide nothing."""

    def sort(ids: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted(ids, key=lambda i: _order(known.objects[i]), reverse=True))

    stable = {i: replace(o, on_ids=sort(o.on_ids)) for i, o in known.objects.items()}
    return Found(stable).needed_by([stable[each.id] for each in chosen])


def _ordered(known: Found, chosen: Sequence[StoredObject]) -> list[StoredObject]:
    ids = {each.id for each in chosen}
    return [each for each in _needed(known, chosen) if each.id in ids]


def _instead(each: StoredObject, wanted: Wanted, references: References) -> Instead:
    if wanted.secrets == "reference":
        return references.of(each)
    return masked if wanted.secrets == "mask" else plain


# ── text ────────────────────────────────────────────────────────────────────────────────────────


def _head(
    references: References,
    roles: Sequence[str],
    needed: Sequence[StoredObject],
    wanted: Wanted,
) -> Iterator[str]:
    yield f"{TITLE} {FORMAT}, written by version {version('xuanwu')}"
    yield "-- To be read by: xuanwu catalog import FILE"
    if references.values:
        yield "-- Secrets to be given in a file, one a line as NAME=value (--secrets-file):"
        yield from sorted(f"--   {name}" for name in references.values)
    if wanted.secrets == "mask":
        yield "-- Secrets are masked: they have to be written in before it can be read."
    if roles:
        yield f"-- Roles that have to be there: {', '.join(roles)}"
    if needed:
        yield "-- Needed and not in this file:"
        yield from (f"--   {e.kind.value.lower()} {_quoted(e.place.sql)}" for e in needed)


def about(flink_version: str, owner: str) -> str:
    """The line in front of a statement which says what the statement itself cannot."""
    return f"-- Flink {flink_version}, owner {_quoted(owner)}\n"


def _quoted(text: str) -> str:
    """On one line, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def _block(
    each: StoredObject, instead: Instead, wanted: Wanted, granted: Mapping[Place, list[str]]
) -> Iterator[str]:
    if each.engine_text:  # what is there in every catalog has none
        text = rewritten(single(each.engine_text), instead)
        if [statement.text for statement in split(text)] != [text]:
            raise SqlError(INTERNAL_ERROR, f"the definition of {each.shown} is no single statement")
        yield f"{about(each.version, each.owner)}{text};\n"
    for grant in granted.get(each.place, ()) if each.namespace in _GRANTED else ():
        yield f"{'' if wanted.grants else '-- '}{grant};\n"


_GRANTED = ("relation", "database")


# ── rights ──────────────────────────────────────────────────────────────────────────────────────


async def _rights(store: Store, objects: Sequence[StoredObject]) -> Mapping[Place, list[Any]]:
    relations = {each.relid: each.place for each in objects if each.relid is not None}
    schemas = {
        each.place.database: each.place
        for each in objects
        if each.kind is ObjectKind.DATABASE and each.place.catalog == DEFAULT_CATALOG
    }
    found: defaultdict[Place, list[Any]] = defaultdict(list)
    for record in await store.pool.fetch(_RELATIONS, list(relations)):
        found[relations[record["oid"]]].append(record)
    for record in await store.pool.fetch(_SCHEMAS, list(schemas)):
        found[schemas[record["schema"]]].append(record)
    return found


def _roles(
    objects: Sequence[StoredObject], rights: Mapping[Place, Sequence[Any]], wanted: Wanted
) -> list[str]:
    """Whom the script names, but for the owner of the catalog, who is there."""
    found = {each.owner for each in objects}
    if wanted.grants:
        found |= {r["role"] for records in rights.values() for r in records if r["grantee"]}
    return [identifier(role) for role in sorted(found - {OWNER})]


def _grants(place: Place, records: Sequence[Any]) -> Iterator[str]:
    """One statement per grantee and column; with the right to pass on or without."""
    on = ".".join(map(identifier, place.parts[1:]))
    on = on if place.name else f"SCHEMA {on}"

    def who(record: Any) -> tuple[str, bool, str]:
        role = identifier(record["role"]) if record["grantee"] else "PUBLIC"
        return role, record["is_grantable"], record["column"] or ""

    for (role, grantable, column), group in groupby(sorted(records, key=who), who):
        suffix = f" ({identifier(column)})" if column else ""
        rights = ", ".join(sorted(f"{record['privilege']}{suffix}" for record in group))
        option = " WITH GRANT OPTION" if grantable else ""
        yield f"GRANT {rights} ON {on} TO {role}{option}"
