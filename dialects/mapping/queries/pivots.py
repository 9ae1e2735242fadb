"""PIVOT, which 2.2 and 2.3 fail on, and UNPIVOT, which 1.16 does not read.

FROM t PIVOT (SUM(x) AS s FOR k IN ('a' AS p, 'b'))
FROM (SELECT g, SUM(x) FILTER (WHERE k = 'a') AS `p_s`, SUM(x) FILTER (WHERE k = 'b') AS `'b'_s`
      FROM t GROUP BY g)

It is what the planner of the versions with PIVOT makes of it, names included (measured). The rows
are grouped by all columns that are not named in it, so those of the table have to be known. So they
have to be for UNPIVOT, which 1.16 gets as an array of its columns, unnested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from dialects.flink.tree import Tree
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.queries.outputs import Outputs
from dialects.mapping.refusing import Range, refusal
from dialects.names import quote_name, quote_string
from dialects.rewriting import Edit, moving
from dialects.versions import Version

_BROKEN = Version(2, 2)
_UNPIVOT = Version(1, 17)
_COLUMNS = "Put a query with a list of columns in front of it: FROM (SELECT a, b FROM t) …."
_UNION = "Write a UNION ALL of a SELECT for each column."
_SIMPLE = "Write it as aggregates with FILTER (WHERE …) and GROUP BY."
_VALUES = "unpivot_values"

Part = str | tuple[int, int]


class _Unwritable(Exception):
    """There is no other form; the hint says what would help."""


def _pivoted(text: Text, target: Target) -> Iterator[Change | Refusal]:
    for tree, source, pivot in _pivots(text, unpivot=False):
        try:
            yield Change.of(_grouped(tree, source, pivot, target))
        except _Unwritable as error:
            start = _keyword(text, tree, pivot, "PIVOT")
            yield refusal("PIVOT", Range(since=_BROKEN), target.version, str(error), start + 1)


def _unpivoted(text: Text, target: Target) -> Iterator[Change | Refusal]:
    for tree, source, pivot in _pivots(text, unpivot=True):
        try:
            yield Change.of(_unnested(tree, source, pivot, target))
        except _Unwritable as error:
            start = _keyword(text, tree, pivot, "UNPIVOT")
            yield refusal("UNPIVOT", Range(_UNPIVOT), target.version, str(error), start + 1)


def _pivots(text: Text, *, unpivot: bool) -> Iterator[tuple[Tree, exp.Expr, exp.Pivot]]:
    if text.tree is None:
        return
    for pivot in text.tree.find(exp.Pivot):
        if bool(pivot.args.get("unpivot")) == unpivot and pivot.parent is not None:
            yield text.tree, pivot.parent, pivot


def _keyword(text: Text, tree: Tree, pivot: exp.Pivot, word: str) -> int:
    first = tree.span(pivot)[0]
    tokens = zip(text.statement.tokens, text.statement.words, strict=True)
    return next((t.start for t, w in tokens if t.start >= first and w == word), first)


def _grouped(tree: Tree, source: exp.Expr, pivot: exp.Pivot, target: Target) -> Edit:
    """The query in place of the table and its PIVOT; an alias behind them stays."""
    axis, rest = _axis(pivot), _rest(tree, source, pivot, target)
    start, keyword = tree.span(source)[0], tree.span(pivot)[0]
    parts: list[Part] = [", ".join(rest)] if rest else []
    for value in axis.expressions:
        for aggregate in pivot.expressions:
            parts += [", "] * bool(parts) + _filtered(tree, axis, value, aggregate)
    table = start, len(tree.source[:keyword].rstrip())
    behind = f" GROUP BY {', '.join(rest)})" if rest else ")"
    end = _end(tree, pivot)
    return moving(tree.source, start, end, "(SELECT ", *parts, " FROM ", table, behind)


def _end(tree: Tree, pivot: exp.Pivot) -> int:
    alias = pivot.args.get("alias")
    if alias is None:
        return tree.span(pivot)[1]
    return len(tree.source[: tree.span(alias)[0]].rstrip())


def _axis(pivot: exp.Pivot) -> exp.In:
    fields = pivot.args["fields"]
    if len(fields) != 1 or not isinstance(fields[0], exp.In):
        raise _Unwritable(_SIMPLE)
    if not isinstance(fields[0].this, exp.Column):
        raise _Unwritable(_SIMPLE)
    return fields[0]


def _rest(tree: Tree, source: exp.Expr, pivot: exp.Pivot, target: Target) -> Sequence[str]:
    """The columns that are not named in the PIVOT."""
    names = Outputs(tree, target).of_pivoted(source)
    if names is None:
        raise _Unwritable(_COLUMNS)
    named = {column.name for column in pivot.find_all(exp.Column)}
    return [name for name in names if name.strip("`") not in named]


def _filtered(tree: Tree, axis: exp.In, value: exp.Expr, aggregate: exp.Expr) -> list[Part]:
    """One column: an aggregate of the rows with one value."""
    literal, name = value, tree.text(value)
    if isinstance(value, exp.PivotAlias):
        literal, name = value.this, value.args["alias"].name
    call = aggregate.this if isinstance(aggregate, exp.Alias) else aggregate
    if not isinstance(literal, exp.Literal) or not isinstance(call, exp.Anonymous):
        raise _Unwritable(_SIMPLE)
    if isinstance(aggregate, exp.Alias):
        name += f"_{aggregate.alias}"
    where: list[Part] = [" FILTER (WHERE ", tree.span(axis.this), " = ", tree.span(literal)]
    return [tree.span(call), *where, f") AS {quote_name(name)}"]


def _unnested(tree: Tree, source: exp.Expr, pivot: exp.Pivot, target: Target) -> Edit:
    """Each row beside the rows of its values: an array of (name of the column, its value)."""
    axis, rest = _axis(pivot), _rest(tree, source, pivot, target)
    if len(pivot.expressions) != 1 or not isinstance(pivot.expressions[0], exp.Column):
        raise _Unwritable(_UNION)
    names = [f"{_VALUES}.{tree.text(column)}" for column in (axis.this, pivot.expressions[0])]
    start, keyword = tree.span(source)[0], tree.span(pivot)[0]
    table = start, len(tree.source[:keyword].rstrip())
    rows: list[Part] = []
    for value in axis.expressions:
        rows += [", "] * bool(rows) + _named(tree, value)
    columns = ", ".join(name.partition(".")[2] for name in names)
    where = "" if pivot.args.get("include_nulls") else f" WHERE {names[1]} IS NOT NULL"
    behind = f"]) AS {_VALUES} ({columns}){where})"
    parts = (f"(SELECT {', '.join([*rest, *names])} FROM ", table, " CROSS JOIN UNNEST(ARRAY[")
    return moving(tree.source, start, _end(tree, pivot), *parts, *rows, behind)


def _named(tree: Tree, value: exp.Expr) -> list[Part]:
    """ROW('name', column)."""
    column, label = value, ""
    if isinstance(value, exp.PivotAlias):
        column, label = value.this, tree.text(value.args["alias"])
    if not isinstance(column, exp.Column) or (label and not label.startswith("'")):
        raise _Unwritable(_UNION)
    name = label or quote_string(column.name)
    return [f"ROW(CAST({name} AS STRING), ", tree.span(column), ")"]


RULES = (
    Rule(
        "query.pivot",
        _pivoted,
        "Flink 2.2 and 2.3 fail on PIVOT; aggregates with FILTER are what it stands for.",
        frozenset({"PIVOT"}),
        since=_BROKEN,
    ),
    Rule(
        "query.unpivot",
        _unpivoted,
        "UNPIVOT was added in Flink 1.17; before, an array of the columns is unnested.",
        frozenset({"UNPIVOT"}),
        before=_UNPIVOT,
    ),
)
