"""Configuration keys across versions: each goes out as the target reads it, or not at all."""

from __future__ import annotations

import pytest

from dialects import split
from dialects.mapping import Target, Translation, translate
from dialects.mapping.configuration import settled
from dialects.versions import VERSIONS, Version
from dialects.versions.keys import keys


def run(sql: str, version: str) -> Translation:
    return translate(split(sql)[0], Target(Version.parse(version)))


@pytest.mark.parametrize(
    ("sql", "version", "expected"),
    [
        ("SET 'state.backend.type' = 'rocksdb'", "1.16", "SET 'state.backend' = 'rocksdb'"),
        ("SET 'state.backend' = 'rocksdb'", "2.3", "SET 'state.backend' = 'rocksdb'"),
        ("SET 'pekko.ask.timeout' = '10 s'", "1.17", "SET 'akka.ask.timeout' = '10 s'"),
        (
            "SET 'execution.checkpointing.dir' = 's3://b'",
            "1.19",
            "SET 'state.checkpoints.dir' = 's3://b'",
        ),
        ("RESET 'execution.state-recovery.path'", "1.18", "RESET 'execution.savepoint.path'"),
        (
            "SET 'table.exec.topn-cache-size' = '5'",
            "2.0",
            "SET 'table.exec.rank.topn-cache-size' = '5'",
        ),
        (
            "SET table.exec.shuffle-mode = pipelined",
            "2.2",
            "SET 'execution.batch-shuffle-mode' = 'ALL_EXCHANGES_PIPELINED'",
        ),
        (
            "SET 'table.exec.legacy-transformation-uids' = 'true'",
            "2.1",
            "SET 'table.exec.uid.generation' = 'DISABLED'",
        ),
        (
            "SET 'execution.state-recovery.from-local' = 'true'",
            "1.18",
            "SET 'state.backend.local-recovery' = 'true'",
        ),
        ("SET 'table.exec.sink.require-on-conflict' = 'false'", "2.2", ""),
        ("SET 'pipeline.time-characteristic' = 'EventTime'", "2.2", ""),
    ],
)
def test_a_key_goes_out_as_the_version_reads_it(sql: str, version: str, expected: str) -> None:
    assert run(sql, version).text == expected


@pytest.mark.parametrize(
    ("sql", "version", "words"),
    [
        ("SET 'state.backend.type' = 'forst'", "1.20", "added in Flink 2.0"),
        ("SET 'table.exec.sink.require-on-conflict' = 'true'", "2.2", "added in Flink 2.3"),
        ("SET 'table.exec.shuffle-mode' = 'odd'", "2.0", "has no such value"),
        ("SET 'pipeline.registered-pojo-types' = 'a.B'", "2.0", "pipeline.serialization-config"),
    ],
)
def test_what_would_change_results_is_refused_at_its_place(
    sql: str, version: str, words: str
) -> None:
    refusal = run(sql, version).refusal
    assert refusal is not None
    assert refusal.sqlstate == "0A000"
    assert refusal.position == 5
    assert words in (refusal.detail or "")


def test_what_is_dropped_is_told() -> None:
    found = run("SET 'table.exec.async-state.enabled' = 'true'", "1.20")
    assert found.text == ""
    assert [one.rule for one in found.notices()] == ["configuration.dropped"]


def test_a_key_of_no_version_is_passed_on_and_told() -> None:
    found = run("SET 'table.exec.mini-bach.enabled' = 'true'", "2.2")
    assert found.text == "SET 'table.exec.mini-bach.enabled' = 'true'"
    assert [one.why for one in found.notices()] == [
        "No version of Flink reads this key; it is passed on as it is. "
        "Did you mean table.exec.mini-batch.enabled?"
    ]


def test_keys_of_open_families_are_nobodys_business() -> None:
    assert not list(run("SET 's3.access-key' = 'x'", "2.2").notices())


def test_no_key_of_any_version_is_sent_to_one_that_ignores_it() -> None:
    for key in keys().values():
        for version in VERSIONS:
            sent = settled(key.name, key.default or "x", version).key
            assert sent is None or version in keys()[sent].read, (key.name, version, sent)


def test_a_spelling_that_is_read_is_left_alone() -> None:
    for key in keys().values():
        for version in key.read:
            assert settled(key.name, "x", version).key == key.name
