"""Configuration keys: which version reads which spelling of which option.

`data/config-keys.tsv` has a line per key: `m` where it is the option's own key, `a` where the
version still reads it as an alias, nothing where it is unknown (and silently ignored).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from dialects.versions.version import VERSIONS, Version


@dataclass(frozen=True, slots=True)
class Key:
    """One spelling. `option`: the key that the newest version has for it. `default`: as Flink
    prints it, None for an option without one."""

    name: str
    read: frozenset[Version]
    option: str
    default: str | None

    @property
    def first(self) -> Version:
        return min(self.read)

    @property
    def last(self) -> Version:
        return max(self.read)


@cache
def keys() -> Mapping[str, Key]:
    """All keys of all versions by name."""
    text = (files("dialects.versions") / "data" / "config-keys.tsv").read_text("utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    header = next(lines)
    versions = [Version.parse(name) for name in header[1 : 1 + len(VERSIONS)]]
    return MappingProxyType({fields[0]: _key(fields, versions) for fields in lines})


def _key(fields: Sequence[str], versions: Sequence[Version]) -> Key:
    name, marks = fields[0], fields[1 : 1 + len(versions)]
    option, default = (*fields[1 + len(versions) :], "", "")[:2]
    read = frozenset(v for v, mark in zip(versions, marks, strict=True) if mark)
    return Key(name, read, option or name, None if default in ("", "null") else default)


@cache
def _spellings() -> Mapping[str, Sequence[Key]]:
    found: dict[str, list[Key]] = defaultdict(list)
    for key in keys().values():
        found[key.option].append(key)
    return found


def spelling(key: Key, version: Version) -> Key | None:
    """The key to send in place of one that the version does not read; None: it has no such option.

    Of several the one that most versions read, so that a text stays portable.
    """
    known = [other for other in _spellings()[key.option] if version in other.read]
    return max(known, key=lambda other: (len(other.read), other.name), default=None)
