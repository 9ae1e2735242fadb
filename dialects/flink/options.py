"""The options that a statement names, wherever it names them, and edits that keep commas right.

    CREATE TABLE c.d.t (…) WITH ('connector' = 'kafka', 'topic' = 't')        Clause.WITH
    ALTER TABLE t SET ('topic' = 'u')  |  RESET ('topic')                     Clause.SET | RESET
    SELECT … FROM t /*+ OPTIONS('scan.startup.mode' = 'latest-offset') */     Clause.HINT

`option_lists(tree)` finds them all, those of inner statements too (EXPLAIN, EXECUTE, statement
sets). A rule changes them by `removing`, `adding`, `keyed` and `valued`; removals and additions of
one list that belong together go into one call of `editing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from dialects.flink import nodes
from dialects.flink.hints import Hinted, hinted_options
from dialects.flink.tree import Tree
from dialects.names import quote_string
from dialects.rewriting import Edit
from dialects.splitter import Statement

Span: TypeAlias = tuple[int, int]


class Clause(Enum):
    WITH = "WITH"
    SET = "SET"
    RESET = "RESET"
    HINT = "HINT"


@dataclass(frozen=True, slots=True)
class Entry:
    """`'key' = 'value'`; of RESET the key alone. Spans are offsets in the text, quotes included."""

    key: str
    value: str | None
    key_span: Span
    value_span: Span | None

    @property
    def span(self) -> Span:
        return self.key_span[0], (self.value_span or self.key_span)[1]


@dataclass(frozen=True, slots=True)
class OptionList:
    """One list: whose it is, and its entries in the order of the text.

    `kind`: TABLE, MATERIALIZED TABLE, CATALOG, DATABASE, FUNCTION, MODEL, CONNECTION or
    MODULE; a hint is on a TABLE. `name`: its parts as written, without quotes. `span`: that of the
    brackets. `owner`: the statement, None for a hint.
    """

    clause: Clause
    kind: str
    name: tuple[str, ...]
    entries: tuple[Entry, ...]
    span: Span
    source: str
    owner: exp.Expr | None = None

    def entry(self, key: str) -> Entry | None:
        """Of a key given twice the last, which is the one that counts."""
        return next((one for one in reversed(self.entries) if one.key == key), None)

    def value(self, key: str) -> str | None:
        found = self.entry(key)
        return found.value if found is not None else None


def option_lists(tree: Tree) -> list[OptionList]:
    """All of a statement, in the order of the text; those of hints behind the others."""
    found = tree.find(nodes.Options, nodes.SetOptions, nodes.ResetOptions)
    return [*(_listed(tree, one) for one in found), *hint_lists(tree.statement)]


def hint_lists(statement: Statement) -> list[OptionList]:
    """Those of hints, which stand in the tokens: no tree is needed for them."""
    return [_of_hint(hint) for hint in hinted_options(statement)]


def _listed(tree: Tree, node: exp.Expr) -> OptionList:
    owner = node.find_ancestor(nodes.Create, nodes.Alter, nodes.LoadModule)
    assert owner is not None
    entries = tuple(_entry(tree, one) for one in node.expressions)
    return OptionList(
        _CLAUSES[type(node)],
        _kind(owner),
        _name(owner.this),
        entries,
        _brackets(tree, node),
        tree.source,
        owner,
    )


def _brackets(tree: Tree, node: exp.Expr) -> Span:
    """The clause but for the words in front."""
    first, last = tree.indexes(node)
    opening = next(one for one in tree.tokens[first:last] if one.token_type == TokenType.L_PAREN)
    return opening.start, tree.span(node)[1]


def _entry(tree: Tree, node: exp.Expr) -> Entry:
    if not isinstance(node, nodes.Option):
        return Entry(node.name, None, tree.span(node), None)
    value = node.expression
    return Entry(node.this.name, value.name, tree.span(node.this), tree.span(value))


def _of_hint(hint: Hinted) -> OptionList:
    entries = tuple(Entry(*pair) for pair in hint.entries)
    return OptionList(Clause.HINT, "TABLE", hint.name, entries, hint.span, hint.source)


def _kind(owner: exp.Expr) -> str:
    kind = owner.args.get("kind")
    return kind.name if kind is not None else _KINDS[type(owner)]


def _name(node: exp.Expr) -> tuple[str, ...]:
    if isinstance(node, exp.Table):
        return tuple(part.name for part in node.parts)
    if isinstance(node, nodes.Path):
        return tuple(part.name for part in node.expressions)
    return (node.name,)


_CLAUSES: dict[type[exp.Expr], Clause] = {
    nodes.Options: Clause.WITH,
    nodes.SetOptions: Clause.SET,
    nodes.ResetOptions: Clause.RESET,
}
_KINDS: dict[type[exp.Expr], str] = {
    nodes.CreateTable: "TABLE",
    nodes.ReplaceTable: "TABLE",
    nodes.AlterTable: "TABLE",
    nodes.CreateMaterializedTable: "MATERIALIZED TABLE",
    nodes.AlterMaterializedTable: "MATERIALIZED TABLE",
    nodes.CreateFunction: "FUNCTION",
    nodes.AlterFunction: "FUNCTION",
    nodes.CreateModel: "MODEL",
    nodes.CreateCatalog: "CATALOG",
    nodes.CreateConnection: "CONNECTION",
    nodes.LoadModule: "MODULE",
}


# ── edits ───────────────────────────────────────────────────────────────────────────────────────


def keyed(entry: Entry, key: str) -> Edit:
    """The entry under another key."""
    return Edit(*entry.key_span, quote_string(key))


def valued(entry: Entry, value: str) -> Edit:
    """The entry with another value. One of RESET has none: that is a mistake of the caller."""
    assert entry.value_span is not None
    return Edit(*entry.value_span, quote_string(value))


def removing(options: OptionList, *entries: Entry) -> list[Edit]:
    """The list without some of its entries, each with one comma."""
    return editing(options, remove=entries)


def adding(options: OptionList, *entries: tuple[str, str]) -> list[Edit]:
    """The list with (key, value) behind what is there, on lines of their own if the others are."""
    return editing(options, add=entries)


def editing(
    options: OptionList, remove: Collection[Entry] = (), add: Sequence[tuple[str, str]] = ()
) -> list[Edit]:
    """Removals and additions of one list. What is removed takes along comments next to it."""
    edits = list(_removals(options.entries, remove))
    if add:
        everything_goes = all(entry in remove for entry in options.entries)
        edits.append(_addition(options, add, first=everything_goes))
    return edits


def _removals(entries: Sequence[Entry], remove: Collection[Entry]) -> Iterator[Edit]:
    """Behind one that stays the comma in front goes along, else the comma behind."""
    stays = False
    for index, entry in enumerate(entries):
        if entry not in remove:
            stays = True
        elif stays:
            yield Edit(entries[index - 1].span[1], entry.span[1], "")
        else:
            last = index + 1 == len(entries)
            yield Edit(entry.span[0], entry.span[1] if last else entries[index + 1].span[0], "")


def _addition(options: OptionList, add: Sequence[tuple[str, str]], *, first: bool) -> Edit:
    blank = _blank(options)
    texts = [f"{quote_string(key)} = {quote_string(value)}" for key, value in add]
    text = f",{blank}".join(texts)
    if not options.entries:
        return Edit(options.span[0] + 1, options.span[0] + 1, text)
    at = options.entries[-1].span[1]
    return Edit(at, at, text if first else f",{blank}{text}")


def _blank(options: OptionList) -> str:
    """What stands in front of an entry: a line break with its indent, or a space."""
    if not options.entries:
        return " "
    at = options.entries[-1].span[0]
    line = options.source.rfind("\n", options.span[0], at)
    indent = options.source[line + 1 : at]
    return f"\n{indent}" if line >= 0 and not indent.strip() else " "
