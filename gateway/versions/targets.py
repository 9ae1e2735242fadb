"""What the rules may know of the session: its functions, and the columns of what a text names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dialects import Statement
from dialects.ddl.model import ObjectKind
from dialects.mapping import Target
from dialects.versions import Version
from gateway.objects.mentions import mentions
from gateway.objects.resolving import home_of, look_up, meant
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

_BATCH = {"batch": True, "streaming": False}


@dataclass(frozen=True, slots=True)
class Known:
    """Of one statement, looked up once for all versions."""

    functions: frozenset[str] = frozenset()
    columns: Mapping[tuple[str, ...], Mapping[str, str]] = field(default_factory=dict)
    batch: bool | None = None

    def target(self, version: Version, source: Version | None = None) -> Target:
        return Target(
            version,
            source,
            batch=self.batch,
            functions=self.functions,
            columns=lambda name: self.columns.get(tuple(name)),
        )


async def known(session: StoredSession, statement: Statement, settings: EngineSettings) -> Known:
    """Objects of external catalogs and temporary ones are not looked at: Flink alone has them."""
    wanted = [each for each in mentions(statement) if each.namespace == "relation"]
    names = [each.parts for each in wanted] or [("",)]
    found = await look_up(session.store, names, settings, session.current)
    home = home_of(found, settings, session.current)
    columns: dict[tuple[str, ...], Mapping[str, str]] = {}
    for each in wanted:
        there = None if session.is_temporary(each, home) else meant(each, found, home, statement)
        if there is not None and each.parts not in columns:
            rows = await session.store.columns(there.id)
            columns[each.parts] = {row.name: row.type for row in rows}
    functions = await session.store.names(None, None, (ObjectKind.FUNCTION,))
    mine = [place.name for (space, place) in session.temporary if space == "function"]
    mode = session.inner.options.runtime_mode(settings)
    return Known(frozenset(n.upper() for n in (*functions, *mine)), columns, _BATCH.get(mode))
