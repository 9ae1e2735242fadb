"""A parser that notes of each node which tokens it was made of.

sqlglot's methods create nodes in the midst of reading. Each method named in `_READS` knows where it
began; a node belongs to the innermost of those that are running, and ends where reading has come
when the method returns it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from sqlglot import exp, parser
from sqlglot.tokenizer_core import Token

E = TypeVar("E", bound=exp.Expr)
Read = Callable[..., Any]

_READS = (
    "_parse_alias _parse_assignment _parse_between _parse_bitwise _parse_bracket _parse_case"
    " _parse_cast _parse_column _parse_column_def _parse_column_ops _parse_column_reference"
    " _parse_comparison _parse_conjunction _parse_create _parse_cte _parse_disjunction"
    " _parse_equality _parse_exponent _parse_expression _parse_extract _parse_factor _parse_field"
    " _parse_from _parse_function _parse_group _parse_having _parse_id_var _parse_identifier"
    " _parse_in _parse_insert _parse_interval _parse_join _parse_lambda _parse_lateral"
    " _parse_limit _parse_match_recognize _parse_number _parse_offset _parse_order"
    " _parse_ordered _parse_paren _parse_pivot _parse_primary _parse_property _parse_qualify"
    " _parse_range _parse_schema _parse_select _parse_select_query _parse_set_operations"
    " _parse_statement _parse_string _parse_subquery _parse_table _parse_table_alias"
    " _parse_table_part _parse_table_parts _parse_term _parse_type _parse_types _parse_unary"
    " _parse_unnest _parse_value _parse_var _parse_where _parse_window _parse_with"
).split()


def reads(method: Read) -> Read:
    """Mark a method of a subclass that reads what its result is made of."""

    @functools.wraps(method)
    def read(self: SpannedParser, *args: Any, **kwargs: Any) -> Any:
        starts = self.starts
        start = self._index
        starts.append(start)
        try:
            node = method(self, *args, **kwargs)
        finally:
            starts.pop()
        if isinstance(node, exp.Expr):
            self.note(node, start)
        return node

    return read


class SpannedParser(parser.Parser):
    """`spans`: of each node its first token and the one behind its last, as indexes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.starts: list[int] = [0]
        # The node is kept beside its span: a dropped one must not lend its id to another.
        self.spans: dict[int, tuple[exp.Expr, int, int]] = {}

    def expression(
        self, instance: E, token: Token | None = None, comments: list[str] | None = None
    ) -> E:
        made = super().expression(instance, token, comments)
        self.note(made, self.starts[-1])
        return made

    def note(self, node: exp.Expr, start: int) -> None:
        """`node` reaches from the token `start` up to where reading has come, at least."""
        known = self.spans.get(id(node))
        if known is not None and known[1] < start:
            start = known[1]
        self.spans[id(node)] = (node, start, self._index)


for _name in _READS:
    setattr(SpannedParser, _name, reads(getattr(parser.Parser, _name)))
