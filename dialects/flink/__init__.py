"""The `flink` dialect of sqlglot: reads the union of Flink SQL 1.16 … 2.3 and Postgres's spellings.

    Statement ──tokens──► sqlglot's tokens ──Parser──► Tree (nodes, each with its span in the text)
                          (same offsets)                 │
                                                         └──Generator──► Flink SQL, union spelling

One lexer for all: sqlglot's tokens are made of `dialects.lexer`'s, so a node's span is exact in the
text that the user wrote. The parser is generous, for Flink itself judges: what it cannot read makes
no tree, and such a statement is sent as it was written. Nothing becomes a `Command` unnoticed. The
grammar of a single version is not known here: `dialects.mapping` rewrites for a version, guided by
the tree.

    SpannedParser ─► reading: Names … Tables ─► Queries ─► SyntaxReader ─► Statements ─► Parser
    spans of nodes   what expressions are of    SELECT …   by a syntax     DDL, SHOW, …

Nodes are sqlglot's where they mean the same everywhere, else `query_nodes` and `nodes`:

    any call          exp.Anonymous with the name as written; CAST, TRY_CAST, EXTRACT have nodes
    words in a call   Worded: TRIM(BOTH 'x' FROM y), the clauses of the JSON functions
    f(x => 1)         exp.Kwarg; TABLE t PARTITION BY …: TableArgument; MODEL m: ModelArgument
    CURRENT_DATE      Niladic; DATE '…': TypedLiteral, no cast; MAP[…]: Collection
    types             exp.DataType: the name as written in `kind`, NOT NULL in `nullable`
    (query)           exp.Subquery; TABLE t: ExplicitTable; f(x) in FROM: exp.Table of the call,
                      TABLE(f(x)): exp.TableFromRows; hints: exp.Hint with the text as written
    t PIVOT …         in `pivots` of the table, MATCH_RECOGNIZE too; the alias belongs to the last
    GROUP BY          all in `expressions`, exp.Cube, exp.Rollup, exp.GroupingSets among them

sqlglot's tokenizer and its own readers of queries were not taken: the first cuts some of Flink's
texts differently (`//`, nested comments, hints), the second are slower by half, give functions the
meaning of other dialects and know few nodes' places.
"""

from __future__ import annotations

from dialects.flink.dialect import Flink
from dialects.flink.tree import Tree, parse

__all__ = ["Flink", "Tree", "parse"]
