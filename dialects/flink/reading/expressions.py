"""Expressions: operators by their precedence, and what stands between them.

Levels are Calcite's (SqlStdOperatorTable), Postgres's signs where Postgres has them (manual 4.1.6).
One loop reads all infix operators: a ladder of a method for each level costs ten calls an operand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.query_nodes import Collection, Difference, Niladic, Operator, TypedLiteral
from dialects.flink.reading.names import ALIASES, NAMES
from dialects.flink.reading.types import UNITS, Types, timed

_NOT, _COMPARED, _MATCHED, _OTHER, _SUM = 3, 5, 6, 7, 8
LOWEST = 1

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
    T.HASH: (_OTHER, exp.BitwiseXor),
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
_POSTFIX = frozenset({T.DOT, T.L_BRACKET, T.DCOLON, T.COLLATE, T.ESCAPE})
QUERY = frozenset({T.SELECT, T.WITH, T.VALUES})
SET_OPERATIONS = {T.UNION: exp.Union, T.EXCEPT: exp.Except, T.INTERSECT: exp.Intersect}
NILADIC = frozenset(
    "CURRENT_CATALOG CURRENT_DATE CURRENT_DEFAULT_TRANSFORM_GROUP CURRENT_PATH CURRENT_ROLE"
    " CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER LOCALTIME LOCALTIMESTAMP"
    " SESSION_USER SYSTEM_USER USER".split()
)


class Expressions(Types):
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
                left = kind(this=left, expression=right, operator=token.text)
            elif kind is exp.Div:
                left = kind(this=left, expression=right, typed=True, safe=False)
            else:
                left = kind(this=left, expression=right)
            spans[id(left)] = (left, start, self._index)

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
            if kind == T.DOT:
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
        if self._next.token_type == T.L_PAREN:
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
            return self._typed_literal(start) if self._curr.token_type == T.STRING else call
        if kind not in NAMES:
            raise self.unexpected()
        if kind != T.IDENTIFIER:
            if following == T.L_BRACKET and token.text.upper() == "MULTISET":
                return self._collection(start)
            if following == T.STRING or (kind in _ZONED and following in (T.WITH, T.VAR)):
                return self._typed_literal(start)
            if kind == T.DOUBLE and self._tokens[self._index + 1].token_type == T.STRING:
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

    def _typed_literal(self, start: int) -> exp.Expr:
        """Raises ParseError if no literal stands behind the type."""
        self._retreat(start)
        if self._curr.token_type in _ZONED and not self._literal_follows():
            name = self.name()
            return self.made(exp.Column(this=name), start)
        to = self.data_type()
        if self._curr.token_type != T.STRING:
            raise self.unexpected()
        return self.made(TypedLiteral(this=self._string(self._index), to=to), start)

    def _literal_follows(self) -> bool:
        """Does a string come within the words of TIMESTAMP (3) WITH LOCAL TIME ZONE?"""
        ahead = self._tokens[self._index + 1 : self._index + 9]
        return any(token.token_type == T.STRING for token in ahead)

    # What begins with a token that is no name.

    def _string(self, start: int) -> exp.Expr:
        made = exp.Literal(this=self._curr.text, is_string=True)
        self._advance()
        self.spans[id(made)] = (made, start, start + 1)
        return made

    def _number(self, start: int) -> exp.Expr:
        made = exp.Literal(this=self._curr.text, is_string=False)
        self._advance()
        self.spans[id(made)] = (made, start, start + 1)
        return made

    def _bits(self, start: int) -> exp.Expr:
        hexadecimal = self._curr.token_type == T.HEX_STRING
        kind = exp.HexString if hexadecimal else exp.BitString
        made = kind(this=self._curr.text)
        self._advance()
        return self.made(made, start)

    def _star(self, start: int) -> exp.Expr:
        self._advance()
        return self.made(exp.Star(), start)

    def _null(self, start: int) -> exp.Expr:
        self._advance()
        return self.made(exp.Null(), start)

    def _boolean(self, start: int) -> exp.Expr:
        made = exp.Boolean(this=self._curr.token_type == T.TRUE)
        self._advance()
        return self.made(made, start)

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

    def _placeholder(self, start: int) -> exp.Expr:
        self._advance()
        return self.made(exp.Placeholder(), start)

    def _dollar(self, start: int) -> exp.Expr:
        """`$1` is two tokens."""
        self._advance()
        number = self._number(self._index)
        return self.made(exp.Parameter(this=number), start)

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
        kind = _LIKES[self._curr.token_type]
        self._advance()
        node: exp.Expr = self.made(kind(this=left, expression=self.scalar(_OTHER)), start)
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

    def _parse_unary(self) -> exp.Expr | None:
        return self._operand(self._index)

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

    # Read by the classes on top of this one.

    def _call(self, start: int) -> exp.Expr:
        raise NotImplementedError

    def query(self) -> exp.Expr:
        raise NotImplementedError

    def query_on(self, left: exp.Expr, start: int) -> exp.Expr:
        raise NotImplementedError


_ZONED = frozenset({T.TIME, T.TIMESTAMP})
_JSON = ("VALUE", "OBJECT", "ARRAY", "SCALAR")
_STATES = (
    ("UNKNOWN",),
    *(("JSON", kind) for kind in _JSON),
    ("JSON",),
    ("A", "SET"),
    ("EMPTY",),
)
_PRIMARY: dict[T, Callable[[Any, int], exp.Expr]] = {
    T.STRING: Expressions._string,
    T.NUMBER: Expressions._number,
    T.HEX_STRING: Expressions._bits,
    T.BIT_STRING: Expressions._bits,
    T.STAR: Expressions._star,
    T.NULL: Expressions._null,
    T.TRUE: Expressions._boolean,
    T.FALSE: Expressions._boolean,
    T.DASH: Expressions._minus,
    T.PLUS: Expressions._plus,
    T.RLIKE: Expressions._inverted,
    T.NOT: Expressions._not,
    T.PLACEHOLDER: Expressions._placeholder,
    T.PARAMETER: Expressions._dollar,
    T.INTERVAL: Expressions._interval,
    T.CASE: Expressions._case,
    T.ARRAY: Expressions._array,
    T.MAP: Expressions._collection,
    T.EXISTS: Expressions._exists,
    T.ANY: Expressions._quantified,
    T.SOME: Expressions._quantified,
    T.ALL: Expressions._quantified,
    T.L_PAREN: Expressions._paren,
}
_NEGATED: dict[T, Callable[[Any, exp.Expr, int], exp.Expr]] = {
    T.IN: Expressions._in,
    T.BETWEEN: Expressions._between,
    T.LIKE: Expressions._like,
    T.ILIKE: Expressions._like,
    T.SIMILAR_TO: Expressions._like,
    T.RLIKE: Expressions._like,
    T.IRLIKE: Expressions._like,
}
