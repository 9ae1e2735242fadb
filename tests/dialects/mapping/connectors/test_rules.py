"""Single options, by target: renamed, left out, refused, or left as they are."""

from __future__ import annotations

import pytest

from dialects import split
from dialects.mapping import Target, translate
from dialects.mapping.connectors import RULES
from dialects.mapping.model import Translation
from dialects.versions import Version

Tables = dict[tuple[str, ...], dict[str, str]]


def run(
    sql: str,
    to: str,
    source: str | None = None,
    releases: dict[str, str] | None = None,
    tables: Tables | None = None,
) -> Translation:
    written = Version.parse(source) if source is not None else None
    target = Target(Version.parse(to), written, releases or {}, options=(tables or {}).get)
    return translate(split(sql)[0], target, RULES)


def table(options: str) -> str:
    return f"CREATE TABLE t (a INT) WITH ({options})"


KAFKA = "'connector' = 'kafka'"
ES = "'connector' = 'elasticsearch-7'"
KINESIS = "'connector' = 'kinesis'"
ARN = "'stream.arn' = 'arn:aws:kinesis:eu-1:1:stream/s'"

# options, target, options afterwards, ids of the rules
CHANGED = [
    (
        f"{KAFKA}, 'sink.semantic' = 'AT-LEAST-ONCE'",
        "1.16",
        f"{KAFKA}, 'sink.delivery-guarantee' = 'at-least-once'",
        ["kafka.sink_semantic"],
    ),
    (
        f"{KAFKA}, 'sink.semantic' = 'exactly-once'",
        "1.18",
        f"{KAFKA}, 'sink.delivery-guarantee' = 'exactly-once', "
        "'sink.transactional-id-prefix' = 'kafka-sink'",
        ["kafka.sink_semantic_prefix"],
    ),
    # the old key overrides the new one in every release, so what it says has to stay
    (
        f"{KAFKA}, 'sink.semantic' = 'none', 'sink.delivery-guarantee' = 'at-least-once'",
        "2.2",
        f"{KAFKA}, 'sink.delivery-guarantee' = 'none'",
        ["kafka.sink_semantic", "kafka.sink_semantic"],
    ),
    (
        "'connector' = 'kafka-0.11', 'topic' = 't'",
        "2.2",
        f"{KAFKA}, 'topic' = 't'",
        ["kafka.connector"],
    ),
    (
        f"{ES}, 'sink.flush-on-checkpoint' = 'TRUE'",
        "2.0",
        f"{ES}, 'sink.delivery-guarantee' = 'at-least-once'",
        ["elasticsearch.sink_flush_on_checkpoint"],
    ),
    (
        f"{ES}, 'sink.delivery-guarantee' = 'NONE'",
        "1.20",
        f"{ES}, 'sink.flush-on-checkpoint' = 'false'",
        ["elasticsearch.sink_delivery_guarantee"],
    ),
    # values are compared as Flink reads them
    (
        f"{KAFKA}, 'scan.watermark.alignment.update-interval' = '1000 ms'",
        "1.17",
        KAFKA,
        ["table.scan_watermark_alignment_update_interval"],
    ),
    (
        f"{KAFKA}, 'format' = 'json', 'json.encode.ignore-null-fields' = 'False'",
        "1.19",
        f"{KAFKA}, 'format' = 'json'",
        ["json.encode_ignore_null_fields"],
    ),
    (
        f"{KAFKA}, 'key.format' = 'csv', 'key.csv.trim-spaces' = 'false'",
        "2.2",
        f"{KAFKA}, 'key.format' = 'csv'",
        ["csv.trim_spaces"],
    ),
    (
        f"{KINESIS}, 'stream' = 's', {ARN}, 'scan.stream.recordpublisher' = 'EFO'",
        "2.0",
        f"{KINESIS}, {ARN}, 'source.reader.type' = 'EFO'",
        ["kinesis.stream", "kinesis.scan_stream_recordpublisher"],
    ),
    (
        "'connector' = 'kinesis-legacy', 'stream' = 's'",
        "1.18",
        f"{KINESIS}, 'stream' = 's'",
        ["aws.connector"],
    ),
    (
        "'connector' = 'hbase-2.6', 'table-name' = 'x', 'sink.request-timeout' = '1 s'",
        "1.20",
        "'connector' = 'hbase-2.2', 'table-name' = 'x'",
        ["hbase.connector", "hbase.sink_request_timeout"],
    ),
]

