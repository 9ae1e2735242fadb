"""Statements of Flink that are no queries."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from dialects.flink.nodes import STATEMENTS
from dialects.flink.syntax import Part
from dialects.flink.syntax_reader import SyntaxReader


class Statements(SyntaxReader):
    """Reads DDL, DML, SHOW, SET and the rest."""

    def _parse_statement(self) -> exp.Expr | None:
        """Raises ParseError for what is none of Flink's statements."""
        if self.begins(Part.QUERY):
            return super()._parse_statement()
        kinds = STATEMENTS.get(self._curr.text.upper())
        if kinds is None or self._curr.token_type == TokenType.IDENTIFIER:
            raise self._error("no statement of Flink")
        return self.first(kinds)
