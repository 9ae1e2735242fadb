"""ALTER and COMMENT ON: which actions are read, what is left to Flink, what is refused."""

from __future__ import annotations

import pytest

from dialects import single
from dialects.ddl import read_ddl
from dialects.ddl.model import (
    Action,
    AddColumn,
    Alter,
    ColumnDefinition,
    ColumnKind,
    DropColumns,
    DropPart,
    ModifyColumn,
    ObjectKind,
    Option,
    Other,
    Path,
    Placement,
    PrimaryKey,
    Rename,
    RenameColumn,
    ResetOptions,
    SetColumnComment,
    SetComment,
    SetDistribution,
    SetOptions,
    SetOwner,
    SetPrimaryKey,
    SetQuery,
    SetRest,
    SetSchema,
    SetWatermark,
    Span,
    Watermark,
)
from protocol.errors import SqlError


def alter(sql: str) -> Alter:
    found = read_ddl(single(sql))
    assert isinstance(found, Alter)
    return found


def column(name: str, type_: str, position: int, comment: str | None = None) -> ColumnDefinition:
    return ColumnDefinition(name, type=type_, position=position, comment=comment)


# behind `ALTER TABLE t `, whose length is 14
TABLE: dict[str, list[Action]] = {
    "ADD n INT": [AddColumn(column("n", "INT", 19))],
    "ADD COLUMN n INT": [AddColumn(column("n", "INT", 26))],
    "ADD COLUMN n int4, ADD COLUMN o text": [
        AddColumn(column("n", "INT", 26)),
        AddColumn(column("o", "STRING", 45)),
    ],
    "ADD (n INT FIRST, o INT COMMENT 'c' AFTER n)": [
        AddColumn(column("n", "INT", 20), Placement()),
        AddColumn(column("o", "INT", 33, "c"), Placement("n")),
    ],
    "ADD n AS a + first FIRST": [
        AddColumn(
            ColumnDefinition("n", ColumnKind.COMPUTED, expression="a + first", position=19),
            Placement(),
        )
    ],
    "ADD n INT METADATA VIRTUAL": [
        AddColumn(ColumnDefinition("n", ColumnKind.METADATA, "INT", virtual=True, position=19))
    ],
    "ADD n INT NOT NULL PRIMARY KEY NOT ENFORCED": [
        AddColumn(ColumnDefinition("n", type="INT", nullable=False, position=19)),
        SetPrimaryKey(PrimaryKey(("n",), None, 34)),
    ],
    "ADD CONSTRAINT k PRIMARY KEY (a, b) NOT ENFORCED": [
        SetPrimaryKey(PrimaryKey(("a", "b"), "k", 19))
    ],
    "ADD WATERMARK FOR t AS t": [SetWatermark(Watermark(("t",), "t", 19))],
    "ADD (x TIMESTAMP(3), WATERMARK FOR x AS x)": [
        AddColumn(column("x", "TIMESTAMP(3)", 20)),
        SetWatermark(Watermark(("x",), "x", 36)),
    ],
    "ADD DISTRIBUTION BY HASH(a) INTO 3 BUCKETS": [SetDistribution("BY HASH(`a`) INTO 3 BUCKETS")],
    "MODIFY n INT FIRST": [ModifyColumn(column("n", "INT", 22), Placement())],
    "MODIFY (n VARCHAR(20), WATERMARK FOR t AS t)": [
        ModifyColumn(column("n", "VARCHAR(20)", 23)),
        SetWatermark(Watermark(("t",), "t", 38), modify=True),
    ],
    "MODIFY DISTRIBUTION INTO 3 BUCKETS": [SetDistribution("INTO 3 BUCKETS", modify=True)],
    "DROP a": [DropColumns(("a",), 20)],
    "DROP COLUMN a": [DropColumns(("a",), 27)],
    "DROP (a, `b c`)": [DropColumns(("a", "b c"), 20)],
    "DROP PRIMARY KEY": [DropPart("PRIMARY KEY", None, 20)],
    "DROP CONSTRAINT k": [DropPart("CONSTRAINT", "k", 20)],
    "DROP WATERMARK": [DropPart("WATERMARK", None, 20)],
    "DROP `WATERMARK`": [DropColumns(("WATERMARK",), 20)],
    "DROP DISTRIBUTION": [DropPart("DISTRIBUTION", None, 20)],
    "RENAME a TO b": [RenameColumn("a", "b", 22)],
    'RENAME COLUMN a TO "B"': [RenameColumn("a", "B", 29)],
    "RENAME TO d.u": [Rename(Path(("d", "u"), (False, False), 5, 7, 25))],
    "SET ('a' = 'b')": [SetOptions((Option("a", "b", 20, 26),))],
    "RESET ('a', 'b')": [ResetOptions(("a", "b"), 21)],
    "ADD PARTITION (d = '1')": [Other("ADD PARTITION (d = '1')", 19)],
    "ADD IF NOT EXISTS PARTITION (d = '1')": [Other("ADD IF NOT EXISTS PARTITION (d = '1')", 19)],
    "DROP IF EXISTS PARTITION (d = '1')": [Other("DROP IF EXISTS PARTITION (d = '1')", 20)],
}

