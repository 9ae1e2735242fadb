"""DDL of stored objects: CREATE here, ALTER and DROP beside it; each is one write.

read_ddl ─► where does it stand? ─ a catalog that is stored here ─► create, alter, drop
                                └─ an external one, temporary ──► False: Flink's own business
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dialects import Edit, Rewritten, Statement, single
from dialects.ddl import read_ddl, render
from dialects.ddl.model import Alter, Create, Ddl, Drop, ObjectKind, TableDefinition
from dialects.rewriting import rewrite
from gateway.objects import containers
from gateway.objects.altering import alter
from gateway.objects.changing import (
    Change,
    Draft,
    definition_mentions,
    draft,
    write_changed,
    write_new,
)
from gateway.objects.dropping import drop
from gateway.objects.forms import in_form
from gateway.objects.liking import liked
from gateway.objects.places import check_database, is_stored_here, place_of
from gateway.objects.placing import placed
from gateway.objects.resolving import Resolved, home_of, look_up
from gateway.objects.store import lost_race
from gateway.objects.stored import NAMESPACES, Found, Place, StoredObject
from gateway.objects.wording import exists, recursion, skipped, wrong_type
from protocol.errors import SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

INVALID_TABLE_DEFINITION = "42P16"
_CONTAINERS = (ObjectKind.DATABASE, ObjectKind.CATALOG)


class Definer:
    def __init__(self, session: StoredSession) -> None:
        self._session = session

    async def run(self, statement: Statement, ddl: Ddl, settings: EngineSettings) -> bool:
        """False: nothing of it is stored here, Flink decides."""
        if ddl.kind in _CONTAINERS:
            return await containers.run(self._session, statement, ddl, settings)
        if isinstance(ddl, Drop):
            return await drop(self._session, statement, ddl, settings)
        if isinstance(ddl, Alter):
            return await alter(self._session, statement, ddl, settings)
        return await self.create(statement, ddl, settings)

    async def create(self, statement: Statement, create: Create, settings: EngineSettings) -> bool:
        session = self._session
        found, place = await self.place(create, settings)
        if not is_stored_here(found, place):
            return False
        check_database(found, place, create.path)
        await session.check_schema(settings.role, place, "CREATE")
        there = found.at(NAMESPACES[create.kind], place)
        if there is not None and not create.replace:
            if not create.if_not_exists:
                raise exists(there, create.path)
            session.notify(skipped(there))
            return True
        if there is not None:
            if there.kind is not create.kind:
                raise wrong_type(there, create.kind, create.path)
            await session.check(settings.role, [(there, "OWNER")])
        drafted = await self.drafted(statement, create, place, settings)
        await self.write(drafted, settings, there, create)
        return True

    async def place(self, create: Create, settings: EngineSettings) -> tuple[Found, Place]:
        """Where it goes, and what was looked up for that. Raises SqlError 3F000."""
        session = self._session
        found = await look_up(session.store, [create.path.parts], settings, session.current)
        return found, place_of(create.path, home_of(found, settings, session.current), found)

    async def drafted(
        self, statement: Statement, create: Create, place: Place, settings: EngineSettings
    ) -> Draft:
        session = self._session
        resolved = await session.resolved(
            statement, definition_mentions(statement, create), settings, in_full=True
        )
        await session.check_read(resolved, settings)
        check_lasting(statement, create, resolved)
        check_recursion(create, place, resolved)
        engine = engine_text(statement, create, place, resolved)
        if getattr(create.definition, "like", None) is not None:
            return await liked(session, statement, create, place, resolved, engine, settings)
        settings = replace(settings, functions=session.functions_of(resolved))
        form = await in_form(session, statement, create, settings)
        text = rendered(engine.text, create, place) or engine.text
        with placed(engine):
            return await draft(session, statement, create, place, resolved, text, settings, form)

    async def write(
        self, drafted: Draft, settings: EngineSettings, there: StoredObject | None, create: Create
    ) -> None:
        """Raises SqlError 42P07 or 40001 where another session was faster, 2BP01 for a replacement
        that would break what depends on it."""
        session, new = self._session, drafted.object
        async with session.store.writing((new.namespace, new.place)) as connection:
            now = await session.store.find([new.place.name], [], connection)
            standing = now.at(new.namespace, new.place)
            if there is not None:
                change = Change(there, "replace", "REPLACE")
                await write_changed(session, connection, change, drafted, settings.role)
            elif standing is None:
                await write_new(session, connection, drafted, settings.role)
            elif create.if_not_exists:
                session.notify(skipped(standing))
            else:
                raise lost_race() if create.replace else exists(standing, create.path)


def check_recursion(create: Create, place: Place, resolved: Resolved) -> None:
    """A view cannot be replaced by one that needs it. Raises SqlError 42P17."""
    if create.kind is not ObjectKind.VIEW:
        return
    for each in resolved.found.needed_by(resolved.objects):
        if each.place == place and each.kind is ObjectKind.VIEW:
            raise recursion(each)


def check_lasting(statement: Statement, create: Create, resolved: Resolved) -> None:
    """A view outlives the session, what is temporary in it does not. Raises SqlError 42P16."""
    if create.kind is not ObjectKind.VIEW:
        return
    for named in resolved.named:
        if named.temporary:
            name = named.mention.parts[-1]
            raise SqlError(
                INVALID_TABLE_DEFINITION,
                f'view "{create.path.parts[-1]}" cannot depend on temporary object "{name}"',
                hint="Use CREATE TEMPORARY VIEW.",
                position=statement.tokens[named.mention.first].start + 1,
            )


# Types of Postgres that Flink does not know by these names.
_POSTGRES_TYPES = frozenset("INT2 INT4 INT8 TEXT FLOAT4 FLOAT8 BOOL TIMESTAMPTZ BYTEA REAL".split())


def rendered(text: str, create: Create, place: Place) -> str | None:
    """A table in Flink's own words, types of Postgres and doubtful names among them translated.
    None where Flink is asked anyway: its words against the user's own text say where."""
    definition = create.definition
    if not isinstance(definition, TableDefinition) or definition.query:
        return None
    statement = single(text)
    if not definition.certain and _POSTGRES_TYPES.isdisjoint(statement.words):
        return None
    written = read_ddl(statement)
    assert isinstance(written, Create)
    return render(create.kind, place.sql, written.definition)


def engine_text(
    statement: Statement, create: Create, place: Place, resolved: Resolved
) -> Rewritten:
    """The CREATE that any session can replay: the name in full, no OR REPLACE, no IF NOT EXISTS."""
    head = Edit(
        0, statement.tokens[create.path.last].end, f"CREATE {create.kind.value} {place.sql}"
    )
    inside = [edit for edit in resolved.edits if edit.start >= head.end]
    return rewrite(statement.text, [head, *inside])
