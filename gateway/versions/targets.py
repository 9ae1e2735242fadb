"""What the rules may know of the session: its functions, columns and keys of what a text names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dialects import Statement
from dialects.ddl import read_ddl
from dialects.mapping import Target
from dialects.versions import Version
from gateway.engine.translating import about
from gateway.objects.changing import mentioned
from gateway.objects.facts import tables_of
from gateway.objects.mentions import Mention
from protocol.errors import SqlError
from session.ports import EngineSettings, TableFacts

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession


@dataclass(frozen=True, slots=True)
class Known:
    """Of one statement, looked up once for all versions."""

    functions: frozenset[str] = frozenset()
    tables: Mapping[tuple[str, ...], TableFacts] = field(default_factory=dict)
    batch: bool | None = None
    releases: Callable[[str], Mapping[str, str]] = lambda version: {}

    def target(self, version: Version, source: Version | None = None) -> Target:
        return Target(
            version,
            source,
            self.releases(str(version)),
            batch=self.batch,
            functions=self.functions,
            **about(self.tables.get),
        )


async def known(session: StoredSession, statement: Statement, settings: EngineSettings) -> Known:
    """Raises SqlError for a name that could mean several objects, its position in the statement."""
    wanted = _mentions(statement)
    resolved = await session.resolved(statement, wanted, settings)
    look_up = tables_of(session, resolved)
    tables: dict[tuple[str, ...], TableFacts] = {}
    for each in wanted:
        if each.namespace == "relation" and each.parts not in tables:
            if (found := await look_up(each.parts)) is not None:
                tables[each.parts] = found
    provider = session.inner.hub.provider

    def releases(version: str) -> Mapping[str, str]:
        said = settings.releases if version == settings.version else {}
        return {**provider.releases(version), **said}

    return Known(session.functions_of(resolved), tables, session.inner.batch(settings), releases)


def _mentions(statement: Statement) -> list[Mention]:
    """Of a broken definition none: what is wrong with it, the verdict says."""
    try:
        return mentioned(statement, read_ddl(statement))
    except SqlError:
        return []
