"""Parameters: what the text says of their types, what Flink is asked, literals in place."""

from __future__ import annotations

import pytest

from dialects import Parameters, parameters, read_parameters, substitute
from dialects.inserted import inserted
from dialects.operands import LONGEST
from protocol.errors import SqlError
from tests.dialects.world import one

BY_TEXT = [
    ("SELECT $1::int, CAST($2 AS BIGINT), $3", {1: 23, 2: 20}),
    ("SELECT a FROM t LIMIT $1 OFFSET $2", {1: 20, 2: 20}),
    ("SELECT a FROM t FETCH NEXT $1 ROWS ONLY", {1: 20}),
    ("SELECT $1 :: timestamp(3) with time zone, $2::text[], $3::pg_catalog.int8",
     {1: 1184, 2: 1009, 3: 20}),
    ("SELECT a FROM t WHERE a LIKE $1 AND b || $2 = 'x' AND $3 NOT LIKE c", {1: 25, 2: 25, 3: 25}),
    ("SELECT $1::mood, $2 + 1", {2: 23}),
    ("SELECT $1 AS x, '$2'", {}),
    ("SELECT 2.5 * $1, $2 + 3000000000, - $3 * 1e3, ($4) - 1", {1: 1700, 2: 20, 3: 701, 4: 23}),
    ("SELECT DATE '2024-01-01' + $1, $2 * INTERVAL '1' DAY", {1: 1186, 2: 23}),
    ("SELECT $1 + b::bigint, $2 * CAST(x AS DECIMAL(9, 2)) FROM t", {1: 20, 2: 1700}),
    ("SELECT 1 FROM t WHERE a > $1 * 2 AND ($2 OR NOT $3)", {1: 23, 2: 16, 3: 16}),
    ("SELECT 1 FROM t WHERE $1 IS NULL OR $2 IS TRUE", {2: 16}),
    ("SELECT CASE WHEN $1 THEN $2 ELSE 0 END, CASE 5 WHEN $3 THEN 'x' END", {1: 16, 2: 23, 3: 23}),
    ("SELECT substring(a, $1, $2), substring(a from $3 for $4), arr[$5], round(x, $6) FROM t",
     {1: 23, 2: 23, 3: 23, 4: 23, 5: 23, 6: 23}),
    ("SELECT coalesce($1, 0), mod($2, 7), nullif($3, 'x'), power($4, 2), if($5, $6, 1)",
     {1: 23, 2: 23, 3: 25, 4: 701, 5: 16, 6: 23}),
    ("SELECT 1 FROM t WHERE $1 IN (1, 2) AND $2 BETWEEN 1 AND 5", {1: 23, 2: 23}),
    ("SELECT f($1), $2 FROM t", {}),
    ("SELECT 1 FROM t WHERE 5 = ANY($1) AND 'a' <> ALL ($2) AND split_part(s, ',', $3) = 'x'",
     {1: 1007, 2: 1009, 3: 23}),
    ("SELECT EXTRACT(YEAR FROM $1), a IS DISTINCT FROM b FROM t", {}),
]  # fmt: skip
# Statement → number: the operands that Flink is asked of, the nearest first, and the question.
ASKED = [
    ("SELECT id * $1 FROM t", {1: ["id"]}, "SELECT id AS p0 FROM t"),
    ("SELECT 1 FROM t WHERE t.a = $1 AND $2 < b", {1: ["t.a"], 2: ["b"]},
     "SELECT t.a AS p0, b AS p1 FROM t"),
    ('SELECT 1 FROM t WHERE "A b" <> $1', {1: ['"A b"']}, 'SELECT "A b" AS p0 FROM t'),
    ("SELECT 1 FROM t WHERE a + b = ANY ($1)", {1: ["a + b"]}, "SELECT a + b AS p0 FROM t"),
    ("SELECT 1 FROM t WHERE a IN ($1, 2) OR b NOT IN ($2)", {1: ["a"], 2: ["b"]},
     "SELECT a AS p0, b AS p1 FROM t"),
    ("SELECT 1 FROM t WHERE x.a NOT BETWEEN 1 AND $1 AND b BETWEEN $2 AND c",
     {1: ["x.a"], 2: ["b"]},
     "SELECT x.a AS p0, b AS p1 FROM t"),
    ("SELECT 1 FROM t WHERE f(a) = $1 AND a + b = $2 AND $3 = g(x) * 2 + y",
     {1: ["f(a)"], 2: ["a + b"], 3: ["g(x) * 2 + y"]},
     "SELECT f(a) AS p0, a + b AS p1, g(x) * 2 + y AS p2 FROM t"),
    ("SELECT a - b * $1, (a - b) * $2, a * b - $3 FROM t",
     {1: ["b", "a"], 2: ["(a - b)"], 3: ["a * b"]},
     "SELECT b AS p0, a AS p1, (a - b) AS p2, a * b AS p3 FROM t"),
    ("SELECT CASE WHEN x THEN $1 ELSE id END FROM t", {1: ["id"]}, "SELECT id AS p0 FROM t"),
    ("SELECT COALESCE($1, 0, price) FROM t", {1: ["price"]}, "SELECT price AS p0 FROM t"),
    ("SELECT $1 a, $2 + b c FROM t", {2: ["b"]}, "SELECT b AS p0 FROM t"),
    ("UPDATE t SET a = $1, b = b + $2 WHERE c = $3", {1: ["a"], 2: ["b", "b"], 3: ["c"]},
     "SELECT a AS p0, b AS p1, b AS p2, c AS p3 FROM t"),
    ("DELETE FROM t WHERE a = $1", {1: ["a"]}, "SELECT a AS p0 FROM t"),
    ("WITH c AS (SELECT 1 AS x), d (y) AS (TABLE c) SELECT * FROM d AS e WHERE e.y = $1",
     {1: ["e.y"]}, "WITH c AS (SELECT 1 AS x), d (y) AS (TABLE c) SELECT e.y AS p0 FROM d AS e"),
    ("SELECT 1 FROM t JOIN u ON t.a = u.a AND u.b > 1 GROUP BY a HAVING count(*) > $1",
     {1: ["count(*)"]}, "SELECT count(*) AS p0 FROM t JOIN u ON t.a = u.a AND u.b > 1"),
    ("SELECT 1 FROM t WHERE a IS NOT DISTINCT FROM $1 AND $2 IN (SELECT b FROM u)",
     {1: ["a"], 2: ["(SELECT b FROM u)"]},
     "SELECT a AS p0, (SELECT b FROM u) AS p1 FROM t"),
    ("SELECT sum(x) OVER (PARTITION BY y) * $1 FROM t", {1: ["sum(x) OVER (PARTITION BY y)"]},
     "SELECT sum(x) OVER (PARTITION BY y) AS p0 FROM t"),
    ("SELECT lag(x, 1, $1), mod(y, $2) FROM t", {1: ["x"], 2: ["y"]},
     "SELECT x AS p0, y AS p1 FROM t"),
]  # fmt: skip
SLOTS = [
    ("INSERT INTO t VALUES ($1, $2), (3 + $3, f($4))", {1: 0, 2: 1}),
    ('INSERT INTO t (a, "B") VALUES ($1, $2), ($3, 5)', {1: "a", 2: "B", 3: "a"}),
    ("INSERT INTO c.d.t (b, a) SELECT $1, x, $2 FROM s WHERE y = $3", {1: "b"}),
    ("INSERT OVERWRITE t SELECT x, $1 AS y, (SELECT $2), $3 + 1 FROM s", {1: 1}),
    ("INSERT INTO t WITH c AS (SELECT $1) SELECT 1, $2 FROM c UNION ALL SELECT $3, 2 FROM d",
     {2: 1, 3: 0}),
    ("INSERT INTO t SELECT *, $1 FROM s", {}),
    ("INSERT INTO t SELECT a * 2, $1 FROM s", {1: 1}),
    ("INSERT INTO t PARTITION (p = 'x') VALUES ($1)", {}),
    ("INSERT INTO t PARTITION (p = 'x') (a) VALUES ($1)", {1: "a"}),
    ("EXPLAIN INSERT INTO t VALUES ($1)", {1: 0}),
    ("SELECT $1", {}),
]  # fmt: skip


