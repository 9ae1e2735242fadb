"""Type names: pairs as a real Flink 2.3 described them, and what is refused."""

from __future__ import annotations

import pytest

from dialects import single
from dialects.ddl.cursor import Cursor
from dialects.ddl.types import ColumnType, canonical
from protocol.errors import SqlError

# written → as DESCRIBE prints it; `!` behind it: NOT NULL
FLINK = {
    "INT": "INT",
    "int": "INT",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "SMALLINT": "SMALLINT",
    "TINYINT": "TINYINT",
    "BOOLEAN": "BOOLEAN",
    "STRING": "STRING",
    "VARCHAR": "STRING",
    "VARCHAR(20)": "VARCHAR(20)",
    "varchar(2147483647)": "STRING",
    "CHARACTER VARYING(20)": "VARCHAR(20)",
    "CHAR VARYING(20)": "VARCHAR(20)",
    "CHAR": "CHAR(1)",
    "CHAR(3)": "CHAR(3)",
    "CHARACTER(3)": "CHAR(3)",
    "CHARACTER": "CHAR(1)",
    "BYTES": "BYTES",
    "BINARY": "BINARY(1)",
    "BINARY(3)": "BINARY(3)",
    "VARBINARY": "BYTES",
    "VARBINARY(7)": "VARBINARY(7)",
    "VARBINARY(2147483647)": "BYTES",
    "BINARY VARYING(5)": "VARBINARY(5)",
    "DEC": "DECIMAL(10, 0)",
    "DEC(5)": "DECIMAL(5, 0)",
    "DECIMAL": "DECIMAL(10, 0)",
    "DECIMAL(10)": "DECIMAL(10, 0)",
    "DECIMAL(10,2)": "DECIMAL(10, 2)",
    "NUMERIC": "DECIMAL(10, 0)",
    "NUMERIC(8, 3)": "DECIMAL(8, 3)",
    "FLOAT": "FLOAT",
    "DOUBLE": "DOUBLE",
    "DOUBLE PRECISION": "DOUBLE",
    "DATE": "DATE",
    "TIME": "TIME(0)",
    "TIME(3)": "TIME(3)",
    "TIME(9)": "TIME(3)",
    "TIME WITHOUT TIME ZONE": "TIME(0)",
    "TIME(2) WITHOUT TIME ZONE": "TIME(2)",
    "TIMESTAMP": "TIMESTAMP(6)",
    "TIMESTAMP(3)": "TIMESTAMP(3)",
    "TIMESTAMP(3) WITHOUT TIME ZONE": "TIMESTAMP(3)",
    "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP(6)",
    "TIMESTAMP WITH LOCAL TIME ZONE": "TIMESTAMP_LTZ(6)",
    "TIMESTAMP(9) WITH LOCAL TIME ZONE": "TIMESTAMP_LTZ(9)",
    "TIMESTAMP_LTZ": "TIMESTAMP_LTZ(6)",
    "TIMESTAMP_LTZ(0)": "TIMESTAMP_LTZ(0)",
    "INT NOT NULL": "INT!",
    "INT NULL": "INT",
    "ARRAY<INT>": "ARRAY<INT>",
    "ARRAY<INT NOT NULL>": "ARRAY<INT NOT NULL>",
    "INT ARRAY": "ARRAY<INT>",
    "INT NOT NULL ARRAY": "ARRAY<INT NOT NULL>",
    "INT ARRAY ARRAY": "ARRAY<ARRAY<INT>>",
    "ARRAY<INT> ARRAY": "ARRAY<ARRAY<INT>>",
    "INT ARRAY NOT NULL": "ARRAY<INT>!",
    "INT NOT NULL ARRAY NOT NULL MULTISET": "MULTISET<ARRAY<INT NOT NULL> NOT NULL>",
    "MAP<STRING, INT>": "MAP<STRING, INT>",
    "MAP<STRING NOT NULL, ARRAY<INT>>": "MAP<STRING NOT NULL, ARRAY<INT>>",
    "MAP<INT ARRAY, INT>": "MAP<ARRAY<INT>, INT>",
    "MULTISET<INT NOT NULL>": "MULTISET<INT NOT NULL>",
    "STRING MULTISET": "MULTISET<STRING>",
    "ROW<a INT, b STRING NOT NULL>": "ROW<`a` INT, `b` STRING NOT NULL>",
    "ROW(a INT, b STRING)": "ROW<`a` INT, `b` STRING>",
    "ROW<a INT 'c''omment', `b c` ROW<d DATE>>": "ROW<`a` INT, `b c` ROW<`d` DATE>>",
    "ROW<`a``b` INT>": "ROW<`a``b` INT>",
    "ROW<>": "ROW<>",
    "ROW()": "ROW<>",
    "ROW<a INT NULL>": "ROW<`a` INT>",
    "ARRAY<ROW<a INT>>": "ARRAY<ROW<`a` INT>>",
    "VARIANT": "VARIANT",
    "BITMAP": "BITMAP",
    "STRUCTURED<'a.B', x INT 'c', y STRING NOT NULL>": (
        "STRUCTURED<'a.B', `x` INT, `y` STRING NOT NULL>"
    ),
}

