"""`legacy.tsv`, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from dialects.mapping.connectors.tables import read_rows


@dataclass(frozen=True, slots=True)
class Row:
    new: str
    how: str
    remark: str


@cache
def rows(connector: str, format_: str) -> Mapping[str, Row]:
    """By old key, those of a connector with a format."""
    applies = ("*", connector, f"format:{format_.lower()}")
    return {
        old: Row(new, how, remark)
        for of, old, new, how, remark in read_rows("legacy", 5)
        if of in applies
    }
