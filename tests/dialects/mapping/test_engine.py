"""Rounds, overlaps, positions and refusals, shown by small rules of the tests' own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from dialects import split
from dialects.mapping import Change, Refusal, Rule, Target, Translation, translate
from dialects.mapping.model import Text
from dialects.rewriting import Edit, moving
from dialects.versions import Version
from protocol.errors import SqlError

OLD, NEW = Version(1, 16), Version(2, 3)


def swapped(text: Text, target: Target) -> Iterable[Change]:
    """SWAP(a, b) becomes b - a."""
    assert text.tree is not None
    for call in text.tree.find(exp.Anonymous):
        if call.name.upper() == "SWAP":
            start, end = text.tree.span(call)
            first, second = (text.tree.span(one) for one in call.expressions)
            yield Change.of(moving(text.tree.source, start, end, "(", second, " - ", first, ")"))


def renamed(text: Text, target: Target) -> Iterable[Change]:
    for token in text.statement.tokens:
        if token.text == "old_name":
            yield Change.of(Edit(token.start, token.end, "n"))


def no_foo(text: Text, target: Target) -> Iterable[Refusal]:
    for token in text.statement.tokens:
        if token.text.upper() == "FOO":
            yield Refusal(SqlError("0A000", "no foo", position=token.start + 1))


SWAP = Rule("test.swap", swapped, "swapped", words=frozenset({"SWAP"}))
RENAME = Rule("test.rename", renamed, "renamed", before=NEW, notice=True)
FOO = Rule("test.foo", no_foo, "no foo", words=frozenset({"FOO"}))


def run(sql: str, version: Version = OLD) -> Translation:
    return translate(split(sql)[0], Target(version), [SWAP, RENAME, FOO])


def test_nothing_to_do_is_the_identical_string() -> None:
    sql = "SELECT  a -- b\n FROM t"
    result = run(sql)
    assert result.text is split(sql)[0].text or result.text == sql
    assert result.applied == ()


def test_nested_changes_take_rounds_and_keep_every_place() -> None:
    sql = "SELECT SWAP(old_name, SWAP(x, yy)) FROM t"
    result = run(sql)
    assert result.text == "SELECT ((yy - x) - n) FROM t"
    for name in ("x", "yy", "FROM"):
        assert result.rewritten.position(result.text.index(name) + 1) == sql.index(name) + 1
    assert result.rewritten.position(result.text.index(" n)") + 2) == sql.index("old_name") + 1


def test_each_change_says_what_it_did() -> None:
    result = run("SELECT SWAP(a, b), old_name FROM t")
    assert [(one.rule, one.before, one.after, one.position) for one in result.applied] == [
        ("test.swap", "SWAP(a, b)", "(b - a)", 8),
        ("test.rename", "old_name", "n", 20),
    ]
    assert [one.rule for one in result.notices()] == ["test.rename"]


def test_a_rule_keeps_to_its_versions() -> None:
    assert run("SELECT old_name FROM t", NEW).text == "SELECT old_name FROM t"


def test_a_refusal_points_into_the_source() -> None:
    sql = "SELECT old_name, SWAP(a, foo) FROM t"
    result = run(sql)
    assert result.refusal is not None
    assert result.refusal.position == sql.index("foo") + 1


def test_the_lexical_rewrites_come_first() -> None:
    result = run('SELECT "a"::int FROM t')
    assert result.text == "SELECT CAST(`a` AS INT) FROM t"
    assert {one.rule for one in result.applied} == {"idiom.quotes", "idiom.cast"}
