"""Defaults that moved between releases, made explicit so that a table does what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dialects.mapping.connectors.outcomes import Where
from dialects.mapping.connectors.releases import usual, where
from dialects.mapping.connectors.tables import Release, moved
from dialects.mapping.model import Target
from dialects.options.data import CONNECTOR

Added = tuple[str, str, str, str]  # rule, key, value, why


def made_explicit(given: Mapping[str, str], target: Target) -> Iterator[Added]:
    """What a whole list of options has to say in the target, and did not have to in its source."""
    subject = (CONNECTOR, given.get(CONNECTOR, ""))
    place = where(subject, target)
    for row in moved().get(subject, ()) if place is not None else ():
        assert place is not None
        if row.key in given:
            continue
        source = _source(place, target)
        rule = place.rule(row.key) + "_default"
        if place.release >= row.at and (not row.after or source is not None and source < row.at):
            yield rule, row.key, row.before, row.remark
        elif row.after and source is not None and source >= row.at > place.release:
            yield rule, row.key, row.after, row.remark


def _source(place: Where, target: Target) -> Release | None:
    """The release that the text was written for; in its own version that of the image."""
    if target.source == target.version:
        return place.release
    return None if target.source is None else usual(place.family, target.source)
