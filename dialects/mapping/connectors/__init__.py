"""Options of connectors and formats, by the connector's release in the target's image."""

from __future__ import annotations

from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = ()
