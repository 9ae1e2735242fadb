"""Calls: every function keeps its name and the spelling of its arguments.

A call is an `exp.Anonymous`, whatever it is called, but for CAST, TRY_CAST and EXTRACT. Words among
the arguments (`TRIM(BOTH 'x' FROM y)`, the clauses of the JSON functions) make a `Worded`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.query_nodes import ModelArgument, TableArgument, Worded
from dialects.flink.reading.expressions import Expressions
from dialects.flink.reading.names import ALIASES, RESERVED
from dialects.flink.tokens import WORDS

_CLAUSES = frozenset(
    "ABSENT ARRAY AS BOTH CONDITIONAL DEFAULT EMPTY ENCODING ERROR FOR FORMAT FROM IGNORE IN JSON"
    " KEY KEYS LEADING NULLS OBJECT ON ORDER PASSING PLACING RESPECT RETURNING SEPARATOR TO"
    " TRAILING UNCONDITIONAL UNIQUE UNKNOWN USING UTF16 UTF32 UTF8 VALUE WITH WITHOUT"
    " WRAPPER".split()
)
# Behind these stands an operand, whatever word it is.
_OPERATORS = frozenset("DEFAULT FOR FROM IN KEY PASSING PLACING VALUE".split())
_LEADING = frozenset({"BOTH", "KEY", "LEADING", "TRAILING"})
_UNIT_FIRST = frozenset({"TIMESTAMPADD", "TIMESTAMPDIFF"})
_BEGINS = ALIASES | {
    T.BIT_STRING, T.CASE, T.FROM, T.HEX_STRING, T.NUMBER, T.PARAMETER, T.PLACEHOLDER, T.STRING,
}  # fmt: skip
_STATES = frozenset({T.FALSE, T.NULL, T.TRUE})
_ENDS = frozenset({T.COMMA, T.R_PAREN})
_IN = 7  # the level above that of IN, which is a word here and no operator


class Calls(Expressions):
    def _call(self, start: int) -> exp.Expr:
        """The name is next, and an opening bracket behind it."""
        token = self._curr
        quoted = token.token_type == T.IDENTIFIER
        upper = token.text.upper()
        read = None if quoted else _READ.get(upper)
        if read is not None:
            self._advance(2)
            node = read(self, start)
        else:
            node = self._plain_call(start, upper, quoted)
        kind = self._curr.token_type
        if kind == T.FILTER or kind == T.OVER or kind == T.VAR:
            return self._behind_call(node, start)
        return node

    def _plain_call(self, start: int, upper: str, quoted: bool) -> exp.Expr:
        name: exp.Identifier | str = self._curr.text
        if quoted:
            name = self.name()
            self._advance()
        else:
            self._advance(2)
        arguments = self._arguments(upper)
        self.expect(T.R_PAREN)
        node = exp.Anonymous(this=name, expressions=arguments)
        self.spans[id(node)] = (node, start, self._index)
        return node

    def _arguments(self, upper: str) -> list[exp.Expr]:
        start = self._index
        kind = self._curr.token_type
        if kind == T.R_PAREN:
            return []
        if kind == T.DISTINCT:
            self._advance()
            return [self.made(exp.Distinct(expressions=self.separated(self._argument)), start)]
        if kind == T.ALL and self._next.token_type not in (T.L_PAREN, T.DOT, *_ENDS):
            self._advance()
        if upper in _UNIT_FIRST and kind in WORDS and self._next.token_type == T.COMMA:
            unit = self.word()
            self._advance()
            return [unit, *self.separated(self._argument)]
        if upper == "POSITION":
            return [self._worded([self.scalar(_IN)], start), *self._more()]
        return self.separated(self._argument)

    def _more(self) -> list[exp.Expr]:
        return self.separated(self._argument) if self._match(T.COMMA) else []

    def _argument(self) -> exp.Expr:
        start = self._index
        kind = self._curr.token_type
        if self._next.token_type == T.FARROW:
            return self._named_argument(start)
        if kind == T.TABLE:
            return self._table_argument(start)
        if self.query_begins():
            return self.query()
        if kind == T.FROM or (kind == T.VAR and self._leads()):
            return self._worded([], start)
        node = self.scalar()
        return node if self._curr.token_type in _ENDS else self._worded([node], start)

    def _leads(self) -> bool:
        """Is the next word one of a clause, MODEL among them, and no column?"""
        if self._next.token_type not in _BEGINS:
            return False
        upper = self._curr.text.upper()
        if upper == "KEY" and self._next.text.upper() == "VALUE":  # a column, if but one VALUE
            return self._tokens[self._index + 2].text.upper() == "VALUE"
        return upper in _LEADING or upper == "MODEL"

    def _named_argument(self, start: int) -> exp.Expr:
        """`name => value`"""
        name: exp.Expr
        name = self.name() if self._curr.token_type == T.IDENTIFIER else self.word()
        self._advance()
        if self._curr.token_type == T.DEFAULT:
            return self.made(exp.Kwarg(this=name, expression=self.word()), start)
        return self.made(exp.Kwarg(this=name, expression=self._argument()), start)

    def _table_argument(self, start: int) -> exp.Expr:
        """`TABLE t PARTITION BY a ORDER BY b`: several keys stand in brackets."""
        self._advance()
        this = self.relation()
        node = TableArgument(this=this)
        if self._match(T.PARTITION_BY):
            keys = self.scalar()
            node.set("partition_by", keys.expressions if isinstance(keys, exp.Tuple) else [keys])
        if self._curr.token_type == T.ORDER_BY:
            node.set("order", self._argument_order())
        return self.made(node, start)

    def _argument_order(self) -> exp.Expr:
        start = self._index
        self._advance()
        if self._match(T.L_PAREN):
            items = self.separated(self.ordered)
            self.expect(T.R_PAREN)
        else:
            items = [self.ordered()]
        return self.made(exp.Order(expressions=items), start)

    def _worded(self, parts: list[exp.Expr], start: int) -> exp.Expr:
        """An operand may only follow a word, else two of them would stand side by side."""
        if self._curr.text.upper() == "MODEL" and not parts:
            self._advance()
            return self.made(ModelArgument(this=self.relation()), start)
        if self._curr.token_type == T.ORDER_BY and len(parts) == 1:
            return self._ordered_argument(parts[0], start)
        while self._curr.token_type not in _ENDS:
            parts += self._worded_part(parts[-1] if parts else None)
        return self.made(Worded(expressions=parts), start) if len(parts) > 1 else parts[0]

    def _worded_part(self, last: exp.Expr | None) -> list[exp.Expr]:
        follows_word = isinstance(last, exp.Var)
        wants_operand = last is not None and follows_word and last.name.upper() in _OPERATORS
        if not wants_operand and self._is_clause_word():
            return self._clause()
        if last is None or follows_word or self._curr.token_type in _STATES:
            return [self.scalar()]  # of x NULL ON NULL an operand is in front
        raise self.unexpected()

    def _clause(self) -> list[exp.Expr]:
        """A word with the type or the name that it brings."""
        if self._curr.token_type == T.COLON:
            self._advance()
            return [self.made(exp.Var(this=":"), self._index - 1)]
        word = self.word()
        upper = word.name.upper()
        if upper == "RETURNING":
            return [word, self.data_type()]
        return [word, self.name()] if upper == "AS" else [word]

    def _is_clause_word(self) -> bool:
        """A word of a clause; `ARRAY[…]` and `VALUE.x` are operands."""
        kind = self._curr.token_type
        if kind not in WORDS or self._curr.text.upper() not in _CLAUSES:
            return kind == T.COLON
        return self._next.token_type not in (T.L_BRACKET, T.DOT) or kind in RESERVED

    def _ordered_argument(self, this: exp.Expr, start: int) -> exp.Expr:
        """`ARRAY_AGG(x ORDER BY y)`"""
        self._advance()
        items = self.separated(self.ordered)
        return self.made(exp.Order(this=this, expressions=items), start)

    def ordered(self) -> exp.Expr:
        """`a DESC NULLS LAST`; Flink's order without the words is that of sqlglot's `small`."""
        start = self._index
        this = self.scalar()
        kind = self._curr.token_type
        desc: bool | None = None
        if kind == T.ASC or kind == T.DESC:
            desc = kind == T.DESC
            self._advance()
        first = not desc
        if self._curr.token_type == T.VAR and self.said("NULLS"):
            first = self._match(T.FIRST)
            if not first and not self.said("LAST"):
                raise self.unexpected()
        return self.made(exp.Ordered(this=this, desc=desc, nulls_first=first), start)

    # Calls whose nodes mean the same everywhere.

    def _cast(self, start: int) -> exp.Expr:
        return self._cast_to(exp.Cast, start)

    def _try_cast(self, start: int) -> exp.Expr:
        return self._cast_to(exp.TryCast, start)

    def _cast_to(self, kind: type[exp.Cast], start: int) -> exp.Expr:
        this = self.scalar()
        self.expect(T.ALIAS)
        to = self.inner_type()
        self.expect(T.R_PAREN)
        return self.made(kind(this=this, to=to), start)

    def _extract(self, start: int) -> exp.Expr:
        """A unit may stand in quotes in Postgres."""
        quoted = self._curr.token_type == T.STRING
        unit = self._string(self._index) if quoted else self.word()
        self.expect(T.FROM)
        node = exp.Extract(this=unit, expression=self.scalar())
        self.expect(T.R_PAREN)
        return self.made(node, start)

    # What stands behind the closing bracket.

    def _behind_call(self, node: exp.Expr, start: int) -> exp.Expr:
        while True:
            if self._curr.token_type == T.FILTER and self._next.token_type == T.L_PAREN:
                node = self._filter(node)
            elif self._curr.token_type == T.OVER:
                node = self.over(node, start)
            elif self.said("WITHIN", "GROUP"):
                self.expect(T.L_PAREN)
                node = exp.WithinGroup(this=node, expression=self.order())
                self.expect(T.R_PAREN)
            elif self.said("IGNORE", "NULLS"):
                node = exp.IgnoreNulls(this=node)
            elif self.said("RESPECT", "NULLS"):
                node = exp.RespectNulls(this=node)
            else:
                return node
            self.made(node, start)

    def _filter(self, node: exp.Expr) -> exp.Expr:
        self._advance(2)
        where = self._index
        self.expect(T.WHERE)
        condition = self.made(exp.Where(this=self.scalar()), where)
        self.expect(T.R_PAREN)
        return exp.Filter(this=node, expression=condition)

    def _parse_function(self, *_: Any, **__: Any) -> exp.Expr | None:
        return self._call(self._index) if self._next.token_type == T.L_PAREN else None

    # Read by the classes on top of this one.

    def over(self, node: exp.Expr, start: int) -> exp.Expr:
        raise NotImplementedError

    def order(self) -> exp.Expr:
        raise NotImplementedError

    def relation(self) -> exp.Expr:
        raise NotImplementedError


_READ: dict[str, Callable[[Any, int], exp.Expr]] = {
    "CAST": Calls._cast,
    "TRY_CAST": Calls._try_cast,
    "EXTRACT": Calls._extract,
}
