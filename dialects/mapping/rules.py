"""All rules, in the order in which they are asked: of two that overlap the earlier goes first."""

from __future__ import annotations

from dialects.mapping import (
    configuration,
    connectors,
    functions,
    idioms,
    names,
    queries,
    statements,
    types,
)
from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = (
    *idioms.RULES,
    *types.RULES,
    *functions.RULES,
    *queries.RULES,
    *statements.RULES,
    *connectors.RULES,
    *configuration.RULES,
    *names.RULES,
)
