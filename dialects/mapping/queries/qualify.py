"""QUALIFY of Flink 2.0: before, a query around the query, whose WHERE reads the window's column.

SELECT a FROM t QUALIFY ROW_NUMBER() OVER (…) = 1 ORDER BY b
SELECT a FROM (SELECT a, ROW_NUMBER() OVER (…) AS qualify_1, b AS qualify_2 FROM t)
    WHERE qualify_1 = 1 ORDER BY qualify_2

The outer query lists the columns, so nothing is added to them. An alias of the list hides a column
of that name in QUALIFY, as in ORDER BY (measured on 2.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from sqlglot import exp

from dialects.flink.tree import Tree
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.queries.outputs import Outputs
from dialects.mapping.refusing import Range, refusal
from dialects.rewriting import Edit, moving
from dialects.versions import Version

_ADDED = Version(2, 0)
_STAR = "List the columns of SELECT * instead."
_TWICE = "Give each column a name of its own."
_ALIAS = "Write the expression in place of its alias."
_QUERY = "Put the query of QUALIFY into a column."

Part = str | tuple[int, int]


class _Unwritable(Exception):
    """The query has no form without QUALIFY; the hint says what would help."""


def _qualified(text: Text, target: Target) -> Iterator[Change | Refusal]:
    for tree, select in _selects(text):
        start = tree.span(select.args["qualify"])[0]
        try:
            yield _Wrapping(text, tree, select, target).change()
        except _Unwritable as error:
            yield refusal("QUALIFY", Range(_ADDED), target.version, str(error), start + 1)


def _grouped(text: Text, target: Target) -> Iterator[Change]:
    """The planner takes a filter of groups for one of rows, and fails (LogicalAggregate …)."""
    for tree, select in _selects(text):
        if select.args.get("group") is not None:
            with suppress(_Unwritable):  # Flink's own failure is all there is to say then
                yield _Wrapping(text, tree, select, target).change()


def _mixed(text: Text, target: Target) -> Iterator[Change | Refusal]:
    """An alias of an expression beside a window: Flink lets the window read the alias's column.

    SELECT x, -x AS y FROM t QUALIFY y < -2 AND RANK() OVER (ORDER BY x) < 4 ranks by y (measured).
    """
    for tree, select in _selects(text):
        wrapping = _Wrapping(text, tree, select, target)
        if not wrapping.is_mixed():
            continue
        try:
            yield wrapping.change()
        except _Unwritable as error:
            start = tree.span(select.args["qualify"])[0]
            subject = "an alias beside a window in QUALIFY"
            yield refusal(subject, Range(), target.version, str(error), start + 1)


def _selects(text: Text) -> Iterator[tuple[Tree, exp.Select]]:
    tree = text.tree
    for select in tree.find(exp.Select) if tree is not None else ():
        if tree is not None and select.args.get("qualify") is not None:
            yield tree, select


class _Wrapping:
    """The edits that put a SELECT with QUALIFY into another one."""

    def __init__(self, text: Text, tree: Tree, select: exp.Select, target: Target) -> None:
        self.text = text
        self.tree = tree
        self.select = select
        self.outputs = Outputs(tree, target)
        self.edits: list[Edit] = []
        self.helpers: list[Part] = []  # behind the inner list of columns
        self.used = 0

    def change(self) -> Change:
        names = self._names()
        condition = self.select.args["qualify"]
        self._lift(condition.this)
        for ordered in self._ordered():
            self._lift(ordered)
        self._open(names)
        self._helped()
        start = self.tree.span(condition)[0]
        self.edits.append(Edit(start, start + len("QUALIFY"), ") WHERE"))
        return Change.of(*self.edits)

    def is_mixed(self) -> bool:
        """Does the condition have a window, and outside of windows an alias of an expression?"""
        condition = self.select.args["qualify"].this
        aliases = self._aliases()
        names = {
            column.name
            for column in condition.find_all(exp.Column)
            if column.args.get("table") is None and column.find_ancestor(exp.Window) is None
        }
        return condition.find(exp.Window) is not None and not names.isdisjoint(aliases)

    def _names(self) -> Sequence[str]:
        names = self.outputs.of_query(self.select)
        if names is None:
            raise _Unwritable(_STAR)
        if len(set(names)) < len(names):
            raise _Unwritable(_TWICE)
        return names

    def _open(self, names: Sequence[str]) -> None:
        """The outer SELECT, which takes the DISTINCT of the inner one."""
        tokens, words = self.text.statement.tokens, self.text.statement.words
        with_ = self.select.args.get("with_")
        behind = self.tree.span(with_)[1] if with_ is not None else self.tree.span(self.select)[0]
        first = next(i for i, token in enumerate(tokens) if token.start >= behind)
        distinct = ""
        if self.select.args.get("distinct") is not None:
            index = words.index("DISTINCT", first)
            self.edits.append(Edit(tokens[index - 1].end, tokens[index].end, ""))
            distinct = "DISTINCT "
        outer = f"SELECT {distinct}{', '.join(names)} FROM ("
        self.edits.append(Edit(tokens[first].start, tokens[first].start, outer))

    def _helped(self) -> None:
        """Names for what has none, and the helpers behind the last column."""
        count = 0
        for projection in self.select.expressions:
            some = self.outputs.of_projection(projection, self.select, count) or ()
            end = self.tree.span(projection)[1]
            last = projection is self.select.expressions[-1]
            made_up = len(some) == 1 and self._is_made_up(projection)
            parts: list[Part] = [f" AS {some[0]}"] if made_up else []
            parts += self.helpers if last else []
            if parts:
                self.edits.append(moving(self.tree.source, end, end, *parts))
            count += len(some)

    def _is_made_up(self, projection: exp.Expr) -> bool:
        star = isinstance(projection, exp.Star) or isinstance(projection.this, exp.Star)
        return not star and self.outputs.name(projection) is None

    def _ordered(self) -> Iterator[exp.Expr]:
        order = self.select.args.get("order")
        for ordered in order.expressions if order is not None else ():
            if not isinstance(ordered.this, exp.Literal):  # the number of a column
                yield ordered.this

    def _lift(self, node: exp.Expr) -> None:
        """What the outer query cannot read becomes a column of the inner one."""
        if isinstance(node, exp.Query):
            raise _Unwritable(_QUERY)
        if isinstance(node, exp.Column) and self._is_output(node):
            return
        if isinstance(node, exp.Column | exp.Window) or self._aggregates(node):
            self._inside(node)
            return
        for child in node.iter_expressions():
            self._lift(child)

    def _aggregates(self, node: exp.Expr) -> bool:
        """May a call be one of a function that only the inner query can evaluate?"""
        grouped = self.select.args.get("group") is not None
        return grouped and isinstance(node, exp.Func)

    def _is_output(self, column: exp.Column) -> bool:
        if column.args.get("table") is not None:
            return False
        return any(column.name == name for name in self._aliases() | self._plain())

    def _inside(self, node: exp.Expr) -> None:
        hidden = self._aliases()
        for column in node.find_all(exp.Column):
            if column.args.get("table") is None and column.name in hidden:
                raise _Unwritable(_ALIAS)
        name = self._helper()
        span = self.tree.span(node)
        self.helpers += [", ", span, f" AS {name}"]
        self.edits.append(Edit(*span, name))

    def _helper(self) -> str:
        self.used += 1
        name = f"qualify_{self.used}"
        return name if name.upper() not in self.text.words else self._helper()

    def _aliases(self) -> set[str]:
        """Those that are not the name of the column that they stand for."""
        return {
            alias.alias
            for alias in self.select.expressions
            if isinstance(alias, exp.Alias)
            and not (isinstance(alias.this, exp.Column) and alias.this.name == alias.alias)
        }

    def _plain(self) -> set[str]:
        """Columns of the list under their own names."""
        columns = (
            one.this if isinstance(one, exp.Alias) else one for one in self.select.expressions
        )
        return {column.name for column in columns if isinstance(column, exp.Column)}


RULES = (
    Rule(
        "query.qualify",
        _qualified,
        "QUALIFY was added in Flink 2.0; before, a query around it filters.",
        frozenset({"QUALIFY"}),
        before=_ADDED,
    ),
    Rule(
        "query.qualify_groups",
        _grouped,
        "Flink fails on QUALIFY of groups; a query around it filters.",
        frozenset({"QUALIFY"}),
        since=_ADDED,
    ),
    Rule(
        "query.qualify_alias",
        _mixed,
        "Flink confuses the columns of an alias and of a window that stand in one QUALIFY.",
        frozenset({"QUALIFY"}),
        since=_ADDED,
        notice=True,
    ),
)
