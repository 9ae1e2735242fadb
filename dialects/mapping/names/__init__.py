"""Names that are words of the target's grammar, in backticks there.

52 words became reserved between 1.16 and 2.3, a few became free again (`dialects.versions.words`).
Only what the tree says to be a name is quoted, so a keyword in its own place stays one; and only
where the target needs it, for a text that needs nothing is to stay as it was written.
"""

from __future__ import annotations

from dialects.mapping.model import Rule
from dialects.mapping.names.quoting import RULES as _RULES

RULES: tuple[Rule, ...] = _RULES
