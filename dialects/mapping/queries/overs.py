"""OVER (ORDER BY x) of a stream where x is no time attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from dialects.mapping.model import Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.versions import Version

_ADDED = Version(2, 1)
# In Top-N and deduplication their order may be any, and no function of theirs remains.
_RANKS = frozenset({"ROW_NUMBER", "RANK", "DENSE_RANK"})


def _unordered(text: Text, target: Target) -> Iterator[Refusal]:
    """Only where the mode and the type of the column are known, so that it is sure to fail."""
    if target.batch is not False or text.tree is None:
        return
    for window in text.tree.find(exp.Window):
        order = window.args.get("order")
        select = window.find_ancestor(exp.Select)
        if order is None or select is None or window.this.name.upper() in _RANKS:
            continue
        column = order.expressions[0].this
        if _type(column, select, target) is not None:
            subject = "OVER a stream ordered by a column that is no time attribute"
            hint = "Order by the time attribute, or use batch mode."
            start = text.tree.span(column)[0]
            yield refusal(subject, Range(_ADDED), target.version, hint, start + 1)


def _type(column: exp.Expr, select: exp.Select, target: Target) -> str | None:
    """The type of a table's column that can be no time attribute; None if that is not known."""
    if not isinstance(column, exp.Column) or select.args.get("joins"):
        return None
    from_ = select.args.get("from_")
    table = from_.this if from_ is not None else None
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        return None
    known: Mapping[str, str] = target.columns(tuple(part.name for part in table.parts)) or {}
    type_ = known.get(column.name)
    return None if type_ is None or type_.upper().startswith("TIMESTAMP") else type_


RULES = (
    Rule(
        "query.over_order",
        _unordered,
        "Streams are ordered by any column from Flink 2.1 on.",
        frozenset({"OVER"}),
        before=_ADDED,
    ),
)
