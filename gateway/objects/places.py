"""Where a new object goes, and whether that is ours to keep."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dialects.ddl.model import Path
from gateway.objects.stored import DEFAULT_CATALOG, Found, Place, StoredObject
from protocol.errors import INVALID_CATALOG_NAME, INVALID_SCHEMA_NAME, SqlError

if TYPE_CHECKING:
    from gateway.objects.resolving import Home

_IN_MEMORY = re.compile(r"'type'\s*=\s*'generic_in_memory'")
_DEFAULT_DATABASE = re.compile(r"'default-database'\s*=\s*'([^']+)'")


def place_of(path: Path, home: Home, found: Found) -> Place:
    """Where a new object of that name goes. Raises SqlError 3F000."""
    places = home.places(path.parts)
    if not places:
        raise SqlError(
            INVALID_SCHEMA_NAME,
            "no schema has been selected to create in",
            position=path.position,
        )
    if len(path.parts) == 1:
        return places[0]
    place = Place(places[0].catalog, places[0].database)
    database = found.cased(place, exact=path.quoted[-2])
    return replace(database, name=path.parts[-1])


def is_stored_here(found: Found, place: Place) -> bool:
    """Whether the catalog's objects are ours to keep: an external catalog keeps its own, one that
    is not there has none."""
    catalog = found.at("catalog", Place(place.catalog))
    return catalog is None or keeps_nothing(catalog)


def check_database(found: Found, place: Place, path: Path) -> None:
    """Raises SqlError 3D000, 3F000."""
    if found.at("catalog", Place(place.catalog)) is None:
        raise SqlError(
            INVALID_CATALOG_NAME,
            f'catalog "{place.catalog}" does not exist',
            position=path.position,
        )
    if found.at("database", Place(place.catalog, place.database)) is None:
        raise SqlError(
            INVALID_SCHEMA_NAME,
            f'schema "{place.database}" does not exist',
            position=path.position,
        )


def keeps_nothing(catalog: StoredObject) -> bool:
    """A catalog in Flink's memory is only a name: its objects are stored here."""
    return catalog.place.catalog == DEFAULT_CATALOG or bool(_IN_MEMORY.search(catalog.engine_text))


def default_database(catalog: StoredObject) -> str:
    """The option is named the same in all catalogs (CommonCatalogOptions), as is its default."""
    chosen = _DEFAULT_DATABASE.search(catalog.engine_text)
    return chosen[1] if chosen else "default"
