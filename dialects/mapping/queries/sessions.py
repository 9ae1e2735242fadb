"""TABLE(SESSION(…)) of Flink 1.19: before, the group window of the same name.

SELECT k, window_start, COUNT(*) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), gap))
GROUP BY k, window_start, window_end

SELECT k, SESSION_START(ts, gap) AS window_start, COUNT(*) FROM t
GROUP BY SESSION(ts, gap), k

The two are the same only if the rows are grouped by what they are partitioned by and nothing but
the grouping is done with them (measured: windows, their types, and late rows agree).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from dialects.flink.query_nodes import TableArgument
from dialects.flink.tree import Tree
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.rewriting import Edit, moving
from dialects.versions import Version

_ADDED = Version(1, 19)
_FUNCTIONS = {
    "window_start": "SESSION_START",
    "window_end": "SESSION_END",
    "window_time": "SESSION_ROWTIME",
}
_BOTH = frozenset({"window_start", "window_end"})
_HINT = "Group its rows by its PARTITION BY columns, window_start and window_end alone."
# What may be there beside the list of columns, FROM and GROUP BY.
_FREE = frozenset({"expressions", "from_", "group", "having", "order", "limit", "offset", "hint"})
_NAMED = ("data", "timecol", "gap")


@dataclass(frozen=True, slots=True)
class _Window:
    """The arguments of the call."""

    table: TableArgument
    time: exp.Expr
    gap: exp.Expr

    @property
    def keys(self) -> list[exp.Expr]:
        return self.table.args.get("partition_by") or []


def _session(text: Text, target: Target) -> Iterator[Change | Refusal]:
    tree = text.tree
    if tree is None:
        return
    for source in tree.find(exp.TableFromRows):
        if source.this.name.upper() != "SESSION":
            continue
        window, select = _window(source.this), source.find_ancestor(exp.Select)
        if window is not None and select is not None and _is_plain(select, source, window):
            yield Change.of(*_edits(tree, select, source, window))
        else:
            start = tree.span(source)[0]
            yield refusal(
                "the SESSION table function", Range(_ADDED), target.version, _HINT, start + 1
            )


def _window(call: exp.Expr) -> _Window | None:
    """Arguments by place or by name; None for another number of them."""
    given: dict[str, exp.Expr] = {}
    for name, argument in zip(_NAMED, call.expressions, strict=False):
        named = isinstance(argument, exp.Kwarg)
        given[argument.this.name.lower() if named else name] = (
            argument.expression if named else argument
        )
    table, time, gap = (given.get(name) for name in _NAMED)
    if len(call.expressions) != len(_NAMED) or not isinstance(table, TableArgument):
        return None
    if time is None or gap is None or len(time.expressions) != 1:
        return None
    return _Window(table, time.expressions[0], gap)


def _is_plain(select: exp.Select, source: exp.Expr, window: _Window) -> bool:
    """Are the sessions grouped, by their keys, and nothing else?"""
    group = select.args.get("group")
    if any(value for name, value in select.args.items() if name not in _FREE) or group is None:
        return False
    if any(value for name, value in group.args.items() if name != "expressions"):
        return False
    if select.args["from_"].this is not source or not isinstance(window.table.this, exp.Table):
        return False
    if any(_is_more(node) for node in select.walk() if node is not select):
        return False
    keys, others = _names(group.expressions), _names(window.keys)
    if keys is None or others is None or not keys >= _BOTH or _is_fed_on(select):
        return False
    return keys - set(_FUNCTIONS) == others


def _names(columns: Sequence[exp.Expr]) -> set[str] | None:
    if not all(isinstance(column, exp.Column) for column in columns):
        return None
    return {column.name for column in columns}


def _is_more(node: exp.Expr) -> bool:
    """A window or a query inside, or all columns; the star of COUNT(*) is none."""
    star = isinstance(node, exp.Star) and not isinstance(node.parent, exp.Func)
    return star or isinstance(node, exp.Window | exp.Query)


def _is_fed_on(select: exp.Select) -> bool:
    """Does a query around it join, group or rank the windows? Then it counts on them as such."""
    around = select.find_ancestor(exp.Select)
    while around is not None:
        used = around.args.get("joins") or around.args.get("group")
        if used or around.find(exp.Window) is not None:
            return True
        around = around.find_ancestor(exp.Select)
    return False


def _edits(tree: Tree, select: exp.Select, source: exp.Expr, window: _Window) -> Iterator[Edit]:
    text, arguments = tree.source, (tree.span(window.time), tree.span(window.gap))
    (time, gap), group = arguments, select.args["group"]
    start, end = tree.span(source)[0], tree.span(source.this)[1]
    yield moving(text, start, text.index(")", end) + 1, tree.span(window.table.this))
    columns = group.expressions
    keys = [
        part for one in columns if one.name not in _FUNCTIONS for part in (", ", tree.span(one))
    ]
    span = tree.span(columns[0])[0], tree.span(columns[-1])[1]
    yield moving(text, *span, "SESSION(", time, ", ", gap, ")", *keys)
    for column in select.find_all(exp.Column):
        if column.name in _FUNCTIONS and column.parent is not group:
            function = _FUNCTIONS[column.name]
            alias = f" AS {column.name}" if column.parent is select else ""
            yield moving(text, *tree.span(column), function, "(", time, ", ", gap, ")", alias)


RULES = (
    Rule(
        "query.session",
        _session,
        "SESSION is a table function from Flink 1.19 on; before, it is a group window.",
        frozenset({"SESSION"}),
        before=_ADDED,
    ),
)
