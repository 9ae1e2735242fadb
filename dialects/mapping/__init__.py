"""One text, many versions: rules that turn a statement into Flink SQL of a given version.

    Statement ─ to_engine ─► text ─┬─► words ──► which rules can apply at all
                                   └─► Outline, Tree ───► rules propose Changes and Refusals
                                          ▲                     │
                                          └──────── edit ◄──────┘ rounds, until nothing is proposed

A rule looks and proposes; only the engine edits. A change is a few edits of the text, in which what
is moved remains a slice of the source, so that every character that the user wrote keeps its place
through all rounds, and a text that needs nothing stays byte for byte as it was. Proposals that
overlap wait for the next round. A refusal counts only when no change is left that might remove its
cause. Every change is kept: rule, before, after, why, position. The outline serves rules on the
statement as such, and there is one always; the tree serves those on expressions, where it is
understood.

Rules are data where data can say it: `dialects.versions` holds the facts, each family of rules here
its table (idioms of Postgres, grammar, functions, names, types, connectors, configuration).

It refuses to guess. What it does not know goes through unchanged, for Flink's own validator judges;
what is known to mean something else in the target version is refused with the reason.
"""

from __future__ import annotations

from dialects.mapping.engine import translate
from dialects.mapping.model import Applied, Change, Refusal, Remark, Rule, Target, Translation

__all__ = ["Applied", "Change", "Refusal", "Remark", "Rule", "Target", "Translation", "translate"]
