"""Functions of text and numbers, regular expressions, JSON, arrays, arithmetic."""

from __future__ import annotations

import pytest

from tests.dialects.mapping.idioms.said import expression, translated

TEXT = [
    ("split_part(s, ',', 2)",
     "CASE WHEN s IS NOT NULL THEN COALESCE(SPLIT_INDEX(s, ',', 1), '') END"),
    ("split_part(s, CAST(',' AS STRING), CAST(1 AS BIGINT))",
     "CASE WHEN s IS NOT NULL THEN COALESCE(SPLIT_INDEX(s, CAST(',' AS STRING), 0), '') END"),
    ("split_part(s, ',', -1)", "0A000 split_part(s,: split_part with a field number below 1 is not"
     " supported by Flink"),
    ("split_part(s, ',', id)", "0A000 split_part(s,: split_part with a field or delimiter that is"
     " no constant is not supported by Flink"),
    ("string_agg(s, ',')", "LISTAGG(s, ',')"),
    ("string_agg(DISTINCT s, ',') FILTER (WHERE b)", "LISTAGG(DISTINCT s, ',') FILTER (WHERE b)"),
    ("string_agg(s, ',' ORDER BY id)",
     "0A000 string_agg(s,: ORDER BY inside of string_agg is not supported by Flink"),
    ("length(s)", "CHAR_LENGTH(s)"),
    ("length(length(s)::text)", "CHAR_LENGTH(CAST(CHAR_LENGTH(s) AS STRING))"),
    ("strpos(s, 'a' || s)", "POSITION(('a' || s) IN s)"),
    ("starts_with(s, 'a')", "(POSITION('a' IN s) = 1)"),
    ("gen_random_uuid()", "UUID()"),
    ("concat(s, NULL)", "concat(s, NULL)"),
    ("concat(s, id, f)", "CONCAT(s, CAST(id AS STRING), f)"),
    ("s || 1", "s || CAST(1 AS STRING)"),
    ("id || s || p", "CAST(id AS STRING) || s || CAST(p AS STRING)"),
    ("s || b", "s || LOWER(CAST(b AS STRING))"),
    ("s || s", "s || s"),
    ("s || id + 1 || s", "s || CAST(id + 1 AS STRING) || s"),
    ("id * 2 || s", "CAST(id * 2 AS STRING) || s"),
    ("s || x", "s || x"),
    ("s || f", "0A000 ||: || of text and DOUBLE is not supported by Flink"),
    ("LEFT(s, -2)", "LEFT(s, -2)"),
    ("regexp_replace(s, 'a.$', '-', 'g')", "REGEXP_REPLACE(s, '(?s)a.\\z', '-')"),
    ("regexp_replace(s, 'a', '-', 'gi')", "REGEXP_REPLACE(s, '(?iu)a', '-')"),
    ("regexp_replace(s, 'a', '-')", "regexp_replace(s, 'a', '-')"),
    ("regexp_replace(s, '(a)', '\\1', 'g')", "0A000 regexp_replace(s,: regexp_replace with these"
     " flags or this pattern is not supported by Flink"),
    ("to_timestamp(n)", "TO_TIMESTAMP_LTZ(n, 0)"),
    ("to_timestamp(s)", "to_timestamp(s)"),
    ("SUBSTR(s, 0)", "SUBSTR(s, 0)"),
]  # fmt: skip
NUMBERS = [
    ("random()", "RAND()"),
    ("trunc(p)", "TRUNCATE(p)"),
    ("trunc(p, 1)", "TRUNCATE(p, 1)"),
    ("-id ^ 2", "POWER(-id, 2)"),
    ("2 * id ^ 2 ^ 3 + 1", "2 * POWER(POWER(id, 2), 3) + 1"),
    ("bool_and(b), every(id > 1), bool_or(b)", "MIN(b), MIN(id > 1), MAX(b)"),
    ("7 / 2, AVG(id), LOG(f)", "7 / 2, AVG(id), LOG(f)"),
    ("id = ANY(ARRAY[1, 2])", "id IN (1, 2)"),
    ("id = ANY ( CAST(ARRAY[1, 2] AS ARRAY<INT>) )", "id IN (1, 2)"),
    ("id != ALL (ARRAY[1, 2])", "id NOT IN (1, 2)"),
    ("id = ANY (SELECT 1)", "id = ANY (SELECT 1)"),
    ("id > ANY (ARRAY[1])", "0A000 ANY: > ANY (array) is not supported by Flink"),
    ("id = ANY (x)", "0A000 ANY: = ANY (array) is not supported by Flink"),
]  # fmt: skip
ARITHMETIC = [
    ("d + 1", "d + INTERVAL '1' DAY"),
    ("d - id", "TIMESTAMPADD(DAY, -id, d)"),
    ("d - (n + 1)", "TIMESTAMPADD(DAY, -(n + 1), d)"),
    ("id + 2 + d", "TIMESTAMPADD(DAY, id + 2, d)"),
    ("d - id * 2", "TIMESTAMPADD(DAY, -(id * 2), d)"),
    ("CURRENT_DATE - 7", "CURRENT_DATE - INTERVAL '7' DAY"),
    ("CURRENT_DATE - d", "TIMESTAMPDIFF(DAY, d, CURRENT_DATE)"),
    ("t::date + 1", "CAST(t AS DATE) + INTERVAL '1' DAY"),
    ("d - x", "d - x"),
    ("d + INTERVAL '1' DAY", "d + INTERVAL '1' DAY"),
    ("t - u", "((t - u) DAY TO SECOND)"),
    ("MAX(t) - MIN(t)", "((MAX(t) - MIN(t)) DAY TO SECOND)"),
    ("(t - u) DAY", "(t - u) DAY"),
    ("now() - t", "((now() - CAST(t AS TIMESTAMP_LTZ(6))) DAY TO SECOND)"),
    ("d - t", "((CAST(d AS TIMESTAMP(6)) - t) DAY TO SECOND)"),
    ("t - x", "t - x"),
    ("id - n - 1", "id - n - 1"),
]  # fmt: skip
MATCHING = [
    ("s ILIKE 'a%'", "LOWER(s) LIKE LOWER('a%')"),
    ("s NOT ILIKE s || '%'", "LOWER(s) NOT LIKE LOWER(s || '%') ESCAPE '\\'"),
    ("s ILIKE '!a\\%\\b%'", "LOWER(s) LIKE LOWER('!a#%b%') ESCAPE '#'"),
    ("s ILIKE 'a!%' ESCAPE '!'", "LOWER(s) LIKE LOWER('a!%') ESCAPE '!'"),
    ("s ILIKE 'a' ESCAPE 'X'",
     "0A000 ESCAPE: a letter as escape of ILIKE is not supported by Flink"),
    ("s LIKE 'a\\%'", "s LIKE 'a\\%'"),
    ("NOT s ~ '^a.b$'", "NOT REGEXP(s, '(?s)^a.b\\z')"),
    ("s !~* 'x[0-9]+'", "(NOT REGEXP(s, '(?iu)x[0-9]+'))"),
    ("s || 'x' ~ 'a\\$'", "REGEXP(s || 'x', 'a\\$')"),
    ("s ~ '(?i)a'", "0A000 ~: operator ~ with this pattern is not supported by Flink"),
    ("s !~ '\\d+'", "0A000 !~: operator !~ with this pattern is not supported by Flink"),
    ("s ~* s", "0A000 ~*: operator ~* with this pattern is not supported by Flink"),
]  # fmt: skip
JSON = [
    ("j ->> 'a'", "COALESCE(JSON_VALUE(j, 'lax $.a'), JSON_QUERY(j, 'lax $.a'))"),
    ("j -> 'b' -> 0 ->> 'x y'", "COALESCE(JSON_VALUE(j, 'lax $.b[0][''x y'']'),"
     " JSON_QUERY(j, 'lax $.b[0][''x y'']'))"),
    ("j #>> '{a,b}'", "COALESCE(JSON_VALUE(j, 'lax $.a.b'), JSON_QUERY(j, 'lax $.a.b'))"),
    ("(j ->> 'a')::int",
     "CAST((COALESCE(JSON_VALUE(j, 'lax $.a'), JSON_QUERY(j, 'lax $.a'))) AS INT)"),
    ("j -> 'a'", "0A000 ->: operator -> is not supported by Flink"),
    ("j ->> s", "0A000 ->>: this path into JSON is not supported by Flink"),
    ("j #>> '{a,0}'", "0A000 #>>: this path into JSON is not supported by Flink"),
    ("j ->> 'it''s'", "0A000 ->>: this path into JSON is not supported by Flink"),
]  # fmt: skip

