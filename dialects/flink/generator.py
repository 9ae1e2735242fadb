"""A tree as Flink SQL: a chain of classes, one for each subject.

QueryGenerator ─► StatementGenerator ─► Generator
"""

from __future__ import annotations

from dialects.flink.statement_generator import StatementGenerator


class Generator(StatementGenerator):
    """Writes one statement, whatever it is."""
