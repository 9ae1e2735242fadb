"""Queries of Flink: what of them sqlglot reads otherwise, or not at all."""

from __future__ import annotations

from dialects.flink.spans import SpannedParser


class Queries(SpannedParser):
    """Reads queries and the expressions in them; statements are read on top of it."""
