"""Queries as Flink SQL, in the union of its versions' spellings."""

from __future__ import annotations

from sqlglot import generator


class QueryGenerator(generator.Generator):
    """Writes names in backticks where they were quoted, nothing in Postgres's spelling."""
