"""What the rules write for a release is what its jars take, and what they leave out is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialects.mapping import Target, translate
from dialects.mapping.connectors import RULES
from dialects.splitter import single
from dialects.versions import Version
from gateway.engine.kit.judge import Judge, Mode, Question, Verdict
from gateway.engine.provision import cache_root, connector_releases

pytestmark = [pytest.mark.flink, pytest.mark.timeout(240)]

KAFKA = "'connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1'"
READ = "'scan.startup.mode' = 'earliest-offset', 'format' = 'json'"
JDBC = "'connector' = 'jdbc', 'url' = 'jdbc:postgresql://h/d', 'table-name' = 't'"

# columns, options, the versions whose jars do not take them as they are, asked with
TABLES = {
    "read": (
        "a INT",
        f"{KAFKA}, {READ}, 'scan.parallelism' = '2', 'json.encode.ignore-null-fields' = 'false', "
        "'scan.watermark.idle-timeout' = '1 s', 'json.decode.json-parser.enabled' = 'true'",
        ("1.16", "1.18", "1.20"),
        "SELECT * FROM {}",
    ),
    "bounded": (
        "a INT",
        f"{KAFKA}, {READ}, 'scan.bounded.mode' = 'unbounded'",
        ("1.16",),
        "SELECT * FROM {}",
    ),
    "written": (
        "a INT",
        f"{KAFKA}, 'format' = 'json', 'sink.semantic' = 'exactly-once'",
        ("2.3",),
        "INSERT INTO {} SELECT 1",
    ),
    "upserted": (
        "a INT PRIMARY KEY NOT ENFORCED",
        "'connector' = 'upsert-kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', "
        "'key.format' = 'json', 'value.format' = 'csv', 'value.csv.trim-spaces' = 'false', "
        "'sink.delivery-guarantee' = 'at-least-once', 'scan.parallelism' = '1', "
        "'sink.transactional-id-prefix' = 'x', 'sink.transaction-naming-strategy' = 'incrementing'",
        ("1.16", "1.18", "1.20"),
        "SELECT * FROM {}",
    ),
    "joined": (
        "a INT",
        f"{JDBC}, 'filter.handling.policy' = 'always'",
        ("1.16", "1.18"),
        "SELECT * FROM {}",
    ),
    "numbers": (
        "a INT, s STRING",
        "'connector' = 'datagen', 'scan.parallelism' = '1', 'fields.s.var-len' = 'true', "
        "'fields.a.null-rate' = '0.5'",
        ("1.16", "1.18"),
        "SELECT * FROM {}",
    ),
    "old": (
        "a INT, ts TIMESTAMP(3), p TIMESTAMP(3)",
        "'connector.type' = 'kafka', 'connector.topic' = 't', 'format.type' = 'json', "
        "'connector.properties.0.key' = 'bootstrap.servers', "
        "'connector.properties.0.value' = 'b:1', 'connector.startup-mode' = 'earliest-offset', "
        "'schema.0.name' = 'ts', 'schema.0.rowtime.timestamps.type' = 'from-source', "
        "'schema.0.rowtime.watermarks.type' = 'periodic-bounded', "
        "'schema.0.rowtime.watermarks.delay' = '120500', "
        "'schema.1.name' = 'p', 'schema.1.proctime' = 'true'",
        ("1.16", "1.18", "1.20", "2.3"),
        "SELECT * FROM {}",
    ),
}


@pytest.mark.parametrize("minor", ["1.16", "1.18", "1.20", "2.3"])
def test_the_jars_take_what_is_written_for_them(minor: str) -> None:
    target = Target(Version.parse(minor), releases=connector_releases(minor, cache_root()))
    sources = {
        name: f"CREATE TABLE t_{name} ({columns}) WITH ({given})"
        for name, (columns, given, _, _) in TABLES.items()
    }
    with Judge(minor, list(sources.values())) as judge:
        before = _asked(judge)
        judge.reset([translate(single(sql), target, RULES).text for sql in sources.values()])
        after = _asked(judge)
    assert not {name: one.message for name, one in after.items() if not one.accepted}
    refused = {name for name, one in before.items() if not one.accepted}
    assert refused == {name for name, (_, _, minors, _) in TABLES.items() if minor in minors}


@pytest.mark.parametrize("minor", ["1.16", "2.3"])
def test_files_of_csv_in_the_old_style_are_written_and_read(minor: str, tmp_path: Path) -> None:
    options = f"'connector.type' = 'filesystem', 'connector.path' = '{tmp_path}/one.csv'"
    table = f"CREATE TABLE t (a INT) WITH ({options}, 'format.type' = 'csv')"
    texts = ["INSERT INTO t SELECT 7", "SELECT * FROM t"]
    with Judge(minor, [table]) as judge:
        written, found = judge.ask([Question(sql=sql, mode=Mode.EXECUTE) for sql in texts])
    assert written.accepted and found.rows == ["+I[7]"]


def _asked(judge: Judge) -> dict[str, Verdict]:
    texts = [query.format(f"t_{name}") for name, (_, _, _, query) in TABLES.items()]
    verdicts = judge.ask([Question(sql=sql, mode=Mode.EXPLAIN) for sql in texts])
    return dict(zip(TABLES, verdicts, strict=True))
