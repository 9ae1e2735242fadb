"""No option that a version lacks goes to it unnoticed: all options that the jars have."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialects.mapping import Target, translate
from dialects.mapping.connectors import RULES, tables
from dialects.names import quote_string
from dialects.options import data
from dialects.splitter import single
from dialects.versions import VERSIONS, Version

VERSIONS_TOML = Path(__file__).parents[4] / "gateway" / "engine" / "versions.toml"


def keys() -> Iterator[tuple[str, str, str]]:
    for kind in ("connector", "format", "common", "catalog"):
        for _, identifier in data.identifiers(kind):
            found = {
                key
                for version in data.versions()
                if (factory := data.factory(kind, identifier, version)) is not None
                for key in factory.keys()
            }
            for key in sorted(found):
                yield kind, identifier, key


def statement(kind: str, identifier: str, key: str, value: str) -> str:
    if kind == "catalog":
        options = {"type": identifier, key: value}
        head = "CREATE CATALOG c"
    else:
        connector = identifier if kind == "connector" else "kafka"
        options = {"connector": connector, "topic": "t"}
        if kind == "format":
            options["format"] = identifier
        options[f"{identifier}.{key}" if kind == "format" else key] = value
        head = "CREATE TABLE t (a INT)"
    listed = ", ".join(f"{quote_string(k)} = {quote_string(v)}" for k, v in options.items())
    return f"{head} WITH ({listed})"


def values(kind: str, identifier: str, key: str) -> Iterator[str]:
    """The default and something else."""
    for version in data.versions():
        factory = data.factory(kind, identifier, version)
        spec = factory.options.get(key) if factory is not None else None
        if spec is not None and spec.default:
            yield spec.default
            break
    yield "something else"


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_what_a_version_lacks_is_taken_away_or_refused(version: Version) -> None:
    lacking = [
        (kind, identifier, key)
        for kind, identifier, key in keys()
        if str(version) not in data.versions_of(kind, identifier, key.replace("#", "a"))
    ]
    for kind, identifier, key in lacking:
        for value in values(kind, identifier, key):
            sql = statement(kind, identifier, key.replace("#", "a"), value)
            result = translate(single(sql), Target(version), RULES)
            gone = result.refusal is not None or f"{key}'" not in result.text
            assert gone, f"{sql} for Flink {version}"
    assert len(lacking) > 0 or version == VERSIONS[-2]


def test_the_tables_have_a_row_for_each_of_them() -> None:
    """The net under the tables is for versions to come: what is known has its own row."""
    missing = []
    for kind, identifier, key in keys():
        known = data.versions_of(kind, identifier, key.replace("#", "a"))
        subject = ("any", "*") if kind == "common" else (kind, identifier)
        named = tables.identifiers().get(subject)
        whole = named is not None and named.span.since != ()
        rows = tables.lifetimes().get(subject, ())
        own = any(row.matches(key.replace("#", "a")) for row in rows)
        if len(known) < len(VERSIONS) and not whole and not own:
            missing.append((kind, identifier, key))
    assert missing == []


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize(
    ("family", "pack", "artifact"),
    [("kafka", "kafka", "flink-sql-connector-kafka"), ("jdbc", "jdbc", "flink-connector-jdbc")],
)
def test_the_usual_release_is_the_one_that_the_packs_prefer(
    family: str, pack: str, artifact: str, version: Version
) -> None:
    packs = tomllib.loads(VERSIONS_TOML.read_text())["flink"][str(version)]["connectors"]
    preferred = packs[pack]["jars"][0][0].split(":")
    assert preferred[1].startswith(artifact)
    usual = tables.releases()[family][str(version)][0]
    found = tables.release(preferred[2])
    assert found is not None and found[: len(usual)] == usual


def test_releases_are_those_of_supported_versions_newest_of_a_family_known() -> None:
    for family, served in tables.releases().items():
        assert set(served) <= {str(version) for version in VERSIONS}, family
    families = {row.family for row in tables.identifiers().values()} - {tables.FLINK}
    assert families == set(tables.releases())
