"""Flink's types from both of their spellings, their Postgres types, and converted values."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.engine.logical import UNBOUNDED, LogicalType, from_json, from_text
from gateway.engine.nested import json_writer
from gateway.engine.types import converter, cut_to_micros, pg_type
from protocol.errors import SqlError
from protocol.values import PgType, pgtypes

STRING = {"type": "VARCHAR", "length": UNBOUNDED}
INT = {"type": "INTEGER"}

# type text of DESCRIBE, logicalType of a page, Postgres's type
TYPES: list[tuple[str, dict[str, Any], PgType]] = [
    ("BOOLEAN", {"type": "BOOLEAN"}, pgtypes.BOOL),
    ("TINYINT", {"type": "TINYINT"}, pgtypes.INT2),
    ("SMALLINT", {"type": "SMALLINT"}, pgtypes.INT2),
    ("INT NOT NULL", INT, pgtypes.INT4),
    ("BIGINT", {"type": "BIGINT"}, pgtypes.INT8),
    ("FLOAT", {"type": "FLOAT"}, pgtypes.FLOAT4),
    ("DOUBLE", {"type": "DOUBLE"}, pgtypes.FLOAT8),
    (
        "DECIMAL(10, 2)",
        {"type": "DECIMAL", "precision": 10, "scale": 2},
        PgType(1700, -1, 655366),
    ),
    ("CHAR(3)", {"type": "CHAR", "length": 3}, PgType(1042, -1, 7)),
    ("CHAR(0)", {"type": "CHAR", "length": 0}, pgtypes.TEXT),
    ("VARCHAR(7)", {"type": "VARCHAR", "length": 7}, PgType(1043, -1, 11)),
    ("VARCHAR(99999999)", {"type": "VARCHAR", "length": 99999999}, pgtypes.TEXT),
    ("STRING", STRING, pgtypes.TEXT),
    ("BINARY(2)", {"type": "BINARY", "length": 2}, pgtypes.BYTEA),
    ("BYTES", {"type": "VARBINARY", "length": UNBOUNDED}, pgtypes.BYTEA),
    ("DATE", {"type": "DATE"}, pgtypes.DATE),
    ("TIME(0)", {"type": "TIME_WITHOUT_TIME_ZONE", "precision": 0}, PgType(1083, 8, 0)),
    (
        "TIMESTAMP(3) *ROWTIME*",
        {"type": "TIMESTAMP_WITHOUT_TIME_ZONE", "precision": 3},
        PgType(1114, 8, 3),
    ),
    (
        "TIMESTAMP(9) NOT NULL",
        {"type": "TIMESTAMP_WITHOUT_TIME_ZONE", "precision": 9},
        PgType(1114, 8, 6),
    ),
    (
        "TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*",
        {"type": "TIMESTAMP_WITH_LOCAL_TIME_ZONE", "precision": 3},
        PgType(1184, 8, 3),
    ),
    (
        "INTERVAL YEAR(2) TO MONTH",
        {"type": "INTERVAL_YEAR_MONTH", "precision": 2},
        pgtypes.INTERVAL,
    ),
    (
        "INTERVAL DAY(2) TO SECOND(3)",
        {"type": "INTERVAL_DAY_TIME", "precision": 2},
        pgtypes.INTERVAL,
    ),
    ("INTERVAL SECOND(3)", {"type": "INTERVAL_DAY_TIME", "precision": 2}, pgtypes.INTERVAL),
    ("ARRAY<INT NOT NULL>", {"type": "ARRAY", "elementType": INT}, PgType(1007, -1)),
    (
        "ARRAY<DECIMAL(10, 2)>",
        {"type": "ARRAY", "elementType": {"type": "DECIMAL", "precision": 10, "scale": 2}},
        PgType(1231, -1, 655366),
    ),
    (
        "ARRAY<ARRAY<INT>>",
        {"type": "ARRAY", "elementType": {"type": "ARRAY", "elementType": INT}},
        pgtypes.JSONB,
    ),
    (
        "MAP<STRING, INT>",
        {"type": "MAP", "keyType": STRING, "valueType": INT},
        pgtypes.JSONB,
    ),
    ("MULTISET<STRING>", {"type": "MULTISET", "elementType": STRING}, pgtypes.JSONB),
    (
        "ROW<`a` INT NOT NULL, `b``c` ROW<`d, >` STRING> 'what it''s'> NOT NULL",
        {
            "type": "ROW",
            "fields": [
                {"name": "a", "fieldType": INT},
                {
                    "name": "b`c",
                    "fieldType": {"type": "ROW", "fields": [{"name": "d, >", "fieldType": STRING}]},
                },
            ],
        },
        pgtypes.JSONB,
    ),
    ("VARIANT", {"type": "VARIANT"}, pgtypes.JSONB),
    ("NULL", {"type": "NULL"}, pgtypes.TEXT),
]


@pytest.mark.parametrize(("text", "node", "expected"), TYPES)
def test_both_spellings_give_one_type(text: str, node: dict[str, Any], expected: PgType) -> None:
    assert from_text(text) == from_json(node)
    assert pg_type(from_text(text)) == expected


@pytest.mark.parametrize("text", ["DECIMAL(10", "ROW<`a`>", "INT INT", "ARRAY<INT", "42", ""])
def test_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="type"):
        from_text(text)


def test_raw_is_read_over() -> None:
    raw = "ROW<`r` RAW('java.lang.Object', 'AbC+/='), `i` INT>"
    assert [field.root for _, field in from_text(raw).fields] == ["RAW", "INT"]


def test_unknown_type_has_no_column() -> None:
    with pytest.raises(SqlError) as caught:
        pg_type(LogicalType("SYMBOL"))
    assert caught.value.sqlstate == "0A000"


CONVERTED: list[tuple[str, object, object]] = [
    ("BYTES", "AAH/", b"\x00\x01\xff"),
    ("TIMESTAMP(9)", "2020-01-02T03:04:05.123456789", "2020-01-02T03:04:05.123456"),
    ("TIMESTAMP_LTZ(9)", "2020-01-02T03:04:05.999999999Z", "2020-01-02T03:04:05.999999Z"),
    ("INTERVAL YEAR TO MONTH", -14, (-14, 0)),
    ("INTERVAL DAY TO SECOND(3)", 90061001, (0, 90061001)),
    ("ARRAY<BYTES>", ["AA==", None], [b"\0", None]),
    (
        "ROW<`d` DECIMAL(10, 2), `f` DOUBLE>",
        {"d": "1.2E+3", "f": "1.0E20"},
        '{"d": 1200.00, "f": 1.0E20}',
    ),
    ("ROW<`d` DECIMAL(38, 18)>", {"d": "1E-18"}, '{"d": 0.000000000000000001}'),
    ("ROW<`f` DOUBLE, `s` STRING>", {"f": "NaN", "s": '"\n中'}, '{"f": "NaN", "s": "\\"\\n中"}'),
    ("ROW<`b` BYTES, `o` BOOLEAN>", {"b": "Af8=", "o": True}, '{"b": "\\\\x01ff", "o": true}'),
    ("MAP<STRING, ARRAY<INT>>", {"k": [1, None]}, '{"k": [1, null]}'),
    ("MULTISET<STRING>", {"a": 2}, '{"a": 2}'),
    ("ARRAY<ROW<`a` INT>>", [{"a": 1}, None], '[{"a": 1}, null]'),
]


@pytest.mark.parametrize(("text", "value", "expected"), CONVERTED)
def test_converted_value(text: str, value: object, expected: object) -> None:
    convert = converter(from_text(text))
    assert convert is not None
    assert convert(value) == expected


@pytest.mark.parametrize(
    "text", ["INT", "STRING", "DECIMAL(10, 2)", "DATE", "TIMESTAMP(3)", "ARRAY<INT>"]
)
def test_plain_values_pass_as_they_are(text: str) -> None:
    assert converter(from_text(text)) is None


def test_null_inside_json() -> None:
    assert json_writer(from_text("ROW<`a` INT>"))({"a": None}) == '{"a": null}'


def test_cutting_never_rounds() -> None:
    assert cut_to_micros("23:59:59.9999999") == "23:59:59.999999"
