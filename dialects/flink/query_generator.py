"""Queries as Flink SQL, in the union of its versions' spellings.

What was read by this dialect is written as it was, but for blanks, the case of keywords and AS in
front of aliases. Nodes of Postgres's parser are written in Flink's words where it has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import exp, generator

from dialects.flink.node_writer import WRITERS
from dialects.flink.type_writer import written_type

_NEGATED = {
    exp.Between: " NOT BETWEEN ",
    exp.In: " NOT IN ",
    exp.SimilarTo: " NOT SIMILAR TO ",
}
_POSITIVE = {exp.Between: " BETWEEN ", exp.In: " IN ", exp.SimilarTo: " SIMILAR TO "}


def _sign(node: exp.Expr) -> str:
    """Of a node that this dialect read: the operator as it was written."""
    return str(node.meta_get("sign", ""))


def _call(name: str) -> Callable[[Any, exp.Expr], str]:
    return lambda self, node: self.func(name, *node.iter_expressions())


class QueryGenerator(generator.Generator):
    """Writes names in backticks where they were quoted, nothing in Postgres's spelling."""

    TRANSFORMS = {
        **generator.Generator.TRANSFORMS,
        **WRITERS,
        exp.CurrentDate: lambda *_: "CURRENT_DATE",
        exp.CurrentTime: lambda *_: "CURRENT_TIME",
        exp.CurrentTimestamp: lambda *_: "CURRENT_TIMESTAMP",
        exp.Length: _call("CHAR_LENGTH"),
        exp.Rand: _call("RAND"),
        exp.Stddev: _call("STDDEV_SAMP"),
        exp.Variance: _call("VAR_SAMP"),
    }
    TYPE_MAPPING: ClassVar = {}
    LIMIT_FETCH = "ALL"
    NORMALIZE_EXTRACT_DATE_PARTS = False
    EXTRACT_ALLOWS_QUOTES = False
    PARAMETER_TOKEN = "$"
    SUPPORTS_BETWEEN_FLAGS = True
    TABLESAMPLE_SIZE_IS_ROWS = False
    TABLESAMPLE_SEED_KEYWORD = "REPEATABLE"
    GROUPINGS_SEP = ","
    EXCLUDE_COMMENTS = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["normalize_functions"] = kwargs.get("normalize_functions") or False
        super().__init__(*args, **kwargs)

    # Types and literals.

    def datatype_sql(self, expression: exp.DataType) -> str:
        return written_type(self, expression)

    def hexstring_sql(self, expression: exp.HexString, *_: Any, **__: Any) -> str:
        return f"X'{expression.name}'"

    def bitstring_sql(self, expression: exp.BitString) -> str:
        return f"B'{expression.name}'"

    def array_sql(self, expression: exp.Array) -> str:
        return f"ARRAY[{self.expressions(expression, flat=True)}]"

    def interval_sql(self, expression: exp.Interval) -> str:
        unit = expression.args.get("unit")
        words = ("INTERVAL", self.sql(expression, "this"), self.sql(unit) if unit else "")
        return " ".join(word for word in words if word)

    def timestamptrunc_sql(self, expression: exp.TimestampTrunc) -> str:
        """`date_trunc` of Postgres."""
        return f"FLOOR({self.sql(expression, 'this')} TO {self.sql(expression, 'unit')})"

    # Operators.

    def not_sql(self, expression: exp.Not) -> str:
        """`x NOT IN (…)`; the words are the first of their kind behind the operand's text."""
        this = expression.this
        kind = type(this)
        if isinstance(this, (exp.RegexpLike, exp.RegexpILike)) and (sign := _sign(this)):
            return self.binary(this, f"!{sign}" if sign[0] == "~" else f"NOT {sign}")
        if kind not in _NEGATED:
            return f"NOT {self.sql(this)}"
        left = self.sql(this, "this")
        return left + self.sql(this)[len(left) :].replace(_POSITIVE[kind], _NEGATED[kind], 1)

    def pow_sql(self, expression: exp.Pow) -> str:
        if _sign(expression):
            return self.binary(expression, "^")
        return self.func("POWER", expression.this, expression.expression)

    def regexplike_sql(self, expression: exp.RegexpLike) -> str:
        if sign := _sign(expression):
            return self.binary(expression, sign)
        return self.func("REGEXP", expression.this, expression.expression)

    def regexpilike_sql(self, expression: exp.RegexpILike) -> str:
        if sign := _sign(expression):
            return self.binary(expression, sign)
        return self.func("REGEXP", f"LOWER({self.sql(expression, 'this')})",
                         f"LOWER({self.sql(expression, 'expression')})")  # fmt: skip

    def all_sql(self, expression: exp.All) -> str:
        return f"ALL {self._in_brackets(expression)}"

    def any_sql(self, expression: exp.Any) -> str:
        return f"ANY {self._in_brackets(expression)}"

    def _in_brackets(self, expression: exp.Expr) -> str:
        sql = self.sql(expression, "this")
        return sql if isinstance(expression.this, (exp.Paren, exp.Subquery)) else f"({sql})"

    def jsonextract_sql(self, expression: exp.JSONExtract) -> str:
        return self.binary(expression, "->")

    def jsonextractscalar_sql(self, expression: exp.JSONExtractScalar) -> str:
        return self.binary(expression, "->>")

    def jsonbextract_sql(self, expression: exp.JSONBExtract) -> str:
        return self.binary(expression, "#>")

    def jsonbextractscalar_sql(self, expression: exp.JSONBExtractScalar) -> str:
        return self.binary(expression, "#>>")

    def ilike_sql(self, expression: exp.ILike) -> str:
        """Flink lacks the operator: a tree of ours is for the mapping to rewrite."""
        negation = "NOT " if expression.args.get("negate") else ""
        left, right = self.sql(expression, "this"), self.sql(expression, "expression")
        if sign := _sign(expression):
            return f"{left} {negation}{sign} {right}"
        return f"LOWER({left}) {negation}LIKE LOWER({right})"

    def bracket_sql(self, expression: exp.Bracket) -> str:
        items = expression.expressions
        if expression.args.get("offset") != 1:
            items = self.bracket_offset_expressions(expression)
        return f"{self.sql(expression, 'this')}[{', '.join(self.sql(item) for item in items)}]"

    # Calls.

    def kwarg_sql(self, expression: exp.Kwarg) -> str:
        return f"{self.sql(expression, 'this')} => {self.sql(expression, 'expression')}"

    # What stands behind FROM.

    def hint_sql(self, expression: exp.Hint) -> str:
        return f" /*+ {self.expressions(expression, sep=', ').strip()} */"

    def table_sql(self, expression: exp.Table, sep: str = " AS ") -> str:
        return self._dressed(expression, self.table_parts(expression))

    def tablefromrows_sql(self, expression: exp.TableFromRows) -> str:
        return self._dressed(expression, f"TABLE({self.sql(expression, 'this')})")

    def subquery_sql(self, expression: exp.Subquery, sep: str = " AS ") -> str:
        joins = expression.args.get("joins")
        inner = self._dressed(expression, self.wrap(expression))
        if joins:  # written already
            expression.set("joins", None)
        return self.prepend_ctes(expression, self.query_modifiers(expression, inner))

    def _dressed(self, node: exp.Expr, sql: str) -> str:
        """Flink's order: hints, the snapshot's time, patterns and pivots, the alias, a sample."""
        args = node.args
        sql += "".join(self.sql(hint) for hint in args.get("hints") or ())
        if args.get("version"):
            sql += f" {self.sql(args['version'])}"
        sql += "".join(self.sql(pivot) for pivot in args.get("pivots") or ())
        if args.get("ordinality"):
            sql += " WITH ORDINALITY"
        if args.get("alias"):
            sql += f" AS {self.sql(args['alias'])}"
        sql += self.sql(args["sample"]) if args.get("sample") else ""
        return sql + "".join(self.sql(join) for join in args.get("joins") or ())

    def version_sql(self, expression: exp.Version) -> str:
        return f"FOR {expression.name} AS OF {self.sql(expression, 'expression')}"

    def pivot_sql(self, expression: exp.Pivot) -> str:
        word = "UNPIVOT" if expression.args.get("unpivot") else "PIVOT"
        nulls = expression.args.get("include_nulls")
        if nulls is not None:
            word += " INCLUDE NULLS" if nulls else " EXCLUDE NULLS"
        found = self.expressions(expression, flat=True)
        fields = self.expressions(expression, key="fields", flat=True)
        alias = f" AS {self.sql(expression, 'alias')}" if expression.args.get("alias") else ""
        return f" {word} ({found} FOR {fields}){alias}"

    def pivotalias_sql(self, expression: exp.PivotAlias) -> str:
        return f"{self.sql(expression, 'this')} AS {self.sql(expression, 'alias')}"

    def matchrecognize_sql(self, expression: exp.MatchRecognize) -> str:
        def listed(word: str, key: str) -> str:
            found = self.expressions(expression, key=key, flat=True)
            return f"{word} {found}" if found else ""

        within = expression.args.get("within")
        alias = expression.args.get("alias")
        define = ", ".join(
            f"{self.sql(one, 'alias')} AS {self.sql(one, 'this')}"
            for one in expression.args["define"]
        )
        parts = (
            listed("PARTITION BY", "partition_by"),
            self.sql(expression, "order").strip(),
            listed("MEASURES", "measures"),
            self.sql(expression, "rows"),
            self.sql(expression, "after"),
            f"PATTERN ({self.sql(expression, 'pattern')})",
            f"WITHIN {self.sql(within)}" if within else "",
            listed("SUBSET", "subset"),
            f"DEFINE {define}",
        )
        body = " ".join(part for part in parts if part)
        return f" MATCH_RECOGNIZE ({body})" + (f" AS {self.sql(alias)}" if alias else "")

    # What stands behind a query.

    def values_sql(self, expression: exp.Values, values_as_table: bool = True) -> str:
        alias = self.sql(expression, "alias")
        sql = f"VALUES {self.expressions(expression, flat=True)}"
        sql = self.prepend_ctes(expression, self.query_modifiers(expression, sql))
        return f"({sql}) AS {alias}" if alias else sql

    def limit_sql(self, expression: exp.Limit, top: bool = False) -> str:
        """`LIMIT ALL` too, which other dialects lack."""
        return self.seg(f"LIMIT {self.sql(expression, 'expression')}")

    def lock_sql(self, expression: exp.Lock) -> str:
        return _sign(expression) or super().lock_sql(expression)

    def group_sql(self, expression: exp.Group) -> str:
        """Groupings stand in order, those of other dialects' trees behind the rest."""
        every = expression.args.get("all")
        word = {True: " ALL", False: " DISTINCT"}.get(every, "") if every is not None else ""
        found = [*expression.expressions]
        for key in ("grouping_sets", "cube", "rollup"):
            found += expression.args.get(key) or []
        items = ", ".join(self.sql(one) for one in found)
        return self.seg(f"GROUP BY{word}") + (f" {items}" if items else "")

    def cube_sql(self, expression: exp.Cube) -> str:
        return f"CUBE ({self.expressions(expression, flat=True)})"

    def rollup_sql(self, expression: exp.Rollup) -> str:
        return f"ROLLUP ({self.expressions(expression, flat=True)})"

    def groupingsets_sql(self, expression: exp.GroupingSets) -> str:
        return f"GROUPING SETS ({self.expressions(expression, flat=True)})"

    def windowspec_sql(self, expression: exp.WindowSpec) -> str:
        kind = expression.args["kind"]
        low = self._bound(expression, "start")
        sql = f"{kind} {low}"
        if expression.args.get("end"):
            sql = f"{kind} BETWEEN {low} AND {self._bound(expression, 'end')}"
        exclude = expression.args.get("exclude")
        return f"{sql} EXCLUDE {self.sql(exclude)}" if exclude else sql

    def _bound(self, expression: exp.WindowSpec, key: str) -> str:
        side = expression.args.get(f"{key}_side")
        return f"{self.sql(expression, key)} {side}" if side else self.sql(expression, key)

    def tuple_sql(self, expression: exp.Tuple) -> str:
        return f"({self.expressions(expression, flat=True)})"
