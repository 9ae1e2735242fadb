"""One stored object, and where it stands: the words that the package shares."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from dialects.ddl.model import ObjectKind
from dialects.names import quote_name

DEFAULT_CATALOG = "xuanwu"
DEFAULT_DATABASE = "public"

# Kinds that share a name space: a table and a view of one name cannot stand side by side.
NAMESPACES = {
    ObjectKind.CATALOG: "catalog",
    ObjectKind.DATABASE: "database",
    ObjectKind.TABLE: "relation",
    ObjectKind.VIEW: "relation",
    ObjectKind.MATERIALIZED_TABLE: "relation",
    ObjectKind.FUNCTION: "function",
    ObjectKind.MODEL: "model",
    ObjectKind.CONNECTION: "connection",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands: all three parts of an object, two of a database, one of a catalog."""

    catalog: str
    database: str = ""
    name: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(part for part in (self.catalog, self.database, self.name) if part)

    @property
    def sql(self) -> str:
        """In full, for Flink."""
        return ".".join(map(quote_name, self.parts))

    @property
    def shown(self) -> str:
        """For messages: as short as a user of the default catalog says it."""
        parts = self.parts
        if parts[:1] == (DEFAULT_CATALOG,) and len(parts) > 1:
            parts = parts[1:]
        if parts[:1] == (DEFAULT_DATABASE,) and len(parts) > 1:
            parts = parts[1:]
        return ".".join(parts)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A row of xuanwu_catalog.object; `on_ids` are the objects that it needs directly."""

    id: int
    place: Place
    kind: ObjectKind
    text: str
    engine_text: str
    shown_text: str
    version: str
    owner: str
    comment: str | None = None
    relid: int | None = None
    revision: int = 1
    partition_keys: tuple[str, ...] = ()
    on_ids: tuple[int, ...] = ()

    @property
    def namespace(self) -> str:
        return NAMESPACES[self.kind]

    @property
    def shown(self) -> str:
        return f'{self.kind.value.lower()} "{self.place.shown}"'


@dataclass(frozen=True, slots=True)
class Found:
    """What the store has under some names, and all that it needs, by id."""

    objects: dict[int, StoredObject] = field(default_factory=dict)

    def at(self, namespace: str, place: Place) -> StoredObject | None:
        for each in self.objects.values():
            if each.namespace == namespace and each.place == place:
                return each
        return None

    def alike(self, namespace: str, place: Place) -> list[StoredObject]:
        """Those whose place is the same but for upper and lower case."""
        folded = tuple(part.lower() for part in place.parts)
        return [
            each
            for each in self.objects.values()
            if each.namespace == namespace
            and tuple(part.lower() for part in each.place.parts) == folded
        ]

    def cased(self, database: Place, *, exact: bool) -> Place:
        """A database as it is written in the store: just so, else (where a name without quotes is
        not taken exactly) the only one that is alike but for case."""
        if exact or self.at("database", database) is not None:
            return database
        alike = self.alike("database", database)
        return alike[0].place if len(alike) == 1 else database

    def needed_by(self, wanted: Sequence[StoredObject]) -> list[StoredObject]:
        """They and all that they need, each behind what it needs itself."""
        ordered: dict[int, StoredObject] = {}
        path: list[tuple[StoredObject, bool]] = [(each, False) for each in reversed(wanted)]
        while path:
            each, ready = path.pop()
            if each.id in ordered:
                continue
            if ready:
                ordered[each.id] = each
                continue
            path.append((each, True))
            path += [(self.objects[i], False) for i in each.on_ids if i not in ordered]
        return list(ordered.values())


def stamp_of(engine_text: str, needed: Sequence[str]) -> str:
    """Changes with the text, and with the stamps of what it needs."""
    sha = hashlib.sha256(engine_text.encode())
    for stamp in sorted(needed):
        sha.update(b"\0" + stamp.encode())
    return sha.hexdigest()[:20]
