"""What turns one table into another behind its name: MATCH_RECOGNIZE, PIVOT, UNPIVOT."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.reading.windows import Windows

_ROWS = (("ONE", "ROW", "PER", "MATCH"), ("ALL", "ROWS", "PER", "MATCH"))
_EMPTY = (
    ("SHOW", "EMPTY", "MATCHES"),
    ("OMIT", "EMPTY", "MATCHES"),
    ("WITH", "UNMATCHED", "ROWS"),
)
_SKIPS = (("PAST", "LAST", "ROW"), ("TO", "NEXT", "ROW"))
_SKIPS_TO: tuple[tuple[str, ...], ...] = (("TO", "FIRST"), ("TO", "LAST"), ("TO",))
_SUM = 8


class Patterns(Windows):
    def pivoted(self) -> exp.Expr | None:
        """One of them, without its alias; None if none comes."""
        start = self._index
        kind = self._curr.token_type
        if kind == T.MATCH_RECOGNIZE and self._next.token_type == T.L_PAREN:
            return self._match_rows(start)
        if kind == T.PIVOT and self._next.token_type == T.L_PAREN:
            self._advance()
            return self._pivot(start, unpivot=False)
        if kind == T.UNPIVOT and self._next.token_type in (T.L_PAREN, T.VAR):
            self._advance()
            nulls = self._index
            including = True if self.said("INCLUDE", "NULLS") else None
            if self._index == nulls and self.said("EXCLUDE", "NULLS"):
                including = False
            return self._pivot(start, unpivot=True, include_nulls=including)
        return None

    def _pivot(self, start: int, unpivot: bool, include_nulls: bool | None = None) -> exp.Expr:
        """`(SUM(x) AS s FOR (a, b) IN ((1, 2) AS c))`; of UNPIVOT a column for the aggregate."""
        self.expect(T.L_PAREN)
        found = self.separated(self.projection)
        self.expect(T.FOR)
        fields = [self._pivot_field()]
        self.expect(T.R_PAREN)
        node = exp.Pivot(
            expressions=found, fields=fields, unpivot=unpivot, include_nulls=include_nulls
        )
        return self.made(node, start)

    def _pivot_field(self) -> exp.Expr:
        start = self._index
        this = self.scalar(_SUM)
        self.expect(T.IN)
        self.expect(T.L_PAREN)
        items = self.separated(self._pivot_item)
        self.expect(T.R_PAREN)
        return self.made(exp.In(this=this, expressions=items), start)

    def _pivot_item(self) -> exp.Expr:
        """`1 AS a`; the alias may be a string or a row in UNPIVOT."""
        start = self._index
        node = self.scalar()
        if not self._match(T.ALIAS):
            return node
        named = self._curr.token_type not in (T.STRING, T.NUMBER, T.L_PAREN)
        alias = self.name() if named else self.scalar()
        return self.made(exp.PivotAlias(this=node, alias=alias), start)

    def _match_rows(self, start: int) -> exp.Expr:
        self._advance(2)
        partition = self.partition_by()
        order = self.order() if self._curr.token_type == T.ORDER_BY else None
        measures = self.separated(self._measure) if self.said("MEASURES") else None
        rows = self._rows_per_match()
        after = self._skip()
        if not self.said("PATTERN"):
            raise self.unexpected()
        node = exp.MatchRecognize(
            partition_by=partition, order=order, measures=measures, rows=rows, after=after,
            pattern=self._pattern(),
        )  # fmt: skip
        if self.said("WITHIN"):
            node.set("within", self.scalar())
        if self.said("SUBSET"):
            node.set("subset", self.separated(self._named_set))
        if not self.said("DEFINE"):
            raise self.unexpected()
        node.set("define", self.separated(self._definition))
        self.expect(T.R_PAREN)
        return self.made(node, start)

    def _measure(self) -> exp.Expr:
        start = self._index
        frame = None
        if self._next.token_type != T.DOT and self._curr.text.upper() in ("FINAL", "RUNNING"):
            frame = self.word().name.upper()
        node = exp.MatchRecognizeMeasure(this=self.projection(), window_frame=frame)
        return self.made(node, start)

    def _rows_per_match(self) -> exp.Expr | None:
        start = self._index
        for words in _ROWS:
            if self.said(*words):
                rest: tuple[str, ...] = next((some for some in _EMPTY if self.said(*some)), ())
                return self.made(exp.Var(this=" ".join((*words, *rest))), start)
        return None

    def _skip(self) -> exp.Expr | None:
        """`AFTER MATCH SKIP TO LAST a`"""
        start = self._index
        if not self.said("AFTER", "MATCH", "SKIP"):
            return None
        text = "AFTER MATCH SKIP"
        for words in _SKIPS:
            if self.said(*words):
                return self.made(exp.Var(this=" ".join((text, *words))), start)
        for towards in _SKIPS_TO:
            if self.said(*towards):
                symbol = self._index
                self.name()
                name = self.sql[self._tokens[symbol].start : self._tokens[symbol].end + 1]
                return self.made(exp.Var(this=" ".join((text, *towards, name))), start)
        raise self.unexpected()

    def _pattern(self) -> exp.Expr:
        """Everything between the brackets, as it was written: quantifiers have no other use."""
        self.expect(T.L_PAREN)
        start = self._index
        depth = 1
        while depth:
            kind = self._curr.token_type
            if kind == T.SENTINEL:
                raise self.unexpected()
            depth += (kind == T.L_PAREN) - (kind == T.R_PAREN)
            self._advance()
        last = self._index - 1
        if last == start:
            raise self.unexpected()
        text = self.sql[self._tokens[start].start : self._tokens[last].start]
        node = exp.Var(this=text.strip())
        self.spans[id(node)] = (node, start, last)
        return node

    def _named_set(self) -> exp.Expr:
        """`s = (a, b)`"""
        start = self._index
        name = self.name()
        self.expect(T.EQ)
        columns = exp.Tuple(expressions=self.names())
        return self.made(exp.EQ(this=name, expression=columns), start)

    def _definition(self) -> exp.Expr:
        start = self._index
        name = self.name()
        self.expect(T.ALIAS)
        return self.made(exp.Alias(this=self.scalar(), alias=name), start)
