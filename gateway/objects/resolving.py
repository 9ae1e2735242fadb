"""The names of a statement, looked up in the store: what it needs, and its text with them in full.

    mentions ─► exact, along the search path ─► else alike but for case, when unquoted and unique
                  │                                     │
                  └── stands in Flink's home: as it is ─┴── else: replaced by the name in full

A session's own temporary objects come first, as in Flink; what nobody knows is left to Flink, and
an object of that name that was stored once may not stand there any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dialects import Edit, Rewritten, Statement
from dialects.ddl.model import ObjectKind
from dialects.names import quote_name
from dialects.rewriting import rewrite
from gateway.objects.mentions import Mention
from gateway.objects.places import keeps_nothing
from gateway.objects.store import Store
from gateway.objects.stored import (
    DEFAULT_CATALOG,
    DEFAULT_DATABASE,
    Found,
    Place,
    StoredObject,
    stamp_of,
)
from protocol.errors import INVALID_SCHEMA_NAME, SqlError
from session.ports import EngineSettings, Need

AMBIGUOUS_ALIAS = "42P09"


@dataclass(frozen=True, slots=True)
class Home:
    """Where names without a qualifier are looked for: `databases` in order, those that are there;
    of an external catalog, whose databases are not known here, the one that was chosen."""

    catalog: str
    databases: tuple[str, ...] = ()

    @property
    def flink(self) -> tuple[str, str]:
        """Current catalog and database."""
        return self.catalog, self.databases[0] if self.databases else ""

    def places(self, parts: Sequence[str]) -> list[Place]:
        """Where a name may stand, the first one first."""
        if len(parts) == 1:
            return [Place(self.catalog, database, parts[0]) for database in self.databases]
        if len(parts) == 2:
            return [Place(self.catalog, parts[0], parts[1])]
        return [Place(*parts)] if len(parts) == 3 else []


@dataclass(frozen=True, slots=True)
class Named:
    """A mention and the object that it means; `place`: the place that it would have otherwise.
    `temporary`: it is the session's own. `outside`: the catalog of that place, if it keeps its
    objects itself."""

    mention: Mention
    object: StoredObject | None
    place: Place | None
    temporary: bool = False
    outside: StoredObject | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    text: Rewritten
    edits: tuple[Edit, ...]
    named: tuple[Named, ...]
    found: Found
    home: Home

    @property
    def objects(self) -> list[StoredObject]:
        """Those named, and external catalogs for what else is."""
        found = [each for n in self.named for each in (n.object, n.outside) if each is not None]
        return list({each.id: each for each in found}.values())


async def resolve(
    store: Store,
    statement: Statement,
    mentions: Sequence[Mention],
    settings: EngineSettings,
    current: tuple[str, str] | None,
    temporary: Collection[tuple[str, Place]],
    *,
    in_full: bool = False,
) -> Resolved:
    """`current`: catalog and database of a USE CATALOG. `temporary`: the session's own objects by
    namespace. `in_full`: write every name out, so that the text means the same in any session.

    Raises SqlError 42P09 for a name that could mean several objects, 3F000 for one that has no
    database to stand in.
    """
    found = await look_up(store, [m.parts for m in mentions], settings, current)
    home = home_of(found, settings, current)
    named = [_named(m, found, home, temporary, statement) for m in mentions]
    edits = [edit for each in named for edit in _edits(statement, each, home, in_full)]
    unique = tuple({(edit.start, edit.end): edit for edit in edits}.values())
    return Resolved(rewrite(statement.text, unique), unique, tuple(named), found, home)


async def look_up(
    store: Store,
    names: Sequence[Sequence[str]],
    settings: EngineSettings,
    current: tuple[str, str] | None,
    connection: object = None,
) -> Found:
    """One query for all that the names may mean."""
    around = {part for parts in names for part in parts[:-1]}
    around |= {settings.catalog, *settings.search_path, settings.role, *(current or ())}
    return await store.find({parts[-1] for parts in names}, around, connection)


def home_of(found: Found, settings: EngineSettings, current: tuple[str, str] | None) -> Home:
    """By USE CATALOG if there was one, else the database that the client is connected to; its
    search path decides the database, as current_schema() does."""
    catalog, chosen = current or (settings.catalog, "")
    path = [settings.role if name == "$user" else name for name in settings.search_path]
    there = [d for d in path if found.at("database", Place(catalog, d)) is not None]
    if current is not None and chosen:
        return Home(catalog, (chosen,))
    return Home(catalog, tuple(dict.fromkeys(there)))


def meant(
    mention: Mention, found: Found, home: Home, statement: Statement | None = None
) -> StoredObject | None:
    """The stored object that a name means."""
    places = home.places(mention.parts)
    if mention.namespace != "function":
        for place in places:
            if (exact := found.at(mention.namespace, place)) is not None:
                return exact
    for place in places:
        alike = [o for o in found.alike(mention.namespace, place) if _fits(mention, o)]
        if len(alike) > 1:
            raise _ambiguous(mention, alike, statement)
        if alike:
            return alike[0]
    return None


def _fits(mention: Mention, candidate: StoredObject) -> bool:
    """Parts in quotes are exact; functions have no case in Flink."""
    if mention.namespace == "function":
        return True
    parts = candidate.place.parts[-len(mention.parts) :]
    return all(
        not quoted or part == written
        for part, written, quoted in zip(parts, mention.parts, mention.quoted, strict=True)
    )


def _named(
    mention: Mention,
    found: Found,
    home: Home,
    temporary: Collection[tuple[str, Place]],
    statement: Statement,
) -> Named:
    places = home.places(mention.parts)
    if any((mention.namespace, place) in temporary for place in places[:1]):
        return Named(mention, None, None, temporary=True)
    place = places[0] if places else None
    if (there := meant(mention, found, home, statement)) is not None:
        return Named(mention, there, place)
    return Named(mention, None, place, outside=_outside(mention, found, home, place, statement))


def _outside(
    mention: Mention, found: Found, home: Home, place: Place | None, statement: Statement
) -> StoredObject | None:
    catalog = external(found, place.catalog if place else home.catalog)
    if catalog is None or mention.namespace != "relation":
        # A function without a qualifier is nearly always Flink's own.
        return catalog if len(mention.parts) == 3 else None
    if place is None:
        raise SqlError(
            INVALID_SCHEMA_NAME,
            f'no database of catalog "{catalog.place.catalog}" has been selected',
            hint="SHOW DATABASES lists them, USE selects one.",
            position=statement.tokens[mention.first].start + 1,
        )
    return catalog


def external(found: Found, catalog: str) -> StoredObject | None:
    """The catalog of that name, if it keeps its objects itself."""
    there = found.at("catalog", Place(catalog))
    return None if there is None or keeps_nothing(there) else there


def _edits(statement: Statement, named: Named, home: Home, in_full: bool) -> Iterator[Edit]:
    """The name in full, and as alias the one that the rest of the statement knows."""
    mention, found = named.mention, named.object
    if in_full and named.outside is not None and named.place is not None:
        first, last = (statement.tokens[i] for i in (mention.first, mention.last))
        yield Edit(first.start, last.end, named.place.sql)
    if found is None or (not in_full and found.place == named.place):
        return
    if mention.namespace == "function" and not in_full and _same_home(found.place, home, mention):
        return
    tokens, after = statement.tokens, mention.alias_after
    start, end = tokens[mention.first].start, tokens[mention.last].end
    if after is None or mention.parts[-1] == found.place.name:
        yield Edit(start, end, found.place.sql)
        return
    alias = f" AS {quote_name(mention.parts[-1])}"
    if after == mention.last:
        yield Edit(start, end, found.place.sql + alias)
    else:
        yield Edit(start, end, found.place.sql)
        yield Edit(tokens[after].end, tokens[after].end, alias)


def _same_home(place: Place, home: Home, mention: Mention) -> bool:
    return len(mention.parts) == 1 and (place.catalog, place.database) == home.flink


def _ambiguous(
    mention: Mention, alike: Sequence[StoredObject], statement: Statement | None
) -> SqlError:
    names = ", ".join(f'"{each.place.name}"' for each in alike)
    position = statement.tokens[mention.first].start + 1 if statement is not None else None
    return SqlError(
        AMBIGUOUS_ALIAS,
        f'table reference "{mention.parts[-1]}" is ambiguous',
        detail=f"It could mean any of {names}.",
        hint="Write the name in double quotes, in the case that it has.",
        position=position,
    )


# ── what a statement needs in its Flink session ─────────────────────────────────────────────────


def needs_of(resolved: Resolved, also: Sequence[StoredObject] = ()) -> tuple[Need, ...]:
    """In order: catalogs, databases, objects. A name that means nothing stored may not stand in
    Flink either, should it have been brought there once."""
    wanted = [*resolved.objects, *also]
    ordered = resolved.found.needed_by(wanted)
    places = {place for each in ordered for place in _around(each.place)}
    places |= set(_around(Place(*resolved.home.flink, "x")))
    places |= {p for n in resolved.named if n.place for p in _around(n.place)}
    needs = [*_containers(resolved.found, places)]
    needs += in_order(ordered).values()
    needs += _absent(resolved)
    return tuple(dict.fromkeys(needs))


def in_order(ordered: Sequence[StoredObject]) -> dict[int, Need]:
    """By the object's id; each stands behind what it needs itself."""
    needs: dict[int, Need] = {}
    for each in ordered:
        needs[each.id] = need(each, [needs[i].stamp for i in each.on_ids])
    return needs


