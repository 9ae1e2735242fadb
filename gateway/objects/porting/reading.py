"""Reading: the statements of a script, run as a client's DDL is, each all or nothing.

    entries ─ by kind ─► is it there? ─ no ──────────► Definer ─► created
                           └ error, skip or replace     └ refused: again once others are there

The one who reads a script is the administrator: objects are made for the owners that it names,
whose rights are not asked. What was refused is tried again as long as anything else succeeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from dialects import Statement, single
from dialects.ddl import read_ddl
from dialects.ddl.model import (
    Action,
    Alter,
    Create,
    ObjectKind,
    OptionsDefinition,
    Path,
    ResetOptions,
    SetComment,
    SetOptions,
)
from gateway.catalog.admin import asyncpg
from gateway.catalog.bootstrap import OWNER
from gateway.engine.versions import catalogue
from gateway.objects.containers import DUPLICATE_SCHEMA
from gateway.objects.defining import Definer
from gateway.objects.forms import in_form
from gateway.objects.places import is_stored_here, place_of
from gateway.objects.porting.grants import grant
from gateway.objects.porting.script import Definition, Entry, definition_of, in_order
from gateway.objects.resolving import Resolved, home_of, look_up
from gateway.objects.session import StoredSession
from gateway.objects.stored import NAMESPACES, Found, Place, StoredObject
from gateway.objects.wording import DUPLICATE_OBJECT, exists
from protocol.errors import (
    FEATURE_NOT_SUPPORTED,
    INVALID_CATALOG_NAME,
    INVALID_PARAMETER_VALUE,
    INVALID_SCHEMA_NAME,
    UNDEFINED_OBJECT,
    SqlError,
)
from session.ports import EngineSettings

_BROKEN = ("08", "53", "57", "58")  # classes of what no other statement will heal
_ROLE = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1"
_CONTAINERS = (ObjectKind.CATALOG, ObjectKind.DATABASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """`version`: of what the script gives none for; empty: the provider's default. `on_conflict`:
    error, skip or replace. `owner`, if given, of all that is made, else as the script says or
    `default_owner`."""

    version: str = ""
    on_conflict: str = "error"
    dry_run: bool = False
    owner: str | None = None
    default_owner: str = OWNER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry: created, skipped, replaced, granted or failed."""

    word: str
    line: int
    what: str
    error: SqlError | None = None


class AdministratorSession(StoredSession):
    """One whose statements are run for other roles, without asking what these may do."""

    async def check(self, role: str, wanted: Iterable[tuple[StoredObject, str]]) -> None:
        return None

    async def check_outside(self, resolved: Resolved, role: str) -> None:
        return None

    async def check_schema(self, role: str, place: Place, privilege: str) -> None:
        return None


