"""Built-in functions that a version does not have: said in others, or refused."""

from __future__ import annotations

from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = ()
