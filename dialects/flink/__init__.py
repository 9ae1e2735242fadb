"""The `flink` dialect of sqlglot: reads the union of Flink SQL 1.16 … 2.3 and Postgres's spellings.

    Statement ──tokens──► sqlglot's tokens ──Parser──► Tree (nodes, each with its span in the text)
                          (same offsets)                 │
                                                         └──Generator──► Flink SQL, union spelling

One lexer for all: sqlglot's tokens are made of `dialects.lexer`'s, so a node's span is exact in the
text that the user wrote. The parser is generous, for Flink itself judges: what it cannot read makes
no tree, and such a statement is sent as it was written. Functions keep their names (no node of
another dialect's meaning), nothing becomes a `Command` unnoticed. The grammar of a single version
is not known here: `dialects.mapping` rewrites for a version, guided by the tree.

Queries are read by `reading` and `queries`, each construct by a method. All other statements are
`nodes`, each with its `syntax`, a table by which it is both read and written; `options` finds the
options that a statement names, wherever it names them, and edits them.

sqlglot's own tokenizer and the nodes' positions were not taken: the first cuts some of Flink's
texts differently (`//`, nested comments, hints), the second are known for a few nodes alone.
"""

from __future__ import annotations

from dialects.flink.dialect import Flink
from dialects.flink.tree import Tree, parse

__all__ = ["Flink", "Tree", "parse"]