def numbered(read: Parameters) -> dict[int, list[str]]:
    text, tokens = read.statement.text, read.statement.tokens
    return {
        place.number: [text[tokens[a].start : tokens[b - 1].end] for (a, b), _ in place.asked]
        for place in read.places
        if place.asked
    }


def test_numbers() -> None:
    assert parameters(one("SELECT $2, $1, $2, '$9', $$ $8 $$, \"$7\" -- $6")) == (1, 2)
    assert parameters(one("SELECT a$1 FROM t")) == ()


@pytest.mark.parametrize(("sql", "types"), BY_TEXT)
def test_types_by_the_text_alone(sql: str, types: dict[int, int]) -> None:
    assert read_parameters(one(sql)).known({}) == types


@pytest.mark.parametrize(("sql", "operands", "question"), ASKED)
def test_operands_that_flink_is_asked_of(
    sql: str, operands: dict[int, list[str]], question: str
) -> None:
    read = read_parameters(one(sql))
    assert numbered(read) == operands
    assert not read.known({})
    (scope,) = {place.scope for place in read.places if place.asked}
    spans = [span for place in read.places for span, _ in place.asked]
    assert read.question(scope, spans, {}) == question


def test_a_declared_type_needs_no_context() -> None:
    read = read_parameters(one("SELECT $1 + 1, $2 LIMIT $3"))
    assert read.known({1: 20}) == {3: 20}


