"""A table that names no connector: Flink 2.0 and later create it without a word, useless."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from dialects.mapping.connectors.listing import Listing
from dialects.mapping.connectors.outcomes import Refuse
from dialects.options import data
from dialects.options.data import CONNECTOR

MISSING = "table.connector"
_OF_CATALOGS = frozenset({"path", "format"})  # tables of some catalogs have these too


def missing(listing: Listing) -> Refuse | None:
    """Refused where it is sure to be a mistake: a catalog's own tables need no connector, but a
    temporary table is no catalog's, and none asks for the options that a connector cannot do
    without."""
    given = frozenset(listing.given)
    if CONNECTOR in given or listing.options.kind != "TABLE":
        return None
    meant = next((name for name, keys in _required() if keys <= given), None)
    if meant is None and not listing.temporary:
        return None
    hint = "Name one with the option 'connector'."
    if meant is not None:
        hint = f"Perhaps you meant 'connector' = '{meant}'."
    return Refuse(MISSING, "table has no connector", hint=hint)


@cache
def _required() -> tuple[tuple[str, frozenset[str]], ...]:
    """Of each connector that cannot do without options of its own, these options."""
    return tuple(_requirements())


def _requirements() -> Iterator[tuple[str, frozenset[str]]]:
    newest = data.versions()[-1]
    for kind, name in data.identifiers(CONNECTOR):
        factory = data.factory(kind, name, newest)
        keys = frozenset(spec.key for spec in factory.required) if factory is not None else None
        if keys and not keys <= _OF_CATALOGS:
            yield name, keys
