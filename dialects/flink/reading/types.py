"""Types, Flink's and Postgres's: `exp.DataType` with the name as it was written in `kind`."""

from __future__ import annotations

from typing import TypeVar

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.reading.names import Names
from dialects.flink.tokens import KEYWORDS

_DTYPES = {word: exp.DType[kind.name] for word, kind in KEYWORDS.items()
           if kind.name in exp.DType.__members__}  # fmt: skip
TYPES: dict[str, exp.DType] = {
    **_DTYPES,
    "BITMAP": exp.DType.USERDEFINED,
    "INT8": exp.DType.BIGINT,
    "MULTISET": exp.DType.USERDEFINED,
    "RAW": exp.DType.USERDEFINED,
    "ROW": exp.DType.STRUCT,
    "STRUCTURED": exp.DType.OBJECT,
}
"""Names of types in upper case; INT8 is Postgres's. One that is not here is a user's."""

ZONES = {
    ("WITH", "LOCAL", "TIME", "ZONE"): (exp.DType.TIMESTAMPLTZ, exp.DType.TIMESTAMPLTZ),
    ("WITH", "TIME", "ZONE"): (exp.DType.TIMESTAMPTZ, exp.DType.TIMETZ),
    ("WITHOUT", "TIME", "ZONE"): (exp.DType.TIMESTAMP, exp.DType.TIME),
}
_VARYING = {
    "CHAR": exp.DType.VARCHAR,
    "CHARACTER": exp.DType.VARCHAR,
    "NCHAR": exp.DType.VARCHAR,
    "BINARY": exp.DType.VARBINARY,
    "BIT": exp.DType.BIT,
}


E = TypeVar("E", bound=exp.Expr)


def timed(node: E, unit: exp.Expr | None, key: str = "unit") -> E:
    """`node` with this very unit: the constructors of sqlglot make a new one of it."""
    node.set(key, unit)
    return node


