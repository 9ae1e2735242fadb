"""Queries: SELECT, VALUES, TABLE, what joins them, and what stands behind all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.query_nodes import ExplicitTable
from dialects.flink.reading.operands import SET_OPERATIONS
from dialects.flink.reading.tables import Tables

_LEVELS = {T.UNION: 1, T.EXCEPT: 1, T.INTERSECT: 2}
_SUM = 8


class Queries(Tables):
    """Reads queries and the expressions in them; statements are read on top of it."""

    def _parse_statement(self) -> exp.Expr | None:
        """Raises ParseError for what is no query; an expression alone is none."""
        if not self.query_begins() and self._curr.token_type not in (T.L_PAREN, T.TABLE):
            raise self.unexpected()
        return self.query()

    def query(self) -> exp.Expr:
        """A query with its WITH, ORDER BY and LIMIT."""
        start = self._index
        with_ = self._with() if self._curr.token_type == T.WITH else None
        inner = self._index
        node = self._ended(self._set_operations(self._term(), inner), inner)
        if with_ is not None:
            node.set("with_", with_)
            self.note(node, start)
        return node

    def query_on(self, left: exp.Expr, start: int) -> exp.Expr:
        """The query that begins with `left`, a query in brackets that was read already."""
        return self._ended(self._set_operations(left, start), start)

    def _parse_select(self, *_: Any, **__: Any) -> exp.Expr | None:
        return self.query()

    def _parse_ddl_select(self) -> exp.Expr | None:
        return self.query()

    def _parse_where(self, skip_where_token: bool = False) -> exp.Where | None:
        return self._where() if self._curr.token_type == T.WHERE else None

    def _term(self) -> exp.Expr:
        start = self._index
        kind = self._curr.token_type
        if kind == T.SELECT:
            return self._select(start)
        if kind == T.VALUES:
            return self.values()
        if kind == T.TABLE:
            self._advance()
            return self.made(ExplicitTable(this=self.relation()), start)
        if kind != T.L_PAREN:
            raise self.unexpected()
        self._advance()
        return self._subquery(self.query(), start)

    def _set_operations(self, left: exp.Expr, start: int, least: int = 1) -> exp.Expr:
        """INTERSECT binds more tightly than the other two."""
        while _LEVELS.get(kind := self._curr.token_type, 0) >= least:
            self._advance()
            distinct = not self._match(T.ALL)
            if distinct:
                self._match(T.DISTINCT)
            inner = self._index
            right = self._set_operations(self._term(), inner, _LEVELS[kind] + 1)
            node = SET_OPERATIONS[kind](this=left, expression=right, distinct=distinct)
            left = self.made(node, start)
        return left

    def _ended(self, node: exp.Expr, start: int) -> exp.Expr:
        """ORDER BY, LIMIT, OFFSET, FETCH and FOR UPDATE, each once."""
        while (read := _TAIL.get(self._curr.token_type)) is not None:
            key, method = read
            if node.args.get(key):
                raise self.unexpected()
            found = method(self)
            if found is None:
                break
            node.set(key, found)
        self.note(node, start)
        return node

    def _select(self, start: int) -> exp.Expr:
        self._advance()
        args: dict[str, Any] = {}
        if self._curr.token_type == T.HINT:
            args["hint"] = self.hint()
        if self._curr.token_type == T.DISTINCT:
            args["distinct"] = self._distinct()
        elif self._curr.token_type == T.ALL:
            self._match(T.ALL)
        args["expressions"] = self.separated(self.projection)
        if self._curr.token_type == T.FROM:
            args["from_"], joins = self.sources()
            if joins:
                args["joins"] = joins
        while (read := _BODY.get(self._curr.token_type)) is not None:
            key, method = read
            if key in args:
                raise self.unexpected()
            args[key] = method(self)
        node = exp.Select(**args)
        self.spans[id(node)] = (node, start, self._index)
        return node

    def _distinct(self) -> exp.Expr:
        start = self._index
        self._advance()
        on = None
        if self._match(T.ON):
            bracket = self._index
            self.expect(T.L_PAREN)
            on = exp.Tuple(expressions=self.separated(self.scalar))
            self.expect(T.R_PAREN)
            self.made(on, bracket)
        return self.made(exp.Distinct(on=on), start)

    def _where(self) -> exp.Where:
        start = self._index
        self._advance()
        return self.made(exp.Where(this=self.scalar()), start)

    def _having(self) -> exp.Expr:
        start = self._index
        self._advance()
        return self.made(exp.Having(this=self.scalar()), start)

    def _qualify(self) -> exp.Expr:
        start = self._index
        self._advance()
        return self.made(exp.Qualify(this=self.scalar()), start)

    def _windows(self) -> list[exp.Expr]:
        self._advance()
        return self.separated(self.named_window)

    def _group(self) -> exp.Expr:
        """All elements in `expressions`, in order: CUBE, ROLLUP and GROUPING SETS among them."""
        start = self._index
        self._advance()
        node = exp.Group()
        if self._match(T.DISTINCT):
            node.set("all", False)
        elif self._curr.token_type == T.ALL:
            self._advance()
            node.set("all", True)
            if self._curr.token_type in (T.SENTINEL, T.R_PAREN, T.SEMICOLON):
                return self.made(node, start)
        node.set("expressions", self.separated(self._group_element))
        return self.made(node, start)

    def _group_element(self) -> exp.Expr:
        start = self._index
        kind = _GROUPINGS.get(self._curr.token_type)
        if kind is None or self._next.token_type != T.L_PAREN:
            return self.scalar()
        self._advance(2)
        node = kind(expressions=self.separated(self._group_element))
        self.expect(T.R_PAREN)
        return self.made(node, start)

    def values(self) -> exp.Expr:
        """`VALUES (1, 2), ROW(3, 4), 5`"""
        start = self._index
        self._advance()
        return self.made(exp.Values(expressions=self.separated(self._row)), start)

    def _row(self) -> exp.Expr:
        """A row of one column is a row and no expression in brackets."""
        start = self._index
        node = self.scalar()
        if isinstance(node, exp.Paren):
            return self.made(exp.Tuple(expressions=[node.this]), start)
        return node

    def _with(self) -> exp.Expr:
        start = self._index
        self._advance()
        recursive = True if self._match(T.RECURSIVE) else None
        found = self.separated(self._common_table)
        return self.made(exp.With(expressions=found, recursive=recursive), start)

    def _common_table(self) -> exp.Expr:
        start = self._index
        name = self.name()
        columns = self.names() if self._curr.token_type == T.L_PAREN else None
        alias = self.made(exp.TableAlias(this=name, columns=columns), start)
        self.expect(T.ALIAS)
        materialized = None
        if self.said("NOT", "MATERIALIZED"):
            materialized = False
        elif self.said("MATERIALIZED"):
            materialized = True
        self.expect(T.L_PAREN)
        query = self.query()
        self.expect(T.R_PAREN)
        return self.made(exp.CTE(this=query, alias=alias, materialized=materialized), start)

    def _limit(self) -> exp.Expr:
        start = self._index
        self._advance()
        if self._curr.token_type == T.ALL:
            count: exp.Expr = self.word()
        else:
            count = self.scalar(_SUM)
        if self._match(T.COMMA):  # LIMIT 2, 3 is no SQL of either side
            raise self.unexpected()
        return self.made(exp.Limit(expression=count), start)

    def _offset(self) -> exp.Expr:
        start = self._index
        self._advance()
        count = self.scalar(_SUM)
        if not self.said("ROWS"):
            self.said("ROW")
        return self.made(exp.Offset(expression=count), start)

    def _fetch(self) -> exp.Expr:
        """`FETCH FIRST 3 ROWS ONLY`"""
        start = self._index
        self._advance()
        direction = self.word().name.upper()
        unit = self._curr.text.upper()
        count = None if unit in ("ROW", "ROWS") else self.scalar(_SUM)
        if not self.said("ROWS") and not self.said("ROW"):
            raise self.unexpected()
        options = exp.LimitOptions(rows=True, with_ties=self._with_ties())
        options = self.made(options, self._index - 1)
        node = exp.Fetch(direction=direction, count=count, limit_options=options)
        return self.made(node, start)

    def _with_ties(self) -> bool:
        if self.said("WITH", "TIES"):
            return True
        if not self.said("ONLY"):
            raise self.unexpected()
        return False

    def _locks(self) -> list[exp.Expr]:
        """`FOR UPDATE OF t NOWAIT`: the words as they were written, in the node's `sign`."""
        found: list[exp.Expr] = []
        while self._curr.token_type == T.FOR:
            start = self._index
            self._advance()
            update = self._curr.text.upper() in ("UPDATE", "NO")
            if not update and self._curr.text.upper() not in ("SHARE", "KEY"):
                raise self.unexpected()
            while self._curr.token_type not in _LOCK_ENDS:
                self._advance()
            last = self._tokens[self._index - 1].end
            lock = exp.Lock(update=update)
            lock.meta["sign"] = self.sql[self._tokens[start].start : last + 1]
            found.append(self.made(lock, start))
        return found


_LOCK_ENDS = frozenset({T.SENTINEL, T.R_PAREN, T.SEMICOLON, T.FOR, T.END})
_GROUPINGS: dict[T, type[exp.Expr]] = {
    T.CUBE: exp.Cube,
    T.ROLLUP: exp.Rollup,
    T.GROUPING_SETS: exp.GroupingSets,
}
_BODY: dict[T, tuple[str, Callable[[Queries], Any]]] = {
    T.WHERE: ("where", Queries._where),
    T.GROUP_BY: ("group", Queries._group),
    T.HAVING: ("having", Queries._having),
    T.WINDOW: ("windows", Queries._windows),
    T.QUALIFY: ("qualify", Queries._qualify),
}
_TAIL: dict[T, tuple[str, Callable[[Queries], Any]]] = {
    T.ORDER_BY: ("order", Queries.order),
    T.LIMIT: ("limit", Queries._limit),
    T.OFFSET: ("offset", Queries._offset),
    T.FETCH: ("limit", Queries._fetch),
    T.FOR: ("locks", Queries._locks),
}
