"""GROUP BY by number or by the name of an output: the expression stands there instead.

    SELECT date_trunc('day', ts) AS day, COUNT(*) FROM t GROUP BY 1      GROUP BY day

An input column goes before an output of the same name, as in Postgres, so the columns of every
table must be known: else the text stays, for Flink may understand it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from dialects.flink import Tree
from dialects.lexer import NAMES
from dialects.mapping.idioms.typing import Types
from dialects.mapping.idioms.view import View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.rewriting import moving
from protocol.errors import GROUPING_ERROR, SqlError

_OUT_OF_RANGE = "42P10"  # invalid_column_reference
_AGGREGATES = frozenset(
    "COUNT SUM AVG MIN MAX LISTAGG STRING_AGG COLLECT ARRAY_AGG STDDEV STDDEV_POP STDDEV_SAMP"
    " VARIANCE VAR_POP VAR_SAMP BOOL_AND BOOL_OR EVERY FIRST_VALUE LAST_VALUE GROUPING".split()
)
Found = Change | Refusal


def _find(text: Text, target: Target) -> Iterable[Found]:
    tree = text.tree
    if tree is None:
        return
    view = View.of(text, target)
    for select in tree.find(exp.Select):
        group = select.args.get("group")
        if not isinstance(group, exp.Group):
            continue
        names = {one.alias for one in select.expressions if isinstance(one, exp.Alias)}
        for item in _items(group):
            if isinstance(item, exp.Literal) and not item.is_string:
                if _wants_ordinals(tree, view, select, group):
                    yield from _ordinal(tree, view, select, item)
            elif isinstance(item, exp.Column) and not item.table and item.name in names:
                if Types.of_view(view).relations.has(item.name, select) is False:
                    yield from _alias(tree, view, select, item)


def _wants_ordinals(tree: Tree, view: View, select: exp.Select, group: exp.Group) -> bool:
    """Is a column selected that is not grouped? Else Flink takes a number for a constant."""
    grouped = {tree.text(one) for one in group.expressions}
    return any(
        tree.text(column) not in grouped
        for item in select.expressions
        if not item.is_star and not _aggregates(view, tree.span(item))
        for column in item.find_all(exp.Column)
        if not (isinstance(item, exp.Alias) and tree.text(item.this) in grouped)
    )


def _items(group: exp.Group) -> Iterator[exp.Expr]:
    """Grouped expressions, also those in GROUPING SETS, CUBE and ROLLUP."""
    yield from group.expressions
    for kind in ("grouping_sets", "cube", "rollup"):
        for one in group.args.get(kind) or ():
            if isinstance(one, exp.Expr):
                yield from one.find_all(exp.Column)


def _ordinal(tree: Tree, view: View, select: exp.Select, item: exp.Literal) -> Iterator[Found]:
    if not item.this.isdecimal() or any(one.is_star for one in select.expressions):
        return
    number = int(item.this)
    if not 1 <= number <= len(select.expressions):
        yield _error(tree, item, f"GROUP BY position {number} is not in select list", _OUT_OF_RANGE)
        return
    yield from _replaced(tree, view, item, select.expressions[number - 1])


def _alias(tree: Tree, view: View, select: exp.Select, item: exp.Column) -> Iterator[Found]:
    named = [
        one for one in select.expressions
        if isinstance(one, exp.Alias) and one.alias == item.name
    ]  # fmt: skip
    texts = {tree.text(one.this) for one in named}
    if len(texts) > 1:
        yield _error(tree, item, f'GROUP BY "{item.name}" is ambiguous', "42702")
    elif named:
        yield from _replaced(tree, view, item, named[0])


def _replaced(tree: Tree, view: View, item: exp.Expr, output: exp.Expr) -> Iterator[Found]:
    inner = output.this if isinstance(output, exp.Alias) else output
    place = tree.span(inner)
    if _aggregates(view, place):
        message = "aggregate functions are not allowed in GROUP BY"
        yield _error(tree, item, message, GROUPING_ERROR)
        return
    if isinstance(inner, exp.Literal | exp.Boolean | exp.Null):
        return  # a constant groups nothing; Flink itself says so
    start, end = tree.span(item)
    yield Change.of(moving(tree.source, start, end, place))


def _aggregates(view: View, place: tuple[int, int]) -> bool:
    """Is an aggregate in the text there, other than over a window?"""
    tokens = view.operands.tokens
    for index, token in enumerate(tokens):
        inside = place[0] <= token.start < place[1] and token.kind in NAMES
        if inside and view.word(index) in _AGGREGATES and view.word(index + 1) == "(":
            return True
    return False


def _error(tree: Tree, item: exp.Expr, message: str, sqlstate: str) -> Refusal:
    return Refusal(SqlError(sqlstate, message, position=tree.span(item)[0] + 1))


RULES = (Rule("idiom.group_by", _find, "Flink groups by expressions alone.", frozenset({"GROUP"})),)