# Postgres's, which Flink's own parser refuses
POSTGRES = {
    "text": "STRING",
    "bool": "BOOLEAN",
    "int2": "SMALLINT",
    "int4": "INT",
    "int8": "BIGINT",
    "real": "FLOAT",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "bytea": "BYTES",
    "timestamptz": "TIMESTAMP_LTZ(6)",
    "timestamptz(3)": "TIMESTAMP_LTZ(3)",
    "timestamp(3) with time zone": "TIMESTAMP_LTZ(3)",
    "int[]": "ARRAY<INT>",
    "text[][]": "ARRAY<ARRAY<STRING>>",
    'ROW<"a" int4>': "ROW<`a` INT>",
}


def read(text: str) -> ColumnType:
    cursor = Cursor(single(text))
    found = canonical(cursor)
    cursor.finish()
    return found


@pytest.mark.parametrize(("written", "described"), [*FLINK.items(), *POSTGRES.items()])
def test_spelling(written: str, described: str) -> None:
    found = read(written)
    assert (found.text, found.nullable) == (described.rstrip("!"), described[-1] != "!")


@pytest.mark.parametrize("described", sorted({d.rstrip("!") for d in FLINK.values()}))
def test_what_describe_prints_reads_as_itself(described: str) -> None:
    assert read(described).text == described


@pytest.mark.parametrize(
    ("text", "sqlstate", "position"),
    [
        ("NOPE", "42704", 1),
        ("MONEY", "42704", 1),
        ("`INT`", "42704", 1),
        ("ROW<a NOPE>", "42704", 7),
        ("INTERVAL YEAR TO MONTH", "0A000", 1),
        ("DECIMAL(39, 1)", "22023", 8),
        ("DECIMAL(3, 5)", "22023", 8),
        ("DECIMAL(0)", "22023", 8),
        ("TIMESTAMP(10)", "22023", 10),
        ("TIME(10)", "22023", 5),
        ("CHAR(0)", "22023", 5),
        ("VARCHAR(99999999999)", "42601", 9),
        ("DECIMAL(10, -2)", "42601", 13),
        ("STRING(3)", "42601", 7),
        ("INT(11)", "42601", 4),
        ("ARRAY", "42601", 6),
        ("ARRAY<INT", "42601", 10),
        ("MAP<INT>", "42601", 8),
        ("NULL", "42601", 1),
        ("'INT'", "42601", 1),
        ("ROW<a INT, a INT>", "42701", 12),
        ("ROW<a INT,>", "42601", 11),
        ("ARRAY<" * 65 + "INT" + ">" * 65, "54001", 391),
    ],
)
def test_refused(text: str, sqlstate: str, position: int) -> None:
    with pytest.raises(SqlError) as caught:
        read(text)
    assert (caught.value.sqlstate, caught.value.position) == (sqlstate, position)


def test_a_foreign_type_is_told_its_equal() -> None:
    with pytest.raises(SqlError) as caught:
        read("datetime")
    assert (caught.value.message, caught.value.hint) == (
        'type "datetime" does not exist',
        "Use TIMESTAMP(3).",
    )
