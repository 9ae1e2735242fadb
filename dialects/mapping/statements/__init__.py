"""DDL, DML, SHOW and the like, by the first and the last version that takes them.

    statements.tsv ─ table ─► rules that refuse, leave a clause out or write another word
    columns ─ the brackets of CREATE and ALTER TABLE, element by element
    reordering, bucketing, keys, conflicts, arguments ─ what a row cannot say

All of them look at the outline of a statement (`dialects.mapping.outline`), never at a tree, so a
statement is judged even where its query is not understood; what is inside EXPLAIN, COMPILE PLAN
and a statement set is judged as it would be alone.

Refused is what a version does not do and no other words can say. Nothing that the reader of a
result would miss is left out without a notice.
"""

from __future__ import annotations

from dialects.mapping.model import Rule
from dialects.mapping.statements import arguments, bucketing, conflicts, keys, reordering
from dialects.mapping.statements.table import rules

RULES: tuple[Rule, ...] = (
    *reordering.RULES,
    *bucketing.RULES,
    *keys.RULES,
    *conflicts.RULES,
    *arguments.RULES,
    *rules(),
)