# What parameters become: typed literals, and typed NULLs while a statement is only described.
PARAMETERS = [
    ("split_part(s, ',', CAST(NULL AS INT))", "SPLIT_INDEX(s, ',', CAST(NULL AS INT))"),
    ("date_trunc(CAST(NULL AS STRING), t)", "CASE WHEN FALSE THEN FLOOR(t TO DAY) END"),
    ("date_part(CAST('day' AS STRING), t)", "CAST(EXTRACT(DAY FROM FLOOR(t TO DAY)) AS DOUBLE)"),
    ("date_part(CAST(NULL AS STRING), t)", "CAST(NULL AS DOUBLE)"),
    ("to_char(t, CAST(NULL AS STRING))", "CAST(NULL AS STRING)"),
    ("string_agg(s, CAST(';' AS STRING))", "LISTAGG(s, ';')"),
    ("string_agg(s, CAST(NULL AS STRING))", "LISTAGG(s, '')"),
    ("s ~ CAST(NULL AS STRING)", "REGEXP(s, CAST(NULL AS STRING))"),
    ("s ILIKE CAST('A%' AS STRING)", "LOWER(s) LIKE LOWER(CAST('A%' AS STRING))"),
    ("j ->> CAST(NULL AS STRING)", "CAST(NULL AS STRING)"),
    ("id = ANY(CAST(NULL AS ARRAY<INT>))", "CAST(NULL AS BOOLEAN)"),
    ("id = ANY(CAST(ARRAY[] AS ARRAY<INT>))", "FALSE"),
    ("id <> ALL(CAST(ARRAY[] AS ARRAY<INT>))", "TRUE"),
    ("CAST(ARRAY[] AS ARRAY<INT>)", "0A000 ARRAY[]: Flink has no literal for an empty array"),
    ("d + (-7)", "TIMESTAMPADD(DAY, (-7), d)"),
    ("d - CAST(5 AS BIGINT)", "TIMESTAMPADD(DAY, -CAST(5 AS BIGINT), d)"),
    ("t - TIMESTAMP '2024-01-01 00:00:00'",
     "((t - TIMESTAMP '2024-01-01 00:00:00') DAY TO SECOND)"),
    ("t - INTERVAL -'1 02:00:00.000' DAY(3) TO SECOND(3)",
     "t - INTERVAL -'1 02:00:00.000' DAY(3) TO SECOND(3)"),
]  # fmt: skip
TABLES = TEXT + NUMBERS + ARITHMETIC + MATCHING + JSON + PARAMETERS


@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_said(text: str, expected: str) -> None:
    assert expression(text) == expected


def test_micros_that_an_interval_loses_are_told() -> None:
    result = translated("SELECT t6 - u6, t - u, t6 - u FROM t")
    assert "((t6 - u6) DAY TO SECOND), ((t - u) DAY TO SECOND)" in result.text
    assert [one.before for one in result.notices()] == ["t6 - u6", "t6 - u"]


def test_a_function_of_the_users_own_hides_the_idiom() -> None:
    mine = frozenset({"LENGTH"})
    assert translated("SELECT length(s) FROM t", functions=mine).text == "SELECT length(s) FROM t"


def test_positions_lead_back() -> None:
    sql = "SELECT date_trunc('day', wrong), split_part(other, ',', 1), id - lost FROM t"
    result = translated(sql)
    for word in ("wrong", "other", "lost", "FROM"):
        found = result.rewritten.position(result.text.index(word) + 1)
        assert found == sql.index(word) + 1
