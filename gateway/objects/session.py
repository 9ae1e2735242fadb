"""A client's Flink side with the stored catalog in front (session.ports.EngineSession).

describe, targets, query, submit ─► names resolved, rights checked ─► Flink, with what it needs
show     ─► showing: answered from the store ── not there ──► Flink
execute  ─► USE, DDL of stored objects ── others, temporary ones ──► Flink
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from dialects import Classified, Statement, single
from dialects.ddl import read_ddl
from dialects.ddl.model import Alter, Create, Drop, ObjectKind
from gateway.engine.session import ClientSession
from gateway.engine.targets import is_filled, target
from gateway.objects import rights
from gateway.objects.changing import mentioned
from gateway.objects.defining import Definer
from gateway.objects.external import External
from gateway.objects.external_mirror import ExternalMirrors
from gateway.objects.facts import tables_of
from gateway.objects.failing import told
from gateway.objects.filling import Filler, creates_and_fills
from gateway.objects.mentions import Mention, mention_at, mentions
from gateway.objects.placing import PlacedStream, placed
from gateway.objects.resolving import Home, Resolved, home_of, look_up, meant, needs_of, resolve
from gateway.objects.rights import Demand
from gateway.objects.showing import Shower
from gateway.objects.store import Store
from gateway.objects.stored import DEFAULT_CATALOG, NAMESPACES, Place, StoredObject
from gateway.objects.using import Using
from gateway.objects.wording import hidden
from gateway.versions import answering
from session.ports import (
    Column,
    EngineSettings,
    JobHandle,
    Notify,
    ResultStream,
    Target,
)

_FUNCTION = ObjectKind.FUNCTION
LONG = 32_768  # characters; about 5 ms to cut into tokens


class StoredSession:
    """Implements session.ports.EngineSession over a `ClientSession`."""

    def __init__(
        self, inner: ClientSession, store: Store, notify: Notify, mirrors: ExternalMirrors
    ) -> None:
        self.inner = inner
        self.store = store
        self.notify = notify
        self.current: tuple[str, str] | None = None  # of a USE CATALOG
        self.temporary: dict[tuple[str, Place], ObjectKind] = {}
        self.external = External(self, mirrors)
        self._definer = Definer(self)
        self._filler = Filler(self, self._definer)
        self._shower = Shower(self)
        self._using = Using(self)

    # ── the port ────────────────────────────────────────────────────────────────────────────────

    @told
    async def describe(self, sql: str, settings: EngineSettings) -> tuple[Column, ...]:
        resolved, settings = await self.prepared(sql, settings)
        with placed(resolved.text):
            return await self.inner.describe(resolved.text.text, settings)

    @told
    async def targets(self, table: str, settings: EngineSettings) -> tuple[Target, ...]:
        statement = single(table)
        mention = mention_at(statement, 0, len(statement.tokens) - 1, "relation", "INSERT")
        found = await look_up(self.store, [mention.parts], settings, self.current)
        home = home_of(found, settings, self.current)
        stored = None if self.is_temporary(mention, home) else meant(mention, found, home)
        if stored is None:
            resolved, settings = await self._ready(statement, settings, [mention])
            return await self.inner.targets(resolved.text.text, settings)
        await self.check(settings.role, [(stored, "INSERT")])
        columns = await self.store.columns(stored.id)
        return tuple(target(c.name, c.type) for c in columns if is_filled(c.extras))

    @told
    async def query(
        self, sql: str, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        resolved, settings = await self.prepared(sql, settings)
        with placed(resolved.text):
            stream = await self.inner.query(resolved.text.text, settings, formats)
        return PlacedStream(stream, resolved.text) if resolved.text.edits else stream

    @told
    async def show(
        self, sql: str, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        statement = await read(sql)
        shown = await self._shower.show(statement, settings, formats)
        if shown is not None:
            return shown
        resolved = await self.resolved(statement, mentions(statement), settings)
        also: Sequence[StoredObject] = ()
        if statement.words[:2] == ("SHOW", "FUNCTIONS"):
            also = await self.store.listed(*resolved.home.flink, (ObjectKind.FUNCTION,))
        settings = await self._given(resolved, settings, also)
        settings = replace(settings, needs=(*await self.external.needs(statement), *settings.needs))
        with placed(resolved.text):
            return await self.inner.show(resolved.text.text, settings, formats)

    @told
    async def execute(self, sql: str, settings: EngineSettings) -> Mapping[str, str]:
        statement = await read(sql)
        if (changes := await self._using.use(statement, settings)) is not None:
            return changes
        ddl = read_ddl(statement)
        stored = ddl is not None and not ddl.temporary
        if ddl is not None and stored and await self._definer.run(statement, ddl, settings):
            return {}
        touched = await self.external.touched(ddl, settings) if ddl and stored else ()
        resolved, ready = await self._ready(statement, settings, mentioned(statement, ddl))
        ready = replace(ready, needs=(*await self.external.needs(statement), *ready.needs))
        with placed(resolved.text):
            changes = await self.inner.execute(resolved.text.text, ready)
        if ddl is not None and ddl.temporary:
            self._note(ddl, resolved)
        if ddl is not None and touched:
            await self.external.changed(touched, ddl, settings)
        return changes

    @told
    async def submit(self, sql: str, settings: EngineSettings) -> JobHandle:
        statement = await read(sql)
        if (create := creates_and_fills(statement)) is not None:
            handle = await self._filler.run(statement, create, settings)
            if handle is not None:
                return handle
        touched = await self.external.touched(create, settings) if create is not None else ()
        resolved, ready = await self.prepared(sql, settings)
        with placed(resolved.text):
            handle = await self.inner.submit(resolved.text.text, ready)
        if create is not None and touched:
            await self.external.changed(touched, create, settings)
        return handle

    @told
    async def answer(
        self, one: Classified, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream:
        return await answering.answer(self, one, settings, formats)

    async def begin(self, database: str, settings: Callable[[], Awaitable[EngineSettings]]) -> None:
        await self.external.begin(database, settings)

    async def close(self) -> None:
        await self.inner.close()

    # ── for the parts ───────────────────────────────────────────────────────────────────────────

    async def prepared(self, sql: str, settings: EngineSettings) -> tuple[Resolved, EngineSettings]:
        """Names looked up, rights checked, and the settings with what Flink has to be given."""
        statement = await read(sql)
        resolved, ready = await self._ready(statement, settings, mentions(statement))
        return resolved, replace(ready, written=sql) if resolved.text.edits else ready

    async def _ready(
        self, statement: Statement, settings: EngineSettings, wanted: Sequence[Mention]
    ) -> tuple[Resolved, EngineSettings]:
        resolved = await self.resolved(statement, wanted, settings)
        return resolved, await self._given(resolved, settings)

    async def _given(
        self, resolved: Resolved, settings: EngineSettings, also: Sequence[StoredObject] = ()
    ) -> EngineSettings:
        await self.check_read(resolved, settings)
        for each in resolved.found.needed_by(resolved.objects):
            if (each.namespace, each.place) in self.temporary:
                raise hidden(each)
        ready = replace(
            settings,
            needs=needs_of(resolved, also),
            home=resolved.home.flink,
            functions=self.functions_of(resolved),
            tables=None,
        )
        return replace(ready, tables=tables_of(self, resolved, ready))

    def functions_of(self, resolved: Resolved) -> frozenset[str]:
        """What hides built-in functions of the same name."""
        own = {place.name for (_, place), kind in self.temporary.items() if kind is _FUNCTION}
        named = {o.place.name for o in resolved.objects if o.kind is _FUNCTION}
        return frozenset(name.upper() for name in own | named)

    async def resolved(
        self,
        statement: Statement,
        found: Sequence[Mention],
        settings: EngineSettings,
        *,
        in_full: bool = False,
    ) -> Resolved:
        return await resolve(
            self.store,
            statement,
            found,
            settings,
            self.current,
            self.temporary,
            in_full=in_full,
        )

    def is_temporary(self, mention: Mention, home: Home) -> bool:
        """Whether the name means an object of the session's own."""
        return any((mention.namespace, p) in self.temporary for p in home.places(mention.parts)[:1])

    async def check_read(self, resolved: Resolved, settings: EngineSettings) -> None:
        """May the role do with each object what the statement does, and may the owner of each view
        read what lies below it? Raises SqlError 42501."""
        direct = [
            (named.object, named.mention.privilege)
            for named in resolved.named
            if named.object is not None
        ]
        # Postgres checks what a statement reads before what it fills.
        direct.sort(key=lambda pair: pair[1] != "SELECT")
        await self.check(settings.role, direct)
        await self.check_outside(resolved, settings.role)
        below: dict[str, list[tuple[StoredObject, str]]] = {}
        for each in resolved.found.needed_by(resolved.objects):
            if each.kind is ObjectKind.VIEW and each.owner != settings.role:
                objects = [(resolved.found.objects[i], "SELECT") for i in each.on_ids]
                below.setdefault(each.owner, []).extend(objects)
        for owner, objects in below.items():
            await self.check(owner, objects)

    async def check(self, role: str, wanted: Iterable[tuple[StoredObject, str]]) -> None:
        """What has a mirror has GRANTs; of the rest, functions are everybody's to call and all
        else is its owner's."""
        wanted = list(wanted)
        demands = [
            Demand(o.relid, o.place.name, o.place.database, o.kind.value.lower(), privilege)
            for o, privilege in wanted
            if o.relid is not None
        ]
        await rights.check(self.store.pool, role, list(dict.fromkeys(demands)))
        for each, privilege in wanted:
            if each.relid is None and (privilege == rights.OWNER or each.namespace == "relation"):
                what = each.kind.value.lower()
                await rights.check_member(
                    self.store.pool, role, each.owner, what, each.place.name, privilege
                )

    async def check_outside(self, resolved: Resolved, role: str) -> None:
        """The same of what external catalogs hold."""
        await self.external.check(resolved, role)

    async def check_schema(self, role: str, place: Place, privilege: str) -> None:
        """Of a database that is a schema of Postgres; others are their catalog's owner's."""
        pool = self.store.pool
        if place.catalog == DEFAULT_CATALOG:
            demand = Demand(None, place.database, place.database, "schema", privilege)
            return await rights.check(pool, role, [demand])
        found = await self.store.find([], [place.catalog])
        if (catalog := found.at("catalog", Place(place.catalog))) is not None:
            await rights.check_member(
                pool, role, catalog.owner, "schema", place.database, privilege
            )

    def _note(self, ddl: Create | Alter | Drop, resolved: Resolved) -> None:
        """Keep up with what the session has of its own."""
        paths = ddl.paths if isinstance(ddl, Drop) else (ddl.path,)
        for path in paths:
            places = resolved.home.places(path.parts)
            if not places:
                continue
            key = NAMESPACES[ddl.kind], places[0]
            if isinstance(ddl, Create):
                self.temporary[key] = ddl.kind
            elif isinstance(ddl, Drop):
                self.temporary.pop(key, None)


async def read(sql: str) -> Statement:
    """Its tokens; of a long text aside, so that other sessions go on."""
    return single(sql) if len(sql) <= LONG else await asyncio.to_thread(single, sql)
