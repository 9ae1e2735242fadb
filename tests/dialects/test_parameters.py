"""Parameters: numbers, types from context, columns beside them, literals in their place."""

from __future__ import annotations

import pytest

from dialects import column_context, guess_parameter_types, parameters, substitute
from protocol.errors import SqlError
from tests.dialects.world import one

TYPES = [
    ("SELECT $1::int, CAST($2 AS BIGINT), $3", {1: 23, 2: 20}),
    ("SELECT a FROM t LIMIT $1 OFFSET $2", {1: 20, 2: 20}),
    ("SELECT a FROM t FETCH NEXT $1 ROWS ONLY", {1: 20}),
    ("SELECT $1 :: timestamp(3) with time zone, $2::text[], $3::pg_catalog.int8",
     {1: 1184, 2: 1009, 3: 20}),
    ("SELECT a FROM t WHERE a LIKE $1 AND b || $2 = 'x'", {1: 25, 2: 25}),
    ("SELECT $1::mood, $2 + 1", {}),
    ("SELECT $1 AS x, '$2'", {}),
]  # fmt: skip
COLUMNS = [
    ("SELECT 1 FROM t WHERE t.a = $1 AND $2 < b", {1: ("t", "a"), 2: ("b",)}),
    ('SELECT 1 FROM t WHERE "A b" <> $1', {1: ("A b",)}),
    ("SELECT 1 FROM t WHERE a IN ($1, 2, $2) OR b NOT IN ($3)", {1: ("a",), 2: ("a",), 3: ("b",)}),
    ("SELECT 1 FROM t WHERE a BETWEEN $1 AND $2", {1: ("a",), 2: ("a",)}),
    ("SELECT 1 FROM t WHERE x.a NOT BETWEEN 1 AND $1", {1: ("x", "a")}),
    ("SELECT 1 FROM t WHERE a NOT LIKE $1", {1: ("a",)}),
    ("SELECT 1 FROM t WHERE f(a) = $1 AND a + b = $2 AND a::int = $3 AND $4 = g(x)", {}),
    ("SELECT 1 FROM t WHERE $1 = b + 1", {}),
    ("UPDATE t SET a = $1, b = $2 WHERE c = $3", {1: ("a",), 2: ("b",), 3: ("c",)}),
    ('INSERT INTO t (a, "B") VALUES ($1, $2), ($3, f($4))', {1: ("a",), 2: ("B",), 3: ("a",)}),
    ("INSERT INTO t VALUES ($1)", {}),
    ("SELECT '= $1'", {}),
]


def test_numbers() -> None:
    assert parameters(one("SELECT $2, $1, $2, '$9', $$ $8 $$, \"$7\" -- $6")) == (1, 2)
    assert parameters(one("SELECT a$1 FROM t")) == ()


@pytest.mark.parametrize(("sql", "types"), TYPES)
def test_types(sql: str, types: dict[int, int]) -> None:
    assert guess_parameter_types(one(sql)) == types


@pytest.mark.parametrize(("sql", "columns"), COLUMNS)
def test_columns(sql: str, columns: dict[int, tuple[str, ...]]) -> None:
    assert column_context(one(sql)) == columns


def test_substitute() -> None:
    sql = "SELECT $1, '$1', $10 FROM t WHERE a = $1"
    rewritten = substitute(one(sql), {1: "'x'", 10: "(-5)"})
    assert rewritten.text == "SELECT 'x', '$1', (-5) FROM t WHERE a = 'x'"
    assert rewritten.position(rewritten.text.index("FROM") + 1) == sql.index("FROM") + 1
    assert rewritten.position(rewritten.text.index("(-5)") + 1) == sql.index("$10") + 1


def test_long_lists_take_one_pass() -> None:
    numbers = range(1, 60_001)
    items = ", ".join(f"${n}" for n in numbers)
    statement = one(f"SELECT 1 FROM t WHERE a IN ({items})")
    assert column_context(statement) == {n: ("a",) for n in numbers}


def test_nothing_to_substitute() -> None:
    statement = one("SELECT a FROM t")
    assert substitute(statement, {}).text is statement.text


def test_missing_value() -> None:
    with pytest.raises(SqlError) as caught:
        substitute(one("SELECT $1, $2"), {1: "1"})
    assert (caught.value.sqlstate, caught.value.position) == ("42P02", 12)
    assert caught.value.message == "there is no parameter $2"
