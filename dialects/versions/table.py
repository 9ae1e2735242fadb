"""A fact per line, a column per version: how the tables in `data/` are read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from dialects.versions.version import VERSIONS, Version


@cache
def marks(name: str) -> Mapping[str, Mapping[Version, str]]:
    """Of `data/NAME.tsv`: by the first column, the mark of each version that has one.

    Lines that begin with # are comments; the first other line names the versions.
    """
    text = (files("dialects.versions") / "data" / f"{name}.tsv").read_text("utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    versions = [Version.parse(title) for title in next(lines)[1 : 1 + len(VERSIONS)]]
    return MappingProxyType(
        {
            fields[0]: MappingProxyType(
                {v: mark for v, mark in zip(versions, fields[1:], strict=False) if mark}
            )
            for fields in lines
        }
    )