class Types(Names):
    def _parse_types(
        self,
        check_func: bool = False,
        schema: bool = False,
        allow_identifiers: bool = True,
        with_collation: bool = False,
    ) -> exp.Expr | None:
        return self.data_type()

    def data_type(self) -> exp.DataType:
        """A type without what says whether it may be null."""
        start = self._index
        if self._curr.token_type == T.INTERVAL:
            made = self._interval_type()
        else:
            made = self._plain_type()
        while (outer := self._suffix()) is not None:
            outer.set("expressions", [self.made(made, start)])
            made = outer
        return self.made(made, start)

    def inner_type(self) -> exp.DataType:
        """A type with NOT NULL or NULL behind it: `nullable` is False or True then."""
        start = self._index
        made = self.data_type()
        if self._match(T.NULL):
            made.set("nullable", True)
        elif self.said("NOT", "NULL"):
            made.set("nullable", False)
        return self.made(made, start)

    def _plain_type(self) -> exp.DataType:
        token = self._curr
        name = self.name()
        upper = "" if name.args["quoted"] else token.text.upper()
        if self._curr.token_type == T.DOT or upper not in TYPES:
            return self._named_type(name)
        kind = TYPES[upper]
        if upper in _VARYING and self.said("VARYING"):
            kind, upper = _VARYING[upper], upper + " VARYING"
        elif upper == "DOUBLE" and self.said("PRECISION"):
            upper = "DOUBLE PRECISION"
        made = exp.DataType(this=kind, kind=upper)
        self._arguments_of(made, upper)
        if upper in ("TIME", "TIMESTAMP"):
            self._zone(made, upper)
        return made

    def _named_type(self, name: exp.Identifier) -> exp.DataType:
        """One of the user's; `kind` is an Identifier or a Dot."""
        start = self._index - 1
        path: exp.Expr = name
        while self._match(T.DOT):
            path = self.made(exp.Dot(this=path, expression=self.name()), start)
        made = exp.DataType(this=exp.DType.USERDEFINED, kind=path)
        self._arguments_of(made, "")
        return made

    def _arguments_of(self, made: exp.DataType, upper: str) -> None:
        opening = self._curr.token_type
        if opening == T.L_PAREN:
            read = self._field if upper == "ROW" else self._parameter
        elif opening == T.LT:
            read = self._field if upper in ("ROW", "STRUCT") else self.inner_type
            if upper == "STRUCTURED":
                read = self._structured
            made.set("nested", True)
        else:
            return
        self._advance()
        closing = T.R_PAREN if opening == T.L_PAREN else T.GT
        empty = self._curr.token_type == closing
        made.set("expressions", [] if empty else self.separated(read))
        if upper == "ROW":
            made.set("nested", True)
        self.expect(closing)

    def _parameter(self) -> exp.Expr:
        """A length, precision or scale; a string in RAW."""
        start = self._index
        token = self._curr
        self._advance()
        if token.token_type == T.NUMBER:
            number = self.made(exp.Literal.number(token.text), start)
            return self.made(exp.DataTypeParam(this=number), start)
        if token.token_type != T.STRING:
            raise self.unexpected()
        return self.made(exp.Literal.string(token.text), start)

    def _structured(self) -> exp.Expr:
        return self._parameter() if self._curr.token_type == T.STRING else self._field()

    def _field(self) -> exp.Expr:
        """`a INT NOT NULL 'comment'`; types alone stand in anonymous rows of old texts."""
        start = self._index
        if self._next.token_type in (T.COMMA, T.GT, T.R_PAREN, T.LT, T.L_PAREN):
            return self.inner_type()
        made = exp.ColumnDef(this=self.name(), kind=self.inner_type())
        comment = self._index
        self.said("COMMENT")
        if self._curr.token_type == T.STRING:
            text = self._parameter()
            kind = self.made(exp.CommentColumnConstraint(this=text), comment)
            made.set("constraints", [self.made(exp.ColumnConstraint(kind=kind), comment)])
        return self.made(made, start)

    def _zone(self, made: exp.DataType, upper: str) -> None:
        for words, kinds in ZONES.items():
            if self.said(*words):
                made.set("this", kinds[upper == "TIME"])
                made.set("kind", " ".join((upper, *words)))

    def _interval_type(self) -> exp.DataType:
        self._advance()
        start = self._index
        unit = self.unit()
        if unit is None:
            return exp.DataType(this=exp.DType.INTERVAL, kind="INTERVAL")
        return exp.DataType(this=self.made(timed(exp.Interval(), unit), start))

    def unit(self) -> exp.Expr | None:
        """`DAY`, `DAY(3) TO SECOND(3)`; None if no unit of time comes."""
        start = self._index
        first = self._single_unit()
        if first is None or not self.said("TO"):
            return first
        last = self._single_unit()
        if last is None:
            raise self.unexpected()
        span = timed(exp.IntervalSpan(expression=last), first, "this")
        return self.made(span, start)

    def _single_unit(self) -> exp.Expr | None:
        start = self._index
        if self._curr.text.upper() not in UNITS or self._curr.token_type != T.VAR:
            return None
        word = self.word()
        if not self._match(T.L_PAREN):
            return word
        digits = self.separated(self._parameter)
        self.expect(T.R_PAREN)
        return self.made(exp.Anonymous(this=word.name, expressions=digits), start)

    def _suffix(self) -> exp.DataType | None:
        """`[]`, `[3]`, ARRAY and MULTISET behind a type."""
        if self._curr.token_type == T.L_BRACKET:
            self._advance()
            self._match(T.NUMBER)
            self.expect(T.R_BRACKET)
            return exp.DataType(this=exp.DType.ARRAY, kind="ARRAY", nested=True)
        if self._curr.token_type == T.ARRAY:
            self._advance()
            return exp.DataType(this=exp.DType.ARRAY, kind="ARRAY", nested=True)
        if self.said("MULTISET"):
            return exp.DataType(this=exp.DType.USERDEFINED, kind="MULTISET", nested=True)
        return None


_SINGULAR = (
    "YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND NANOSECOND"
    " DECADE CENTURY"
).split()
UNITS = frozenset([*_SINGULAR, *(unit + "S" for unit in _SINGULAR), "MILLENNIUM", "CENTURIES"])
