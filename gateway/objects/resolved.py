"""Columns of a table or view as DESCRIBE shows them: what store, mirror and SHOW share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResolvedColumn:
    """One row of DESCRIBE (Flink's TableResultUtils), its values as Flink prints them.

    `type` without NOT NULL, with the mark of a time attribute (`TIMESTAMP(3) *ROWTIME*`); `key` is
    `PRI(a, b)` on each column of a primary key; `extras` is `AS …` of a computed column, `METADATA
    [FROM '…'] [VIRTUAL]` of a metadata column; `watermark` its expression.
    """

    name: str
    type: str
    nullable: bool = True
    key: str | None = None
    extras: str | None = None
    watermark: str | None = None
    comment: str | None = None
