"""Which releases of connectors a fetched version has."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.engine.provision import connector_releases


def test_the_connectors_own_release_or_flinks(tmp_path: Path) -> None:
    folder = tmp_path / "flink" / "1.17"
    folder.mkdir(parents=True)
    taken = {
        "kafka": ["org.apache.flink:flink-sql-connector-kafka:1.17.1"],
        "jdbc": ["org.apache.flink:flink-connector-jdbc:3.1.2-1.17"],
        "paimon": [],
    }
    (folder / "manifest.json").write_text(json.dumps({"connectors": taken}))
    assert connector_releases("1.17", tmp_path) == {"kafka": "1.17", "jdbc": "3.1.2"}


def test_nothing_is_known_of_what_was_not_fetched(tmp_path: Path) -> None:
    assert connector_releases("2.2", tmp_path) == {}
