"""What is known of the tables that a statement names, for the rules that ask.

name ─► stored? ─► columns, key and options of the store
          └ no ──► DESCRIBE, if Flink may be asked
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialects import single
from dialects.ddl import read_ddl
from dialects.ddl.model import Create
from dialects.names import quote_name
from gateway.objects.changing import column_of
from gateway.objects.resolving import Resolved
from gateway.objects.stored import StoredObject
from protocol.errors import SqlError
from session.ports import EngineSettings, TableFacts, Tables

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

Name = tuple[str, ...]


def tables_of(
    session: StoredSession, resolved: Resolved, asked: EngineSettings | None = None
) -> Tables:
    """Of tables and views by any of their names. `asked`: with these settings Flink may be asked
    about what is not stored."""
    stored, others = _named(resolved)

    async def facts(name: Name) -> TableFacts | None:
        if (each := stored.get(name)) is not None:
            return await _stored(session, each)
        return await _of_flink(session, others[name], asked) if asked and name in others else None

    return facts


def _named(resolved: Resolved) -> tuple[dict[Name, StoredObject], dict[Name, str]]:
    """Stored objects by each of their names; the paths of all else that is named."""
    stored: dict[Name, StoredObject] = {}
    others: dict[Name, str] = {}
    for named in resolved.named:
        mention = named.mention
        if mention.namespace != "relation":
            continue
        if named.object is None:
            others[tuple(mention.parts)] = ".".join(map(quote_name, mention.parts))
            continue
        place = named.object.place
        full = (place.catalog, place.database, place.name)
        for parts in (tuple(mention.parts), full, full[1:], full[2:]):
            stored.setdefault(parts, named.object)
    return stored, others


async def _stored(session: StoredSession, each: StoredObject) -> TableFacts:
    columns = await session.store.columns(each.id)
    ddl = read_ddl(single(each.engine_text))
    options = getattr(ddl.definition, "options", ()) if isinstance(ddl, Create) else ()
    return TableFacts(
        {column.name: column.type for column in columns},
        tuple(column.name for column in columns if column.key),
        {option.key: option.value for option in options},
    )


async def _of_flink(
    session: StoredSession, path: str, settings: EngineSettings
) -> TableFacts | None:
    """Of the session's own tables and those of external catalogs; None where there is no such
    table, which Flink will say of the statement itself."""
    config = session.inner.options.statement(settings)
    try:
        _, rows = await session.inner.small(f"DESCRIBE {path}", settings, config)
    except SqlError:
        return None
    columns = [column_of(row.fields) for row in rows]
    keys = tuple(column.name for column in columns if column.key)
    return TableFacts({column.name: column.type for column in columns}, keys)
