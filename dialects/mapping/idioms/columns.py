"""Which columns stand behind a name, at a place of the text: those of the tables of its SELECT.

SELECT … d … FROM sales.t AS a JOIN (SELECT …) AS b
           └ inputs: a → what `Target.columns` says of sales.t, b → what its SELECT gives
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import cached_property

from sqlglot import exp

from dialects.flink import Tree
from dialects.mapping.idioms.view import Span, View

Columns = Mapping[str, str]  # name → type; the empty string where that is not known
Input = tuple[str, Columns | None]  # the name it has in the query, its columns if they are known
_DEEPEST = 16


class Relations:
    """`type_of_span`: the type of an expression, for the columns of subqueries."""

    def __init__(self, view: View, type_of_span: Callable[[Span], str]) -> None:
        self.view = view
        self.type_of_span = type_of_span
        self._inputs: dict[int, list[Input]] = {}  # by the id of a node of the tree, which lives on

    @property
    def tree(self) -> Tree | None:
        return self.view.text.tree

    def type_of(self, name: tuple[str, ...], offset: int) -> str:
        """The type of the column of that name, used at a place; empty if that is not clear."""
        select = self._select(offset)
        while select is not None:
            found = [
                columns[name[-1]]
                for alias, columns in self.inputs(select)
                if columns is not None and name[-1] in columns and _fits(name, alias)
            ]
            if found:
                return found[0] if len(found) == 1 else ""
            if any(columns is None for _, columns in self.inputs(select)):
                return ""
            select = _around(select)
        return ""

    def has(self, name: str, select: exp.Select) -> bool | None:
        """Is there an input column of that name? None: not every input is known."""
        inputs = self.inputs(select)
        if any(columns is not None and name in columns for _, columns in inputs):
            return True
        return None if any(columns is None for _, columns in inputs) else False

    def inputs(self, select: exp.Select, depth: int = 0) -> list[Input]:
        found = self._inputs.get(id(select))
        if found is None:
            found = self._inputs[id(select)] = self._read(select, depth)
        return found

    def _read(self, select: exp.Select, depth: int) -> list[Input]:
        start = select.args.get("from_")
        if start is None:
            return []
        joins = [join.this for join in select.args.get("joins") or ()]
        sources = [start.this, *joins, *(select.args.get("laterals") or ())]
        for source in list(sources):
            sources += [join.this for join in source.args.get("joins") or ()]
        return [self._input(source, select, depth) for source in sources]

    def outputs(self, query: exp.Expr, depth: int = 0) -> Columns | None:
        """What a query gives, by name; None if a star of something unknown is in it."""
        while isinstance(query, exp.Subquery | exp.SetOperation):
            query = query.this
        if not isinstance(query, exp.Select) or depth > _DEEPEST:
            return None
        found: dict[str, str] = {}
        for item in query.expressions:
            if item.is_star:
                star = self._star(item, query, depth + 1)
                if star is None:
                    return None
                found |= star
            else:
                inner = item.this if isinstance(item, exp.Alias) else item
                found[item.alias_or_name] = self._typed(inner)
        return found

    # ── one input ───────────────────────────────────────────────────────────────────────────────

    def _input(self, source: exp.Expr, select: exp.Select, depth: int) -> Input:
        alias = source.args.get("alias")
        name = source.alias_or_name
        columns: Columns | None = None
        if type(source) is exp.Table and isinstance(source.this, exp.Identifier):
            columns = self._table(source, select, depth)
        elif isinstance(source, exp.Subquery):
            columns = self.outputs(source.this, depth + 1)
        renamed = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        if renamed:
            types = list(columns.values()) if columns else [""] * len(renamed)
            same = len(types) == len(renamed)
            columns = dict(zip([c.name for c in renamed], types, strict=True)) if same else None
        return name, columns

    def _table(self, table: exp.Table, select: exp.Select, depth: int) -> Columns | None:
        parts = tuple(part.name for part in table.parts)
        if len(parts) == 1:
            common = self._common(parts[0], select)
            if common is not None:
                return self._of_common(common, depth)
        return self.view.target.columns(parts)

    def _common(self, name: str, select: exp.Select) -> exp.CTE | None:
        node: exp.Expr | None = select
        while node is not None:
            clause = node.args.get("with_")
            for one in clause.expressions if clause is not None else ():
                if one.alias == name:
                    return one if not self._inside(select, one) else None
            node = node.parent
        return None

    def _inside(self, node: exp.Expr, outer: exp.Expr) -> bool:
        parent: exp.Expr | None = node
        while parent is not None and parent is not outer:
            parent = parent.parent
        return parent is outer

    def _of_common(self, common: exp.CTE, depth: int) -> Columns | None:
        columns = self.outputs(common.this, depth + 1)
        names = common.args["alias"].args.get("columns") if common.args.get("alias") else None
        if names and columns is not None and len(names) == len(columns):
            return dict(zip([n.name for n in names], columns.values(), strict=True))
        return columns if not names else None

    def _star(self, item: exp.Expr, select: exp.Select, depth: int) -> Columns | None:
        wanted = item.table if isinstance(item, exp.Column) else ""
        if not isinstance(item, exp.Star | exp.Column):
            return None
        found: dict[str, str] = {}
        for name, columns in self.inputs(select, depth):
            if wanted in ("", name):
                if columns is None:
                    return None
                found |= columns
        return found

    def _typed(self, node: exp.Expr) -> str:
        tree = self.tree
        if tree is None:
            return ""
        start, end = tree.span(node)
        return self.type_of_span((self._index(start), self._index(end)))

    # ── places ──────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self.view.operands.tokens]

    def _index(self, offset: int) -> int:
        return bisect_left(self._starts, offset)

    @cached_property
    def _selects(self) -> list[tuple[int, int, exp.Select]]:
        tree = self.tree
        if tree is None:
            return []
        return [(*tree.span(select), select) for select in tree.find(exp.Select)]

    def _select(self, offset: int) -> exp.Select | None:
        """The innermost SELECT around a place."""
        around = [one for one in self._selects if one[0] <= offset < one[1]]
        return min(around, key=lambda one: one[1] - one[0])[2] if around else None


def _around(select: exp.Select) -> exp.Select | None:
    """The query whose columns it sees too: what stands in FROM or WITH sees nothing of it."""
    node: exp.Expr = select
    while (parent := node.parent) is not None and not isinstance(parent, exp.Select):
        joined = isinstance(parent, exp.Join) and node.arg_key == "this"
        if joined or isinstance(parent, exp.From | exp.CTE):
            return None
        node = parent
    return parent


def _fits(name: tuple[str, ...], alias: str) -> bool:
    return len(name) == 1 or name[-2] == alias
