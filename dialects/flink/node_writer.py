"""The nodes of `dialects.flink.query_nodes` as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from dialects.flink.query_nodes import (
    Collection,
    Difference,
    ExplicitTable,
    ModelArgument,
    Niladic,
    Operator,
    TableArgument,
    TypedLiteral,
    Worded,
)

if TYPE_CHECKING:
    from sqlglot.generator import Generator


def _table_argument(writer: Generator, node: exp.Expr) -> str:
    """Several keys stand in brackets: a comma would begin the next argument."""
    sql = f"TABLE {writer.sql(node, 'this')}"
    if keys := node.args.get("partition_by"):
        sql += f" PARTITION BY {_enclosed(writer, keys)}"
    if order := node.args.get("order"):
        sql += f" ORDER BY {_enclosed(writer, order.expressions)}"
    return sql


def _enclosed(writer: Generator, nodes: list[exp.Expr]) -> str:
    sql = ", ".join(writer.sql(node) for node in nodes)
    return f"({sql})" if len(nodes) > 1 else sql


def _explicit_table(writer: Generator, node: exp.Expr) -> str:
    sql = f"TABLE {writer.sql(node, 'this')}"
    return writer.prepend_ctes(node, writer.query_modifiers(node, sql))


WRITERS: dict[type[exp.Expr], Callable[..., str]] = {
    Collection: lambda writer, node: f"{node.name}[{writer.expressions(node, flat=True)}]",
    Difference: lambda writer, node: f"{writer.sql(node, 'this')} {writer.sql(node, 'unit')}",
    ExplicitTable: _explicit_table,
    ModelArgument: lambda writer, node: f"MODEL {writer.sql(node, 'this')}",
    Niladic: lambda writer, node: node.name,
    Operator: lambda writer, node: writer.binary(node, node.args["sign"]),
    TableArgument: _table_argument,
    TypedLiteral: lambda writer, node: f"{writer.sql(node, 'to')} {writer.sql(node, 'this')}",
    Worded: lambda writer, node: writer.expressions(node, sep=" ", flat=True),
}
"""Taken into the TRANSFORMS of the generator: sqlglot finds methods of its own nodes alone."""
