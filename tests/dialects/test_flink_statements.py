"""Real Flink statements, tested on the jars of nine versions: split, classified, left alone."""

from __future__ import annotations

import pytest

from dialects import Kind, Route, classify, split, to_engine
from tests.dialects.world import NAMES, classified, lines
from tests.each import each

STATEMENTS = lines("flink_statements.txt")

# What both sides can answer (constants), what Postgres alone can, and the half of a statement set.
NOT_FLINK = ("BEGIN", "COMMIT", "ROLLBACK", "END", "SHOW server_version", "GRANT SELECT ON b TO x",
             "DECLARE c CURSOR FOR SELECT 1", "BEGIN STATEMENT SET", "EXPLAIN SELECT 1",
             "SELECT * FROM INFORMATION_SCHEMA.TABLES")  # fmt: skip
# Postgres idioms in the table, which a rewrite is for.
REWRITTEN = {
    'SELECT "id" FROM b': "SELECT `id` FROM b",
    "SELECT id::BIGINT FROM b": "SELECT CAST(id AS BIGINT) FROM b",
    "SELECT id <> 1, id != 2 FROM b": "SELECT id <> 1, id <> 2 FROM b",
    "SELECT $$a$$": "SELECT 'a'",
    "SELECT E'a\\nb'": "SELECT 'a\nb'",
    "SELECT 'a\\nb', E'a\\nb'": "SELECT 'a\\nb', 'a\nb'",
    "SET table.local-time-zone = UTC": "SET 'table.local-time-zone' = 'UTC'",
}


def is_constant(sql: str) -> bool:
    return (" FROM " not in sql.upper() or "DISTINCT FROM" in sql) and sql.startswith(
        ("SELECT", "VALUES", "WITH")
    )


def test_all_are_there() -> None:
    assert len(STATEMENTS) == len(set(STATEMENTS)) > 500


@each(STATEMENTS)
def test_goes_to_flink(sql: str) -> None:
    statements = split(sql)
    assert len(statements) == (2 if sql == "SELECT 1; SELECT 2" else 1)
    for statement in statements:
        verdict = classify(statement, NAMES)
        if sql in NOT_FLINK:
            assert verdict.route is not Route.ENGINE
        elif not is_constant(statement.text) and not sql.startswith("WITH RECURSIVE"):
            assert verdict.route is Route.ENGINE, verdict.error
            assert verdict.kind is not Kind.BACKEND and verdict.tag


@each([sql for sql in STATEMENTS if sql not in REWRITTEN])
def test_stays_as_it_is(sql: str) -> None:
    for statement in split(sql):
        if sql.startswith("CREATE TABLE ty (x ") or "BEGIN STATEMENT SET" not in sql:
            assert to_engine(statement).text == statement.text


@pytest.mark.parametrize(("sql", "text"), REWRITTEN.items())
def test_rewritten(sql: str, text: str) -> None:
    (statement,) = split(sql)
    assert to_engine(statement).text == text


@pytest.mark.parametrize(
    "sql",
    ["SELECT TUMBLE(ts, INTERVAL '1' MINUTE)", "SELECT MAP['a',1], ARRAY[1,2], ROW(1,'a')",
     "SELECT TRY_CAST('x' AS INT)", "SELECT TYPEOF(1)", "SELECT IF(TRUE,1,2)",
     "SELECT CAST(ROW(1,'a') AS ROW<x INT, y STRING>).x"],
)  # fmt: skip
def test_constants_of_flink(sql: str) -> None:
    assert classified(sql).route is Route.ENGINE
