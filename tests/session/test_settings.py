"""The parameters that decide how Flink runs a statement."""

from __future__ import annotations

import pytest

from dialects import split
from protocol.errors import SqlError
from session import settings

VERSIONS = ("1.20", "2.2")
VALUES = {"flink.version": "2.2", "TimeZone": "Asia/Shanghai", "statement_timeout": "0"}


@pytest.mark.parametrize(
    ("value", "unit", "seconds"),
    [
        ("0", "ms", 0.0),
        ("1500", "ms", 1.5),
        ("30", "s", 30.0),
        ("500ms", "s", 0.5),
        ("2min", "ms", 120.0),
        ("1h", "ms", 3600.0),
        ("1d", "ms", 86400.0),
        ("2.5s", "ms", 2.5),
        ("250us", "ms", 0.00025),
    ],
)
def test_durations(value: str, unit: str, seconds: float) -> None:
    assert settings.duration_s("statement_timeout", value, unit) == pytest.approx(seconds)


@pytest.mark.parametrize("value", ["", "fast", "1 fortnight", "-1", "1s2"])
def test_a_duration_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SqlError) as caught:
        settings.duration_s("flink.slot_timeout", value)
    assert caught.value.sqlstate == "22023"


def test_defaults_fill_what_is_not_set() -> None:
    found = settings.read(VALUES, VERSIONS)
    assert found.engine.version == "2.2"
    assert (found.engine.runtime_mode, found.engine.changelog) == ("auto", "off")
    assert (found.engine.slot_timeout_s, found.engine.snapshot_s) == (30.0, 5.0)
    assert found.engine.time_zone == "Asia/Shanghai"
    assert found.engine.releases == {}
    assert (found.job_handle, found.engine.wait, found.statement_timeout_s) == ("auto", False, 0.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("flink.version", "9.9"),
        ("flink.runtime_mode", "sometimes"),
        ("flink.changelog", "on"),
        ("flink.dml", "later"),
        ("flink.slot_timeout", "soon"),
        ("flink.connectors", "kafka newest"),
        ("flink.connectors", "nothing 1.0"),
        ("TimeZone", "<+08>-08"),
    ],
)
def test_a_wrong_value_is_found_when_it_is_used(name: str, value: str) -> None:
    """A role's or database's default is never seen by a SET."""
    with pytest.raises(SqlError) as caught:
        settings.read({**VALUES, name: value}, VERSIONS)
    assert caught.value.sqlstate == "22023"
    assert caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "SET flink.version = '1.20'",
        "set local flink.version to '2.2'",
        "SET SESSION flink.changelog = op",
        "SET flink.slot_timeout = '5s'",
        "SET flink.connectors = 'kafka 3.4.0, jdbc 3.3.0-1.20'",
        "SET flink.connectors = ''",
        "SET flink.version TO DEFAULT",
        "SET work_mem = '1MB'",
        "SET my.own = 'x'",
        "SELECT 1",
    ],
)
def test_assignments_that_pass(text: str) -> None:
    settings.check_assignment(split(text)[0], VERSIONS)


@pytest.mark.parametrize(
    ("text", "sqlstate", "at"),
    [
        ("SET flink.version = '9'", "22023", "'9'"),
        ("SET LOCAL flink.runtime_mode TO quick", "22023", "quick"),
        ("set flink.colour = 'red'", "42704", "flink"),
    ],
)
def test_assignments_that_are_refused_where_they_are_wrong(
    text: str, sqlstate: str, at: str
) -> None:
    with pytest.raises(SqlError) as caught:
        settings.check_assignment(split(text)[0], VERSIONS)
    assert caught.value.sqlstate == sqlstate
    assert caught.value.position == text.index(at) + 1


@pytest.mark.parametrize(
    ("severity", "floor", "shown"),
    [
        ("NOTICE", "notice", True),
        ("NOTICE", "warning", False),
        ("WARNING", "warning", True),
        ("WARNING", "error", False),
        ("INFO", "error", True),
        ("DEBUG1", "notice", False),
        ("DEBUG1", "debug1", True),
    ],
)
def test_client_min_messages(severity: str, floor: str, shown: bool) -> None:
    assert settings.shows(severity, floor) is shown
