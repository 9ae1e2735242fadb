"""GROUP BY by number and name; clauses that Flink does not have; names that look like idioms."""

from __future__ import annotations

import pytest

from tests.dialects.mapping.idioms.said import said

GROUPED = [
    ("SELECT date_trunc('day', t) AS day, s, COUNT(*) FROM t GROUP BY 1, 2",
     "SELECT FLOOR(t TO DAY) AS `day`, s, COUNT(*) FROM t GROUP BY FLOOR(t TO DAY), s"),
    ("SELECT UPPER(s) AS k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) > 1",
     "SELECT UPPER(s) AS k, COUNT(*) FROM t GROUP BY UPPER(s) HAVING COUNT(*) > 1"),
    ("SELECT UPPER(s) AS d, COUNT(*) FROM t GROUP BY d",
     "SELECT UPPER(s) AS d, COUNT(*) FROM t GROUP BY d"),
    ("SELECT UPPER(a) AS k, COUNT(*) FROM unknown GROUP BY k",
     "SELECT UPPER(a) AS k, COUNT(*) FROM unknown GROUP BY k"),
    ("SELECT a AS k, COUNT(*) FROM unknown GROUP BY 1",
     "SELECT a AS k, COUNT(*) FROM unknown GROUP BY a"),
    ("SELECT x.k + 1 AS q FROM (SELECT id AS k FROM t) AS x GROUP BY q",
     "SELECT x.k + 1 AS q FROM (SELECT id AS k FROM t) AS x GROUP BY x.k + 1"),
    ("WITH c AS (SELECT d AS held, id FROM t) SELECT held - 1 AS eve FROM c GROUP BY eve",
     "WITH c AS (SELECT d AS held, id FROM t) SELECT held - INTERVAL '1' DAY AS eve FROM c"
     " GROUP BY held - INTERVAL '1' DAY"),
    ("INSERT INTO o SELECT s, COUNT(*) FROM t GROUP BY 1",
     "INSERT INTO o SELECT s, COUNT(*) FROM t GROUP BY s"),
    ("SELECT COUNT(*) FROM t GROUP BY 1", "SELECT COUNT(*) FROM t GROUP BY 1"),
    ("SELECT s, COUNT(*) FROM t GROUP BY s, 1", "SELECT s, COUNT(*) FROM t GROUP BY s, 1"),
    ("SELECT s, COUNT(*) FROM t GROUP BY 3", "42P10 3: GROUP BY position 3 is not in select list"),
    ("SELECT s, COUNT(*) FROM t GROUP BY 2",
     "42803 2: aggregate functions are not allowed in GROUP BY"),
    ("SELECT s, COUNT(*) AS c FROM t GROUP BY s, c",
     "42803 c: aggregate functions are not allowed in GROUP BY"),
    ("SELECT s AS k, d AS k FROM t GROUP BY k", '42702 k: GROUP BY "k" is ambiguous'),
]  # fmt: skip
CLAUSES = [
    ("SELECT s FROM t FOR UPDATE", "0A000 FOR: FOR UPDATE is not supported by Flink"),
    ("SELECT s FROM t FOR NO KEY UPDATE", "0A000 FOR: FOR NO KEY UPDATE is not supported by Flink"),
    ("SELECT TOP 5 s FROM t", "0A000 SELECT: TOP is not supported by Flink"),
    ("SELECT top FROM t", "SELECT top FROM t"),
    ("SELECT s FROM t FETCH FIRST 3 ROWS WITH TIES",
     "0A000 ROWS: WITH TIES is not supported by Flink"),
    ("SELECT s FROM t FETCH NEXT ROW ONLY", "SELECT s FROM t FETCH NEXT 1 ROW ONLY"),
    ("SELECT s FROM t LIMIT ALL", "SELECT s FROM t LIMIT ALL"),
    ("SELECT DISTINCT ON (s) s FROM t", "0A000 DISTINCT: DISTINCT ON is not supported by Flink"),
    ('SELECT s COLLATE "C" FROM t ORDER BY s COLLATE pg_catalog."default"',
     "SELECT s FROM t ORDER BY s"),
    ('SELECT s COLLATE "de_DE" FROM t', "0A000 COLLATE: COLLATE is not supported by Flink"),
    ("SELECT 1 FROM t WHERE s ISNULL OR (d) NOTNULL",
     "SELECT 1 FROM t WHERE s IS NULL OR (d) IS NOT NULL"),
    ("SELECT * FROM generate_series(1, 3) AS g (x)",
     "0A000 generate_series(1,: generate_series is not supported by Flink"),
]  # fmt: skip
RESERVED = [
    ("SELECT s AS year, d count, COUNT(*) value FROM t GROUP BY 1, d ORDER BY year DESC, count",
     "SELECT s AS `year`, d `count`, COUNT(*) `value` FROM t GROUP BY s, d"
     " ORDER BY `year` DESC, `count`"),
    ("SELECT t.date, MAX(t.value) AS user FROM unknown AS t WHERE count > 3",
     "SELECT t.`date`, MAX(t.`value`) AS `user` FROM unknown AS t WHERE `count` > 3"),
    ("WITH c (count, k) AS (SELECT 1, 2) SELECT (SELECT MAX(s) second FROM t), count FROM c",
     "WITH c (`count`, k) AS (SELECT 1, 2)"
     " SELECT (SELECT MAX(s) `second` FROM t), `count` FROM c"),
]  # fmt: skip
NAMES = [
    "SELECT (t - u) DAY, CASE WHEN b THEN d END, CAST(s AS DATE), d IS NULL, CURRENT_DATE FROM t",
    "SELECT EXTRACT(DAY FROM d), FLOOR(t TO HOUR), INTERVAL '1' DAY, DATE '2024-01-01' FROM t",
    "SELECT JSON_OBJECT('a' VALUE 1, KEY 'b' VALUE 2), TIMESTAMPADD(DAY, 1, d) FROM t",
    "SELECT CAST(NULL AS ROW<a DATE, b TIME>), MIN(d), COUNT (*), USER FROM t ORDER BY s DESC",
    "CREATE TABLE o (id INT, d DATE, t TIMESTAMP(3)) WITH ('connector' = 'print')",
    "CREATE TABLE length (id INT) WITH ('connector' = 'print')",
    "CREATE TABLE IF NOT EXISTS trunc (id INT, ilike INT) WITH ('connector' = 'print')",
    "WITH every (a) AS (SELECT 1), random (b) AS (SELECT 2) SELECT * FROM every",
    "SELECT * FROM t AS every (a, b)",
    "SELECT isnull, notnull FROM t",
    "SELECT s ilike FROM t",
    "SELECT f.length(s), `length`(s) FROM t",
    "SHOW TABLES ILIKE 'a%'",
]


@pytest.mark.parametrize(("sql", "expected"), GROUPED + CLAUSES + RESERVED)
def test_said(sql: str, expected: str) -> None:
    assert said(sql) == expected


@pytest.mark.parametrize("sql", NAMES)
def test_names_stay(sql: str) -> None:
    assert said(sql, "1.16") == sql
