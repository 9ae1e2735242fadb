"""Names that a version reserves as words: quoted."""

from __future__ import annotations

from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = ()
