"""Options of a table against the factories of its version: refused, passed, told to be ignored."""

from __future__ import annotations

import pytest

from dialects.ddl.model import Option
from dialects.options import check
from protocol.errors import Notice, SqlError

KAFKA = {
    "connector": "kafka",
    "topic": "orders",
    "properties.bootstrap.servers": "localhost:9092",
    "format": "json",
}
FILES = {"connector": "filesystem", "path": "/data", "format": "csv"}
UPSERT = KAFKA | {"connector": "upsert-kafka", "key.format": "json", "value.format": "avro"}
del UPSERT["format"]
GEN = {"connector": "datagen"}
JDBC = {"connector": "jdbc", "url": "jdbc:postgresql://h/d", "table-name": "t"}
ALL = ["1.16", "1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.2", "2.3"]


def asked(
    options: dict[str, str], version: str = "2.2", columns: tuple[str, ...] | None = ("id", "name")
) -> tuple[Notice, ...]:
    """Option i stands at position 100 * i, its value 50 further."""
    listed = [Option(k, v, 100 * i, 100 * i + 50) for i, (k, v) in enumerate(options.items(), 1)]
    return check(listed, version, columns)


PASSED: list[tuple[dict[str, str], list[str]]] = [
    ({}, ALL),  # managed by a catalog
    ({"anything": "x"}, ALL),
    ({"connector": "of-a-user", "anything": "x"}, ALL),
    ({"connector": "KAFKA", "anything": "x"}, ALL),  # identifiers are exact: this one is not known
    ({"connector": "kafka", "anything": "x"}, ["2.4", "3.0"]),
    ({"connector": "legacy-csv", "anything": "x"}, ["1.16", "1.20"]),
    (KAFKA, ALL),
    (KAFKA | {"properties.no.such": "x", "property-version": "x"}, ALL),
    (KAFKA | {"json.ignore-parse-errors": "TRUE", "scan.startup.mode": "Latest-Offset"}, ALL),
    (KAFKA | {"format": "of-a-user", "of-a-user.key": "x"}, ALL),
    (KAFKA | {"key.format": "avro", "key.avro.codec": "x", "key.fields": "id"}, ALL),
    (KAFKA | {"key.format": "csv", "key.csv.field-delimiter": ";"}, ALL),
    (KAFKA | {"scan.watermark.idle-timeout": "5 s", "sink.semantic": "none"}, ALL[2:]),
    (KAFKA | {"scan.parallelism": "2"}, ALL[5:]),
    (UPSERT | {"value.avro.anything": "x", "key.json.fail-on-missing-field": "true"}, ALL),
    (FILES | {"format": "parquet", "parquet.compression": "x"}, ALL),
    (FILES | {"format": "orc", "orc.compress": "x"}, ALL),
    (FILES | {"csv.allow-comments": "true", "sink.rolling-policy.file-size": "1 MB"}, ALL),
    (FILES | {"csv.trim-spaces": "true"}, ["2.3"]),
    (JDBC | {"lookup.cache": "partial", "lookup.cache.ttl": "10s", "password": ""}, ALL),
    (GEN | {"fields.id.kind": "sequence", "fields.id.start": "1", "fields.id.end": "9"}, ALL),
    (GEN | {"fields.name.length": "10", "fields.name.max-past": "1 d"}, ALL),
    (GEN | {"fields.name.inner.min": "1"}, ALL),
    ({"connector": "print", "print-identifier": "", "sink.parallelism": "1"}, ALL),
    ({"connector": "blackhole"}, ALL),
]


@pytest.mark.parametrize(("options", "versions"), PASSED)
def test_passed(options: dict[str, str], versions: list[str]) -> None:
    for version in versions:
        assert asked(options, version) == (), version


