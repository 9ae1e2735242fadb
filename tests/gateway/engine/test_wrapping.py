"""Which columns need a cast, the text around them, and where the order of the rows goes."""

from __future__ import annotations

import pytest

from gateway.engine.logical import from_text
from gateway.engine.pages import FlinkColumn
from gateway.engine.wrapping import has_order, json_missing, needs_json, refused, wrap
from protocol.errors import SqlError

REFUSED = [
    ("MAP<STRING, INT>", "2.2", False),
    ("MAP<CHAR(1) NOT NULL, INT>", "2.2", False),
    ("MAP<INT, STRING>", "2.2", True),
    ("ROW<`a` ARRAY<MAP<INT, STRING>>>", "2.2", True),
    ("MULTISET<STRING>", "1.16", False),
    ("MULTISET<BIGINT>", "1.16", True),
    ("VARIANT", "2.3", True),
    ("RAW('x', 'y')", "2.2", True),
    ("TIME(3)", "2.2", True),
    ("TIME(3)", "2.3", False),
    ("TIME(0)", "1.16", False),
    ("INTERVAL DAY TO SECOND(3)", "1.16", True),
    ("ARRAY<INTERVAL YEAR TO MONTH>", "1.16", True),
    ("INTERVAL DAY TO SECOND(3)", "1.17", False),
    ("TIMESTAMP_LTZ(3)", "2.2", False),
]


@pytest.mark.parametrize(("text", "version", "expected"), REFUSED)
def test_refused(text: str, version: str, expected: bool) -> None:
    assert refused(from_text(text), version) is expected


CASTS = [
    ("MAP<INT, DECIMAL(5, 2)>", "2.2", "CAST(`c` AS MAP<STRING, DECIMAL(5, 2)>)"),
    ("MULTISET<INT>", "2.2", "CAST(`c` AS MULTISET<STRING>)"),
    (
        "ROW<`a``b` INT, `m` MAP<INT, BYTES>>",
        "2.2",
        "CAST(`c` AS ROW<`a``b` INT, `m` MAP<STRING, BYTES>>)",
    ),
    ("RAW('x', 'y')", "2.2", "xuanwu_json(`c`)"),
    ("ARRAY<RAW('x', 'y')>", "1.16", "xuanwu_json(`c`)"),
    ("BITMAP", "2.3", "CAST(`c` AS STRING)"),
    ("*org.Point<`x` INT NOT NULL, `y` STRING>*", "1.16", "CAST(`c` AS ROW<`x` INT, `y` STRING>)"),
    ("STRUCTURED<'org.Point', `x` INT>", "2.2", "CAST(`c` AS ROW<`x` INT>)"),
    ("TIME(3)", "2.2", "CAST(`c` AS STRING)"),
    ("VARIANT", "2.2", "xuanwu_json(`c`)"),
    ("VARIANT", "2.3", "JSON_STRING(`c`)"),
    ("ROW<`v` VARIANT>", "2.3", "xuanwu_json(`c`)"),
    ("INTERVAL YEAR TO MONTH", "1.16", "CAST(ARRAY[`c`] AS ARRAY<BIGINT>)[1]"),
    ("ARRAY<INTERVAL SECOND(3)>", "1.16", "CAST(`c` AS ARRAY<BIGINT>)"),
]


@pytest.mark.parametrize(("text", "version", "cast"), CASTS)
def test_cast(text: str, version: str, cast: str) -> None:
    columns = [FlinkColumn("a`b", from_text("INT")), FlinkColumn("c", from_text(text))]
    assert wrap("SELECT 1, x;", columns, version) == (
        f"SELECT `a``b`, {cast} AS `c` FROM (\nSELECT 1, x\n) AS `wrapped`(`a``b`, `c`)"
    )


@pytest.mark.parametrize(
    "text", ["STRUCTURED<'org.Point'>", "ROW<`v` VARIANT, `p` *org.Point<`x` INT>*>"]
)
def test_what_nothing_can_read(text: str) -> None:
    with pytest.raises(SqlError) as caught:
        wrap("SELECT x", [FlinkColumn("c", from_text(text))], "2.2")
    assert caught.value.sqlstate == "0A000"


@pytest.mark.parametrize(
    ("text", "version", "needed", "hint"),
    [
        ("VARIANT", "2.2", True, "JSON_STRING(column)"),
        ("VARIANT", "2.3", False, ""),
        ("MAP<STRING, VARIANT>", "2.3", True, "JSON_STRING(column)"),
        ("RAW('x', 'y')", "1.16", True, "return STRING"),
        ("MAP<INT, INT>", "1.16", False, ""),
    ],
)
def test_the_kits_function(text: str, version: str, needed: bool, hint: str) -> None:
    columns = [FlinkColumn("a", from_text("INT")), FlinkColumn("c", from_text(text))]
    assert needs_json(columns, version) is needed
    if needed:
        error = json_missing(columns, version, SqlError("42704", "class x is not there"))
        assert (error.sqlstate, error.detail) == ("0A000", "class x is not there")
        assert '"c"' in error.message
        assert hint in (error.hint or "")


ORDERED = [
    ("SELECT m FROM t ORDER BY a DESC LIMIT 3", "ORDER BY a DESC LIMIT 3"),
    ("SELECT m FROM t order /* x */ by 1", "order /* x */ by 1"),
    ("SELECT m FROM (SELECT * FROM t ORDER BY a LIMIT 3) AS x", ""),
    ("SELECT ROW_NUMBER() OVER (ORDER BY a) FROM t", ""),
    ("SELECT 'ORDER BY a' FROM `ORDER BY` -- ORDER BY a", ""),
    ("SELECT m FROM t LIMIT 3", ""),
    (
        "SELECT ARRAY[1] FROM a UNION ALL SELECT m FROM b ORDER BY m OFFSET 1 ROW",
        "ORDER BY m OFFSET 1 ROW",
    ),
]


@pytest.mark.parametrize(("sql", "tail"), ORDERED)
def test_order_moves_outside(sql: str, tail: str) -> None:
    wrapped = wrap(sql, [FlinkColumn("m", from_text("MAP<INT, INT>"))], "2.2")
    assert has_order(sql) is bool(tail)
    assert wrapped.endswith(f") AS `wrapped`(`m`)\n{tail}" if tail else ") AS `wrapped`(`m`)")
    assert wrapped.count("ORDER BY") == sql.count("ORDER BY")
