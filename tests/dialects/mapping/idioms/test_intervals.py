"""Intervals as Postgres writes them."""

from __future__ import annotations

import pytest

from dialects.mapping.idioms.interval_text import Interval, read_interval
from tests.dialects.mapping.idioms.said import expression

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
READ = [
    ("1 day", (0, _DAY)),
    ("  2 Hours 30 minutes", (0, 2 * _HOUR + _HOUR // 2)),
    ("1 year 2 mons 3 days 04:05:06.7", (14, 3 * _DAY + 4 * _HOUR + 306_700_000)),
    ("1-2", (14, 0)),
    ("1-2 3 4:05", (14, 3 * _DAY + 4 * _HOUR + 300_000_000)),
    ("-1 mon +2 days", (-1, 2 * _DAY)),
    ("@ 1 hour ago", (0, -_HOUR)),
    ("30", (0, 30_000_000)),
    ("1.5 years", (18, 0)),
    ("0.5 months", (0, 15 * _DAY)),
    ("1.5 days", (0, _DAY + 12 * _HOUR)),
    ("2 weeks", (0, 14 * _DAY)),
    ("P1Y2M3DT4H5M6S", (14, 3 * _DAY + 4 * _HOUR + 306_000_000)),
    ("PT0.5S", (0, 500_000)),
    ("1h30m", (0, _HOUR + _HOUR // 2)),
    ("1 fortnight", None),
    ("", None),
    ("P", None),
    ("day", None),
    ("1 day tomorrow", None),
    ("0.0000001 s", None),
]
SAID = [
    ("INTERVAL '1 day'", "INTERVAL '1' DAY"),
    ("interval '90 minutes'", "INTERVAL '90' MINUTE"),
    ("INTERVAL '900 minutes'", "INTERVAL '15' HOUR"),
    ("INTERVAL '901 minutes'", "INTERVAL '901' MINUTE(3)"),
    ("INTERVAL '100 hours'", "INTERVAL '4 04:00:00' DAY TO SECOND"),
    ("INTERVAL '120 days'", "INTERVAL '120' DAY(3)"),
    ("INTERVAL '1500 days'", "(INTERVAL '0.001' SECOND * CAST(129600000000 AS BIGINT))"),
    ("INTERVAL '-3 days'", "INTERVAL '-3' DAY"),
    ("INTERVAL '1 day 2 ms'", "INTERVAL '1 00:00:00.002' DAY TO SECOND"),
    ("INTERVAL '1 year 2 mons'", "INTERVAL '1-2' YEAR TO MONTH"),
    ("INTERVAL '120 years'", "INTERVAL '120' YEAR(3)"),
    ("INTERVAL '0'", "INTERVAL '0' SECOND"),
    ("'1 hour'::interval", "INTERVAL '1' HOUR"),
    ("INTERVAL '1' DAY", "INTERVAL '1' DAY"),
    ("INTERVAL '1 2:3' DAY TO MINUTE", "INTERVAL '1 2:3' DAY TO MINUTE"),
    ("now() - INTERVAL '1 day'", "now() - INTERVAL '1' DAY"),
    ("t + INTERVAL '1 mon 2 days'", "t + INTERVAL '1' MONTH + INTERVAL '2' DAY"),
    ("t - INTERVAL '1 year 1 hour'", "t - INTERVAL '1' YEAR - INTERVAL '1' HOUR"),
    ("INTERVAL '1 mon 1 day'", "0A000 INTERVAL: an interval of months as well as days or time is"
     " not supported by Flink"),
    ("t + INTERVAL '1 mon 1 day' * 2", "0A000 INTERVAL: an interval of months as well as days or"
     " time is not supported by Flink"),
    ("INTERVAL '1 us'", "0A000 '1: Flink's intervals end at milliseconds"),
    ("INTERVAL 'soon'", "22007 'soon': invalid input syntax for type interval: \"soon\""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), READ)
def test_read(text: str, value: tuple[int, int] | None) -> None:
    assert read_interval(text) == (None if value is None else Interval(*value))


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_said(text: str, expected: str) -> None:
    assert expression(text) == expected
