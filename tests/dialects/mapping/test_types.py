"""Types that a version does not have or calls otherwise."""

from __future__ import annotations

import pytest

from tests.dialects.mapping.saying import said, table, translated

COLUMNS = [
    ("VARIANT", "2.0", "STRING", True),
    ("VARIANT", "2.1", "VARIANT", False),
    ("ARRAY<VARIANT>", "1.20", "ARRAY<STRING>", True),
    ("STRUCTURED<'a.B', a INT, b STRING>", "2.0", "ROW<a INT, b STRING>", True),
    ("STRUCTURED<'a.B', a STRUCTURED<'a.C', c INT>>", "2.0", "ROW<a ROW<c INT>>", True),
    ("BITMAP", "2.2", "BYTES", True),
    ("BITMAP", "2.3", "BITMAP", False),
    ("TIME(3)", "2.2", "TIME(3)", True),
    ("TIME(3)", "2.3", "TIME(3)", False),
    ("TIME(0)", "1.16", "TIME(0)", False),
    ("TEXT", "2.3", "STRING", False),
    ("REAL", "1.16", "FLOAT", False),
    ("INT2 NOT NULL", "1.16", "SMALLINT NOT NULL", False),
    ("jsonb", "1.16", "STRING", False),
    ("ROW<a TEXT, b INT8>", "1.16", "ROW<a STRING, b BIGINT>", False),
    ("TIMESTAMP(3) WITH TIME ZONE", "1.16", "TIMESTAMP_LTZ(3)", False),
    ("TIMESTAMP(3) WITH LOCAL TIME ZONE", "1.16", "TIMESTAMP(3) WITH LOCAL TIME ZONE", False),
    ("DOUBLE PRECISION", "1.16", "DOUBLE PRECISION", False),
    ("NUMERIC(10, 2)", "1.16", "NUMERIC(10, 2)", False),
]


@pytest.mark.parametrize(("type_", "version", "expected", "told"), COLUMNS)
def test_the_type_of_a_column(type_: str, version: str, expected: str, told: bool) -> None:
    result = translated(f"CREATE TABLE t (id INT, x {type_}) WITH ('connector' = 'print')", version)
    assert result.text == f"CREATE TABLE t (id INT, x {expected}) WITH ('connector' = 'print')"
    assert bool(list(result.notices())) == told


@pytest.mark.parametrize(("version", "sql", "expected"), table("type-refusals"))
def test_types_that_have_no_other(version: str, sql: str, expected: str) -> None:
    assert said(sql, version) == expected
