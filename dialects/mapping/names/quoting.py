"""Backticks around names that the target reserves."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dialects.flink.tree import Tree
from dialects.mapping.calls import calls
from dialects.mapping.model import Change, Rule, Target, Text
from dialects.names import quote_name
from dialects.rewriting import Edit
from dialects.versions.words import contested, reserved

_DEFINING = frozenset({"CREATE", "ALTER"})


def _contested(text: Text, target: Target) -> Iterator[Change]:
    """Names that some versions take as they are, wherever they stand."""
    words = contested() & reserved(target.version)
    if words.isdisjoint(text.words) or text.tree is None:
        return
    for name in _unquoted(text.tree):
        if name.name.upper() in words:
            yield from _quoted(text.tree, name)


def _defined(text: Text, target: Target) -> Iterator[Change]:
    """Names of columns in definitions, where even `date` and `value` can be nothing else."""
    if text.tree is None:
        return
    words = reserved(target.version) - contested()
    for column in text.tree.root.find_all(exp.ColumnDef):
        name = column.this
        if isinstance(name, exp.Identifier) and not name.quoted and name.name.upper() in words:
            yield from _quoted(text.tree, name)


def _called(text: Text, target: Target) -> Iterator[Change]:
    """The user's own functions: a bare call of a reserved name is a syntax error."""
    for call in calls(text, target.functions & reserved(target.version)):
        if not call.quoted and call.name in contested():
            source = text.statement.text[call.start : call.name_end]
            yield Change.of(Edit(call.start, call.name_end, quote_name(source)))


def _unquoted(tree: Tree) -> Iterator[exp.Identifier]:
    return (name for name in tree.root.find_all(exp.Identifier) if not name.quoted)


def _quoted(tree: Tree, name: exp.Identifier) -> Iterator[Change]:
    start, end = tree.span(name)
    if tree.source[start:end] == name.name:
        yield Change.of(Edit(start, end, quote_name(name.name)))


RULES = (
    Rule("name.function", _called, "The name is a reserved word there.", contested()),
    Rule("name.column", _defined, "The name is a reserved word.", _DEFINING),
    Rule("name.reserved", _contested, "The name is a reserved word there.", contested()),
)
