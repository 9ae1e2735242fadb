"""Every statement of the corpus is understood, or is decided not to be."""

from __future__ import annotations

import pytest
from sqlglot import exp

from dialects.flink import parse
from dialects.flink.options import option_lists
from dialects.splitter import single
from tests.dialects.world import lines
from tests.each import each

STATEMENTS = lines("flink_statements.txt")

QUERIES = ("SELECT", "VALUES", "WITH")
# No version of Flink accepts these; they are sent as they are, for Flink's own words are best.
_NOBODYS = "no version of Flink reads it"
_POSTGRES = "it is Postgres's, and goes there"
DECIDED = {
    "ALTER TABLE b ADD IF NOT EXISTS newc INT": _NOBODYS,
    "CREATE MATERIALIZED TABLE mt1 FRESHNESS = INTERVAL '30' SECOND REFRESH_MODE = CONTINUOUS"
    " START_MODE = FROM_BEGINNING AS SELECT id,name FROM b": _NOBODYS,
    "CREATE MATERIALIZED TABLE mt1 FRESHNESS = INTERVAL '30' SECOND START_MODE = FROM_BEGINNING"
    " AS SELECT id,name FROM b": _NOBODYS,
    "CREATE TABLE ty (x INT UNSIGNED) WITH ('connector'='print')": _NOBODYS,
    "CREATE TABLE x7 (id INT) WITH ('connector'='print',)": _NOBODYS,
    "CREATE TABLE x7 (id INT, id2 INT, PRIMARY KEY (id) NOT ENFORCED,"
    " CONSTRAINT c COLUMNS (id2) IMMUTABLE NOT ENFORCED) WITH ('connector'='print')": _NOBODYS,
    "CREATE TABLE x8 (id INT) USING CONNECTION c1 WITH ('connector'='print')": _NOBODYS,
    "EXPLAIN AST SELECT * FROM b": _NOBODYS,
    "SELECT * FROM b LIMIT 2, 5": _NOBODYS,
    "SELECT * FROM b WHERE id = :a": _NOBODYS,
    "SELECT * FROM t ASOF JOIN b MATCH_CONDITION t.id >= b.id ON t.id=b.id": _NOBODYS,
    "SELECT [id] FROM b": _NOBODYS,
    "SELECT 1; SELECT 2": "two statements",
    "BEGIN": _POSTGRES,
    "COMMIT": _POSTGRES,
    "DECLARE c CURSOR FOR SELECT 1": _POSTGRES,
    "GRANT SELECT ON b TO x": _POSTGRES,
    "ROLLBACK": _POSTGRES,
    "SHOW server_version": _POSTGRES,
}
UNDERSTOOD = [sql for sql in STATEMENTS if sql not in DECIDED]


def test_what_is_decided_is_in_the_corpus() -> None:
    assert DECIDED.keys() <= set(STATEMENTS)


@pytest.mark.parametrize("sql", DECIDED)
def test_is_decided_not_to_be_understood(sql: str) -> None:
    assert parse(single(sql)) is None


@each(UNDERSTOOD)
def test_is_understood(sql: str) -> None:
    tree = parse(single(sql))
    assert tree is not None and not tree.find(exp.Command)


@each([sql for sql in UNDERSTOOD if not sql.startswith(QUERIES)])
def test_a_statement_is_written_as_an_equal_one(sql: str) -> None:
    tree = parse(single(sql))
    assert tree is not None
    again = parse(single(tree.root.sql(dialect="flink")))
    assert again is not None and again.root == tree.root


@each([sql for sql in UNDERSTOOD if "='" in sql])
def test_its_options_are_where_they_are_said_to_be(sql: str) -> None:
    statement = single(sql)
    tree = parse(statement)
    assert tree is not None
    for entry in (entry for one in option_lists(tree) for entry in one.entries):
        assert parse_string(statement.text[slice(*entry.key_span)]) == entry.key
        if entry.value_span is not None:
            assert parse_string(statement.text[slice(*entry.value_span)]) == entry.value


def parse_string(literal: str) -> str:
    assert literal[0] == literal[-1] == "'"
    return literal[1:-1].replace("''", "'")
