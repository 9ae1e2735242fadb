"""Whose option a key is, the connector's, a format's or any table's, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from dialects.flink.options import Entry
from dialects.mapping.connectors import judging, special
from dialects.mapping.connectors.listing import Listing, Place
from dialects.mapping.connectors.outcomes import Outcome, Refuse, Rewrite
from dialects.mapping.connectors.tables import Subject, identifiers, renames
from dialects.mapping.model import Target
from dialects.options import data

ANY: Subject = ("any", "*")
_ROLES = ("", "key.", "value.")  # of a format


def outcome(entry: Entry, listing: Listing, target: Target) -> Outcome | None:
    """What becomes of an entry for the target; None: it stays."""
    given = listing.known(target)
    if listing.place is Place.CATALOG:
        return _of_catalog(entry, given, target)
    if entry.key == data.CONNECTOR:
        name = given[entry.key]
        found = special.connector(name, given, target)
        return found or judging.identifier(data.CONNECTOR, name, entry.key, target)
    connector = given.get(data.CONNECTOR)
    if connector is None:
        return _of_some_connector(entry, given, target)
    subject = (data.CONNECTOR, connector)
    found = _of_connector(subject, entry, given, target) or _of_format(entry, given, target)
    if found is None and subject in identifiers():  # others have options of these names
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
    """Of a table that is not known: a new name that all who have the key agree on, and no more."""
    found: list[Rewrite] = []
    for subject in _connectors():
        if entry.key in renames().get(subject, {}):
            one = judging.option(subject, entry.key, entry.value, given, target)
            if not isinstance(one, Rewrite):
                return None
            found.append(one)
        elif str(target.version) in data.versions_of(*subject, entry.key):
            return None
    told = {(each.key, each.value) for each in found}
    return found[0] if len(told) == 1 else None


@cache
def _connectors() -> tuple[Subject, ...]:
    known = {*renames(), *data.identifiers(data.CONNECTOR)}
    return tuple(sorted(subject for subject in known if subject[0] == data.CONNECTOR))


def _of_format(entry: Entry, given: Mapping[str, str], target: Target) -> Outcome | None:
    for prefix, name in _formats(entry.key, given):
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


def _formats(key: str, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """`value.json.…` and `json.…`: the prefix and the format, if the table has that one."""
    for role in _ROLES:
        name = given.get(f"{role}{data.FORMAT}")
        if name is not None and key.startswith(f"{role}{name}."):
            yield f"{role}{name}.", name
