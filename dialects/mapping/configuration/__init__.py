"""Configuration keys in SET and RESET, by the versions that read them."""

from __future__ import annotations

from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = ()
