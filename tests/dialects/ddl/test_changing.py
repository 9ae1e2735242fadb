"""ALTER applied to definitions: the outcomes are those of Flink 2.3 (test_ddl_flink asks it)."""

from __future__ import annotations

import pytest

from dialects import single
from dialects.ddl import apply, read_ddl, render
from dialects.ddl.model import Alter, Create, ObjectKind, TableDefinition, ViewDefinition
from protocol.errors import SqlError
from tests.dialects.ddl.alterations import ALTERED, PLAIN, REFUSED, RICH


def definition(sql: str) -> TableDefinition:
    found = read_ddl(single(sql))
    assert isinstance(found, Create) and isinstance(found.definition, TableDefinition)
    return found.definition


def altered(base: str, text: str) -> TableDefinition:
    action = read_ddl(single(f"ALTER TABLE t {text}"))
    assert isinstance(action, Alter)
    found = apply(definition(base.format("t")), action.actions)
    assert isinstance(found, TableDefinition)
    return found


@pytest.mark.parametrize(("base", "text", "expected"), ALTERED)
def test_altered(base: str, text: str, expected: dict[str, str]) -> None:
    """`expected`: the lines of the rendered text that are new (""), or what became of old ones."""
    before = render(ObjectKind.TABLE, "t", definition(base.format("t"))).splitlines()
    after = render(ObjectKind.TABLE, "t", altered(base, text)).splitlines()
    bare = [line.strip().rstrip(",") for line in before]
    gone = [line for line in bare if line not in [a.strip().rstrip(",") for a in after]]
    new = [a for line in after if (a := line.strip().rstrip(",")) not in bare]
    assert {"-": gone, "+": new} == {
        "-": [line for line in expected.get("-", "").split("\n") if line],
        "+": [line for line in expected.get("+", "").split("\n") if line],
    }
    if "order" in expected:
        assert " ".join(c.name for c in altered(base, text).columns) == expected["order"]


@pytest.mark.parametrize(("base", "text", "sqlstate"), REFUSED)
def test_refused(base: str, text: str, sqlstate: str) -> None:
    with pytest.raises(SqlError) as caught:
        altered(base, text)
    assert caught.value.sqlstate == sqlstate
    position = caught.value.position
    assert position is None or position > len("ALTER TABLE t ")


def test_what_depends_is_told() -> None:
    with pytest.raises(SqlError) as caught:
        altered(RICH, "DROP a")
    assert caught.value.message == (
        'cannot drop column "a" because other parts of the table depend on it'
    )
    assert caught.value.detail == (
        'computed column "c" depends on it\nthe primary key depends on it'
    )


def test_certain_follows_the_columns() -> None:
    assert not definition(RICH.format("t")).certain
    assert altered(RICH, "DROP c").certain
    assert not altered(PLAIN, "ADD n AS a + 1").certain


def test_the_result_belongs_to_no_text() -> None:
    found = altered(RICH, "ADD n INT, SET ('y' = '1')")
    assert {c.position for c in found.columns} == {0}
    assert {(o.position, o.value_position) for o in found.options} == {(0, 0)}


def test_columns_of_a_query_are_not_guessed() -> None:
    with pytest.raises(ValueError, match="resolved"):
        altered("CREATE TABLE {} LIKE b", "DROP a")
    assert altered("CREATE TABLE {} LIKE b", "SET ('a' = 'b')").options[0].value == "b"


def test_a_view_takes_a_new_query_and_its_columns() -> None:
    view = read_ddl(single("CREATE VIEW v (a) COMMENT 'x' AS SELECT 1"))
    change = read_ddl(single("ALTER VIEW v AS SELECT 2 AS z"))
    assert isinstance(view, Create) and isinstance(change, Alter)
    found = apply(view.definition, change.actions)
    assert isinstance(found, ViewDefinition)
    assert (found.columns, found.comment) == ((), "x")
    assert found.query.start == len("ALTER VIEW v AS ")


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (
            "CREATE DATABASE d WITH ('a' = '1', 'b' = '2')",
            "ALTER DATABASE d SET ('b' = '3', 'c' = '4')",
            "CREATE DATABASE d\nWITH (\n  'a' = '1',\n  'b' = '3',\n  'c' = '4'\n)",
        ),
        (
            "CREATE CATALOG c WITH ('type' = 'x', 'b' = '2')",
            "ALTER CATALOG c RESET ('b')",
            "CREATE CATALOG c\nWITH (\n  'type' = 'x'\n)",
        ),
        (
            "CREATE CATALOG c WITH ('type' = 'x')",
            "ALTER CATALOG c COMMENT 'n'",
            "CREATE CATALOG c\nCOMMENT 'n'\nWITH (\n  'type' = 'x'\n)",
        ),
        (
            "CREATE FUNCTION f AS 'a' LANGUAGE JAVA USING JAR 'x'",
            "ALTER FUNCTION f AS 'b'",
            "CREATE FUNCTION f AS 'b'",
        ),
        (
            "CREATE MODEL m INPUT (x INT) OUTPUT (y INT) WITH ('a' = '1')",
            "ALTER MODEL m SET ('a' = '2')",
            "CREATE MODEL m INPUT (x INT) OUTPUT (y INT)\nWITH (\n  'a' = '2'\n)",
        ),
    ],
)
def test_other_kinds(before: str, change: str, after: str) -> None:
    create, alter = read_ddl(single(before)), read_ddl(single(change))
    assert isinstance(create, Create) and isinstance(alter, Alter)
    name = create.path.parts[0]
    assert render(create.kind, name, apply(create.definition, alter.actions)) == after


def test_column_comments_of_postgres() -> None:
    change = read_ddl(single("COMMENT ON COLUMN t.b IS 'new'"))
    assert isinstance(change, Alter)
    found = apply(definition(PLAIN.format("t")), change.actions)
    assert isinstance(found, TableDefinition)
    assert [c.comment for c in found.columns] == [None, "new", None]
