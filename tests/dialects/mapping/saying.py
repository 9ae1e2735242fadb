"""What a translation says, as a table of a test writes it."""

from __future__ import annotations

from pathlib import Path

from dialects import split
from dialects.mapping import Target, Translation, translate
from dialects.versions import Version


def translated(sql: str, version: str, **target: object) -> Translation:
    return translate(split(sql)[0], Target(Version.parse(version), **target))  # type: ignore[arg-type]


def said(sql: str, version: str, **target: object) -> str:
    """The text, or `SQLSTATE message @ what the position points at` of a refusal."""
    result = translated(sql, version, **target)
    if result.refusal is None:
        return result.text
    error = result.refusal
    at = sql[(error.position or 1) - 1 :].split(maxsplit=1)[0] if error.position else "?"
    return f"{error.sqlstate} {error.message} @ {at}"


def table(name: str) -> list[tuple[str, str, str]]:
    """The rows of data/NAME.tsv: version, text, expected; `=` stands for the text as it is."""
    text = (Path(__file__).parent / "data" / f"{name}.tsv").read_text("utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(version, sql, sql if what == "=" else what) for version, sql, what in lines]
