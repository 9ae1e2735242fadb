"""Whose option a key is, the connector's, a format's or any table's, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from dialects.flink.options import Entry
from dialects.mapping.connectors import judging, special
from dialects.mapping.connectors.listing import Listing, Place
from dialects.mapping.connectors.outcomes import Outcome, Refuse, Rewrite
from dialects.mapping.connectors.tables import Subject, identifiers, lifetimes, renames
from dialects.mapping.model import Target
from dialects.options import data

ANY: Subject = ("any", "*")
_ROLES = ("key", "value")


def outcome(entry: Entry, listing: Listing, target: Target) -> Outcome | None:
    """What becomes of an entry for the target; None: it stays."""
    given = listing.given
    if listing.place is Place.CATALOG:
        return _of_catalog(entry, given, target)
    if entry.key == data.CONNECTOR:
        name = given[entry.key]
        found = special.connector(name, given, target)
        return found or judging.identifier(data.CONNECTOR, name, entry.key, target)
    connector = given.get(data.CONNECTOR)
    if connector is None:
        found = _of_some_connector(entry, given, target)
    else:
        found = _of_connector((data.CONNECTOR, connector), entry, given, target)
    found = found or _of_format(entry, given, target)
    if found is None and (connector is not None or not listing.whole):
        found = judging.option(ANY, entry.key, entry.value, given, target)
    return None if listing.reset and not isinstance(found, Rewrite) else found


def _of_catalog(entry: Entry, given: Mapping[str, str], target: Target) -> Outcome | None:
    if entry.key == "type":
        return judging.identifier("catalog", given["type"], entry.key, target)
    kind = given.get("type", "")
    return _of_connector(("catalog", kind), entry, given, target)


def _of_connector(
    subject: Subject, entry: Entry, given: Mapping[str, str], target: Target
) -> Outcome | None:
    found = special.option(subject, entry.key, entry.value, given, target)
    return found or judging.option(subject, entry.key, entry.value, given, target)


def _of_some_connector(entry: Entry, given: Mapping[str, str], target: Target) -> Outcome | None:
    """A hint or ALTER does not say the connector: what all that have the key agree on."""
    found: list[Outcome | None] = []
    for subject in _connectors():
        version = str(target.version)
        if judging.knows(subject, entry.key):
            found.append(_of_connector(subject, entry, given, target))
        elif version in data.versions_of(*subject, entry.key):
            return None
    if not found or any(type(each) is not type(found[0]) for each in found):
        return None
    if isinstance(found[0], Rewrite):
        told = {(each.key, each.value) for each in found if isinstance(each, Rewrite)}
        return found[0] if len(told) == 1 else None
    return found[0]


@cache
def _connectors() -> tuple[Subject, ...]:
    """Those that have a release at all, of our tables and of the jars'."""
    known = {*lifetimes(), *renames(), *identifiers(), *data.identifiers(data.CONNECTOR)}
    return tuple(sorted(subject for subject in known if subject[0] == data.CONNECTOR))


def _of_format(entry: Entry, given: Mapping[str, str], target: Target) -> Outcome | None:
    for prefix, name in _formats(entry.key):
        rest = entry.key[len(prefix) :]
        own = {key[len(prefix) :]: value for key, value in given.items() if key.startswith(prefix)}
        found = judging.option((data.FORMAT, name), rest, entry.value, own, target)
        if isinstance(found, Rewrite):
            return Rewrite(found.rule, prefix + found.key, found.value, found.why)
        if isinstance(found, Refuse):
            message = found.message.replace(f'"{rest}"', f'"{entry.key}"', 1)
            return Refuse(found.rule, message, found.detail, found.hint, found.at_value)
        if found is not None:
            return found
    return None


def _formats(key: str) -> Iterator[tuple[str, str]]:
    """`value.json.…` and `json.…`: the prefix and the format that it may be of."""
    first, _, rest = key.partition(".")
    if first in _ROLES and "." in rest:
        yield f"{first}.{rest.partition('.')[0]}.", rest.partition(".")[0]
    elif rest:
        yield f"{first}.", first