# options, target, where, message
REFUSED = [
    (f"{KAFKA}, 'scan.bounded.mode' = 'latest-offset'", "1.16", "'scan.bounded.mode'",
     'option "scan.bounded.mode" of connector "kafka" is not supported by Flink 1.16'),
    (f"{KAFKA}, 'sink.semantic' = 'maybe'", "1.20", "'sink.semantic'",
     'value "maybe" of option "sink.semantic" of connector "kafka" has no equivalent'),
    (f"{KAFKA}, 'sink.transaction-naming-strategy' = 'POOLING'", "1.20", "'sink.trans",
     'option "sink.transaction-naming-strategy" of connector "kafka" is not supported'
     " by Flink 1.20"),
    (f"{ES}, 'sink.delivery-guarantee' = 'exactly-once'", "1.20", "'sink.delivery",
     'value "exactly-once" of option "sink.delivery-guarantee" of connector "elasticsearch-7" '
     "has no equivalent"),
    (f"{ES}, 'failure-handler' = 'my.Handler'", "2.0", "'failure-handler'",
     'option "failure-handler" of connector "elasticsearch-7" is not supported by Flink 2.0'),
    ("'connector' = 'elasticsearch-8'", "2.0", "'elasticsearch-8'",
     'connector "elasticsearch-8" is not supported by Flink 2.0'),
    ("'connector' = 'opensearch'", "2.0", "'opensearch'",
     'connector "opensearch" has no release for Flink 2.0'),
    (f"{KINESIS}, 'stream' = 's', 'sink.batch.max-size' = '5'", "1.20", "'stream'",
     'option "stream" of connector "kinesis" is not supported by Flink 1.20'),
    (f"{KINESIS}, {ARN}, 'scan.stream.initpos-timestamp' = '1700000000.5'", "2.0", "'scan.stream",
     'value "1700000000.5" of option "scan.stream.initpos-timestamp" of connector "kinesis" '
     "has no equivalent"),
    (f"{KINESIS}, 'stream.arn' = 'events'", "1.18", "'stream.arn'",
     'value "events" of option "stream.arn" of connector "kinesis" has no equivalent'),
    ("'connector' = 'upsert-kafka', 'sink.delivery-guarantee' = 'exactly-once'", "1.16",
     "'sink.del",
     'option "sink.delivery-guarantee" of connector "upsert-kafka" is not supported by Flink 1.16'),
    ("'connector' = 'jdbc', 'url' = 'jdbc:sqlserver://h'", "1.16", None, None),
    ("'connector' = 'jdbc', 'url' = 'jdbc:db2://h'", "1.17", "'jdbc:db2",
     'url "jdbc:db2:" of connector "jdbc" is not supported by Flink 1.17'),
    (f"{KAFKA}, 'format' = 'json', 'json.encode.ignore-null-fields' = 'true'", "1.19",
     "'json.encode",
     'option "json.encode.ignore-null-fields" of format "json" is not supported by Flink 1.19'),
    (f"{KAFKA}, 'format' = 'raw', 'raw.line-delimiter' = 'x'", "2.2", "'raw.line",
     'option "raw.line-delimiter" of format "raw" is not supported by Flink 2.2'),
]  # fmt: skip

CATALOG = "CREATE CATALOG c WITH ('type' = 'jdbc', 'compatible-mode' = 'mysql')"

