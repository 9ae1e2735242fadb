"""What a streaming query will answer: insertions alone, or changes of earlier rows."""

from __future__ import annotations

import re

_SECTION = "== Optimized Physical Plan =="
_MODE = re.compile(r"changelogMode=\[([A-Z,]*)\]")
EXPLAIN = "EXPLAIN CHANGELOG_MODE\n"


def root_mode(explained: str) -> str:
    """The changelog mode of the plan's root, such as `I` or `I,UB,UA,D`; empty if none is shown."""
    plan = explained.partition(_SECTION)[2] or explained
    found = _MODE.search(plan)
    return found[1] if found else ""
