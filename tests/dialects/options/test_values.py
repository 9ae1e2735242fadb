"""Values as Flink reads them: each row was asked of all nine versions' own ConfigOption."""

from __future__ import annotations

import pytest

from dialects.options.values import constants, valid

# type, values that are read, values that are not
EVERYWHERE = [
    ("boolean", ["true", "TRUE", "True"], [" true", "yes", "1", "", "f", "false "]),
    (
        "integer",
        ["1", "+1", "-1", "-2147483648", "٣", "0" * 30 + "7"],
        [" 1", "1 ", "1.0", "1_000", "2147483648", "-2147483649", "", "0x1", "1L", "1e3", "9" * 40],
    ),
    (
        "long",
        ["1", "+1", "9223372036854775807"],
        ["9223372036854775808", "1L", "", " 1", "9" * 5000],
    ),
    (
        "double",
        ["1", " 1 ", "1e5", "1d", "1f", "NaN", "Infinity", "+Infinity", "-.5", "5.", "0x1p3"]
        + ["1e400", "1D"],
        ["nan", "inf", "0x1", "1_0", "", ".", "+", "٣", "1L"],
    ),
    ("float", ["1", " 1 ", "1e5", "1e39", "1e-60", "1e400", "NaN", "0x1p3"], ["x", ""]),
    (
        "duration",
        ["5", "5 s", "5s", "5S", "5 sec", "5 secs", "5second", "5 seconds", "5m", "5 min", "1 M"]
        + ["5minute", "5 minutes", "1h", "1 hour", "1 hours", "1d", "1 day", "1 days", "1 D"]
        + ["1ms", "1 milli", "1millis", "1 millisecond", "1 milliseconds", "1 µs", "5 µS"]
        + ["1 micro", "1 micros", "1microsecond", "1 microseconds", "1ns", "1 nano", "1 nanos"]
        + ["1nanosecond", "1 nanoseconds", " 5 s ", "5\ts", "9223372036854775807 ms"],
        ["5 mins", "-1", "-1 s", "1.5 s", "+5 s", "", "   ", "1 fortnight", "5\u00a0s", "1 us"]
        + ["1w", "1 week", "PT", "P", "P1W", "P1Y", "x"],
    ),
    (
        "memorysize",
        ["1", "1b", "1 bytes", "1k", "1 kb", "1 kibibytes", "1K", "1m", "1mb", "1 MB"]
        + ["1 mebibytes", "1g", "1gb", "1 gibibytes", "1t", "1tb", "1 tebibytes", " 1 mb "]
        + ["9223372036854775807", "9007199254740991 kb"],
        ["1 byte", "1.5mb", "-1", "+1", "", "  ", "1 xb", "9223372036854775808", "1 kibibyte"]
        + ["9223372036854775807 kb", "9007199254740992 kb", "1 kilobytes", "1kib", "1 p"],
    ),
    ("enum:a-b|C", ["a-b", "A-B", "c"], ["a_b", "A_B", " C", ""]),
    ("choice:SQL|ISO-8601", ["SQL", "ISO-8601"], ["sql", "ISO", ""]),
    ("string", ["", "x", " "], []),
    ("list:string", ["", "a;b", "[a", "'a'"], []),  # rules differ: not judged
]
# value of a duration, the first version that reads it
SINCE = [("PT5S", "2.1"), ("pt5s", "2.1"), ("P1D", "2.1"), ("PT0.5S", "2.1"), ("PT5M3.5S", "2.1")]
SINCE += [("9" * 19, "2.0")]
VERSIONS = ["1.16", "1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.2", "2.3"]


@pytest.mark.parametrize(("type_", "read", "refused"), EVERYWHERE)
@pytest.mark.parametrize("version", VERSIONS)
def test_values(type_: str, read: list[str], refused: list[str], version: str) -> None:
    assert [text for text in read if not valid(type_, text, version)] == []
    assert [text for text in refused if valid(type_, text, version)] == []


@pytest.mark.parametrize(("text", "since"), SINCE)
def test_durations_of_newer_versions(text: str, since: str) -> None:
    read = [version for version in VERSIONS if valid("duration", text, version)]
    assert read == VERSIONS[VERSIONS.index(since) :]


def test_constants() -> None:
    assert constants("enum:a|b") == constants("choice:a|b") == ["a", "b"]
    assert constants("string") == constants("list:string") == []
