"""The old style in a statement: its list of options edited as a whole, and its columns with it."""

from __future__ import annotations

from collections.abc import Iterator

from dialects.ddl import read_ddl
from dialects.ddl.model import Create, TableDefinition
from dialects.flink.nodes.columns import ColumnDefinition
from dialects.flink.options import editing
from dialects.mapping.connectors import legacy, legacy_schema
from dialects.mapping.connectors.legacy import Unfit
from dialects.mapping.connectors.legacy_schema import Columns
from dialects.mapping.connectors.listing import Listing, rewritten
from dialects.mapping.model import Change, Refusal, Text
from dialects.names import quote_name
from dialects.rewriting import Edit
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError

UNKNOWN = "legacy.unknown"
WHYS = {
    kind: f"No supported version of Flink runs the old style of a {kind} table."
    for kind in legacy.KINDS
}


def is_legacy(listing: Listing) -> bool:
    return legacy.TYPE in listing.given and not legacy.runs(listing.given)


def rule(kind: str) -> str:
    return f"legacy.{kind}" if kind in legacy.KINDS else UNKNOWN


def translated(listing: Listing, text: Text) -> Iterator[tuple[str, Change | Refusal]]:
    """The list in the new style, as one change."""
    given = listing.given
    name = rule(given[legacy.TYPE])
    try:
        edits = _edits(listing, text)
    except Unfit as unfit:
        entry = listing.options.entry(unfit.key) or listing.entries[0]
        yield name, Refusal(_refused(unfit, entry.span[0] + 1))
    else:
        start, end = listing.options.span
        yield name, Change(edits, min(start, *(e.start for e in edits)), end)


def _edits(listing: Listing, text: Text) -> tuple[Edit, ...]:
    definition = _definition(text)
    schema, rest = legacy_schema.read(listing.given)
    columns = legacy_schema.columns(schema, rest[legacy.TYPE], definition)
    modern = legacy.modern(rest, definition.primary_key is not None or bool(schema.key))
    edits = list(_column_edits(columns, listing, text))
    for entry in listing.entries:
        if entry.key in modern.kept:
            edits += rewritten(entry, *modern.kept[entry.key])
    gone = [entry for entry in listing.entries if entry.key not in modern.kept]
    edits += editing(listing.options, remove=gone, add=modern.added)
    return tuple(edits)


def _definition(text: Text) -> TableDefinition:
    created = read_ddl(text.statement)
    if isinstance(created, Create) and isinstance(created.definition, TableDefinition):
        return created.definition
    raise Unfit(legacy.TYPE, "the old style is translated in CREATE TABLE alone")


def _column_edits(columns: Columns, listing: Listing, text: Text) -> Iterator[Edit]:
    """The elements into the brackets of the table, which come behind its name if it has none."""
    owner, tree = listing.options.owner, text.tree
    assert owner is not None and tree is not None
    brackets = owner.args.get("columns")
    name_end = tree.span(owner.this)[1]
    if brackets is not None:
        for column in brackets.expressions:
            if isinstance(column, ColumnDefinition) and column.name in columns.replaced:
                yield Edit(*tree.span(column), columns.replaced[column.name])
        if columns.added:
            end = tree.span(brackets.expressions[-1])[1]
            yield Edit(end, end, "".join(f", {each}" for each in columns.added))
    elif columns.added:
        yield Edit(name_end, name_end, f" ({', '.join(columns.added)})")
    if columns.partitions:
        names = ", ".join(map(quote_name, columns.partitions))
        end = text.statement.text.upper().rindex("WITH", 0, listing.options.span[0])
        yield Edit(end, end, f"PARTITIONED BY ({names}) ")


def _refused(unfit: Unfit, position: int) -> SqlError:
    return SqlError(FEATURE_NOT_SUPPORTED, unfit.message, hint=unfit.hint, position=position)
