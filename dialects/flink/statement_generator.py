"""Statements that are no queries, as Flink SQL."""

from __future__ import annotations

from sqlglot import exp

from dialects.flink import nodes
from dialects.flink.query_generator import QueryGenerator
from dialects.flink.syntax import Node


def _written(writer: QueryGenerator, node: exp.Expr) -> str:
    assert isinstance(node, Node)
    return " ".join(piece.strip() for piece in node.syntax.write(writer, node))


class StatementGenerator(QueryGenerator):
    """Writes DDL, DML, SHOW, SET and the rest: each node by its syntax."""

    TRANSFORMS = {
        **QueryGenerator.TRANSFORMS,
        **{
            kind: _written
            for kind in vars(nodes).values()
            if isinstance(kind, type) and issubclass(kind, Node) and hasattr(kind, "syntax")
        },
    }