def need(each: StoredObject, needed: Sequence[str] = ()) -> Need:
    """`needed`: the stamps of what it needs itself."""
    described = each.place.sql if each.namespace == "relation" else ""
    return Need(
        key=f"{each.namespace} {each.place.sql}",
        name=each.shown,
        stamp=stamp_of(each.engine_text, needed),
        create=each.engine_text,
        drop=f"DROP {each.kind.value} IF EXISTS {each.place.sql}",
        described=described,
        version=each.version,
    )


def needs_around(found: Found, place: Place) -> tuple[Need, ...]:
    """The catalog and the database that an object at that place stands in."""
    return tuple(_containers(found, set(_around(place))))


def _around(place: Place) -> Iterator[Place]:
    yield Place(place.catalog)
    if place.database:
        yield Place(place.catalog, place.database)


def _containers(found: Found, places: Collection[Place]) -> Iterator[Need]:
    """Catalogs, then databases; the default ones are there in every Flink session."""
    for place in sorted(places, key=lambda p: (len(p.parts), p.parts)):
        if place in (Place(DEFAULT_CATALOG), Place(DEFAULT_CATALOG, DEFAULT_DATABASE)):
            continue
        each = found.at("database" if place.database else "catalog", place)
        if each is None or not each.engine_text:  # it comes with its catalog
            continue
        if each.kind is ObjectKind.DATABASE:
            create = f"CREATE DATABASE IF NOT EXISTS {place.sql}"
            yield Need(f"database {place.sql}", each.shown, "there", create)
        else:
            yield need(each)


def _absent(resolved: Resolved) -> Iterator[Need]:
    catalogs = {each.place.catalog for each in resolved.named if each.place is not None}
    for name in sorted(catalogs | {resolved.home.catalog}):
        if resolved.found.at("catalog", Place(name)) is None:
            yield Need(f"catalog {Place(name).sql}", f'catalog "{name}"')
    for each in resolved.named:
        if each.object is None and each.place is not None:
            space = each.mention.namespace
            for place in resolved.home.places(each.mention.parts):
                yield Need(f"{space} {place.sql}", f'{space} "{place.shown}"')
