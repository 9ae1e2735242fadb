"""Names of the columns that a query or a table in FROM has, as a text would write them.

None where that is not known: then nothing may be said in their place.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dialects.flink.query_nodes import TableArgument
from dialects.flink.tree import Tree
from dialects.mapping.model import Target
from dialects.names import quote_name

_WINDOWS = frozenset({"TUMBLE", "HOP", "CUMULATE", "SESSION"})
_OF_WINDOWS = ("window_start", "window_end", "window_time")
_DEEPEST = 16  # of queries in FROM; deeper ones are not looked at

Names = Sequence[str] | None


class Outputs:
    """Names in the texts of a tree, for a target that knows the columns of tables."""

    def __init__(self, tree: Tree, target: Target, depth: int = 0) -> None:
        self.tree = tree
        self.target = target
        self.depth = depth

    def of_query(self, query: exp.Expr | None) -> Names:
        """Of a SELECT, and of what is made of some."""
        if isinstance(query, exp.SetOperation):
            return self.of_query(query.this)
        if isinstance(query, exp.Subquery):
            return self.of_source(query)
        if not isinstance(query, exp.Select) or self.depth > _DEEPEST:
            return None
        names: list[str] = []
        for projection in query.expressions:
            some = self.of_projection(projection, query, len(names))
            if some is None:
                return None
            names += some
        return names

    def of_projection(self, node: exp.Expr, query: exp.Select, before: int) -> Names:
        if isinstance(node, exp.Star):
            return self.of_sources(query)
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            return None if query.args.get("joins") else self.of_sources(query)
        return [self.name(node) or f"`EXPR${before}`"]

    def name(self, projection: exp.Expr) -> str | None:
        """Of one column of a SELECT; None if Flink makes one up: EXPR$ and its number."""
        if isinstance(projection, exp.Alias):
            return self.tree.text(projection.args["alias"])
        if isinstance(projection, exp.Column):
            return self.tree.text(projection.this)
        if isinstance(projection, exp.Dot) and isinstance(projection.expression, exp.Identifier):
            return self.tree.text(projection.expression)
        return None

    def of_sources(self, query: exp.Select) -> Names:
        """What `*` stands for."""
        from_ = query.args.get("from_")
        joins = query.args.get("joins") or []
        if from_ is None or any(join.args.get("using") or join.method for join in joins):
            return None
        names: list[str] = []
        for source in (from_.this, *(join.this for join in joins)):
            some = self.of_source(source)
            if some is None:
                return None
            names += some
        return names

    def of_source(self, source: exp.Expr) -> Names:
        alias = source.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.args.get("columns"):
            return [self.tree.text(column) for column in alias.args["columns"]]
        return None if source.args.get("pivots") else self.of_pivoted(source)

    def of_pivoted(self, source: exp.Expr) -> Names:
        """Of the table in front of a PIVOT."""
        deeper = Outputs(self.tree, self.target, self.depth + 1)
        if isinstance(source, exp.Subquery):
            return deeper.of_query(source.this)
        if isinstance(source, exp.TableFromRows):
            return deeper._of_window(source.this)
        if isinstance(source, exp.Table):
            return deeper._of_table(source)
        return None

    def _of_table(self, table: exp.Table) -> Names:
        if not isinstance(table.this, exp.Identifier):
            return self._of_window(table.this)
        parts = tuple(part.name for part in table.parts)
        common = _common(table, parts)
        if common is not None:
            alias = common.args["alias"]
            if alias.args.get("columns"):
                return [self.tree.text(column) for column in alias.args["columns"]]
            return self.of_query(common.this)
        known = self.target.columns(parts)
        return None if known is None else [quote_name(name) for name in known]

    def _of_window(self, call: exp.Expr) -> Names:
        argument = call.find(TableArgument)
        if call.name.upper() not in _WINDOWS or argument is None:
            return None
        names = self.of_source(argument.this)
        return None if names is None else [*names, *_OF_WINDOWS]


def _common(table: exp.Table, parts: tuple[str, ...]) -> exp.CTE | None:
    """The common table expression that a name means, if it means one."""
    node: exp.Expr | None = table
    while len(parts) == 1 and node is not None:
        with_ = node.args.get("with_")
        for common in with_.expressions if with_ is not None else ():
            if common.alias == parts[0] and not _inside(table, common):
                return common if isinstance(common, exp.CTE) else None
        node = node.parent
    return None


def _inside(node: exp.Expr, other: exp.Expr) -> bool:
    parent: exp.Expr | None = node
    while parent is not None and parent is not other:
        parent = parent.parent
    return parent is other