def test_the_first_place_that_says_something_decides() -> None:
    assert read_parameters(one("SELECT $1, $1 + 1, $1 || 'x'")).known({}) == {1: 23}


def test_each_select_is_asked_for_itself_with_its_parameters_as_nulls() -> None:
    sql = "SELECT 1 FROM (SELECT b + $1 AS c FROM u WHERE d = $2) AS s WHERE s.c < $3"
    inner, _, outer = read_parameters(one(sql)).places
    read = read_parameters(one(sql))
    inner, _, outer = read.places
    assert inner.scope.closed < outer.scope.closed
    assert inner.scope.parent is outer.scope
    assert read.question(outer.scope, [outer.asked[0][0]], {1: 20}) == (
        "SELECT s.c AS p0 FROM (SELECT b + CAST(NULL AS BIGINT) AS c FROM u "
        "WHERE d = CAST(NULL AS INT)) AS s"
    )


def test_an_operand_with_an_open_parameter_waits() -> None:
    read = read_parameters(one("SELECT 1 FROM t WHERE a + $1 > $2 AND b IN ($3, $4)"))
    spans = {place.number: [span for span, _ in place.asked] for place in read.places}
    assert not read.answerable(spans[2][0], {})
    assert read.answerable(spans[2][0], {1: 20})
    assert not read.answerable(spans[3][1], {})
    assert read.parameter_at(spans[3][1]) == 4


@pytest.mark.parametrize(("sql", "slots"), SLOTS)
def test_columns_that_an_insert_fills(sql: str, slots: dict[int, str | int]) -> None:
    statement = one(sql)
    found = inserted(statement)
    named = found.slots if found is not None else {}
    assert {int(statement.tokens[i].text[1:]): slot for i, slot in named.items()} == slots


def test_long_operands_are_left_alone() -> None:
    chain = " + ".join(["a"] * LONGEST)
    assert numbered(read_parameters(one(f"SELECT {chain} + $1 FROM t"))) == {}
    assert numbered(read_parameters(one(f"SELECT f({chain}) + $1 FROM t"))) != {}


def test_substitute() -> None:
    sql = "SELECT $1, '$1', $10 FROM t WHERE a = $1"
    rewritten = substitute(one(sql), {1: "'x'", 10: "(-5)"})
    assert rewritten.text == "SELECT 'x', '$1', (-5) FROM t WHERE a = 'x'"
    assert rewritten.position(rewritten.text.index("FROM") + 1) == sql.index("FROM") + 1
    assert rewritten.position(rewritten.text.index("(-5)") + 1) == sql.index("$10") + 1


def test_substitute_by_token() -> None:
    rewritten = substitute(
        one("SELECT $1 LIMIT $1"), {1: "CAST(2 AS BIGINT)", 3: "2"}, by_token=True
    )
    assert rewritten.text == "SELECT CAST(2 AS BIGINT) LIMIT 2"


def test_nothing_to_substitute() -> None:
    statement = one("SELECT a FROM t")
    assert substitute(statement, {}).text is statement.text


def test_missing_value() -> None:
    with pytest.raises(SqlError) as caught:
        substitute(one("SELECT $1, $2"), {1: "1"})
    assert (caught.value.sqlstate, caught.value.position) == ("42P02", 12)
    assert caught.value.message == "there is no parameter $2"
