"""The dialect by sqlglot's own door, between Postgres and Flink."""

from __future__ import annotations

import pytest
import sqlglot

from dialects.flink import Flink


def test_is_found_by_its_name() -> None:
    assert isinstance(sqlglot.Dialect.get_or_raise("flink"), Flink)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT "a"."B" FROM "s"."t" AS "q"', "SELECT `a`.`B` FROM `s`.`t` AS `q`"),
        ("SELECT x::int4, y::text, z::numeric(10,2)",
         "SELECT CAST(x AS INT), CAST(y AS STRING), CAST(z AS DECIMAL(10, 2))"),
        ("SELECT CAST(x AS double precision), y::timestamptz, z::bytea, u::uuid, j::jsonb",
         "SELECT CAST(x AS DOUBLE), CAST(y AS TIMESTAMP_LTZ), CAST(z AS BYTES),"
         " CAST(u AS STRING), CAST(j AS STRING)"),
        ("SELECT x::varchar, y::varchar(3), z::char(2)",
         "SELECT CAST(x AS STRING), CAST(y AS VARCHAR(3)), CAST(z AS CHAR(2))"),
        ("SELECT a FROM t WHERE b != 1", "SELECT a FROM t WHERE b <> 1"),
        ("SELECT a FROM t WHERE b ILIKE 'x%'", "SELECT a FROM t WHERE LOWER(b) LIKE LOWER('x%')"),
        ("SELECT a FROM t WHERE b ~ 'x'", "SELECT a FROM t WHERE REGEXP(b, 'x')"),
        ("SELECT date_trunc('month', ts) FROM t", "SELECT FLOOR(ts TO MONTH) FROM t"),
        ("SELECT EXTRACT(year FROM ts), arr[1]", "SELECT EXTRACT(YEAR FROM ts), arr[1]"),
        ("SELECT COUNT(DISTINCT a), SUM(b), length(c) FROM t",
         "SELECT COUNT(DISTINCT a), SUM(b), CHAR_LENGTH(c) FROM t"),
        ("SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 2",
         "SELECT a FROM t ORDER BY a NULLS LAST LIMIT 5 OFFSET 2"),
        ("SELECT a FROM t GROUP BY CUBE(a, b)", "SELECT a FROM t GROUP BY CUBE (a, b)"),
        ("SELECT a ^ 2, 7 / 2, a % 2, a || b", "SELECT POWER(a, 2), 7 / 2, a % 2, a || b"),
        ("SELECT * FROM (VALUES (1, 'a')) AS t(x, y)",
         "SELECT * FROM (VALUES (1, 'a')) AS t(x, y)"),
        ("SELECT now(), current_date", "SELECT CURRENT_TIMESTAMP, CURRENT_DATE"),
        ("SELECT 'it''s', true, NULL", "SELECT 'it''s', TRUE, NULL"),
    ],
)  # fmt: skip
def test_what_postgres_tools_write(sql: str, expected: str) -> None:
    assert sqlglot.transpile(sql, read="postgres", write="flink") == [expected]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('select "a b", x::int from t', "SELECT `a b`, CAST(x AS INT) FROM t"),
        ("select uPpEr(a) b, count( * ) c from t", "SELECT uPpEr(a) AS b, count(*) AS c FROM t"),
        ("select E'a\\nb', $$it's$$", "SELECT 'a\nb', 'it''s'"),
        ("select 1; select 2", "SELECT 1"),
    ],
)
def test_flink_to_flink(sql: str, expected: str) -> None:
    assert sqlglot.transpile(sql, read="flink", write="flink")[0] == expected


def test_every_name_can_be_quoted() -> None:
    """Which words are reserved depends on the version; quoted names never are."""
    sql = 'SELECT value AS date, CURRENT_DATE FROM "s".t'
    assert sqlglot.transpile(sql, read="postgres", write="flink", identify=True) == [
        "SELECT `value` AS `date`, CURRENT_DATE FROM `s`.`t`"
    ]


def test_functions_to_another_dialect_keep_their_names() -> None:
    sql = "SELECT LISTAGG(a), TO_TIMESTAMP(b) FROM t"
    assert sqlglot.transpile(sql, read="flink", write="postgres") == [sql]


def test_an_expression_is_read_when_it_is_asked_for() -> None:
    node = sqlglot.parse_one("a + 1", read="flink", into=sqlglot.exp.Condition)
    assert isinstance(node, sqlglot.exp.Add)
