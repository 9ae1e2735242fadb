"""What sqlglot's parser has to know of Flink's queries and expressions."""

from __future__ import annotations

from dialects.flink.spans import SpannedParser


class Parser(SpannedParser):
    """Reads queries."""
