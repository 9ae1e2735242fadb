"""Statements tried on the parsers of Flink 1.16 … 2.3: what any of them takes is never refused."""

from __future__ import annotations

import re

import pytest

from dialects import split
from dialects.ddl import read_ddl
from protocol.errors import SqlError
from tests.dialects.world import lines

STATEMENTS = [
    sql for sql in lines("flink_statements.txt") if re.match(r"(CREATE|REPLACE|ALTER|DROP)\b", sql)
]
# No version takes these, and each is sure to be refused.
REFUSED = {
    sql: code
    for code, sqls in {
        "0A000": [
            "CREATE TABLE ty (x INTERVAL DAY(3) TO SECOND(3)) WITH ('connector'='print')",
            "CREATE TABLE ty (x INTERVAL YEAR TO MONTH) WITH ('connector'='print')",
            "CREATE TABLE x7 (id INT DEFAULT 1) WITH ('connector'='print')",
            "CREATE TABLE x7 (id INT, PRIMARY KEY (id) ENFORCED) WITH ('connector'='print')",
            "CREATE TABLE x7 (id INT, PRIMARY KEY (id)) WITH ('connector'='print')",
            "CREATE TABLE x7 (id INT, UNIQUE (id) NOT ENFORCED) WITH ('connector'='print')",
        ],
        "42601": [
            "ALTER TABLE b ADD IF NOT EXISTS newc INT",
            "CREATE FUNCTION f1 AS 'a.B' LANGUAGE PYTHON USING FILE 'file:///tmp/x.py'",
            "CREATE MATERIALIZED TABLE mt1 FRESHNESS = INTERVAL '30' SECOND REFRESH_MODE = "
            "CONTINUOUS START_MODE = FROM_BEGINNING AS SELECT id,name FROM b",
            "CREATE MATERIALIZED TABLE mt1 FRESHNESS = INTERVAL '30' SECOND START_MODE = "
            "FROM_BEGINNING AS SELECT id,name FROM b",
            "CREATE TABLE ty (x INT UNSIGNED) WITH ('connector'='print')",
            "CREATE TABLE ty (x NULL) WITH ('connector'='print')",
            "CREATE TABLE x7 (id INT) WITH ('connector'='print',)",
            "CREATE TABLE x7 (id INT, id2 INT, PRIMARY KEY (id) NOT ENFORCED, CONSTRAINT c "
            "COLUMNS (id2) IMMUTABLE NOT ENFORCED) WITH ('connector'='print')",
            "CREATE TABLE x8 (id INT) USING CONNECTION c1 WITH ('connector'='print')",
        ],
        "42701": [
            "CREATE TABLE x7 (id INT, id STRING) WITH ('connector'='print')",
        ],
        "42704": [
            "CREATE TABLE ty (x GEOMETRY) WITH ('connector'='print')",
        ],
    }.items()
    for sql in sqls
}


def test_all_are_there() -> None:
    assert len(STATEMENTS) > 140
    assert set(REFUSED) <= set(STATEMENTS)


@pytest.mark.parametrize("sql", STATEMENTS)
def test_read_or_left(sql: str) -> None:
    (statement,) = split(sql)
    if sql in REFUSED:
        with pytest.raises(SqlError) as caught:
            read_ddl(statement)
        assert caught.value.sqlstate == REFUSED[sql]
        assert caught.value.position is not None
    else:
        read_ddl(statement)
