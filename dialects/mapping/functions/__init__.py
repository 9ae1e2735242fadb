"""Built-in functions that the target does not have: in other words, or refused.

A call is written otherwise only where both forms give the same values, NULLs, empty texts and
characters beyond the basic plane included (the tests run them side by side); all else is refused
with the version that has it. Where there is no built-in function of its name, a bare call is one of
the user's own; where there is one, the user's is hidden, and told so. A name qualified with a
catalog or database is always the user's.
"""

from __future__ import annotations

from dialects.mapping.functions import hiding, percentile
from dialects.mapping.functions.calling import rules
from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = (*hiding.RULES, *percentile.RULES, *rules())
