"""Tables of facts with a column per Flink version, as tab-separated files.

    # what the marks mean
    key   1.16  1.17  …  further columns
    ABS   R     R        …

A file is rewritten with what a version says, so that a change of Flink is a diff to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(slots=True)
class Table:
    """`rows`: values by column. `versions`: oldest first; columns for new ones are made."""

    path: Path
    comments: list[str]
    columns: list[str]
    versions: Sequence[str]
    rows: list[dict[str, str]]

    @classmethod
    def load(cls, path: Path, versions: Sequence[str]) -> Self:
        """Raises FileNotFoundError; StopIteration for a file without columns."""
        lines = path.read_text("utf-8").splitlines()
        comments = [line for line in lines if line.startswith("#")]
        header, *rows = (line.split("\t") for line in lines if not line.startswith("#"))
        found = [column for column in header if column in versions]
        first = header.index(found[0])
        columns = [*header[:first], *versions, *header[first + len(found) :]]
        return cls(path, comments, columns, versions, [cls._row(columns, header, r) for r in rows])

    @staticmethod
    def _row(
        columns: Sequence[str], header: Sequence[str], values: Sequence[str]
    ) -> dict[str, str]:
        return dict.fromkeys(columns, "") | dict(zip(header, values, strict=False))

    def mark(self, version: str, marks: Mapping[str, str]) -> None:
        """Fill a version's column by the first one; a row that no version marks goes."""
        key = self.columns[0]
        rows = {row[key]: row for row in self.rows}
        for name in marks.keys() - rows.keys():
            rows[name] = dict.fromkeys(self.columns, "") | {key: name}
        for name, row in rows.items():
            row[version] = marks.get(name, "")
        self.rows = [rows[name] for name in sorted(rows) if self.newest(rows[name])]

    def newest(self, row: Mapping[str, str]) -> str | None:
        """The newest version with a mark in that row."""
        return next((version for version in reversed(self.versions) if row[version]), None)

    def save(self) -> None:
        rows = [[row[column] for column in self.columns] for row in self.rows]
        lines = [*self.comments, *("\t".join(row) for row in (self.columns, *rows))]
        self.path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
