"""The Flink versions as data: `versions.toml` beside this file, read once.

Adding a version is adding a table there. Nothing here knows a version by name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from protocol.errors import INVALID_PARAMETER_VALUE, SqlError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A single jar in a Maven repository."""

    group: str
    artifact: str
    version: str

    @classmethod
    def parse(cls, text: str) -> Coordinates:
        """`group:artifact:version`; raises ValueError for any other shape."""
        group, artifact, version = text.split(":")
        return cls(group, artifact, version)

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def filename(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


@dataclass(frozen=True, slots=True)
class Pack:
    """The jars of one connector: alternatives in order of preference, each a set of jars."""

    name: str
    released: bool  # does a release name this Flink version (else: an older one is tried)
    alternatives: tuple[tuple[Coordinates, ...], ...]


@dataclass(frozen=True, slots=True)
class FlinkVersion:
    minor: str
    patches: tuple[str, ...]  # candidates, newest first; which exist is probed
    libraries: str  # name of the PyPI package with lib/ and plugins/
    gateway: tuple[str, str]  # group and artifact of the SQL Gateway's jar
    packs: tuple[Pack, ...]
    java: tuple[int, int]  # oldest and newest major that runs it
    api: str  # path prefix of the SQL Gateway's REST
    config_file: str  # name that GlobalConfiguration looks for in the conf directory
    optional: tuple[Pack, ...] = ()  # taken where the operator asks for them


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All known versions, oldest first."""

    versions: Mapping[str, FlinkVersion]
    compiler: Coordinates  # a Java compiler that needs no JDK

    @property
    def default(self) -> str:
        """The newest minor that has a release of every connector."""
        complete = [v.minor for v in self.versions.values() if all(p.released for p in v.packs)]
        return complete[-1]

    def get(self, minor: str) -> FlinkVersion:
        """Raises SqlError 22023 for a version that is not in the data."""
        return known(minor, self.versions)


def known(minor: str, versions: Mapping[str, T]) -> T:
    """The entry of that minor, or SqlError 22023 whose hint lists the ones there are."""
    if minor in versions:
        return versions[minor]
    raise SqlError(
        INVALID_PARAMETER_VALUE,
        f'invalid value for parameter "flink.version": "{minor}"',
        hint=f"Available values: {', '.join(versions)}.",
    )


def parse(text: str) -> Catalogue:
    """Read the data file's text. Raises KeyError or ValueError where it is not well formed."""
    data = tomllib.loads(text)
    common = data["common"]
    versions = [_version(minor, common | table) for minor, table in data["flink"].items()]
    versions.sort(key=lambda v: order(v.minor))
    return Catalogue({v.minor: v for v in versions}, Coordinates.parse(common["compiler"]))


@cache
def catalogue() -> Catalogue:
    return parse(files(__package__).joinpath("versions.toml").read_text("utf-8"))


def order(version: str) -> tuple[int, ...]:
    """Sort key of a dotted version."""
    return tuple(int(part) for part in version.split("."))


def minor_of(release: str) -> str:
    """`2.2` of `2.2.1` (and of `2.2-SNAPSHOT`)."""
    return ".".join(release.split("-")[0].split(".")[:2])


def _version(minor: str, table: Mapping[str, Any]) -> FlinkVersion:
    group, artifact = table["gateway"].split(":")
    oldest, newest = table["java"]
    return FlinkVersion(
        minor=minor,
        patches=tuple(f"{minor}.{patch}" for patch in table["patches"]),
        libraries=table["libraries"],
        gateway=(group, artifact),
        packs=tuple(_pack(name, pack) for name, pack in table["connectors"].items()),
        java=(oldest, newest),
        api=table["api"],
        config_file=table["config_file"],
        optional=tuple(_pack(name, pack) for name, pack in table.get("optional", {}).items()),
    )


def _pack(name: str, table: Mapping[str, Any]) -> Pack:
    return Pack(name, table.get("released", False), tuple(_jars(jars) for jars in table["jars"]))


def _jars(texts: Sequence[str]) -> tuple[Coordinates, ...]:
    return tuple(Coordinates.parse(text) for text in texts)