# What stays as it is: nobody knows it, or every release reads it.
KEPT = [
    (table("'connector' = 'my-own', 'scan.parallelism' = '2'"), "1.16"),
    (table(f"{KAFKA}, 'no.such.option' = 'x'"), "1.16"),
    (
        table("'connector' = 'jdbc', 'lookup.cache.max-rows' = '1', 'lookup.cache.ttl' = '1 s'"),
        "2.3",
    ),
    (
        table(f"{KAFKA}, 'format' = 'avro-confluent', 'avro-confluent.schema-registry.url' = 'u'"),
        "2.3",
    ),
    ("CREATE TABLE t (a INT)", "2.3"),
    ("CREATE TABLE t (a INT) WITH ('bucket' = '4')", "2.3"),
    ("CREATE TABLE t WITH ('path' = '/p', 'format' = 'csv') LIKE s", "1.16"),
    ("CREATE DATABASE d WITH ('sink.semantic' = 'none')", "1.16"),
    ("CREATE FUNCTION f AS 'c' WITH ('sink.semantic' = 'none')", "2.3"),
    # the connector may be anybody's
    ("SELECT * FROM t /*+ OPTIONS('scan.parallelism' = '2') */", "1.16"),
    ("INSERT INTO t /*+ OPTIONS('sink.delivery-guarantee' = 'none') */ SELECT 1", "1.20"),
    (table("'connector' = 'paimon', 'scan.watermark.idle-timeout' = '1 s'"), "1.16"),
    (table("'connector' = 'paimon', 'parquet.batch-size' = '1'"), "1.16"),
    ("ALTER TABLE t RESET ('scan.watermark.idle-timeout')", "1.16"),
]


@pytest.mark.parametrize(("options", "to", "expected", "rules"), CHANGED)
def test_an_option_is_changed(options: str, to: str, expected: str, rules: list[str]) -> None:
    result = run(table(options), to)
    assert result.text == table(expected)
    assert sorted(one.rule for one in result.applied) == sorted(rules)


@pytest.mark.parametrize(("options", "to", "where", "message"), REFUSED)
def test_an_option_is_refused(
    options: str, to: str, where: str | None, message: str | None
) -> None:
    refusal = run(table(options), to).refusal
    if where is None:
        assert refusal is None
        return
    assert refusal is not None
    assert (refusal.sqlstate, refusal.message) == ("0A000", message)
    assert refusal.position == table(options).index(where) + 1


@pytest.mark.parametrize(("sql", "to"), KEPT)
def test_what_is_not_known_stays(sql: str, to: str) -> None:
    result = run(sql, to)
    assert (result.text, result.applied) == (sql, ())


# statement, target, afterwards
ELSEWHERE = [
    ("ALTER TABLE t SET ('sink.semantic' = 'none')", "2.0",
     "ALTER TABLE t SET ('sink.delivery-guarantee' = 'none')"),
    ("ALTER TABLE t RESET ('sink.semantic')", "2.0",
     "ALTER TABLE t RESET ('sink.delivery-guarantee')"),
    ("CREATE TABLE t WITH ('sink.semantic' = 'none', 'topic' = 'x') LIKE s", "2.0",
     "CREATE TABLE t WITH ('sink.delivery-guarantee' = 'none', 'topic' = 'x') LIKE s"),
    (f"CREATE TABLE t WITH ({KAFKA}, 'scan.parallelism' = '1') AS SELECT 1", "1.20",
     f"CREATE TABLE t WITH ({KAFKA}) AS SELECT 1"),
    ("INSERT INTO t /*+ OPTIONS('sink.semantic' = 'none') */ SELECT 1", "2.0",
     "INSERT INTO t /*+ OPTIONS('sink.delivery-guarantee' = 'none') */ SELECT 1"),
    ("SELECT * FROM c.d.k /*+ OPTIONS('scan.parallelism' = '2') */", "1.17",
     "SELECT * FROM c.d.k "),
    ("SELECT * FROM c.d.k /*+ STATE_TTL('t' = '1d'), OPTIONS('scan.parallelism' = '2') */", "1.17",
     "SELECT * FROM c.d.k /*+ STATE_TTL('t' = '1d') */"),
    ("SELECT * FROM c.d.k /*+ OPTIONS('scan.parallelism' = '2'), STATE_TTL('t' = '1d') */", "1.17",
     "SELECT * FROM c.d.k /*+ STATE_TTL('t' = '1d') */"),
    ("CREATE TABLE t WITH ('scan.parallelism' = '1', 'topic' = 'x') LIKE c.d.k", "1.20",
     "CREATE TABLE t WITH ('topic' = 'x') LIKE c.d.k"),
    ("ALTER TABLE c.d.k SET ('json.encode.ignore-null-fields' = 'false', 'topic' = 'x')", "1.19",
     "ALTER TABLE c.d.k SET ('topic' = 'x')"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "to", "expected"), ELSEWHERE)
