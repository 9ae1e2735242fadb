"""Option lists of statements: found wherever they are, edited with commas kept right."""

from __future__ import annotations

import pytest

from dialects import split
from dialects.flink import parse
from dialects.flink.hints import hinted_options
from dialects.flink.options import (
    Clause,
    OptionList,
    adding,
    editing,
    keyed,
    option_lists,
    removing,
    valued,
)
from dialects.rewriting import rewrite

LISTS = [
    ("CREATE TABLE c.d.t (id INT) WITH ('connector'='kafka', 'topic' = 'a''b')",
     [(Clause.WITH, "TABLE", ("c", "d", "t"), {"connector": "kafka", "topic": "a'b"})]),
    ("CREATE TABLE t WITH ('a'='1') LIKE o (INCLUDING ALL)",
     [(Clause.WITH, "TABLE", ("t",), {"a": "1"})]),
    ("REPLACE TABLE t WITH /* ( */ () AS SELECT 1", [(Clause.WITH, "TABLE", ("t",), {})]),
    ("CREATE CATALOG IF NOT EXISTS `my c` COMMENT 'x' WITH ('type'='paimon')",
     [(Clause.WITH, "CATALOG", ("my c",), {"type": "paimon"})]),
    ("CREATE DATABASE c.d WITH ('a'='1')", [(Clause.WITH, "DATABASE", ("c", "d"), {"a": "1"})]),
    ("CREATE FUNCTION f AS 'a.B' LANGUAGE JAVA WITH ('a'='1')",
     [(Clause.WITH, "FUNCTION", ("f",), {"a": "1"})]),
    ("CREATE MODEL m INPUT (x STRING) OUTPUT (y STRING) WITH ('provider'='openai')",
     [(Clause.WITH, "MODEL", ("m",), {"provider": "openai"})]),
    ("LOAD MODULE hive WITH ('hive-version'='2')",
     [(Clause.WITH, "MODULE", ("hive",), {"hive-version": "2"})]),
    ("ALTER TABLE IF EXISTS d.t SET ('a'='1', 'b'='2')",
     [(Clause.SET, "TABLE", ("d", "t"), {"a": "1", "b": "2"})]),
    ("ALTER TABLE t RESET ('a', 'b')", [(Clause.RESET, "TABLE", ("t",), {"a": None, "b": None})]),
    ("ALTER CATALOG c SET ('a'='1')", [(Clause.SET, "CATALOG", ("c",), {"a": "1"})]),
    ("SELECT 1", []),
]  # fmt: skip
HINTS = [
    ("INSERT INTO d.k /*+ OPTIONS('a'='1', 'b' = 'x,y') */ SELECT id FROM t",
     [(("d", "k"), {"a": "1", "b": "x,y"})]),
    ("INSERT INTO k SELECT id FROM c.d.`t` /*+ OPTIONS('a'='1') */",
     [(("c", "d", "t"), {"a": "1"})]),
]  # fmt: skip


def lists(sql: str) -> list[OptionList]:
    tree = parse(split(sql)[0])
    assert tree is not None
    return option_lists(tree)


@pytest.mark.parametrize(("sql", "expected"), LISTS)
def test_found(
    sql: str, expected: list[tuple[Clause, str, tuple[str, ...], dict[str, str | None]]]
) -> None:
    found = lists(sql)
    assert [
        (one.clause, one.kind, one.name, {entry.key: entry.value for entry in one.entries})
        for one in found
    ] == expected
    for one in found:
        assert sql[one.span[0]] == "(" and sql[one.span[1] - 1] == ")"


@pytest.mark.parametrize(("sql", "expected"), HINTS)
def test_found_in_hints(sql: str, expected: list[tuple[tuple[str, ...], dict[str, str]]]) -> None:
    found = hinted_options(split(sql)[0])
    assert [
        (one.name, {key: value for key, value, _, _ in one.entries}) for one in found
    ] == expected
    for key, value, key_span, value_span in (entry for one in found for entry in one.entries):
        assert sql[slice(*key_span)] == f"'{key}'"
        assert sql[slice(*value_span)] == f"'{value}'"


def test_a_hint_that_cannot_be_read_has_no_options() -> None:
    for hint in ("OPTIONS('a'='b', \")", "OPTIONS(", "OPTIONS", "OPTIONS('a')", "OPTIONS()",
                 "OPTIONS('a'=E'\\xff')"):  # fmt: skip
        found = hinted_options(split(f"SELECT * FROM t /*+ {hint} */")[0])
        assert [one.entries for one in found] in ([], [()])


def test_of_a_key_given_twice_the_last_counts() -> None:
    (one,) = lists("CREATE TABLE t (id INT) WITH ('a'='1','a'='2')")
    assert one.value("a") == "2" and one.entry("a") is one.entries[1]
    assert one.value("b") is None


@pytest.mark.parametrize(
    ("gone", "left"),
    [("a", "('b'='2' , 'c'='3')"), ("b", "('a'='1' , 'c'='3')"), ("c", "('a'='1', 'b'='2')"),
     ("ab", "('c'='3')"), ("bc", "('a'='1')"), ("ac", "('b'='2')"), ("abc", "()")],
)  # fmt: skip
def test_removing_keeps_commas_right(gone: str, left: str) -> None:
    sql = "ALTER TABLE t SET ('a'='1', 'b'='2' , 'c'='3')"
    (one,) = lists(sql)
    edits = removing(one, *(entry for entry in one.entries if entry.key in gone))
    assert rewrite(sql, edits).text == f"ALTER TABLE t SET {left}"


def test_adding_follows_the_layout() -> None:
    sql = "CREATE TABLE t (id INT) WITH (\n  'a' = '1', -- one\n  'b' = '2'\n)"
    (one,) = lists(sql)
    text = rewrite(sql, adding(one, ("c", "it's"))).text
    assert text == sql.replace("'2'\n", "'2',\n  'c' = 'it''s'\n")
    (one,) = lists("ALTER TABLE t SET ()")
    assert rewrite(one.source, adding(one, ("a", "1"))).text == "ALTER TABLE t SET ('a' = '1')"


def test_everything_may_be_replaced() -> None:
    (one,) = lists("ALTER TABLE t SET ('a'='1', 'b'='2')")
    edits = editing(one, remove=one.entries, add=[("c", "3"), ("d", "4")])
    assert rewrite(one.source, edits).text == "ALTER TABLE t SET ('c' = '3', 'd' = '4')"


def test_keys_and_values_change_in_place() -> None:
    sql = "INSERT INTO k /*+ OPTIONS('a'='1') */ SELECT 1"
    (one,) = lists(sql)
    assert (one.clause, one.kind, one.name) == (Clause.HINT, "TABLE", ("k",))
    edits = [keyed(one.entries[0], "b.c"), valued(one.entries[0], "2")]
    assert rewrite(sql, edits).text == "INSERT INTO k /*+ OPTIONS('b.c'='2') */ SELECT 1"
