"""Statements: what is read of them, where each part of them stands, how they are written."""

from __future__ import annotations

import pytest
from sqlglot import exp

from dialects import split
from dialects.flink import Tree, nodes, parse
from dialects.vocabulary import FLINK_SHOW
from tests.dialects.world import lines


def read(sql: str) -> Tree:
    tree = parse(split(sql)[0])
    assert tree is not None, sql
    return tree


def written(tree: Tree) -> str:
    return tree.root.sql(dialect="flink")


# Each in the one form in which it is also written.
FORMS = lines("statement_forms.txt")


@pytest.mark.parametrize("sql", FORMS)
def test_is_written_as_it_was_read(sql: str) -> None:
    tree = read(sql)
    assert written(tree) == sql
    assert tree.text(tree.root) == sql


@pytest.mark.parametrize("sql", FORMS)
def test_every_part_has_its_place(sql: str) -> None:
    """Within its parent's, and so that what was read there reads as the same node."""
    tree = read(sql)
    for node in tree.root.walk():
        start, end = tree.span(node)
        assert 0 <= start < end <= len(sql)
        if node.parent is not None:
            outer = tree.span(node.parent)
            assert outer[0] <= start and end <= outer[1], (node, node.parent)


PLACES = [
    ("create table t (id INT,  constraint pk  primary key(id)  not enforced, b INT)",
     nodes.Constraint, "constraint pk  primary key(id)  not enforced"),
    ("CREATE TABLE t (a TIMESTAMP(3), watermark for a as a - INTERVAL '1' SECOND)",
     nodes.Watermark, "watermark for a as a - INTERVAL '1' SECOND"),
    ("CREATE TABLE t (a INT, b INT metadata from 'x' virtual comment 'c')",
     nodes.Metadata, "metadata from 'x' virtual"),
    ("CREATE TABLE t (a INT, b INT metadata from 'x' virtual comment 'c')",
     nodes.Comment, "comment 'c'"),
    ("CREATE TABLE t (a INT, b as a /* x */ + 1 )", nodes.Computed, "as a /* x */ + 1"),
    ("CREATE TABLE t (a INT) distributed by (a) into 3 buckets with ('a'='b')",
     nodes.Distribution, "distributed by (a) into 3 buckets"),
    ("CREATE TABLE t (a INT) partitioned by (a) with ('a'='b')",
     nodes.PartitionedBy, "partitioned by (a)"),
    ("CREATE TABLE t (a INT) with ('a' = 'b', 'c'='d')  LIKE o",
     nodes.Options, "with ('a' = 'b', 'c'='d')"),
    ("CREATE TABLE t (a INT) with ('a' = 'b')", nodes.Option, "'a' = 'b'"),
    ("CREATE TABLE t LIKE o (including all  EXCLUDING OPTIONS)",
     nodes.Like, "LIKE o (including all  EXCLUDING OPTIONS)"),
    ("CREATE MATERIALIZED TABLE t freshness = INTERVAL '1' DAY refresh_mode = full AS SELECT 1",
     nodes.Freshness, "freshness = INTERVAL '1' DAY"),
    ("CREATE MATERIALIZED TABLE t freshness = INTERVAL '1' DAY refresh_mode = full AS SELECT 1",
     nodes.RefreshMode, "refresh_mode = full"),
    ("SHOW VIEWS from c.d  not like 'a'", nodes.Scope, "from c.d"),
    ("SHOW VIEWS from c.d  not like 'a'", nodes.Pattern, "not like 'a'"),
    ("EXPLAIN changelog_mode,  plan_advice SELECT 1", nodes.Detail, "changelog_mode"),
    ("INSERT INTO t SELECT 1  on conflict  do nothing", nodes.Conflict, "on conflict  do nothing"),
    ("ALTER TABLE t add (a INT after b, c INT)", nodes.Place, "after b"),
    ("CREATE FUNCTION f AS 'a' USING jar 'b', artifact 'c'", nodes.Resource, "jar 'b'"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "kind", "text"), PLACES)
def test_places(sql: str, kind: type[exp.Expr], text: str) -> None:
    tree = read(sql)
    assert tree.text(tree.find(kind)[0]) == text


def test_a_chosen_word_has_a_place() -> None:
    tree = read("create  or  replace  temporary table if  not exists t (a INT)")
    create = tree.find(nodes.CreateTable)[0]
    texts = [tree.text(create.args[name]) for name in ("replace", "temporary", "exists")]
    assert texts == ["or  replace", "temporary", "if  not exists"]
    assert create.args["replace"].name == "OR REPLACE"


def test_names_keep_their_quotes() -> None:
    tree = read('CREATE TABLE `a b`.`c``d`.e (`select` INT, "X" INT)')
    assert written(tree) == "CREATE TABLE `a b`.`c``d`.e (`select` INT, `X` INT)"


def test_words_may_be_names() -> None:
    for sql in ("DESCRIBE model", "DESC job", "ALTER TABLE t ADD comment STRING",
                "CREATE TABLE t (first INT, metadata STRING)", "USE jobs"):  # fmt: skip
        assert written(read(sql)) == sql


REFUSED = [
    "CREATE TABLE t (a INT", "CREATE TABLE t (a INT,)", "CREATE TABLE t (a INT) WITH ('a')",
    "CREATE TABLE", "SHOW TABLE", "ALTER TABLE t", "ALTER TABLE t ADD", "DROP t", "USE",
    "INSERT INTO t", "EXECUTE", "EXPLAIN", "STOP JOB x", "SET a", "COMMIT",
    "GRANT SELECT ON t TO x", "CREATE TABLE a.b.c.d (x INT)",
    "INSERT INTO t SELECT 1 ON CONFLICT DO", "BEGIN", "LISTEN x",
]  # fmt: skip


@pytest.mark.parametrize("sql", REFUSED)
def test_what_is_none_of_flinks_makes_no_tree(sql: str) -> None:
    assert parse(split(sql)[0]) is None


@pytest.mark.parametrize("word", sorted(FLINK_SHOW - {"CREATE", "PARTITIONS"}))
def test_what_the_classification_takes_for_flinks_is_read(word: str) -> None:
    rest = {"FULL": "MODULES", "CURRENT": "CATALOG", "MATERIALIZED": "TABLES", "USER": "FUNCTIONS"}
    read(f"SHOW {word} {rest.get(word, '')}")