class Reading:
    def __init__(
        self, session: AdministratorSession, asked: Asked, secrets: Mapping[str, str]
    ) -> None:
        self._session = session
        self._asked = asked
        self._secrets = secrets
        self._planned: set[tuple[str, Place]] = set()  # of a dry run

    async def run(self, entries: list[Entry], tell: Callable[[Outcome], None]) -> list[Outcome]:
        """`tell` gets what is done at once, what failed at the end; all of it in the order told."""
        outcomes: list[Outcome] = []

        def note(outcome: Outcome) -> None:
            outcomes.append(outcome)
            tell(outcome)

        pending = in_order(entries)
        while pending:
            failed = await self._round(pending, note)
            if len(failed) == len(pending) or any(map(_is_broken, failed.values())):
                for entry in sorted(failed, key=lambda each: each.line):
                    note(_failure(entry, failed[entry]))
                break
            pending = [entry for entry in pending if entry in failed]
        return outcomes

    async def _round(
        self, pending: list[Entry], note: Callable[[Outcome], None]
    ) -> dict[Entry, SqlError]:
        failed: dict[Entry, SqlError] = {}
        for entry in pending:
            broken = next(filter(_is_broken, failed.values()), None)
            try:
                if broken is not None:
                    raise SqlError(broken.sqlstate, f"not tried: {broken.message}")
                note(await self._one(entry))
            except SqlError as error:
                failed[entry] = error
            except asyncpg.PostgresError as error:
                failed[entry] = SqlError(error.sqlstate, error.message, detail=error.detail)
        return failed

    async def _one(self, entry: Entry) -> Outcome:
        if entry.is_grant:
            await grant(self._session.store, entry.statement, dry_run=self._asked.dry_run)
            return Outcome("granted", entry.line, " ".join(entry.statement.text.split()))
        definition = definition_of(entry, self._secrets)
        try:
            word, what = await self._create(entry, definition)
        except SqlError as error:
            if error.position is not None:
                error.position = definition.text.position(error.position)
            raise
        return Outcome(word, entry.line, what)

    async def _create(self, entry: Entry, definition: Definition) -> tuple[str, str]:
        settings = await self._settings(entry)
        create = definition.create
        place, there = await self._standing(create, settings)
        what = f'{create.kind.value.lower()} "{place.shown}"'
        policy = _policy(create, self._asked.on_conflict)
        if there is None:
            await self._do(definition, create, place, settings)
            return "created", what
        if policy == "error":
            raise _exists(there, create.path)
        same = there.engine_text == definition.statement.text and there.kind is create.kind
        if policy == "skip" or (same and there.version == settings.version):
            return "skipped", what if same else f"{what}, which is there with another text"
        if create.kind in _CONTAINERS:
            await self._alter(there, create, settings)
        else:
            changed = replace(create, replace=True, if_not_exists=False)
            await self._do(definition, changed, place, settings)
        return "replaced", what

    async def _settings(self, entry: Entry) -> EngineSettings:
        owner = self._asked.owner or entry.owner or self._asked.default_owner
        if not await self._session.store.pool.fetchval(_ROLE, owner):
            raise SqlError(
                UNDEFINED_OBJECT,
                f'role "{owner}" does not exist',
                hint="Create it, or give everything to another one with --owner ROLE.",
            )
        version = entry.version or self._asked.version
        if version not in (known := catalogue().versions):
            raise SqlError(
                INVALID_PARAMETER_VALUE,
                f'unknown Flink version "{version}"',
                hint=f"Known versions: {', '.join(known)}.",
            )
        return EngineSettings(version=version, role=owner)

    async def _standing(
        self, create: Create, settings: EngineSettings
    ) -> tuple[Place, StoredObject | None]:
        """Where it goes, and what is there. Raises SqlError for a catalog that is not ours."""
        store, parts = self._session.store, create.path.parts
        if create.kind in _CONTAINERS:
            home = () if create.kind is ObjectKind.CATALOG else (settings.catalog,)
            place = Place(*(parts if len(parts) > len(home) else (*home, *parts)))
            found = await store.find([], place.parts)
        else:
            found = await look_up(store, [parts], settings, None)
            place = place_of(create.path, home_of(found, settings, None), found)
        if create.kind is not ObjectKind.CATALOG:
            self._check_catalog(found, place, create)
        return place, found.at(NAMESPACES[create.kind], place)

    def _check_catalog(self, found: Found, place: Place, create: Create) -> None:
        if is_stored_here(found, place) or ("catalog", Place(place.catalog)) in self._planned:
            return
        position = create.path.position
        if found.at("catalog", Place(place.catalog)) is None:
            message = f'catalog "{place.catalog}" does not exist'
            raise SqlError(INVALID_CATALOG_NAME, message, position=position)
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            f'catalog "{place.catalog}" keeps its objects itself',
            hint="Create them there, in a session.",
            position=position,
        )

    async def _do(
        self, definition: Definition, create: Create, place: Place, settings: EngineSettings
    ) -> None:
        if self._asked.dry_run:
            await self._look(definition, create, place, settings)
        else:
            await Definer(self._session).run(definition.statement, create, settings)

    async def _look(
        self, definition: Definition, create: Create, place: Place, settings: EngineSettings
    ) -> None:
        """As far as it can be told without making it: no view is given to Flink."""
        home = Place(place.catalog, place.database)
        if place.name and ("database", home) not in self._planned:
            found = await self._session.store.find([], home.parts)
            if found.at("database", home) is None:
                message = f'schema "{place.database}" does not exist'
                raise SqlError(INVALID_SCHEMA_NAME, message, position=create.path.position)
        await in_form(self._session, definition.statement, create, settings)
        self._planned.add((NAMESPACES[create.kind], place))

    async def _alter(self, there: StoredObject, create: Create, settings: EngineSettings) -> None:
        """Databases and catalogs are not made anew: what they hold would go."""
        if self._asked.dry_run:
            return
        statement = single(there.engine_text)
        old, new = read_ddl(statement), create.definition
        assert isinstance(old, Create) and isinstance(new, OptionsDefinition)
        assert isinstance(old.definition, OptionsDefinition)
        kept = {option.key for option in new.options}
        gone = tuple(o.key for o in old.definition.options if o.key not in kept)
        actions: list[Action] = [ResetOptions(gone)] if gone else []
        actions += [SetOptions(new.options)] if new.options else []
        if new.comment != old.definition.comment:
            actions.append(SetComment(new.comment))
        alter = Alter(create.kind, old.path, tuple(actions))
        await Definer(self._session).run(statement, alter, settings)


def _policy(create: Create, otherwise: str) -> str:
    """What the statement says itself comes first."""
    if create.replace:
        return "replace"
    return "skip" if create.if_not_exists else otherwise


def _exists(there: StoredObject, path: Path) -> SqlError:
    """In the words of the statement, whether it is run or only looked at."""
    if there.kind not in _CONTAINERS:
        return exists(there, path)
    catalog = there.kind is ObjectKind.CATALOG
    code, word = (DUPLICATE_OBJECT, "catalog") if catalog else (DUPLICATE_SCHEMA, "schema")
    message = f'{word} "{there.place.parts[-1]}" already exists'
    return SqlError(code, message, position=path.position)


def _is_broken(error: SqlError) -> bool:
    return error.sqlstate[:2] in _BROKEN


def _failure(entry: Entry, error: SqlError) -> Outcome:
    line = entry.line_of(error.position) if error.position is not None else entry.line
    return Outcome("failed", line, _first_words(entry.statement), error)


def _first_words(statement: Statement) -> str:
    """`CREATE TABLE `c`.`d`.`t``: up to the first parenthesis, and short."""
    words = statement.text[:200].split("(")[0].split()
    return " ".join(words[:4])
