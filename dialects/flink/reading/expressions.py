"""Expressions: operators by their precedence, and what stands between them.

Levels are Calcite's (SqlStdOperatorTable), Postgres's signs where Postgres has them (manual 4.1.6).
One loop reads all infix operators: a ladder of a method for each level costs ten calls an operand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.query_nodes import Operator
from dialects.flink.reading.names import ALIASES
from dialects.flink.reading.operands import LOWEST, Operands

_COMPARED, _MATCHED, _OTHER, _SUM = 5, 6, 7, 8

_BINARY: dict[T, tuple[int, type[exp.Expr]]] = {
    T.OR: (1, exp.Or),
    T.AND: (2, exp.And),
    T.EQ: (_COMPARED, exp.EQ),
    T.NEQ: (_COMPARED, exp.NEQ),
    T.LT: (_COMPARED, exp.LT),
    T.LTE: (_COMPARED, exp.LTE),
    T.GT: (_COMPARED, exp.GT),
    T.GTE: (_COMPARED, exp.GTE),
    T.OVERLAPS: (_COMPARED, exp.Overlaps),
    T.RLIKE: (_OTHER, exp.RegexpLike),
    T.IRLIKE: (_OTHER, exp.RegexpILike),
    T.ARROW: (_OTHER, exp.JSONExtract),
    T.DARROW: (_OTHER, exp.JSONExtractScalar),
    T.HASH_ARROW: (_OTHER, exp.JSONBExtract),
    T.DHASH_ARROW: (_OTHER, exp.JSONBExtractScalar),
    T.AT_GT: (_OTHER, Operator),
    T.LT_AT: (_OTHER, Operator),
    T.DAMP: (_OTHER, Operator),
    T.AMP: (_OTHER, exp.BitwiseAnd),
    T.PIPE: (_OTHER, exp.BitwiseOr),
    T.HASH: (_OTHER, Operator),
    T.PLUS: (_SUM, exp.Add),
    T.DASH: (_SUM, exp.Sub),
    T.STAR: (9, exp.Mul),
    T.SLASH: (9, exp.Div),
    T.MOD: (9, exp.Mod),
    T.DPIPE: (9, exp.DPipe),
    T.CARET: (10, exp.Pow),
}
_SPECIAL: dict[T, tuple[int, str]] = {
    T.IS: (4, "_is"),
    T.ISNULL: (4, "_is_null"),
    T.NOTNULL: (4, "_is_null"),
    T.NOT: (_MATCHED, "_negated"),
    T.IN: (_MATCHED, "_in"),
    T.BETWEEN: (_MATCHED, "_between"),
    T.LIKE: (_MATCHED, "_like"),
    T.ILIKE: (_MATCHED, "_like"),
    T.SIMILAR_TO: (_MATCHED, "_like"),
}
_INFIX: dict[T, tuple[int, type[exp.Expr] | None, str]] = {
    **{kind: (level, node, "") for kind, (level, node) in _BINARY.items()},
    **{kind: (level, None, method) for kind, (level, method) in _SPECIAL.items()},
}
_LIKES: dict[T, type[exp.Expr]] = {
    T.LIKE: exp.Like,
    T.ILIKE: exp.ILike,
    T.SIMILAR_TO: exp.SimilarTo,
    T.RLIKE: exp.RegexpLike,
    T.IRLIKE: exp.RegexpILike,
}
# Written as functions for other dialects' trees, by their sign for ours.
_SIGNED = frozenset({exp.ILike, exp.Pow, exp.RegexpILike, exp.RegexpLike})


class Expressions(Operands):
    def scalar(self, least: int = LOWEST) -> exp.Expr:
        """An expression of operators that bind at least as tightly as `least`."""
        start = self._index
        left = self._operand(start)
        spans, infix = self.spans, _INFIX.get
        while True:
            token = self._curr
            found = infix(token.token_type)
            if found is None or found[0] < least:
                return left
            level, kind, method = found
            if kind is None:
                right = getattr(self, method)(left, start)
                if right is None:
                    return left
                left = right
                continue
            self._advance()
            right = self.scalar(level + 1)
            if kind is Operator:
                left = kind(this=left, expression=right, sign=token.text)
            elif kind is exp.Div:
                left = kind(this=left, expression=right, typed=True, safe=False)
            else:
                left = kind(this=left, expression=right)
                if kind in _SIGNED:
                    left.meta["sign"] = token.text
            spans[id(left)] = (left, start, self._index)

    # What follows an expression and is more than a sign.

    def _negated(self, left: exp.Expr, start: int) -> exp.Expr | None:
        """`NOT IN`, `NOT LIKE`, …; None if the NOT belongs to something else."""
        read = _NEGATED.get(self._next.token_type)
        if read is None:
            return None
        self._advance()
        node = read(self, left, start)
        like = node.this if isinstance(node, exp.Escape) else node
        if isinstance(like, (exp.Like, exp.ILike)):
            like.set("negate", True)
            return node
        return self.made(exp.Not(this=node), start)

    def _in(self, left: exp.Expr, start: int) -> exp.Expr:
        self._advance()
        if self._curr.token_type != T.L_PAREN:
            field = self._operand(self._index)
            return self.made(exp.In(this=left, field=field), start)
        inner = self._index
        items = self._paren(inner)
        if isinstance(items, exp.Subquery):
            return self.made(exp.In(this=left, query=items), start)
        found = items.expressions if isinstance(items, exp.Tuple) else [items.this]
        return self.made(exp.In(this=left, expressions=found), start)

    def _between(self, left: exp.Expr, start: int) -> exp.Expr:
        self._advance()
        symmetric = True if self.said("SYMMETRIC") else None
        if symmetric is None and self.said("ASYMMETRIC"):
            symmetric = False
        low = self.scalar(_OTHER)
        self.expect(T.AND)
        high = self.scalar(_OTHER)
        node = exp.Between(this=left, low=low, high=high, symmetric=symmetric)
        return self.made(node, start)

    def _like(self, left: exp.Expr, start: int) -> exp.Expr:
        token = self._curr
        kind = _LIKES[token.token_type]
        self._advance()
        node: exp.Expr = self.made(kind(this=left, expression=self.scalar(_OTHER)), start)
        if kind in _SIGNED:
            node.meta["sign"] = token.text
        if self._match(T.ESCAPE):
            node = exp.Escape(this=node, expression=self.scalar(_OTHER))
            self.made(node, start)
        return node

    def _is_null(self, left: exp.Expr, start: int) -> exp.Expr:
        negated = True if self._curr.token_type == T.NOTNULL else None
        null = self._null(self._index)
        return self.made(exp.Is(this=left, expression=null, negate=negated), start)

    def _is(self, left: exp.Expr, start: int) -> exp.Expr:
        self._advance()
        negated = self._match(T.NOT)
        if self.said("DISTINCT", "FROM"):
            kind = exp.NullSafeEQ if negated else exp.NullSafeNEQ
            return self.made(kind(this=left, expression=self.scalar(_COMPARED)), start)
        node = exp.Is(this=left, expression=self._state(), negate=True if negated else None)
        return self.made(node, start)

    def _state(self) -> exp.Expr:
        """What a value may be: NULL, TRUE, UNKNOWN, JSON OBJECT, A SET, …"""
        start = self._index
        kind = self._curr.token_type
        if kind == T.NULL:
            return self._null(start)
        if kind in (T.TRUE, T.FALSE):
            return self._boolean(start)
        for words in _STATES:
            if self.said(*words):
                return self.made(exp.Var(this=" ".join(words)), start)
        raise self.unexpected()

    # sqlglot's names of all this.

    def _parse_disjunction(self) -> exp.Expr | None:
        return self.scalar()

    def _parse_expression(self) -> exp.Expr | None:
        return self.projection()

    def projection(self) -> exp.Expr:
        """An expression with the name that it is given."""
        start = self._index
        node = self.scalar()
        if self._curr.token_type == T.ALIAS:
            self._advance()
            alias = self.name()
        elif self._curr.token_type in ALIASES:
            alias = self.name()
        else:
            return node
        named = exp.Alias(this=node, alias=alias)
        self.spans[id(named)] = (named, start, self._index)
        return named


_JSON = ("VALUE", "OBJECT", "ARRAY", "SCALAR")
_STATES = (
    ("UNKNOWN",),
    *(("JSON", kind) for kind in _JSON),
    ("JSON",),
    ("A", "SET"),
    ("EMPTY",),
)
_NEGATED: dict[T, Callable[[Any, exp.Expr, int], exp.Expr]] = {
    T.IN: Expressions._in,
    T.BETWEEN: Expressions._between,
    T.LIKE: Expressions._like,
    T.ILIKE: Expressions._like,
    T.SIMILAR_TO: Expressions._like,
    T.RLIKE: Expressions._like,
    T.IRLIKE: Expressions._like,
}