OTHERS: dict[str, tuple[ObjectKind, list[Action]]] = {
    "ALTER VIEW v AS SELECT 1": (ObjectKind.VIEW, [SetQuery(Span(16, 24, 4))]),
    "ALTER VIEW v RENAME TO w": (
        ObjectKind.VIEW,
        [Rename(Path(("w",), (False,), 5, 5, 24))],
    ),
    "ALTER DATABASE c.d SET ('a' = 'b')": (
        ObjectKind.DATABASE,
        [SetOptions((Option("a", "b", 25, 31),))],
    ),
    "ALTER CATALOG c COMMENT 'x'": (ObjectKind.CATALOG, [SetComment("x")]),
    "ALTER CATALOG c RESET ('a')": (ObjectKind.CATALOG, [ResetOptions(("a",), 23)]),
    "ALTER MODEL m RESET ('a')": (ObjectKind.MODEL, [ResetOptions(("a",), 21)]),
    "ALTER FUNCTION f AS 'a.B' LANGUAGE PYTHON": (
        ObjectKind.FUNCTION,
        [SetRest("AS 'a.B' LANGUAGE PYTHON")],
    ),
    "COMMENT ON TABLE t IS 'it''s'": (ObjectKind.TABLE, [SetComment("it's")]),
    "COMMENT ON VIEW v IS NULL": (ObjectKind.VIEW, [SetComment(None)]),
    "COMMENT ON SCHEMA d IS 'x'": (ObjectKind.DATABASE, [SetComment("x")]),
}


@pytest.mark.parametrize("text", TABLE)
def test_actions_of_a_table(text: str) -> None:
    found = alter(f"ALTER TABLE t {text}")
    assert found.kind is ObjectKind.TABLE
    assert found.path == Path(("t",), (False,), 2, 2, 13)
    assert list(found.actions) == TABLE[text]


@pytest.mark.parametrize("sql", OTHERS)
def test_actions_of_others(sql: str) -> None:
    found = alter(sql)
    assert (found.kind, list(found.actions)) == OTHERS[sql]


def test_comment_on_a_column_is_its_tables() -> None:
    found = alter("COMMENT ON COLUMN a.b.c.d IS 'x'")
    assert found.path == Path(("a", "b", "c"), (False,) * 3, 3, 7, 19)
    assert found.actions == (SetColumnComment("d", "x", 25),)


def test_flags() -> None:
    found = alter("ALTER TEMPORARY SYSTEM FUNCTION IF EXISTS f AS 'x'")
    assert (found.temporary, found.system, found.if_exists) == (True, True, True)
    assert alter("ALTER TABLE IF EXISTS t RENAME TO u").if_exists


@pytest.mark.parametrize("kind", ["TABLE", "VIEW", "FUNCTION", "SCHEMA", "CATALOG", "MODEL"])
def test_owners_are_roles_of_postgres(kind: str) -> None:
    for written, role in (("Bob", "bob"), ('"Bob"', "Bob"), ("CURRENT_USER", "")):
        found = alter(f"ALTER {kind} t OWNER TO {written}")
        assert found.actions == (SetOwner(role, len(f"ALTER {kind} t OWNER TO ") + 1),)


def test_set_schema() -> None:
    (action,) = alter("ALTER VIEW a.v SET SCHEMA `B`").actions
    assert isinstance(action, SetSchema)
    assert (action.to.parts, action.to.position) == (("B",), 27)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE t COMPACT",
        "ALTER TABLE t ALTER COLUMN a TYPE int",
        "ALTER MATERIALIZED TABLE m SUSPEND",
        "ALTER ROLE r",
        "ALTER SYSTEM SET a = 1",
        "COMMENT ON ROLE r IS 'x'",
    ],
)
def test_left_to_others(sql: str) -> None:
    assert read_ddl(single(sql)) is None


@pytest.mark.parametrize(
    ("sql", "sqlstate", "near"),
    [
        ("ALTER TABLE t RESET ()", "42601", ")"),
        ("ALTER TABLE t RESET ('connector')", "0A000", "("),
        ("ALTER CATALOG c RESET ('type')", "0A000", "("),
        ("ALTER TABLE t ADD n INT, o INT", "42601", "o INT"),
        ("ALTER TABLE t ADD n INT AFTER", "42601", None),
        ("ALTER TABLE t ADD n INT AFTER a COMMENT 'x'", "42601", "COMMENT"),
        ("ALTER TABLE t ADD n", "42601", None),
        ("ALTER TABLE t ADD IF NOT EXISTS n INT", "42601", "NOT"),
        ("ALTER TABLE t ADD PRIMARY KEY (a)", "0A000", "PRIMARY"),
        ("ALTER TABLE t ADD UNIQUE (a)", "0A000", "UNIQUE"),
        ("ALTER TABLE t ADD x.y INT", "42601", ".y"),
        ("ALTER TABLE t RENAME a b", "42601", "b"),
        ("ALTER TABLE t SET ('a')", "42601", ")"),
        ("ALTER TABLE t", "42601", None),
        ("ALTER TABLE t ADD", "42601", None),
        ("COMMENT ON TABLE t", "42601", None),
        ("COMMENT ON COLUMN c IS 'x'", "42601", "IS"),
    ],
)
def test_refused(sql: str, sqlstate: str, near: str | None) -> None:
    with pytest.raises(SqlError) as caught:
        read_ddl(single(sql))
    position = len(sql) + 1 if near is None else sql.rindex(near) + 1
    assert (caught.value.sqlstate, caught.value.position) == (sqlstate, position)
