"""Statements of Flink that are no queries."""

from __future__ import annotations

from dialects.flink.queries import Queries


class Statements(Queries):
    """Reads DDL, DML, SHOW, SET and the rest."""
