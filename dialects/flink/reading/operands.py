"""What stands between operators: columns, literals, calls, queries and whatever is in brackets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.query_nodes import Collection, Difference, Niladic
from dialects.flink.reading.literals import ZONED, Literals
from dialects.flink.reading.names import ANY, NAMES
from dialects.flink.reading.types import UNITS, timed

_NOT = 3  # the level of NOT, below that of all that it negates
LOWEST = 1
_POSTFIX = frozenset({T.DOT, T.L_BRACKET, T.DCOLON, T.COLLATE, T.ESCAPE})
QUERY = frozenset({T.SELECT, T.WITH, T.VALUES})
SET_OPERATIONS = {T.UNION: exp.Union, T.EXCEPT: exp.Except, T.INTERSECT: exp.Intersect}
NILADIC = frozenset(
    "CURRENT_CATALOG CURRENT_DATE CURRENT_DEFAULT_TRANSFORM_GROUP CURRENT_PATH CURRENT_ROLE"
    " CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER LOCALTIME LOCALTIMESTAMP"
    " SESSION_USER SYSTEM_USER USER".split()
)


class Operands(Literals):
    def _operand(self, start: int) -> exp.Expr:
        kind = self._curr.token_type
        if kind == T.VAR or kind == T.IDENTIFIER:
            node = self._named(start)
        else:
            read = _PRIMARY.get(kind)
            node = read(self, start) if read is not None else self._named(start)
        kind = self._curr.token_type
        if kind in _POSTFIX:
            node = self._postfix(node, start)
            kind = self._curr.token_type
        if kind == T.VAR and self._curr.text in ("AT", "at") and self.said("AT", "TIME", "ZONE"):
            zone = self._operand(self._index)
            return self.made(exp.AtTimeZone(this=node, zone=zone), start)
        return node

    def _postfix(self, node: exp.Expr, start: int) -> exp.Expr:
        while True:
            kind = self._curr.token_type
            if kind == T.DOT and not isinstance(node, exp.Literal):
                self._advance()
                node = exp.Dot(this=node, expression=self._member())
            elif kind == T.L_BRACKET:
                self._advance()
                items = self.separated(self._index_of)
                self.expect(T.R_BRACKET)
                node = exp.Bracket(this=node, expressions=items, offset=1)
            elif kind == T.DCOLON:
                self._advance()
                node = exp.Cast(this=node, to=self.data_type())
            elif kind == T.COLLATE:
                self._advance()
                node = exp.Collate(this=node, expression=self._collation())
            else:
                return node
            self.made(node, start)

    def _member(self) -> exp.Expr:
        if self._curr.token_type == T.STAR:
            return self._star(self._index)
        if self._next.token_type == T.L_PAREN and self._curr.token_type in ANY:
            return self._call(self._index)
        return self.name()

    def _index_of(self) -> exp.Expr:
        start = self._index
        low = None if self._curr.token_type == T.COLON else self.scalar()
        if not self._match(T.COLON):
            return low or self.scalar()
        high = None if self._curr.token_type == T.R_BRACKET else self.scalar()
        return self.made(exp.Slice(this=low, expression=high), start)

    def _collation(self) -> exp.Expr:
        start = self._index
        found: exp.Expr = self.name()
        while self._match(T.DOT):
            found = self.made(exp.Dot(this=found, expression=self.name()), start)
        return found

    def _named(self, start: int) -> exp.Expr:
        """A column, a call, a literal with its type in front, a function without brackets."""
        token = self._curr
        kind = token.token_type
        following = self._next.token_type
        if following == T.L_PAREN and kind in NAMES:
            call = self._call(start)
            literal = self._curr.token_type == T.STRING
            if literal or (kind in ZONED and self._zone_at(self._index)):
                return self._typed_literal(start)
            return call
        if kind not in NAMES:
            raise self.unexpected()
        if kind != T.IDENTIFIER:
            if following == T.L_BRACKET and token.text.upper() == "MULTISET":
                return self._collection(start)
            if following == T.STRING or (kind in ZONED and self._zone_at(start + 1)):
                return self._typed_literal(start)
        name = exp.Identifier(this=token.text, quoted=kind == T.IDENTIFIER)
        self._advance()
        self.spans[id(name)] = (name, start, start + 1)
        if self._curr.token_type == T.DOT:
            return self._qualified([name], start)
        node: exp.Expr
        if kind != T.IDENTIFIER and token.text.upper() in NILADIC:
            node = Niladic(this=token.text)
        else:
            node = exp.Column(this=name)
        self.spans[id(node)] = (node, start, start + 1)
        return node

    def _qualified(self, parts: list[exp.Expr], start: int) -> exp.Expr:
        """`a.b.c`; four parts make a column, more are fields of it, and a call may end it."""
        while self._curr.token_type == T.DOT:
            self._advance()
            parts.append(self._member())
            if not isinstance(parts[-1], exp.Identifier):
                break
        if not isinstance(parts[-1], (exp.Identifier, exp.Star)):
            return self._dotted(parts, start)
        names = dict(zip(("this", "table", "db", "catalog"), reversed(parts[:4]), strict=False))
        column: exp.Expr = self._spread(exp.Column(**names), start, min(len(parts), 4))
        return self._dotted([column, *parts[4:]], start) if parts[4:] else column

    def _dotted(self, parts: list[exp.Expr], start: int) -> exp.Expr:
        node = parts[0]
        for part in parts[1:]:
            node = exp.Dot(this=node, expression=part)
            self.spans[id(node)] = (node, start, self.spans[id(part)][2])
        return node

    def _spread(self, node: exp.Expr, start: int, parts: int) -> exp.Expr:
        self.spans[id(node)] = (node, start, start + 2 * parts - 1)
        return node

    # What begins with a token that is no name.

    def _star(self, start: int) -> exp.Expr:
        """`*`, of other dialects with columns that are left out or replaced."""
        self._advance()
        node = exp.Star()
        if (
            self._next.token_type == T.L_PAREN
            and self._tokens[self._index + 2].token_type != T.SELECT
        ):
            if self._curr.token_type == T.EXCEPT or self._curr.text.upper() == "EXCLUDE":
                self._advance()
                node.set("except_", self.names())
            elif self._match(T.REPLACE):
                self.expect(T.L_PAREN)
                node.set("replace", self.separated(self.projection))
                self.expect(T.R_PAREN)
        return self.made(node, start)

    def _minus(self, start: int) -> exp.Expr:
        self._advance()
        return self.made(exp.Neg(this=self._operand(self._index)), start)

    def _plus(self, start: int) -> exp.Expr:
        self._advance()
        return self._operand(self._index)

    def _inverted(self, start: int) -> exp.Expr:
        if self._curr.text != "~":  # REGEXP and RLIKE are names as well
            return self._named(start)
        self._advance()
        return self.made(exp.BitwiseNot(this=self._operand(self._index)), start)

    def _not(self, start: int) -> exp.Expr:
        self._advance()
        return self.made(exp.Not(this=self.scalar(_NOT)), start)

    def _interval(self, start: int) -> exp.Expr:
        sign = self._tokens[start + 1].token_type in (T.DASH, T.PLUS)
        value = self._tokens[start + 1 + sign].token_type
        if value not in (T.STRING, T.NUMBER):
            return self._named(start)
        self._advance()
        this = self._operand(self._index)
        return self.made(timed(exp.Interval(this=this), self.unit()), start)

    def _case(self, start: int) -> exp.Expr:
        self._advance()
        this = None if self._curr.token_type == T.WHEN else self.scalar()
        ifs: list[exp.Expr] = []
        while self._curr.token_type == T.WHEN:
            branch = self._index
            self._advance()
            condition = self.scalar()
            self.expect(T.THEN)
            ifs.append(self.made(exp.If(this=condition, true=self.scalar()), branch))
        default = self.scalar() if self._match(T.ELSE) else None
        self.expect(T.END)
        if not ifs:
            raise self.unexpected()
        return self.made(exp.Case(this=this, ifs=ifs, default=default), start)

    def _array(self, start: int) -> exp.Expr:
        if self._next.token_type != T.L_BRACKET:
            return self._named(start)
        return self.made(exp.Array(expressions=self._items(), bracket_notation=True), start)

    def _collection(self, start: int) -> exp.Expr:
        word = self._curr.text
        if self._next.token_type != T.L_BRACKET:
            return self._named(start)
        return self.made(Collection(this=word, expressions=self._items()), start)

    def _items(self) -> list[exp.Expr]:
        self._advance(2)
        empty = self._curr.token_type == T.R_BRACKET
        items = [] if empty else self.separated(self.scalar)
        self.expect(T.R_BRACKET)
        return items

    def _exists(self, start: int) -> exp.Expr:
        if self._next.token_type != T.L_PAREN:
            return self._named(start)
        self._advance(2)
        query = self.query()
        self.expect(T.R_PAREN)
        return self.made(exp.Exists(this=query), start)

    def _quantified(self, start: int) -> exp.Expr:
        """`ANY (…)`, `SOME (…)`, `ALL (…)` of a query or an array."""
        kind = exp.All if self._curr.token_type == T.ALL else exp.Any
        if self._next.token_type != T.L_PAREN:
            return self._named(start)
        self._advance()
        return self.made(kind(this=self._paren(self._index)), start)

    def _paren(self, start: int) -> exp.Expr:
        """A query, an expression, a row, or nothing at all in brackets."""
        self._advance()
        if self._curr.token_type == T.R_PAREN:
            self._advance()
            return self.made(exp.Tuple(expressions=[]), start)
        if self.query_begins():
            return self._subquery(self.query(), start)
        inner = self._index
        first = self.scalar()
        if isinstance(first, exp.Subquery) and self._continues_query():
            return self._subquery(self.query_on(first, inner), start)
        if self._curr.token_type == T.COMMA:
            self._advance()
            items = [first, *self.separated(self.scalar)]
            self.expect(T.R_PAREN)
            return self.made(exp.Tuple(expressions=items), start)
        self.expect(T.R_PAREN)
        if isinstance(first, exp.Subquery):
            return self.made(exp.Subquery(this=first), start)
        node = self.made(exp.Paren(this=first), start)
        if isinstance(first, exp.Sub) and self._curr.text.upper() in UNITS:
            if (unit := self.unit()) is not None:
                return self.made(Difference(this=node, unit=unit), start)
        return node

    def _subquery(self, query: exp.Expr, start: int) -> exp.Expr:
        self.expect(T.R_PAREN)
        return self.made(exp.Subquery(this=query), start)

    def query_begins(self) -> bool:
        """A query in brackets may begin with TABLE as well, a column never does."""
        kind = self._curr.token_type
        return kind in QUERY or (kind == T.TABLE and self._next.token_type != T.L_PAREN)

    def _continues_query(self) -> bool:
        kind = self._curr.token_type
        return kind in SET_OPERATIONS or kind in (T.ORDER_BY, T.LIMIT, T.OFFSET, T.FETCH)

    def _parse_unary(self) -> exp.Expr | None:
        return self._operand(self._index)

    # Read by the classes on top of this one.

    def scalar(self, least: int = LOWEST) -> exp.Expr:
        raise NotImplementedError

    def projection(self) -> exp.Expr:
        raise NotImplementedError

    def _call(self, start: int) -> exp.Expr:
        raise NotImplementedError

    def query(self) -> exp.Expr:
        raise NotImplementedError

    def query_on(self, left: exp.Expr, start: int) -> exp.Expr:
        raise NotImplementedError


_PRIMARY: dict[T, Callable[[Any, int], exp.Expr]] = {
    T.STRING: Operands._string,
    T.NUMBER: Operands._number,
    T.HEX_STRING: Operands._bits,
    T.BIT_STRING: Operands._bits,
    T.STAR: Operands._star,
    T.NULL: Operands._null,
    T.TRUE: Operands._boolean,
    T.FALSE: Operands._boolean,
    T.DASH: Operands._minus,
    T.PLUS: Operands._plus,
    T.RLIKE: Operands._inverted,
    T.NOT: Operands._not,
    T.PLACEHOLDER: Operands._placeholder,
    T.PARAMETER: Operands._dollar,
    T.INTERVAL: Operands._interval,
    T.CASE: Operands._case,
    T.ARRAY: Operands._array,
    T.MAP: Operands._collection,
    T.EXISTS: Operands._exists,
    T.ANY: Operands._quantified,
    T.SOME: Operands._quantified,
    T.ALL: Operands._quantified,
    T.L_PAREN: Operands._paren,
}