# options, version, SQLSTATE, message, hint, position
REFUSED = [
    (
        KAFKA | {"scan.startup.mod": "x"},
        "2.2",
        "HV00D",
        'unknown option "scan.startup.mod" of connector "kafka"',
        'Perhaps you meant "scan.startup.mode".',
        500,
    ),
    (
        {k.replace("topic", "topc"): v for k, v in KAFKA.items()},
        "1.16",
        "HV00D",
        'unknown option "topc" of connector "kafka"',
        'Perhaps you meant "topic".',
        200,
    ),
    (
        KAFKA | {"json.ignore-parse-error": "true"},
        "1.20",
        "HV00D",
        'unknown option "json.ignore-parse-error" of format "json"',
        'Perhaps you meant "json.ignore-parse-errors".',
        500,
    ),
    (
        UPSERT | {"key.json.ignore-parse-error": "true"},
        "2.3",
        "HV00D",
        'unknown option "key.json.ignore-parse-error" of format "json"',
        'Perhaps you meant "key.json.ignore-parse-errors".',
        600,
    ),
    (
        FILES | {"format": "json", "csv.allow-comments": "true"},  # of a format that it has not
        "2.2",
        "HV00D",
        'unknown option "csv.allow-comments" of connector "filesystem"',
        None,
        400,
    ),
    (
        {"connector": "blackhole", "zzz": "x"},
        "2.2",
        "HV00D",
        'unknown option "zzz" of connector "blackhole"',
        None,
        200,
    ),
    (
        GEN | {"fields.id.mix": "1"},
        "2.2",
        "HV00D",
        'unknown option "fields.id.mix" of connector "datagen"',
        'Perhaps you meant "fields.#.min".',
        200,
    ),
    (
        GEN | {"scan.watermark.idle-timeout": "5 s"},  # its factory takes none of these
        "2.3",
        "HV00D",
        'unknown option "scan.watermark.idle-timeout" of connector "datagen"',
        None,
        200,
    ),
    (
        KAFKA | {"scan.bounded.mode": "unbounded"},
        "1.16",
        "HV00D",
        'option "scan.bounded.mode" of connector "kafka" exists from Flink 1.17 on',
        None,
        500,
    ),
    (
        KAFKA | {"scan.watermark.idle-timeout": "5 s"},
        "1.17",
        "HV00D",
        'option "scan.watermark.idle-timeout" of connector "kafka" exists from Flink 1.18 on',
        None,
        500,
    ),
    (
        KAFKA | {"format": "raw", "raw.line-delimiter": "x"},
        "2.2",
        "HV00D",
        'option "raw.line-delimiter" of format "raw" exists in Flink 2.1 only',
        None,
        500,
    ),
    (
        GEN | {"fields.id.null-rate": "0.5"},
        "1.17",
        "HV00D",
        'option "fields.id.null-rate" of connector "datagen" exists from Flink 1.18 on',
        None,
        200,
    ),
    (
        KAFKA | {"scan.startup.mode": "earliest"},
        "2.2",
        "HV024",
        'invalid value for option "scan.startup.mode": "earliest"',
        "Available values: earliest-offset, latest-offset, group-offsets, timestamp, "
        "specific-offsets.",
        550,
    ),
    (
        KAFKA | {"sink.parallelism": "2.0"},
        "2.2",
        "HV024",
        'invalid value for integer option "sink.parallelism": "2.0"',
        "The value is a whole number from -2147483648 to 2147483647.",
        550,
    ),
    (
        FILES | {"sink.rolling-policy.file-size": "lots"},
        "1.16",
        "HV024",
        'invalid value for memory size option "sink.rolling-policy.file-size": "lots"',
        'The value is a whole number and a unit, such as "64 kb", "128 mb" or "1 gb".',
        450,
    ),
    (
        FILES | {"csv.allow-comments": "on"},
        "2.2",
        "HV024",
        'invalid value for boolean option "csv.allow-comments": "on"',
        "Available values: true, false.",
        450,
    ),
    (
        GEN | {"fields.name.length": "long"},
        "2.2",
        "HV024",
        'invalid value for integer option "fields.name.length": "long"',
        "The value is a whole number from -2147483648 to 2147483647.",
        250,
    ),
    (
        KAFKA | {"json.timestamp-format.standard": "iso-8601"},
        "2.2",
        "HV024",
        'invalid value for option "json.timestamp-format.standard": "iso-8601"',
        "Available values: SQL, ISO-8601.",
        550,
    ),
    (
        GEN | {"fields.nam.length": "5"},
        "2.2",
        "42703",
        'column "nam" named in option "fields.nam.length" does not exist',
        'Perhaps you meant "name".',
        200,
    ),
    (
        {"connector": "kafka", "topic": "t", "format": "json"},
        "2.2",
        "HV002",
        'option "properties.bootstrap.servers" is required for connector "kafka"',
        None,
        150,
    ),
    (
        {k: v for k, v in KAFKA.items() if k != "format"},
        "2.2",
        "HV002",
        'option "format" or "value.format" is required for connector "kafka"',
        None,
        150,
    ),
    (
        {k: v for k, v in UPSERT.items() if k != "topic"},
        "1.16",
        "HV002",
        'option "topic" is required for connector "upsert-kafka"',
        None,
        150,
    ),
    (
        {"connector": "filesystem", "path": "/data"},
        "2.0",
        "HV002",
        'option "format" is required for connector "filesystem"',
        None,
        150,
    ),
]


@pytest.mark.parametrize(("options", "version", "sqlstate", "message", "hint", "position"), REFUSED)
def test_refused(
    options: dict[str, str],
    version: str,
    sqlstate: str,
    message: str,
    hint: str | None,
    position: int,
) -> None:
    with pytest.raises(SqlError) as caught:
        asked(options, version)
    error = caught.value
    assert (error.sqlstate, error.message, error.hint) == (sqlstate, message, hint)
    assert error.position == position


def test_the_detail_lists_what_there_is() -> None:
    with pytest.raises(SqlError) as caught:
        asked({"connector": "print", "zzz": "x"})
    assert (
        caught.value.detail == "Its options are print-identifier, sink.parallelism, standard-error."
    )
    with pytest.raises(SqlError) as caught:
        asked({"connector": "blackhole", "zzz": "x"})
    assert caught.value.detail == 'There are no options of connector "blackhole".'


def test_a_key_of_a_megabyte_costs_nothing() -> None:
    with pytest.raises(SqlError) as caught:
        asked(KAFKA | {"x" * 1_000_000: "x"})
    assert caught.value.sqlstate == "HV00D" and caught.value.hint is None


def test_a_text_without_positions() -> None:
    with pytest.raises(SqlError) as caught:
        check([Option("connector", "print"), Option("zzz", "x")], "2.2")
    assert caught.value.position is None


def test_columns_that_are_not_known() -> None:
    assert asked(GEN | {"fields.anything.min": "1"}, columns=None) == ()


def test_what_flink_ignores() -> None:
    """The factory of files leaves its format's options out of its check: Flink does not refuse."""
    (notice,) = asked(FILES | {"csv.feld-delimiter": ";"})
    assert notice.severity == "WARNING" and notice.sqlstate == "01000"
    assert notice.message == 'option "csv.feld-delimiter" is ignored'
    assert notice.detail == 'Unknown option "csv.feld-delimiter" of format "csv".'
    assert notice.hint == 'Perhaps you meant "csv.field-delimiter".'
    (notice,) = asked(FILES | {"csv.trim-spaces": "true"}, "2.2")
    assert notice.detail == 'Option "csv.trim-spaces" of format "csv" exists from Flink 2.3 on.'
