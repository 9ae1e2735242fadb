"""The table of options: well formed, of all versions, and what reference lists say."""

from __future__ import annotations

import pytest

from dialects.options import data
from gateway.engine.kit.options import ranges
from gateway.engine.versions import catalogue

# kind, identifier, key, versions that know it
KNOWN = [
    ("connector", "kafka", "scan.bounded.mode", "1.17-2.3"),
    ("connector", "filesystem", "source.path.regex-pattern", "1.18-2.3"),
    ("connector", "datagen", "fields.a.b.var-len", "1.19-2.3"),
    ("connector", "jdbc", "lookup.partial-cache.max-rows", "1.16-2.3"),
    ("connector", "jdbc", "compatible-mode", "1.18-2.3"),
    ("format", "json", "encode.ignore-null-fields", "1.20-2.3"),
    ("format", "csv", "trim-spaces", "2.3"),
    ("format", "raw", "line-delimiter", "2.1"),
    ("common", "*", "scan.watermark.emit.strategy", "1.18-2.3"),
    ("connector", "kafka", "no.such", ""),
    ("connector", "no-such", "topic", ""),
]


def test_every_version_of_the_catalogue() -> None:
    assert data.versions() == tuple(catalogue().versions)


@pytest.mark.parametrize(("kind", "identifier", "key", "versions"), KNOWN)
def test_versions_of(kind: str, identifier: str, key: str, versions: str) -> None:
    found = data.versions_of(kind, identifier, key)
    assert ranges(list(found), list(data.versions())) == versions


@pytest.mark.parametrize("version", data.versions())
def test_factories(version: str) -> None:
    for identifier in ("kafka", "upsert-kafka", "jdbc", "filesystem", "datagen", "print"):
        factory = data.factory("connector", identifier, version)
        assert factory is not None and factory.identifier == identifier
    blackhole = data.factory("connector", "blackhole", version)
    assert blackhole is not None and not blackhole.options
    files = data.factory("connector", "filesystem", version)
    assert files is not None and {spec.key for spec in files.required} == {"path", "format"}
    for identifier in ("csv", "json", "raw", "debezium-json", "canal-json", "maxwell-json"):
        factory = data.factory("format", identifier, version)
        assert factory is not None and not factory.required


def test_runs_of_versions() -> None:
    versions = list(data.versions())
    assert ranges([], versions) == ""
    assert ranges(["2.0", "1.16", "1.17", "2.3", "1.18"], versions) == "1.16-1.18 2.0 2.3"
    assert ranges(versions, versions) == "1.16-2.3"
