"""Queries: read as a whole, each node at its place, written as an equal."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlglot import exp

from dialects.flink import Flink, Tree, parse
from dialects.splitter import single
from tests.dialects.world import lines
from tests.each import each

QUERIES = lines("flink_queries.txt")
CORPUS = lines("flink_statements.txt")
_FLINK = Flink()
# Nodes of the class of expressions that are none where they stand alone.
_PARTS = (exp.All, exp.Identifier, exp.If, exp.Kwarg, exp.Star, exp.Unnest, exp.Window)


# What stands in them follows rules of their own; a negated operator has its NOT inside.
_ELSEWHERE = (exp.DataType, exp.Dot, exp.IntervalSpan, exp.Not, exp.Pivot)


def read(sql: str) -> Tree:
    tree = parse(single(sql))
    assert tree is not None, sql
    return tree


def written(tree: Tree) -> str:
    return _FLINK.generate(tree.root)


@each(QUERIES)
def test_is_written_as_it_was_read(sql: str) -> None:
    """The texts of the list are in the generator's own form, but for names in double quotes."""
    assert written(read(sql)) == sql.replace('"row"', "`row`").replace("x'ff'", "X'ff'")


@each(CORPUS)
def test_what_is_written_reads_as_an_equal(sql: str) -> None:
    tree = parse(single(sql))
    if tree is None:  # each of these is decided in test_corpus
        return
    assert read(written(tree)).root == tree.root


@each(QUERIES + CORPUS)
def test_children_stand_in_their_parents_and_apart(sql: str) -> None:
    tree = parse(single(sql))
    if tree is None:
        return
    for node in tree.root.walk():
        first, last = tree.indexes(node)
        assert first < last, node
        children = sorted(tree.indexes(child) for child in node.iter_expressions())
        assert all(first <= start and end <= last for start, end in children), node
        assert all(one[1] <= other[0] for one, other in pairwise(children)), node


@each(QUERIES + CORPUS)
def test_the_text_of_an_expression_reads_as_an_equal(sql: str) -> None:
    tree = parse(single(sql))
    if tree is None:
        return
    for node in tree.root.find_all(exp.Condition):
        if isinstance(node, _PARTS) or isinstance(node.parent, _ELSEWHERE):
            continue
        if node.arg_key in ("subset", "unit"):
            continue
        alone = read(f"SELECT {tree.text(node)}").root
        assert alone.expressions == [node], tree.text(node)


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("COUNT(x)", exp.Anonymous),
        ("COALESCE(a, b)", exp.Anonymous),
        ("LEFT(a, 1)", exp.Anonymous),
        ("CURRENT_DATE", exp.Expression),
        ("a.b", exp.Column),
        ("DATE '2020-01-01'", exp.Expression),
        ("a::int", exp.Cast),
        ("offset", exp.Column),
        ("filter", exp.Column),
        ("date", exp.Column),
        ("interval", exp.Column),
        ("timestamp", exp.Column),
        ("exists", exp.Column),
        ("map", exp.Column),
        ("ilike", exp.Column),
        ("qualify", exp.Column),
    ],
)
def test_kinds_of_expressions(sql: str, kind: type[exp.Expr]) -> None:
    node = read(f"SELECT {sql} FROM t").root.expressions[0]
    assert isinstance(node, kind)
    assert not isinstance(node, exp.Alias)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT",
        "SELECT FROM t",
        "SELECT 1 1",
        "SELECT a b c FROM t",
        "SELECT * FROM t WHERE",
        "SELECT * FROM",
        "SELECT (1",
        "SELECT 1)",
        "SELECT f(a b)",
        "SELECT CASE END",
        "SELECT * FROM a JOIN b JOIN c",
        "SELECT 1 LIMIT 1 LIMIT 2",
        "SELECT 1; SELECT 2",
        "a + b",
        "SHOWW TABLES",
        "SELECT * FROM t LIMIT 1, 2",
        "SELECT * FROM t FOR whatever",
        "SELECT x FROM t GROUP x",
        "SELECT * FROM t MATCH_RECOGNIZE (PATTERN (a",
        "SELECT E'\\uZZZZ'",
    ],
)
def test_is_not_understood(sql: str) -> None:
    assert parse(single(sql)) is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a + b || c", "a + b || c"),
        ("a OR b AND c", "a OR b AND c"),
        ("NOT a = b", "NOT a = b"),
    ],
)
def test_levels(sql: str, expected: str) -> None:
    assert written(read(f"SELECT {sql}")) == f"SELECT {expected}"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT timestamp AS ts, 'x' FROM t",
        "SELECT time, timestamp FROM t WHERE timestamp = 'x'",
        "SELECT TIMESTAMP(3) WITH LOCAL TIME ZONE '2020-01-01', TIME(0) '00:00:00'",
        "SELECT TIMESTAMP WITHOUT TIME ZONE '2020-01-01', DOUBLE PRECISION '1'",
    ],
)
def test_types_may_be_names(sql: str) -> None:
    assert written(read(sql)) == sql


def test_precedence() -> None:
    def top(sql: str) -> type[exp.Expr]:
        return type(read(f"SELECT {sql}").root.expressions[0])

    assert top("a OR b AND c") is exp.Or
    assert top("NOT a = b") is exp.Not
    assert top("NOT a AND b") is exp.And
    assert top("a = b IS NULL") is exp.Is
    assert top("a + b * c") is exp.Add
    assert top("a * b || c") is exp.DPipe  # Calcite: as tight as *
    assert top("a LIKE b = c") is exp.EQ
    assert top("a BETWEEN 1 AND 2 AND c") is exp.And
    assert top("-a.b[1]::int") is exp.Neg


def test_intersect_binds_more_tightly() -> None:
    root = read("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3").root
    assert isinstance(root, exp.Union)
    assert isinstance(root.expression, exp.Intersect)


def test_comments_and_hints_stay() -> None:
    sql = "SELECT a /* x */, b -- y\nFROM t /*+ OPTIONS('k'='v') */ WHERE /* z */ a = 1"
    assert written(read(sql)) == (
        "SELECT a /* x */, b /* y */ FROM t /*+ OPTIONS('k'='v') */ /* z */ WHERE a = 1"
    )


def test_blanks_and_comments_within_a_keyword_of_two_words() -> None:
    assert written(read("SELECT a FROM t GROUP /* x */ BY a ORDER\n  BY a")) == (
        "SELECT a FROM t /* x */ GROUP BY a ORDER BY a"
    )


def test_a_comment_in_front_of_all_nodes_stays() -> None:
    assert written(read("SELECT /* x */ a FROM t")) == "/* x */ SELECT a FROM t"
