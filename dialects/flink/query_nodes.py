"""Nodes that sqlglot lacks. Each is written by the method `<name>_sql` of the generator."""

from __future__ import annotations

from sqlglot import exp


class Worded(exp.Expression):
    """An argument with words in it, in order: `BOTH 'x' FROM y`, `a VALUE b ABSENT ON NULL`.

    Words are `exp.Var`, all else is what it is.
    """

    arg_types = {"expressions": True}


class TableArgument(exp.Expression):
    """`TABLE t PARTITION BY a ORDER BY b`: `this` is a Table or a Subquery."""

    arg_types = {"this": True, "partition_by": False, "order": False}


class ModelArgument(exp.Expression):
    """`MODEL m`."""


class TypedLiteral(exp.Expression, exp.Condition):
    """`DATE '2020-01-01'`: a literal of a type, which is no cast. `to`: an exp.DataType."""

    arg_types = {"this": True, "to": True}


class Collection(exp.Expression, exp.Condition):
    """`MAP['k', v]` and `MULTISET[v]`; `this` is the word. `ARRAY[v]` is an exp.Array."""

    arg_types = {"this": True, "expressions": False}


class Difference(exp.Expression, exp.Condition):
    """`(a - b) DAY`: `this` is the Paren, `unit` as in exp.Interval."""

    arg_types = {"this": True, "unit": True}


class ExplicitTable(exp.Expression):
    """`TABLE t` as a query."""


class Niladic(exp.Expression, exp.Condition):
    """A function that is called by its name alone: `CURRENT_DATE`; `this` as it was written."""


class Operator(exp.Expression, exp.Binary):
    """An infix operator without a node of sqlglot's: `a @> b`; `sign` is how it is written."""

    arg_types = {"this": True, "expression": True, "sign": True}
