"""What stands in place of a parameter: by clause, by the column that it fills, by its own type."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects import read_parameters
from dialects.assigning import assigned
from dialects.rendering import render, sample
from protocol.errors import SqlError
from tests.dialects.world import one

PLACES = [
    ("SELECT 1 LIMIT $1", 20, 7, "7"),
    ("SELECT 1 LIMIT $1", 20, None, "ALL"),
    ("SELECT 1 OFFSET $1", 21, None, "0"),
    ("SELECT 1 FETCH FIRST $1 ROWS ONLY", 23, 3, "3"),
    ("SELECT a + $1 FROM t", 20, 7, "CAST(7 AS BIGINT)"),
    ("SELECT substring(a, $1) FROM t", 20, 7, "7"),
    ("SELECT $1", 25, "it's", "CAST('it''s' AS STRING)"),
    ("SHOW TABLES LIKE $1", 25, "a%", "'a%'"),
    ("CREATE TABLE t (a INT) WITH ('path' = $1)", 25, "/tmp", "'/tmp'"),
]
REFUSED = [
    ("SELECT 1 LIMIT $1", 20, -1, "2201W"),
    ("SELECT 1 OFFSET $1", 20, -1, "2201X"),
    ("SELECT 1 LIMIT $1", 25, "1", "42804"),
    ("SELECT 1 FETCH NEXT $1 ROWS ONLY", 20, None, "0A000"),
]
ASSIGNED = [
    (20, 127, "TINYINT", "CAST(127 AS TINYINT)"),
    (20, -(2**63), "BIGINT", "CAST(CAST('-9223372036854775808' AS BIGINT) AS BIGINT)"),
    (21, 5, "DECIMAL(5, 2)", "CAST('5.00' AS DECIMAL(5, 2))"),
    (1700, "2.5", "INT", "CAST(3 AS INT)"),
    (1700, "-2.5", "SMALLINT", "CAST((-3) AS SMALLINT)"),
    (1700, "1.005", "DECIMAL(5, 2)", "CAST('1.01' AS DECIMAL(5, 2))"),
    (1700, "-0.004", "DECIMAL(5, 2)", "CAST('-.00' AS DECIMAL(5, 2))"),
    (1700, "1e-60", "DECIMAL(38, 18)", "CAST('.000000000000000000' AS DECIMAL(38, 18))"),
    (701, 0.1, "FLOAT", "CAST('0.1' AS FLOAT)"),
    (701, 0.1, "DOUBLE", "CAST('0.1' AS DOUBLE)"),
    (25, "ab  ", "CHAR(3)", "CAST('ab  ' AS CHAR(3))"),
    (1043, "abcd", "VARCHAR(3)", "'abcd'"),
    (25, "ab", "INT", "'ab'"),  # Flink refuses it, as Postgres does
    (23, None, "ROW<`a` INT>", "CAST(NULL AS ROW<`a` INT>)"),
    (16, True, "BOOLEAN", "TRUE"),
]
TOO_LARGE = [
    (20, 128, "TINYINT"), (20, -32769, "SMALLINT"), (20, 2**31, "INT"), (1700, "1e30", "BIGINT"),
    (1700, "999.995", "DECIMAL(5, 2)"), (1700, "1e999", "DECIMAL(38, 0)"), (701, 1e300, "FLOAT"),
    (23, 1000, "DECIMAL(5, 2)"), (25, "abcd", "CHAR(3)"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "oid", "value", "text"), PLACES)
def test_place(sql: str, oid: int, value: object, text: str) -> None:
    (place,) = read_parameters(one(sql)).places
    assert render(place, oid, value, target=None, time_zone=None) == text


@pytest.mark.parametrize(("sql", "oid", "value", "sqlstate"), REFUSED)
def test_refused(sql: str, oid: int, value: object, sqlstate: str) -> None:
    (place,) = read_parameters(one(sql)).places
    with pytest.raises(SqlError) as caught:
        render(place, oid, value, target=None, time_zone=None)
    assert caught.value.sqlstate == sqlstate


@pytest.mark.parametrize(("oid", "value", "target", "text"), ASSIGNED)
def test_assigned(oid: int, value: object, target: str, text: str) -> None:
    assert assigned(oid, value, target) == text


@pytest.mark.parametrize(("oid", "value", "target"), TOO_LARGE)
def test_too_large_for_the_column(oid: int, value: object, target: str) -> None:
    with pytest.raises(SqlError) as caught:
        assigned(oid, value, target)
    assert caught.value.sqlstate == ("22001" if oid == 25 else "22003")


@given(st.decimals(-1000, 1000, allow_nan=False, places=5))
def test_scale_is_rounded_as_postgres_rounds(value: Decimal) -> None:
    try:
        text = assigned(1700, str(value), "DECIMAL(5, 2)")
    except SqlError:
        assert abs(value) >= Decimal("999.995")
        return
    stored = Decimal(text.split("'")[1])
    assert abs(stored - value) <= Decimal("0.005")
    assert abs(stored) >= abs(value) or abs(stored - value) < Decimal("0.005")


def test_samples() -> None:
    read = read_parameters(one("SELECT $1 + $2 LIMIT $3"))
    texts = sample(read, {1: 20, 2: 1186, 3: 20})
    assert list(texts.values()) == [
        "CAST(NULL AS BIGINT)",
        "CAST(NULL AS INTERVAL DAY(3) TO SECOND(3))",
        "1",
    ]
