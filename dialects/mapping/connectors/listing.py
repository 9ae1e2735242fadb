"""The lists of options that the rules look at: which of a statement, and how they are edited."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from dialects.flink.options import (
    Clause,
    Entry,
    OptionList,
    editing,
    hint_lists,
    keyed,
    option_lists,
    valued,
)
from dialects.mapping.model import Target, Text
from dialects.rewriting import Edit

_HEADS = frozenset({"CREATE", "REPLACE", "ALTER", "EXPLAIN", "EXECUTE", "COMPILE", "BEGIN"})
_TABLES = frozenset({"TABLE", "MATERIALIZED TABLE"})


class Place(Enum):
    """Of a table or of a catalog; the others have no connector."""

    TABLE = "table"
    CATALOG = "catalog"


@dataclass(frozen=True, slots=True)
class Listing:
    """`whole`: these are all options of the object, none come from elsewhere."""

    place: Place
    options: OptionList
    whole: bool
    temporary: bool

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.options.entries

    @property
    def reset(self) -> bool:
        """Keys without values."""
        return self.options.clause is Clause.RESET

    @property
    def given(self) -> dict[str, str]:
        return {entry.key: entry.value or "" for entry in self.entries}

    def known(self, target: Target) -> dict[str, str]:
        """What is given, over what is known of the table that a hint or ALTER is about, or that a
        new one is LIKE."""
        if self.whole:
            return self.given
        return {**(target.options(self.about) or {}), **self.given}

    @property
    def about(self) -> tuple[str, ...]:
        """The name of the table that has the other options."""
        like = self.options.owner.args.get("like") if self.options.owner is not None else None
        if like is None:
            return self.options.name
        return tuple(part.name for part in like.this.parts)


def listings(text: Text) -> tuple[Listing, ...]:
    """Those of tables and catalogs, in the order of the text."""
    statement = text.statement
    if not statement.words:
        return ()
    if statement.words[0] in _HEADS and not text.words.isdisjoint(("WITH", "SET", "RESET")):
        tree = text.tree
        if tree is not None:
            return tuple(_listed(option_lists(tree)))
    if "/*+" not in statement.text:
        return ()
    return tuple(_listed(hint_lists(statement)))


def _listed(found: Collection[OptionList]) -> Iterator[Listing]:
    for options in found:
        if not options.entries or options.kind not in (*_TABLES, "CATALOG"):
            continue
        owner = options.owner.args if options.owner is not None else {}
        whole = options.clause is Clause.WITH and not owner.get("like")
        place = Place.TABLE if options.kind in _TABLES else Place.CATALOG
        yield Listing(place, options, whole, bool(owner.get("temporary")))


def without(listing: Listing, entry: Entry) -> tuple[Edit, ...]:
    """The list without that one; a hint goes with the last of its options. The entry is an edit of
    its own, so that it can be shown without the comma."""
    options = listing.options
    alone = options.clause is Clause.HINT and len(listing.entries) == 1
    (edit,) = [_without_hint(options)] if alone else editing(options, remove=[entry])
    start, end = entry.span
    bounds = ((edit.start, start), (start, end), (end, edit.end))
    return tuple(Edit(first, last, "") for first, last in bounds if first < last)


def _without_hint(options: OptionList) -> Edit:
    """`/*+ OPTIONS('a' = 'b') */` as a whole, of several hints this one with its comma."""
    source, (start, end) = options.source, options.span
    start = source.upper().rindex("OPTIONS", 0, start)
    before, after = source[:start].rstrip(), source[end:].lstrip()
    if before.endswith("/*+") and after.startswith("*/"):
        return Edit(len(before) - len("/*+"), len(source) - len(after) + len("*/"), "")
    if after.startswith(","):
        return Edit(start, len(source) - len(after[1:].lstrip()), "")
    return Edit(len(before) - before.endswith(","), end, "")


def rewritten(entry: Entry, key: str, value: str) -> tuple[Edit, ...]:
    """The entry with another key, another value, or both."""
    edits = [keyed(entry, key)] if key != entry.key else []
    if entry.value_span is not None and value != entry.value:
        edits.append(valued(entry, value))
    return tuple(edits)
