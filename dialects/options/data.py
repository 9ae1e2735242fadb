"""What the factories of each Flink version take: `options.tsv` beside this file, read once.

Its rows come from the jars themselves (gateway/engine/kit/options.py writes them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

CONNECTOR = "connector"
FORMAT = "format"
# Stands for the identifier of the table's format in a key.
OWN_FORMAT = "{format}.*"


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """`type`: boolean, integer, long, float, double, duration, memorysize, string, `enum:a|b` (any
    case), `choice:a|b` (as written), or `list:` and a type; `default` as Flink's toString() has it,
    empty for none."""

    key: str
    type: str
    default: str
    fallbacks: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Factory:
    """A connector or format of one version. `options` is found by fallback keys too; `templates`
    are keys with a `#` for the name of a column; `prefixes` take any key."""

    kind: str
    identifier: str
    options: Mapping[str, OptionSpec]
    templates: tuple[tuple[re.Pattern[str], OptionSpec], ...]
    prefixes: tuple[str, ...]
    required: tuple[OptionSpec, ...]

    @property
    def name(self) -> str:
        return f'{self.kind} "{self.identifier}"'

    def keys(self) -> Iterator[str]:
        """The keys to be offered, templates as Flink's documentation writes them."""
        yield from (spec.key for spec in self.options.values())
        yield from (spec.key for _, spec in self.templates)


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str
    identifier: str
    key: str
    type: str
    default: str
    fallbacks: tuple[str, ...]
    required: frozenset[str]
    optional: frozenset[str]


@lru_cache(maxsize=512)  # of names that users write
def factory(kind: str, identifier: str, version: str) -> Factory | None:
    """None: no jar of the distribution of that version has one."""
    specs = {
        row.key: OptionSpec(row.key, row.type, row.default, row.fallbacks, version in row.required)
        for row in _rows().get((kind, identifier), ())
        if version in row.required or version in row.optional
    }
    if not specs:
        return None
    plain = [spec for key, spec in specs.items() if key and not key.endswith(".*")]
    named = {key: spec for spec in plain for key in (*spec.fallbacks, spec.key) if "#" not in key}
    return Factory(
        kind,
        identifier,
        named,
        tuple((_template(spec.key), spec) for spec in plain if "#" in spec.key),
        tuple(key.removesuffix("*") for key in specs if key.endswith(".*")),
        tuple(spec for spec in plain if spec.required),
    )


@cache
def versions() -> tuple[str, ...]:
    """The versions that the data speaks of, oldest first."""
    return _table()[0]


def versions_of(kind: str, identifier: str, key: str) -> tuple[str, ...]:
    """The versions that know that option, oldest first; empty if none does."""
    found: set[str] = set()
    for row in _rows().get((kind, identifier), ()):
        if key in (row.key, *row.fallbacks) or ("#" in row.key and _template(row.key).match(key)):
            found |= row.required | row.optional
    return tuple(version for version in versions() if version in found)


def identifiers(kind: str) -> tuple[tuple[str, str], ...]:
    """All factories of a kind, as (kind, identifier)."""
    return tuple(subject for subject in _rows() if subject[0] == kind)


def _template(key: str) -> re.Pattern[str]:
    before, after = key.split("#")
    return re.compile(f"{re.escape(before)}(.+){re.escape(after)}\\Z", re.DOTALL)


def _rows() -> Mapping[tuple[str, str], tuple[_Row, ...]]:
    return _table()[1]


@cache
def _table() -> tuple[tuple[str, ...], Mapping[tuple[str, str], tuple[_Row, ...]]]:
    known: tuple[str, ...] = ()
    rows: dict[tuple[str, str], tuple[_Row, ...]] = {}
    for line in files(__package__).joinpath("options.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        columns = line.split("\t")
        if columns[0] == "versions":
            known = tuple(columns[1].split())
            continue
        row = _row(columns + [""] * (8 - len(columns)), known)
        rows[row.kind, row.identifier] = (*rows.get((row.kind, row.identifier), ()), row)
    return known, rows


def _row(columns: list[str], known: tuple[str, ...]) -> _Row:
    kind, identifier, key, type_, default, fallbacks, required, optional = columns
    keys = tuple(each for each in fallbacks.split(",") if each)
    sets = (_expanded(required, known), _expanded(optional, known))
    return _Row(kind, identifier, key, type_, default, keys, *sets)


def _expanded(ranges: str, known: tuple[str, ...]) -> frozenset[str]:
    """The versions of `1.16-1.18 2.3`."""
    found: set[str] = set()
    for run in ranges.split():
        first, _, last = run.partition("-")
        found.update(known[known.index(first) : known.index(last or first) + 1])
    return frozenset(found)
