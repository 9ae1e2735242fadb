"""date_trunc, date_part, to_char, AT TIME ZONE."""

from __future__ import annotations

import pytest

from tests.dialects.mapping.idioms.said import expression, translated

SAID = [
    ("date_trunc('day', t)", "FLOOR(t TO DAY)"),
    ("DATE_TRUNC ( 'Hours' , l )", "FLOOR(l TO HOUR)"),
    ("pg_catalog.date_trunc('second', t + INTERVAL '1' DAY)",
     "FLOOR(t + INTERVAL '1' DAY TO SECOND)"),
    ("date_trunc('month', x)", "FLOOR(FLOOR(x TO DAY) + INTERVAL '0' DAY TO MONTH)"),
    ("date_trunc('day', l)", "CAST(FLOOR(CAST(l AS TIMESTAMP(3)) TO DAY) AS TIMESTAMP_LTZ(3))"),
    ("date_trunc('week', t)",
     "(FLOOR(FLOOR(t TO DAY) - INTERVAL '1' DAY TO WEEK) + INTERVAL '1' DAY)"),
    ("date_trunc('year', d)",
     "CAST(FLOOR(FLOOR(d TO DAY) + INTERVAL '0' DAY TO YEAR) AS TIMESTAMP_LTZ(3))"),
    ("date_trunc('day', date_trunc('month', t))",
     "FLOOR(FLOOR(FLOOR(t TO DAY) + INTERVAL '0' DAY TO MONTH) TO DAY)"),
    ("date_trunc('hour', t, 'UTC')",
     "0A000 date_trunc('hour',: date_trunc with a time zone is not supported by Flink"),
    ("date_trunc('fortnight', t)",
     '0A000 date_trunc(\'fortnight\',: unit "fortnight" of date_trunc is not supported by Flink'),
    ("date_trunc(s, t)", "0A000 date_trunc(s,: the unit of date_trunc is no constant"),
    ("date_trunc('hour', t - u)",
     "0A000 date_trunc('hour',: date_trunc of an interval is not supported by Flink"),
    ("other.date_trunc('hour', t)", "other.date_trunc('hour', t)"),
    ("date_part('year', t)", "CAST(EXTRACT(YEAR FROM FLOOR(t TO DAY)) AS DOUBLE)"),
    ("date_part('dow', d)", "CAST(MOD(EXTRACT(ISODOW FROM FLOOR(d TO DAY)), 7) AS DOUBLE)"),
    ("date_part('epoch', x)",
     "0A000 date_part('epoch',: date_part('epoch') of a value whose type is not evident"),
    ("date_part('epoch', t)",
     "(CAST(EXTRACT(EPOCH FROM t) * 1000000 + EXTRACT(MICROSECOND FROM t) AS DOUBLE) / 1000000)"),
    ("date_part('epoch', d)", "CAST(EXTRACT(EPOCH FROM d) AS DOUBLE)"),
    ("date_part('hour', d)",
     '0A000 date_part(\'hour\',: unit "hour" is not supported for type date'),
    ("date_part('hour', t - u)", "CAST(EXTRACT(HOUR FROM ((t - u) DAY TO SECOND)) AS DOUBLE)"),
    ("EXTRACT(SECOND FROM t)", "EXTRACT(SECOND FROM t)"),
    ("EXTRACT(DOW FROM d)", "EXTRACT(DOW FROM d)"),
    ("to_char(t, 'YYYY-MM-DD HH24:MI:SS.MS')", "DATE_FORMAT(t, 'yyyy-MM-dd HH:mm:ss.SSS')"),
    ("to_char(l, '\"it''s\" DDD')", "DATE_FORMAT(l, '''it''''s'' DDD')"),
    ("to_char(d, 'YYYY/MM')", "DATE_FORMAT(CAST(d AS TIMESTAMP(3)), 'yyyy/MM')"),
    ("to_char(t, 'FMDay')",
     "0A000 to_char(t,: this pattern of to_char has no exact form in Flink"),
    ("to_char(id, '999')", "0A000 to_char(id,: to_char of INT is not supported by Flink"),
    ("to_char(x, 'YYYY')", "DATE_FORMAT(x, 'yyyy')"),
    ("t AT TIME ZONE 'UTC'", "0A000 AT: AT TIME ZONE is not supported by Flink"),
]  # fmt: skip
EARLY = [
    ("date_trunc('hour', l)", "FLOOR(l TO HOUR)"),
    ("date_trunc('minute', t)", "FLOOR(t TO MINUTE)"),
    ("date_trunc('minute', l)", "0A000 date_trunc('minute',: date_trunc of a TIMESTAMP_LTZ to the"
     " minute is not supported by Flink 1.20"),
    ("date_part('hour', l)", "CAST(MOD(EXTRACT(HOUR FROM FLOOR(CAST(l AS TIMESTAMP(6)) TO HOUR))"
     " + 24, 24) AS DOUBLE)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_said(text: str, expected: str) -> None:
    assert expression(text) == expected


@pytest.mark.parametrize(("text", "expected"), EARLY)
def test_before_2_0(text: str, expected: str) -> None:
    assert expression(text, "1.20") == expected


@pytest.mark.parametrize(("column", "told"), [("t", 0), ("l", 0), ("d", 0), ("x", 1)])
def test_a_type_that_is_not_evident_is_told(column: str, told: int) -> None:
    result = translated(f"SELECT date_trunc('month', {column}), date_trunc('hour', x) FROM t")
    assert [one.rule for one in result.notices()] == ["idiom.date_trunc_untyped"] * told
