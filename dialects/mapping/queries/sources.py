"""Functions in FROM: the TABLE( ) around them, and what they may be given."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dialects.flink.query_nodes import TableArgument
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.rewriting import Edit
from dialects.versions import Version

_BARE, _PROCESS, _ORDERED = Version(2, 0), Version(2, 1), Version(2, 3)
_WINDOWS = frozenset({"TUMBLE", "HOP", "CUMULATE", "SESSION"})
_OWN_RULE = frozenset(
    {"ML_PREDICT", "ML_EVALUATE", "VECTOR_SEARCH", "FROM_CHANGELOG", "TO_CHANGELOG"}
)
_TABLE = frozenset({"TABLE"})


def _wrapped(text: Text, target: Target) -> Iterator[Change]:
    """FROM f(x) → FROM TABLE(f(x))."""
    if text.tree is None:
        return
    for table in text.tree.find(exp.Table):
        call = table.this
        if isinstance(call, exp.Func):
            start, end = text.tree.span(table)[0], text.tree.span(call)[1]
            yield Change.of(Edit(start, start, "TABLE("), Edit(end, end, ")"))


def _process(text: Text, target: Target) -> Iterator[Refusal]:
    """Functions over tables that are not the windows."""
    for call, argument in _over_tables(text):
        if call.name.upper() not in _WINDOWS | _OWN_RULE and target.version < _PROCESS:
            assert text.tree is not None
            subject, start = "a process table function", text.tree.span(call)[0]
            yield refusal(subject, Range(_PROCESS), target.version, "", start + 1)
        elif argument.args.get("order"):
            assert text.tree is not None
            subject, start = "ORDER BY of a table argument", text.tree.span(argument)[0]
            yield refusal(subject, Range(_ORDERED), target.version, "", start + 1)


def _over_tables(text: Text) -> Iterator[tuple[exp.Anonymous, TableArgument]]:
    if text.tree is None:
        return
    for argument in text.tree.root.find_all(TableArgument):
        call = argument.find_ancestor(exp.Anonymous)
        if call is not None:
            yield call, argument


RULES = (
    Rule(
        "query.table_function",
        _wrapped,
        "A function stands in FROM without TABLE( ) from Flink 2.0 on.",
        frozenset({"FROM", "JOIN"}),
        before=_BARE,
    ),
    Rule(
        "query.process_function",
        _process,
        "Functions take tables from Flink 2.1 on.",
        _TABLE,
        before=_ORDERED,
    ),
)
