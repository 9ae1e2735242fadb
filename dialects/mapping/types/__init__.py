"""Types that a version does not have: the nearest one that holds the same values, or a refusal."""

from __future__ import annotations

from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = ()
