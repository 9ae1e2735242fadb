"""Clauses of queries, by the first and the last version that plans them.

Where older versions can say the same, the clause is rewritten around the parts of the user's text,
which stay in place or move as they are; where they cannot, it is refused with the version that can.
What every version refuses by itself, and well, is left to it.
"""

from __future__ import annotations

from dialects.mapping.model import Rule
from dialects.mapping.queries import (
    hints,
    intervals,
    json,
    limits,
    overs,
    phrases,
    pivots,
    qualify,
    sessions,
    sources,
    travel,
)

RULES: tuple[Rule, ...] = (
    *hints.RULES,
    *intervals.RULES,
    *json.RULES,
    *limits.RULES,
    *overs.RULES,
    *qualify.RULES,
    *pivots.RULES,
    *sessions.RULES,
    *sources.RULES,
    *travel.RULES,
    *phrases.rules(),
)