def test_options_stand_in_many_places(sql: str, to: str, expected: str) -> None:
    known: Tables = {("c", "d", "k"): {"connector": "kafka", "format": "json"}}
    assert run(sql, to, tables=known).text == expected


def test_the_last_option_of_a_statement_is_not_left_out() -> None:
    sql = "ALTER TABLE t SET ('scan.watermark.idle-timeout' = '1 s')"
    refusal = run(sql, "1.17", tables={("t",): {"connector": "kafka"}}).refusal
    assert refusal is not None and "scan.watermark.idle-timeout" in refusal.message


def test_options_of_a_catalog_are_judged_too() -> None:
    assert run(CATALOG, "1.18").text == CATALOG
    refusal = run(CATALOG, "1.17").refusal
    assert refusal is not None and refusal.position == CATALOG.index("'compatible-mode'") + 1
    assert refusal.message == (
        'option "compatible-mode" of catalog "jdbc" is not supported by Flink 1.17'
    )


def test_the_release_in_the_image_decides() -> None:
    sql = table(f"{KAFKA}, 'scan.parallelism' = '2'")
    assert run(sql, "2.0").text == sql
    assert run(sql, "2.0", releases={"kafka": "3.4.0-1.20"}).text == table(KAFKA)
    assert run(sql, "1.20", releases={"kafka": "4.0.1"}).text == sql
    own = table("'connector' = 'opensearch', 'index' = 'i'")
    assert run(own, "2.0", releases={"opensearch": "3.0-SNAPSHOT"}).text == own


def test_a_default_that_moved_is_said_where_the_origin_is_known() -> None:
    key = "'scan.topic-partition-discovery.interval'"
    sql = table(KAFKA)
    assert run(sql, "2.0").text == sql
    assert run(sql, "2.0", "1.20").text == sql
    assert run(sql, "2.0", "1.16").text == table(f"{KAFKA}, {key} = '0 s'")
    assert run(sql, "1.16", "2.0").text == table(f"{KAFKA}, {key} = '5 min'")
    assert run(sql, "1.18", "1.18", {"kafka": "3.0.1"}).text == sql
    given = table(f"{KAFKA}, {key} = '1 min'")
    assert run(given, "2.0", "1.16").text == given


def test_what_is_left_out_or_made_explicit_is_told() -> None:
    sql = table(f"{KAFKA}, 'scan.parallelism' = '2', 'sink.semantic' = 'none'")
    result = run(sql, "1.20", "1.16")
    assert [one.rule for one in result.notices()] == [
        "kafka.scan_parallelism",
        "kafka.scan_topic_partition_discovery_interval_default",
    ]
    told = next(result.notices())
    assert told.why == (
        "It was added in release 4.0 of the kafka connector; Flink 1.20 goes with release 3.4.0."
        " Set the parallelism of the job instead."
    )
    assert (told.before, told.after) == ("'scan.parallelism' = '2'", "")
    assert told.position == sql.index("'scan.parallelism'") + 1


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        (
            "CREATE TEMPORARY TABLE t (a INT) WITH ('a' = 'b')",
            "Name one with the option 'connector'.",
        ),
        (table("'properties.bootstrap.servers' = 'b'"), "Perhaps you meant 'connector' = 'kafka'."),
        (table("'url' = 'u', 'table-name' = 'n'"), "Perhaps you meant 'connector' = 'jdbc'."),
    ],
)
def test_a_table_without_a_connector_is_refused_where_it_needs_one(sql: str, hint: str) -> None:
    refusal = run(sql, "2.0").refusal
    assert refusal is not None
    assert (refusal.message, refusal.hint) == ("table has no connector", hint)
