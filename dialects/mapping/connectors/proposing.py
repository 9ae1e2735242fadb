"""From what becomes of options to what the engine takes: changes and refusals, by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dialects.flink.options import Entry, adding
from dialects.mapping.connectors import legacy_style
from dialects.mapping.connectors.listing import Listing, Place, listings, rewritten, without
from dialects.mapping.connectors.missing import missing
from dialects.mapping.connectors.moving import made_explicit
from dialects.mapping.connectors.outcomes import Drop, Outcome, Refuse
from dialects.mapping.connectors.subjects import outcome
from dialects.mapping.model import Change, Refusal, Target, Text
from dialects.options.data import CONNECTOR

Proposal = tuple[str, Change | Refusal]


class _Memory:
    """What was proposed last. All rules are asked of a text one after the other: the first one
    works, the others look here."""

    def __init__(self) -> None:
        self._last: tuple[Text, Target, Mapping[str, list[Change | Refusal]]] | None = None

    def proposed(self, text: Text, target: Target) -> Mapping[str, list[Change | Refusal]]:
        last = self._last
        if last is not None and last[0] is text and last[1] is target:
            return last[2]
        found: dict[str, list[Change | Refusal]] = {}
        for rule, proposal in _proposals(text, target):
            found.setdefault(rule, []).append(proposal)
        self._last = (text, target, found)
        return found


_MEMORY = _Memory()


def proposed(text: Text, target: Target) -> Mapping[str, list[Change | Refusal]]:
    """Of all lists of options in the statement, by the ids of rules."""
    return _MEMORY.proposed(text, target)


def _proposals(text: Text, target: Target) -> Iterator[Proposal]:
    for listing in listings(text):
        if legacy_style.is_legacy(listing):
            yield from legacy_style.translated(listing, text)
        else:
            yield from _of_list(listing, target)


def _of_list(listing: Listing, target: Target) -> Iterator[Proposal]:
    """With another connector the options are others': it is settled first, alone."""
    naming = CONNECTOR if listing.place is Place.TABLE else "type"
    first = [entry for entry in listing.entries if entry.key == naming]
    settled = list(_of_entries(listing, first, target))
    if settled:
        yield from settled
        return
    yield from _of_entries(listing, [e for e in listing.entries if e.key != naming], target)
    if listing.place is Place.TABLE and listing.whole:
        refusal = missing(listing)
        if refusal is not None:
            yield refusal.rule, Refusal(refusal.error(listing.options.span[0] + 1))
        for rule, key, value, why in made_explicit(listing.given, target):
            yield rule, Change(tuple(adding(listing.options, (key, value))), why=why)


def _of_entries(listing: Listing, entries: list[Entry], target: Target) -> Iterator[Proposal]:
    for entry in entries:
        found = outcome(entry, listing, target)
        if found is not None:
            yield found.rule, _proposal(listing, entry, found)


def _proposal(listing: Listing, entry: Entry, found: Outcome) -> Change | Refusal:
    if isinstance(found, Refuse):
        at = entry.value_span if found.at_value and entry.value_span else entry.span
        return Refusal(found.error(at[0] + 1))
    if not isinstance(found, Drop):
        edits = rewritten(entry, found.key, found.value)
        if not found.added:
            return Change(edits, *entry.span, why=found.why)
        return Change.of(*edits, *adding(listing.options, *found.added), why=found.why)
    if listing.options.owner is not None and len(listing.entries) == 1:
        refused = replace(
            _ALL_GONE, message=f'option "{entry.key}" is not supported', detail=found.why
        )
        return Refusal(refused.error(entry.span[0] + 1))
    return Change(without(listing, entry), *entry.span, why=found.why)


# SET without an option is no statement.
_ALL_GONE = Refuse("", "", hint="Leave out the statement.")
