"""What DESCRIBE says of a table's columns, as far as it matters to an INSERT.

Its rows: name, type, null, key, extras, watermark; `extras` is `AS …` of a computed column and
`METADATA [FROM …] [VIRTUAL]` of a metadata column (TableResultUtils of Flink).
"""

from __future__ import annotations

from gateway.engine.logical import from_text
from gateway.engine.types import pg_type
from session.ports import Target


def is_filled(extras: str | None) -> bool:
    """Whether an INSERT writes a column with these extras."""
    words = (extras or "").split()
    return words[:1] != ["AS"] and not (words[:1] == ["METADATA"] and words[-1] == "VIRTUAL")


def sql_type(described: str) -> str:
    """The name of a type without the marks of nullability and time attributes."""
    return described.partition(" *")[0].removesuffix(" NOT NULL")


def target(name: str, described: str) -> Target:
    return Target(name, pg_type(from_text(described)), sql_type(described))
