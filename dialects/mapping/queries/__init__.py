"""Clauses of queries, by the first and the last version that plans them."""

from __future__ import annotations

from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = ()
