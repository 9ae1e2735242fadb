"""What sqlglot's parser has to know of Flink: a chain of classes, one for each subject.

SpannedParser ─► … ─► Queries ─► SyntaxReader ─► Statements ─► Parser
"""

from __future__ import annotations

from dialects.flink.statements import Statements


class Parser(Statements):
    """Reads one statement, whatever it is."""
