"""Values as literals of Flink."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects import TokenKind, bare, flink_type_of, literal, single
from protocol.errors import SqlError

SHANGHAI = timezone(timedelta(hours=8))
EXACT = [
    (23, None, "CAST(NULL AS INT)"),
    (25, None, "CAST(NULL AS STRING)"),
    (1009, None, "CAST(NULL AS ARRAY<STRING>)"),
    (25, "it's \\n", "CAST('it''s \\n' AS STRING)"),
    (0, "x", "CAST('x' AS STRING)"),
    (705, "x", "CAST('x' AS STRING)"),
    (1043, "", "CAST('' AS STRING)"),
    (23, 7, "7"),
    (21, -7, "(-7)"),
    (21, None, "CAST(NULL AS INT)"),
    (20, 7, "CAST(7 AS BIGINT)"),
    (20, 2**63 - 1, "CAST(9223372036854775807 AS BIGINT)"),
    (20, -(2**63), "CAST('-9223372036854775808' AS BIGINT)"),
    (1700, "1.50", "CAST('1.50' AS DECIMAL(3, 2))"),
    (1700, Decimal("-0.001"), "CAST('-.001' AS DECIMAL(3, 3))"),
    (1700, "1E+3", "CAST('1000' AS DECIMAL(4, 0))"),
    (1700, 0, "CAST('0' AS DECIMAL(1, 0))"),
    (701, 0.1, "CAST('0.1' AS DOUBLE)"),
    (701, math.nan, "CAST('NaN' AS DOUBLE)"),
    (701, -math.inf, "CAST('-Infinity' AS DOUBLE)"),
    (700, 1.5, "CAST('1.5' AS FLOAT)"),
    (16, True, "TRUE"),
    (16, False, "FALSE"),
    (17, b"\x00\xff", "X'00FF'"),
    (1082, "2024-01-02", "DATE '2024-01-02'"),
    (1082, date(2024, 1, 2), "DATE '2024-01-02'"),
    (1083, time(3, 4, 5), "TIME '03:04:05'"),
    (1083, "03:04:05.5", "TIME '03:04:05.500'"),
    (1114, "2024-01-02 03:04:05.678901", "TIMESTAMP '2024-01-02 03:04:05.678901'"),
    (1114, datetime(2024, 1, 2, 3, 4, 5), "TIMESTAMP '2024-01-02 03:04:05'"),
    (1184, datetime(1970, 1, 1, 0, 0, 1, 5000, UTC), "TO_TIMESTAMP_LTZ(1005, 3)"),
    (1184, "1969-12-31 23:59:59+00", "TO_TIMESTAMP_LTZ((-1000), 3)"),
    (1184, datetime(1970, 1, 1, 8, tzinfo=SHANGHAI), "TO_TIMESTAMP_LTZ(0, 3)"),
    (1186, (14, 0), "INTERVAL '1-2' YEAR(4) TO MONTH"),
    (1186, (-1, 0, 0), "INTERVAL -'0-1' YEAR(4) TO MONTH"),
    (1186, (0, 93_784_500_000), "INTERVAL '1 02:03:04.500' DAY(3) TO SECOND(3)"),
    (1186, (0, -1, 0), "INTERVAL -'1 00:00:00.000' DAY(3) TO SECOND(3)"),
    (1186, (0, -1000, 0), "(INTERVAL '0.001' SECOND * CAST((-86400000000) AS BIGINT))"),
    (2950, UUID(int=1), "CAST('00000000-0000-0000-0000-000000000001' AS STRING)"),
    (3802, '{"a": 1}', "CAST('{\"a\": 1}' AS STRING)"),
    (1007, [1, None, -2], "ARRAY[1, CAST(NULL AS INT), (-2)]"),
    (1009, ["a", "b'"], "ARRAY[CAST('a' AS STRING), CAST('b''' AS STRING)]"),
    (1007, [], "CAST(ARRAY[] AS ARRAY<INT>)"),
    (1007, [[1], [2]], "ARRAY[ARRAY[1], ARRAY[2]]"),
]
REFUSED = [
    (600, "(1,2)", "0A000"),
    (600, None, "0A000"),
    (25, "a\0b", "22021"),
    (1700, "NaN", "0A000"),
    (1700, "1" * 39, "22003"),
    (1700, "1." + "0" * 38, "22003"),
    (1082, "infinity", "0A000"),
    (1114, "10000-01-01 00:00:00", "0A000"),
    (1083, "03:04:05.000001", "0A000"),
    (1186, (1, 1000), "0A000"),
    (1186, (0, 1), "0A000"),
    (23, "7", "22023"),
    (23, True, "22023"),
    (16, 1, "22023"),
    (1184, datetime(2024, 1, 1), "22023"),
    (1184, datetime(2024, 1, 1, microsecond=1, tzinfo=UTC), "0A000"),
]


@pytest.mark.parametrize(("oid", "value", "text"), EXACT)
def test_literal(oid: int, value: object, text: str) -> None:
    assert literal(oid, value) == text


@pytest.mark.parametrize(("oid", "value", "sqlstate"), REFUSED)
def test_refused(oid: int, value: object, sqlstate: str) -> None:
    with pytest.raises(SqlError) as caught:
        literal(oid, value)
    assert caught.value.sqlstate == sqlstate


def test_microseconds_need_the_zone_of_the_session() -> None:
    moment = datetime(2024, 7, 1, 0, 0, 0, 123_456, UTC)
    shown = literal(1184, moment, time_zone="Asia/Shanghai")
    assert shown == "CAST(TIMESTAMP '2024-07-01 08:00:00.123456' AS TIMESTAMP_LTZ(6))"
    for zone in ("Nowhere/None", "../etc/passwd", ""):
        with pytest.raises(SqlError):
            literal(1184, moment, time_zone=zone)


def test_an_hour_that_comes_twice() -> None:
    for hour in (0, 1):  # 02:30 in Berlin, before and after the clocks go back
        moment = datetime(2024, 10, 27, hour, 30, 0, 1, UTC)
        with pytest.raises(SqlError) as caught:
            literal(1184, moment, time_zone="Europe/Berlin")
        assert caught.value.sqlstate == "0A000"


@given(st.text().filter(lambda text: "\0" not in text))
def test_a_string_stays_one_token(value: str) -> None:
    (token,) = single(bare(25, value)).tokens
    assert token.kind is TokenKind.STRING
    assert token.text[1:-1].replace("''", "'") == value


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, max_value=10**20, min_value=-(10**20)
    )
)
def test_numeric_is_exact(value: Decimal) -> None:
    text = literal(1700, value)
    assert Decimal(text.split("'")[1]) == value


def test_types() -> None:
    assert flink_type_of(1007) == "ARRAY<INT>"
    assert flink_type_of(1184) == "TIMESTAMP_LTZ(6)"
    assert flink_type_of(600) is None
