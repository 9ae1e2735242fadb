"""A script is cut into statements with the lines, versions and owners that it says."""

from __future__ import annotations

import pytest

from gateway.objects.porting.script import definition_of, in_order, read_script
from gateway.objects.porting.writing import FORMAT, TITLE, about
from protocol.errors import SqlError

SCRIPT = f"""{TITLE} {FORMAT}, written by version 0.1.0

{about("1.20", 'a "b; c')}CREATE VIEW v AS
SELECT ';' AS a -- ; no end
FROM t;

CREATE TABLE t (a INT) WITH ('connector' = 'x;y');
-- GRANT SELECT ON t TO PUBLIC;
GRANT SELECT ON t TO PUBLIC; CREATE FUNCTION f AS 'F'; CREATE OR REPLACE VIEW w AS SELECT 1;
CREATE TABLE IF NOT EXISTS view_ (a INT);
CREATE SCHEMA s; CREATE CATALOG c WITH ('type' = 'x')"""


def test_lines_versions_owners() -> None:
    entries = read_script(SCRIPT)
    assert [entry.line for entry in entries] == [4, 8, 10, 10, 10, 11, 12, 12]
    assert (entries[0].version, entries[0].owner) == ("1.20", 'a "b; c')
    assert {(entry.version, entry.owner) for entry in entries[1:]} == {(None, None)}
    assert entries[0].statement.text.endswith("-- ; no end\nFROM t")


def test_order() -> None:
    ordered = [entry.statement.words[1:3] for entry in in_order(read_script(SCRIPT))]
    kinds = ["CATALOG", "SCHEMA", "FUNCTION", "TABLE", "TABLE", "VIEW", "OR", "SELECT"]
    assert [words[0] for words in ordered] == kinds


def test_a_newer_format_is_refused() -> None:
    with pytest.raises(SqlError, match="has format 99") as failure:
        read_script(f"{TITLE} 99, written by version 9\nCREATE DATABASE d;")
    assert failure.value.sqlstate == "0A000"


def test_a_quote_that_is_not_closed() -> None:
    with pytest.raises(SqlError, match="line 2: unterminated quoted string") as failure:
        read_script("CREATE DATABASE a;\nCREATE TABLE t (a INT) WITH ('a' = 'b);\n\n")
    assert failure.value.sqlstate == "42601"


REFUSED = [
    "DROP TABLE t",
    "CREATE TEMPORARY TABLE t (a INT)",
    "CREATE TABLE t WITH ('connector'='print') AS SELECT 1",
    "INSERT INTO t SELECT 1",
    "SET a = b",
    "SELECT 1",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_no_script_may_hold(sql: str) -> None:
    with pytest.raises(SqlError) as failure:
        definition_of(read_script(sql)[0], {})
    assert failure.value.sqlstate == "0A000"


def test_positions_are_those_of_the_script() -> None:
    sql = "\nCREATE TABLE \"t\" (\n  a INT,\n  b E'x'\n) WITH ('password' = '${secret:p}')"
    entry = read_script(sql)[0]
    with pytest.raises(SqlError) as failure:
        definition_of(entry, {"p": "long\n" * 9})
    assert failure.value.position is not None
    assert entry.line_of(failure.value.position) == 4
