"""Catalogs that keep their objects themselves (jdbc, paimon, …), as one session meets them.

    SHOW DATABASES, SHOW TABLES, DESCRIBE ─► Flink asked ─► answer, and mirror of what was told
    a session begins in the catalog's database ─► the same, within a few seconds
    DDL that Flink has done there ─► the same for what it touched

Nothing of them is stored here but the names of their databases: what is in them may change at any
time without our knowing. A mirror that cannot be brought up to date is a notice, never a failure of
the statement. The catalog's owner may do all that its own user may; others read and write what they
are granted on the mirrored tables, in the catalog's database of Postgres.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dialects import Statement
from dialects.ddl.model import Ddl, Drop, ObjectKind
from dialects.lexer import NAMES
from dialects.names import written
from gateway.catalog.admin import asyncpg
from gateway.objects.changing import column_of
from gateway.objects.external_mirror import MAX_TABLES, ExternalMirrors
from gateway.objects.resolved import ResolvedColumn
from gateway.objects.resolving import Resolved, external, home_of, look_up, need
from gateway.objects.rights import check_member
from gateway.objects.stored import DEFAULT_CATALOG, DEFAULT_DATABASE, Place, StoredObject
from protocol.errors import Notice, SqlError
from session.ports import EngineSettings, Need

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

BEGIN_S = 4.0  # that the begin of a session may wait for a listing
AFTER_S = 5.0  # that a statement may wait for the mirror of what it has done
FRESH_S = 60.0  # sessions that begin within it find what another one has listed
_AT_HOME = (DEFAULT_CATALOG, DEFAULT_DATABASE)
_FAILURES = (SqlError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_OPENS = frozenset({"FROM", "IN", "CATALOG", "TABLE", "DATABASE", "SCHEMA"})


class External:
    def __init__(self, session: StoredSession, mirrors: ExternalMirrors) -> None:
        self._session = session
        self.mirrors = mirrors

    # ── what a statement needs and may ──────────────────────────────────────────────────────────

    async def needs(self, statement: Statement) -> tuple[Need, ...]:
        """Catalogs that a statement names which Flink is to answer by itself."""
        names = set(_qualifiers(statement))
        if not names:
            return ()
        found = await self._session.store.find([], names)
        there = (external(found, name) for name in sorted(names))
        return tuple(need(each) for each in there if each is not None)

    async def check(self, resolved: Resolved, role: str) -> None:
        """Raises SqlError 42501."""
        wanted: dict[int, tuple[StoredObject, list[tuple[Place, str]]]] = {}
        for each in resolved.named:
            if each.outside is not None and each.place is not None:
                entry = wanted.setdefault(each.outside.id, (each.outside, []))
                entry[1].append((each.place, each.mention.privilege))
        for catalog, places in wanted.values():
            await self.mirrors.check(catalog, role, places)

    async def touched(self, ddl: Ddl, settings: EngineSettings) -> list[tuple[StoredObject, Place]]:
        """What DDL changes in such catalogs: for their owners alone. Raises SqlError 42501."""
        session = self._session
        paths = ddl.paths if isinstance(ddl, Drop) else (ddl.path,)
        found = await look_up(
            session.store, [(*p.parts, "") for p in paths], settings, session.current
        )
        home = home_of(found, settings, session.current)
        touched: list[tuple[StoredObject, Place]] = []
        for path in paths:
            places = home.places(path.parts)
            if ddl.kind is ObjectKind.DATABASE:
                qualified = len(path.parts) == 2
                places = [Place(path.parts[0] if qualified else home.catalog, path.parts[-1])]
            catalog = external(found, places[0].catalog) if places else None
            if catalog is not None:
                name = catalog.place.catalog
                pool = session.store.pool
                await check_member(pool, settings.role, catalog.owner, "catalog", name)
                touched.append((catalog, places[0]))
        return touched

    # ── asking Flink ────────────────────────────────────────────────────────────────────────────

    async def databases(self, catalog: StoredObject, settings: EngineSettings) -> list[str]:
        """All of the catalog, mirrored. Raises SqlError for what Flink says."""
        settings = replace(settings, needs=(need(catalog),), home=(catalog.place.catalog, ""))
        names = await self._names("SHOW DATABASES", settings)
        await self._mirror(catalog, lambda: self.mirrors.set_databases(catalog, names))
        return names

    async def tables(
        self, catalog: StoredObject, database: str, settings: EngineSettings
    ) -> list[str]:
        """Tables and views of a database, mirrored; no temporary ones. Raises SqlError."""
        place = Place(catalog.place.catalog, database)
        settings = _asking(catalog, settings)
        own = {p.name for _, p in self._session.temporary if p.parts[:2] == place.parts}
        names = [n for n in await self._names(f"SHOW TABLES FROM {place.sql}", settings)
                 if n not in own]  # fmt: skip
        await self._mirror(catalog, lambda: self.mirrors.set_tables(catalog, database, names))
        await self.quietly(catalog, self._columns_of_bare(catalog, database, settings), AFTER_S)
        return names

    async def columns(
        self, catalog: StoredObject, place: Place, settings: EngineSettings
    ) -> list[ResolvedColumn]:
        """Of a table, mirrored. Raises SqlError for what Flink says."""
        columns = await self._described(place, _asking(catalog, settings))
        await self._mirror(catalog, lambda: self.mirrors.set_columns(catalog, place, columns))
        return columns

    async def _described(self, place: Place, settings: EngineSettings) -> list[ResolvedColumn]:
        inner = self._session.inner
        config = inner.options.statement(settings)
        _, rows = await inner.small(f"DESCRIBE {place.sql}", settings, config)
        return [column_of(row.fields) for row in rows]

    async def _names(self, sql: str, settings: EngineSettings) -> list[str]:
        inner = self._session.inner
        _, rows = await inner.small(sql, settings, inner.options.statement(settings))
        return [row.fields[0] for row in rows]

    async def _columns_of_bare(
        self, catalog: StoredObject, database: str, settings: EngineSettings
    ) -> None:
        """As many as the time allows: the next listing goes on."""
        for name in await self.mirrors.bare(catalog.place.catalog, database):
            place = replace(catalog.place, database=database, name=name)
            await self.mirrors.set_columns(catalog, place, await self._described(place, settings))

    # ── bringing mirrors up to date ─────────────────────────────────────────────────────────────

    async def begin(self, name: str, settings: Callable[[], Awaitable[EngineSettings]]) -> None:
        """A session begins in the database of Postgres with that name."""
        if name == DEFAULT_CATALOG:
            return
        catalog = external(await self._session.store.find([], [name]), name)
        if catalog is not None and self.mirrors.due(catalog, FRESH_S):
            self.mirrors.listed(catalog)  # or tried: sessions that come meanwhile need not wait

            async def work() -> None:
                await self._all(catalog, await settings())

            await self.quietly(catalog, work(), BEGIN_S)

    async def created(self, catalog: StoredObject, settings: EngineSettings) -> None:
        await self.quietly(catalog, self._all(catalog, settings), AFTER_S)

    async def changed(
        self, touched: Sequence[tuple[StoredObject, Place]], ddl: Ddl, settings: EngineSettings
    ) -> None:
        """Flink has done that DDL."""
        for catalog, place in touched:
            work: Awaitable[object]
            if place.name and not isinstance(ddl, Drop):
                work = self._table(catalog, place, settings)
            elif place.name:
                work = self.tables(catalog, place.database, settings)
            else:
                work = self._all(catalog, settings)
            await self.quietly(catalog, work, AFTER_S)

    async def _all(self, catalog: StoredObject, settings: EngineSettings) -> None:
        """Databases, and what is in them: those first that the session looks into."""
        names = await self.databases(catalog, settings)
        path = [name for name in settings.search_path if name in names]
        for name in dict.fromkeys([*path, *names]):
            await self.tables(catalog, name, settings)
        self.mirrors.listed(catalog)

    async def _table(self, catalog: StoredObject, place: Place, settings: EngineSettings) -> None:
        await self.tables(catalog, place.database, settings)
        await self.columns(catalog, place, settings)

    async def _mirror(
        self, catalog: StoredObject, work: Callable[[], Awaitable[Sequence[str] | None]]
    ) -> None:
        """Show in Postgres what Flink has told."""
        left: Sequence[str] = ()

        async def run() -> None:
            nonlocal left
            left = await work() or ()

        await self.quietly(catalog, run(), AFTER_S)
        if left:
            self._session.notify(
                Notice(
                    f'{len(left)} names of catalog "{catalog.place.catalog}" are not shown in its'
                    " database",
                    detail=f"The first of them is {left[0]!r}.",
                    hint=f"Names of Postgres have up to 63 bytes; {MAX_TABLES} tables of a"
                    " database are shown. In Flink they can be used all the same.",
                )
            )

    async def quietly(self, catalog: StoredObject, work: Awaitable[object], limit_s: float) -> None:
        """A mirror that is not up to date is no reason for a statement to fail, or to wait."""
        name = catalog.place.catalog
        try:
            async with asyncio.timeout(limit_s):
                await work
        except TimeoutError:
            self._told(name, f"it took longer than {limit_s:.0f} seconds")
        except _FAILURES as error:
            self._told(name, str(error))

    def _told(self, name: str, reason: str) -> None:
        self._session.notify(
            Notice(
                f'what is shown of catalog "{name}" may not be up to date',
                detail=f"Listing it ended early: {reason}",
                hint="SHOW DATABASES and SHOW TABLES list it again.",
            )
        )


def _asking(catalog: StoredObject, settings: EngineSettings) -> EngineSettings:
    return replace(settings, needs=(need(catalog),), home=_AT_HOME)


def _qualifiers(statement: Statement) -> Iterator[str]:
    """What may name a catalog: the first part of a dotted name, what follows CATALOG, FROM…"""
    tokens, words = statement.tokens, statement.words
    for index, token in enumerate(tokens):
        if token.kind not in NAMES or words[index - 1 : index] == (".",):
            continue
        if words[index + 1 : index + 2] == (".",) or words[index - 1] in _OPENS:
            yield written(token)
