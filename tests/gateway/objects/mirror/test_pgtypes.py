"""Types of Flink as columns of Postgres."""

from __future__ import annotations

import pytest

from gateway.objects.mirror.pgtypes import from_flink, spelled


@pytest.mark.parametrize(
    ("flink", "postgres"),
    [
        ("TINYINT", "int2"),
        ("BIGINT", "int8"),
        ("DECIMAL(10, 2)", "numeric(10,2)"),
        ("DECIMAL(38, 38)", "numeric(38,38)"),
        ("CHAR(5)", "bpchar(5)"),
        ("VARCHAR(20)", "varchar(20)"),
        ("VARCHAR(2147483647)", "text"),
        ("STRING", "text"),
        ("BINARY(3)", "bytea"),
        ("BYTES", "bytea"),
        ("TIME(0)", "time(0)"),
        ("TIMESTAMP(3) *ROWTIME*", "timestamp(3)"),
        ("TIMESTAMP_LTZ(9) *PROCTIME*", "timestamptz(6)"),
        ("INTERVAL YEAR TO MONTH", "interval"),
        ("ARRAY<DECIMAL(10, 2)>", "numeric(10,2)[]"),
        ("ARRAY<STRING NOT NULL>", "text[]"),
        ("ARRAY<ARRAY<INT>>", "jsonb"),
        ("ARRAY<ROW<`a` INT>>", "jsonb"),
        ("MAP<STRING, INT>", "jsonb"),
        ("ROW<`a b` INT, `c` STRING 'text'>", "jsonb"),
        ("VARIANT", "jsonb"),
        ("RAW('java.lang.Object', '...')", "text"),
        ("no type", "text"),
        ("GEOGRAPHY", "text"),
    ],
)
def test_spelled(flink: str, postgres: str) -> None:
    assert spelled(from_flink(flink)) == postgres
