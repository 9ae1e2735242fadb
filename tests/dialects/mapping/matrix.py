"""The grammar matrix: what the real Flink of each version said of some 550 statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dialects import split
from dialects.mapping import Target, Translation, translate
from dialects.versions import VERSIONS, Version

MATRIX = Path(__file__).parents[1] / "versions" / "grammar-matrix.tsv"
DISAGREEMENTS = Path(__file__).parent / "disagreements.tsv"
QUERIES = ("SELECT", "WITH", "VALUES")
PENDING = "not decided yet"
_NAMED = re.compile(r"Flink (\d+\.\d+)")

# Of the tables that the statements speak of (grammar-setup.sql), those whose columns matter.
_TABLES = {
    "t": {
        "id": "INT", "name": "STRING", "arr": "ARRAY<INT>", "m": "MAP<STRING, INT>",
        "ts": "TIMESTAMP(3)", "pt": "TIMESTAMP_LTZ(3)",
    },
    "b": {"id": "INT", "name": "STRING", "price": "DECIMAL(10, 2)"},
}  # fmt: skip


def columns(name: tuple[str, ...]) -> Mapping[str, str] | None:
    return _TABLES.get(name[-1])


@dataclass(frozen=True)
class Row:
    """`marks`: per version y, p or f. `mode`: S or B, and E or X for explained or executed."""

    id: str
    mode: str
    marks: tuple[str, ...]
    sql: str

    @property
    def key(self) -> str:
        return f"{self.id}.{self.mode}"

    @property
    def ever(self) -> bool:
        """Does any version take it?"""
        return "y" in self.marks

    def first(self, version: Version) -> Version | None:
        """The first version from `version` on that takes it."""
        later = zip(VERSIONS, self.marks, strict=True)
        return next((v for v, mark in later if v >= version and mark == "y"), None)

    def translations(self, version: Version) -> list[Translation]:
        batch = self.mode.startswith("B")
        return [
            translate(one, Target(version, batch=batch, columns=columns)) for one in split(self.sql)
        ]


def rows() -> Iterator[Row]:
    lines = MATRIX.read_text("utf-8").splitlines()
    for line in (line for line in lines if line and not line.startswith(("#", "id\t"))):
        id_, mode, *marks, sql = line.split("\t")
        yield Row(id_, mode, tuple(marks), sql)


@cache
def disagreements(row: Row) -> dict[str, str]:
    """By version: how what the rules say differs from what Flink says."""
    found = {}
    for version, mark in zip(VERSIONS, row.marks, strict=True):
        complaint = _complaint(row, version, mark)
        if complaint is not None:
            found[str(version)] = complaint
    return found


def _complaint(row: Row, version: Version, mark: str) -> str | None:
    all_ = row.translations(version)
    refusal = next((one.refusal for one in all_ if one.refusal is not None), None)
    if refusal is None:
        if mark == "y" or not row.ever or any(one.applied for one in all_):
            return None
        return f"left as it is, Flink says {mark}"
    if mark == "y":
        return f"refused ({refusal.message}), Flink takes it"
    first = row.first(version)
    told = {Version.parse(v) for v in _NAMED.findall(f"{refusal.detail} {refusal.hint}")}
    if first is not None and not any(version < one <= first for one in told):
        return f"refused ({refusal.message}) without naming a version up to {first}"
    return None


def known() -> dict[tuple[str, str], str]:
    """(key of a row, version) to the reason for which the rules say something else than Flink."""
    found = {}
    for line in DISAGREEMENTS.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            key, versions, reason = line.split("\t")
            for version in versions.split():
                found[key, version] = reason
    return found
