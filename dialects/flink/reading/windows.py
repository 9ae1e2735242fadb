"""OVER, named windows, ORDER BY."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.reading.calls import Calls
from dialects.flink.reading.names import NAMES

_EXCLUDED = (("CURRENT", "ROW"), ("GROUP",), ("TIES",), ("NO", "OTHERS"))
_SUM = 8  # a bound is an expression above the level of AND


class Windows(Calls):
    def over(self, node: exp.Expr, start: int) -> exp.Expr:
        """`OVER w` or `OVER (…)` behind a call."""
        self._advance()
        if self._curr.token_type != T.L_PAREN:
            return exp.Window(this=node, alias=self.name(), over="OVER")
        return self._window(node, start, over="OVER")

    def named_window(self) -> exp.Expr:
        """`w AS (…)`"""
        start = self._index
        name = self.name()
        self.expect(T.ALIAS)
        return self._window(name, start)

    def _window(self, this: exp.Expr, start: int, over: str | None = None) -> exp.Expr:
        self.expect(T.L_PAREN)
        base = None
        if self._curr.token_type in NAMES and self._curr.token_type not in (T.ROWS, T.RANGE):
            base = self.name()
        partition = self.partition_by()
        order = self.order() if self._curr.token_type == T.ORDER_BY else None
        spec = self._frame() if self._curr.token_type in (T.ROWS, T.RANGE) else None
        self.expect(T.R_PAREN)
        node = exp.Window(
            this=this, partition_by=partition, order=order, spec=spec, alias=base, over=over
        )
        return self.made(node, start)

    def partition_by(self) -> list[exp.Expr]:
        return self.separated(self.scalar) if self._match(T.PARTITION_BY) else []

    def order(self) -> exp.Expr:
        start = self._index
        self.expect(T.ORDER_BY)
        return self.made(exp.Order(expressions=self.separated(self.ordered)), start)

    def _frame(self) -> exp.Expr:
        start = self._index
        kind = self._curr.text.upper()
        self._advance()
        two = self._match(T.BETWEEN)
        low, low_side = self._bound()
        node = exp.WindowSpec(kind=kind, start=low, start_side=low_side)
        if two:
            self.expect(T.AND)
            high, high_side = self._bound()
            node.set("end", high)
            node.set("end_side", high_side)
        if self.said("EXCLUDE"):
            node.set("exclude", self._excluded())
        return self.made(node, start)

    def _excluded(self) -> exp.Expr:
        start = self._index
        for words in _EXCLUDED:
            if self.said(*words):
                return self.made(exp.Var(this=" ".join(words)), start)
        raise self.unexpected()

    def _bound(self) -> tuple[exp.Expr | str, str | None]:
        if self.said("CURRENT", "ROW"):
            return "CURRENT ROW", None
        value: exp.Expr | str = "UNBOUNDED" if self.said("UNBOUNDED") else self.scalar(_SUM)
        for side in ("PRECEDING", "FOLLOWING"):
            if self.said(side):
                return value, side
        raise self.unexpected()
