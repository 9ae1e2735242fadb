"""DDL, DML, SHOW and the like, by the first and the last version that takes them."""

from __future__ import annotations

from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = ()
