"""What Postgres writes and Flink does not: said with the same meaning, else refused."""

from __future__ import annotations

from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = ()
