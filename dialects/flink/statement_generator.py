"""Statements that are no queries, as Flink SQL."""

from __future__ import annotations

from dialects.flink.query_generator import QueryGenerator


class StatementGenerator(QueryGenerator):
    """Writes DDL, DML, SHOW, SET and the rest."""
