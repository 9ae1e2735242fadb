"""The facts of this package: its `*.tsv`, read once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

Release = tuple[int, ...]
"""Ordered as releases are: a part of Flink has Flink's number, and none of 3.0 is older."""

NEVER: Release = (9999,)
FLINK = "flink"
Subject = tuple[str, str]
"""What an option belongs to: its kind (`connector`, `format`, `catalog`, `any`) and identifier."""

_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,4})*", re.ASCII)


def release(text: str) -> Release | None:
    """Of `3.4.0` or `3.4.0-1.20`; None for what is no number."""
    found = _NUMBER.match(text)
    return tuple(int(part) for part in found[0].split(".")) if found else None


def shown(number: Release) -> str:
    return ".".join(map(str, number))


@dataclass(frozen=True, slots=True)
class Span:
    """The releases [since, until) of a family."""

    since: Release
    until: Release

    def covers(self, number: Release) -> bool:
        return self.since <= number < self.until


@dataclass(frozen=True, slots=True)
class Identifier:
    """A row of identifiers.tsv."""

    kind: str
    name: str
    family: str
    span: Span
    instead: str
    remark: str


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A row of lifetimes.tsv for one of its subjects."""

    key: str
    span: Span
    otherwise: str
    default: str
    type: str
    remark: str
    _pattern: re.Pattern[str] | None = field(repr=False)

    def matches(self, key: str) -> bool:
        return key == self.key if self._pattern is None else self._pattern.match(key) is not None


@dataclass(frozen=True, slots=True)
class Renamed:
    """A row of renames.tsv for one of its subjects."""

    key: str
    span: Span
    new: str
    value: str
    wins: bool
    remark: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A row of defaults.tsv for one of its subjects."""

    key: str
    at: Release
    before: str
    after: str
    remark: str


@cache
def releases() -> Mapping[str, Mapping[str, tuple[Release, ...]]]:
    """Of each family and version of Flink, the one that goes with it first."""
    found: dict[str, dict[str, tuple[Release, ...]]] = {}
    for family, version, listed, _ in read_rows("releases", 4):
        numbers = tuple(number for text in listed.split() if (number := release(text)))
        found.setdefault(family, {})[version] = numbers
    return found


@cache
def identifiers() -> Mapping[Subject, Identifier]:
    found: dict[Subject, Identifier] = {}
    for kind, name, family, since, until, instead, remark in read_rows("identifiers", 7):
        span = _span(since, until)
        found[kind, name] = Identifier(kind, name, family, span, instead, remark)
    return found


@cache
def lifetimes() -> Mapping[Subject, tuple[Lifetime, ...]]:
    """Those of a subject in the order of the file: the first that matches counts."""
    found: dict[Subject, list[Lifetime]] = {}
    for of, key, since, until, otherwise, default, type_, remark in read_rows("lifetimes", 8):
        span = _span(since, until)
        row = Lifetime(key, span, otherwise, default, type_, remark, _pattern(key))
        for subject in _subjects(of):
            found.setdefault(subject, []).append(row)
    return {subject: tuple(rows) for subject, rows in found.items()}


@cache
def renames() -> Mapping[Subject, Mapping[str, Renamed]]:
    found: dict[Subject, dict[str, Renamed]] = {}
    for of, key, since, until, new, value, wins, remark in read_rows("renames", 8):
        row = Renamed(key, _span(since, until), new, value, bool(wins), remark)
        for subject in _subjects(of):
            found.setdefault(subject, {})[key] = row
    return found


@cache
def moved() -> Mapping[Subject, tuple[Moved, ...]]:
    found: dict[Subject, tuple[Moved, ...]] = {}
    for of, key, at, before, after, remark in read_rows("defaults", 6):
        row = Moved(key, release(at) or NEVER, before, after, remark)
        for subject in _subjects(of):
            found[subject] = (*found.get(subject, ()), row)
    return found


def family_of(subject: Subject) -> str:
    """Whose releases decide over it; Flink's own for formats and what is not known."""
    known = identifiers().get(subject)
    return known.family if known is not None else FLINK


def _span(since: str, until: str) -> Span:
    first = NEVER if since == "-" else release(since) or ()
    return Span(first, release(until) or NEVER)


def _subjects(of: str) -> Iterator[Subject]:
    for each in of.split(","):
        kind, colon, name = each.partition(":")
        if colon:
            yield kind, name
        else:
            yield ("any", "*") if kind == "any" else ("connector", kind)


def _pattern(key: str) -> re.Pattern[str] | None:
    """`#` stands for a column, `.*` at the end for the rest of a key."""
    if "#" not in key and not key.endswith(".*"):
        return None
    escaped = re.escape(key.removesuffix("*")).replace(r"\#", ".+").replace("#", ".+")
    return re.compile(escaped + ("" if key.endswith("*") else r"\Z"), re.DOTALL)


def read_rows(name: str, width: int) -> Iterator[list[str]]:
    text = files(__package__).joinpath(f"{name}.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            columns = line.split("\t")
            yield columns + [""] * (width - len(columns))
