"""CREATE and DROP: what is read, what is left to Flink, what is refused and where."""

from __future__ import annotations

import pytest

from dialects import single
from dialects.ddl import read_ddl
from dialects.ddl.model import (
    ColumnDefinition,
    ColumnKind,
    Create,
    Drop,
    Like,
    ObjectKind,
    Option,
    OptionsDefinition,
    Path,
    PrimaryKey,
    TableDefinition,
    ViewDefinition,
    Watermark,
)
from protocol.errors import SqlError

EVERYTHING = """CREATE TABLE IF NOT EXISTS shop."Orders" (
  id BIGINT NOT NULL COMMENT 'it''s',
  "Name" text,
  twice AS id * 2 COMMENT 'x2',
  off BIGINT METADATA FROM 'offset' VIRTUAL COMMENT 'm',
  ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,
  CONSTRAINT pk PRIMARY KEY (id, "Name") NOT ENFORCED
) COMMENT 'all of it'
DISTRIBUTED BY HASH(id) INTO 4 BUCKETS
PARTITIONED BY ("Name")
WITH ('connector' = 'kafka', 'a' = '1', 'a' = '2')"""


def create(sql: str) -> Create:
    found = read_ddl(single(sql))
    assert isinstance(found, Create)
    return found


def table(sql: str) -> TableDefinition:
    found = create(sql).definition
    assert isinstance(found, TableDefinition)
    return found


def at(sql: str, word: str) -> int:
    return sql.index(word) + 1


def test_a_table_with_everything() -> None:
    sql = EVERYTHING
    found = create(sql)
    assert (found.kind, found.if_not_exists) == (ObjectKind.TABLE, True)
    assert found.path == Path(("shop", "Orders"), (False, True), 5, 7, at(sql, "shop"))
    definition = found.definition
    assert isinstance(definition, TableDefinition)
    assert definition.columns == (
        ColumnDefinition(
            "id", type="BIGINT", nullable=False, comment="it's", position=at(sql, "id BIG")
        ),
        ColumnDefinition("Name", type="STRING", position=at(sql, '"Name"')),
        ColumnDefinition(
            "twice",
            ColumnKind.COMPUTED,
            expression="id * 2",
            comment="x2",
            position=at(sql, "twice"),
        ),
        ColumnDefinition(
            "off",
            ColumnKind.METADATA,
            "BIGINT",
            metadata_key="offset",
            virtual=True,
            comment="m",
            position=at(sql, "off B"),
        ),
        ColumnDefinition("ts", type="TIMESTAMP(3)", position=at(sql, "ts TIME")),
    )
    assert definition.watermark == Watermark(
        ("ts",), "ts - INTERVAL '5' SECOND", at(sql, "WATERMARK")
    )
    assert definition.primary_key == PrimaryKey(("id", "Name"), "pk", at(sql, "CONSTRAINT"))
    assert definition.comment == "all of it"
    assert definition.distribution == "BY HASH(`id`) INTO 4 BUCKETS"
    assert definition.partitioned_by == ("Name",)
    assert [(o.key, o.value) for o in definition.options] == [("connector", "kafka"), ("a", "2")]
    assert definition.options[0].value_position == at(sql, "'kafka'")
    assert not definition.certain  # the type of `twice`


def test_a_query_keeps_its_place() -> None:
    sql = "CREATE TABLE t (name, id) WITH ('connector' = 'print') AS SELECT a, b FROM s"
    found = table(sql)
    assert [(c.name, c.type) for c in found.columns] == [("name", None), ("id", None)]
    assert found.query is not None
    assert sql[found.query.start : found.query.end] == "SELECT a, b FROM s"
    assert single(sql).words[found.query.first_token] == "SELECT"
    assert not found.certain


def test_like() -> None:
    sql = "CREATE TABLE t LIKE b (INCLUDING ALL EXCLUDING OPTIONS)"
    assert table(sql).like == Like(
        Path(("b",), (False,), 4, 4, 21), (("INCLUDING", "ALL"), ("EXCLUDING", "OPTIONS"))
    )


@pytest.mark.parametrize(
    ("columns", "certain"),
    [
        ("a INT, b ROW<c INT>", True),
        ("a INT, p AS PROCTIME()", True),
        ("a INT, b AS a + 1", False),
        ("a RAW('x', 'y')", False),
        ("a ROW<b STRUCTURED<'x', c INT>>", False),
        ("a TIME, b TIMESTAMP(3)", True),
        ("a ARRAY<TIME(3)>", False),
        ("t TIMESTAMP(3), WATERMARK FOR t AS t", True),
        ("t TIMESTAMP(3), WATERMARK FOR t AS t - interval '5' minute", True),
        ("t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '500' SECOND", False),
        ("t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECONDS", False),
        ("t TIMESTAMP(3), WATERMARK FOR t AS nope", False),
        ("t TIMESTAMP(3), WATERMARK FOR t AS SOURCE_WATERMARK()", False),
        ("s STRING, t AS TO_TIMESTAMP(s), WATERMARK FOR t AS t", False),
    ],
)
def test_certain(columns: str, certain: bool) -> None:
    assert table(f"CREATE TABLE t ({columns})").certain is certain


def test_expressions_are_flinks() -> None:
    sql = (
        """CREATE TABLE t ("a b" INT, c AS CASE WHEN "a b" != 1 THEN "a b"::int8 END COMMENT 'c')"""
    )
    column = table(sql).columns[1]
    assert column.expression == "CASE WHEN `a b` <> 1 THEN CAST(`a b` AS BIGINT) END"
    assert column.comment == "c"


@pytest.mark.parametrize(
    ("sql", "comment", "columns"),
    [
        ("CREATE VIEW v AS SELECT 1", None, ()),
        ('CREATE VIEW v (a, "B") AS SELECT 1', None, (("a", None), ("B", None))),
        ("CREATE VIEW v (a COMMENT 'x') COMMENT 'y' AS SELECT 1", "y", (("a", "x"),)),
        ("CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1", None, ()),
    ],
)
def test_views(sql: str, comment: str | None, columns: tuple[tuple[str, str | None], ...]) -> None:
    found = create(sql).definition
    assert isinstance(found, ViewDefinition)
    assert (found.comment, found.columns) == (comment, columns)
    assert sql[found.query.start : found.query.end] == "SELECT 1"


@pytest.mark.parametrize(
    ("sql", "kind", "definition"),
    [
        ("CREATE SCHEMA IF NOT EXISTS d", ObjectKind.DATABASE, OptionsDefinition()),
        (
            "CREATE DATABASE c.d COMMENT 'x' WITH ('a' = 'b')",
            ObjectKind.DATABASE,
            OptionsDefinition("x", (Option("a", "b", 39, 45),)),
        ),
        (
            "CREATE CATALOG c WITH ('type' = 'jdbc')",
            ObjectKind.CATALOG,
            OptionsDefinition(options=(Option("type", "jdbc", 24, 33),)),
        ),
        (
            "CREATE FUNCTION f AS 'a.B' LANGUAGE JAVA USING JAR 'x.jar', JAR $$y$$",
            ObjectKind.FUNCTION,
            OptionsDefinition(rest="AS 'a.B' LANGUAGE JAVA USING JAR 'x.jar', JAR 'y'"),
        ),
        (
            "CREATE MODEL m INPUT (x STRING) OUTPUT (y STRING) COMMENT 'c' WITH ('a' = 'b')",
            ObjectKind.MODEL,
            OptionsDefinition(
                "c", (Option("a", "b", 69, 75),), "INPUT (x STRING) OUTPUT (y STRING)"
            ),
        ),
    ],
)
def test_other_kinds(sql: str, kind: ObjectKind, definition: OptionsDefinition) -> None:
    found = create(sql)
    assert (found.kind, found.definition) == (kind, definition)


@pytest.mark.parametrize(
    ("sql", "flags"),
    [
        ("CREATE TABLE t (a INT)", ""),
        ("CREATE TEMP TABLE t (a INT)", "temporary"),
        ("CREATE OR REPLACE TABLE t (a INT)", "replace"),
        ("REPLACE TABLE t AS SELECT 1", "replace"),
        ("CREATE TEMPORARY SYSTEM FUNCTION f AS 'x'", "temporary system"),
        ("CREATE TEMPORARY VIEW IF NOT EXISTS v AS SELECT 1", "temporary if_not_exists"),
        (
            "CREATE OR ALTER MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' DAY AS SELECT 1",
            "replace",
        ),
    ],
)
def test_flags(sql: str, flags: str) -> None:
    found = create(sql)
    names = ("replace", "temporary", "system", "if_not_exists")
    assert " ".join(name for name in names if getattr(found, name)) == " ".join(
        name for name in names if name in flags.split()
    )


@pytest.mark.parametrize(
    ("sql", "kind", "paths", "flags"),
    [
        ("DROP TABLE t", ObjectKind.TABLE, ["t"], ""),
        ('DROP TABLE IF EXISTS a.b."C", d CASCADE', ObjectKind.TABLE, ["a.b.C", "d"], "ec"),
        ("DROP VIEW v RESTRICT", ObjectKind.VIEW, ["v"], "r"),
        ("DROP TEMPORARY VIEW v", ObjectKind.VIEW, ["v"], "t"),
        ("DROP TEMPORARY SYSTEM FUNCTION IF EXISTS f", ObjectKind.FUNCTION, ["f"], "tse"),
        ("DROP SCHEMA d CASCADE", ObjectKind.DATABASE, ["d"], "c"),
        ("DROP CATALOG c", ObjectKind.CATALOG, ["c"], ""),
        ("DROP MODEL m", ObjectKind.MODEL, ["m"], ""),
        ("DROP MATERIALIZED TABLE m", ObjectKind.MATERIALIZED_TABLE, ["m"], ""),
    ],
)
def test_drop(sql: str, kind: ObjectKind, paths: list[str], flags: str) -> None:
    found = read_ddl(single(sql))
    assert isinstance(found, Drop)
    assert (found.kind, [".".join(p.parts) for p in found.paths]) == (kind, paths)
    said = {
        "t": found.temporary,
        "s": found.system,
        "e": found.if_exists,
        "c": found.cascade,
        "r": found.restrict,
    }
    assert "".join(flag for flag, set_ in said.items() if set_) == flags


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "",
        "CREATE INDEX i ON t (a)",
        "CREATE ROLE r",
        "CREATE MATERIALIZED VIEW v AS SELECT 1",
        "CREATE FUNCTION f(a int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql",
        "CREATE MODEL m WITH ('a' = 'b') AS SELECT 1",
        "DROP SEQUENCE s",
        "DROP ROLE r",
        "INSERT INTO t VALUES (1)",
    ],
)
def test_left_to_others(sql: str) -> None:
    assert read_ddl(single(sql)) is None


_T = "CREATE TABLE t "


@pytest.mark.parametrize(
    ("sql", "sqlstate", "near"),
    [
        (_T + "(a INT, a STRING)", "42701", "a STRING"),
        (_T + "(a INT, a AS 1)", "42701", "a AS"),
        ("CREATE VIEW v (a, a) AS SELECT 1, 2", "42701", "a) AS"),
        (_T + "(a INT, PRIMARY KEY (A) NOT ENFORCED)", "42703", "PRIMARY"),
        (_T + "(a INT, PRIMARY KEY (a, a) NOT ENFORCED)", "42701", "PRIMARY"),
        (_T + "(a INT, b AS a, PRIMARY KEY (b) NOT ENFORCED)", "42P16", "PRIMARY"),
        (_T + "(a INT, m INT METADATA, PRIMARY KEY (m) NOT ENFORCED)", "42P16", "PRIMARY"),
        (
            _T + "(a INT PRIMARY KEY NOT ENFORCED, CONSTRAINT x PRIMARY KEY (a) NOT ENFORCED)",
            "42P16",
            "CONSTRAINT",
        ),
        (_T + "(a INT PRIMARY KEY)", "0A000", "PRIMARY"),
        (_T + "(a INT, PRIMARY KEY (a) ENFORCED)", "0A000", "PRIMARY"),
        (_T + "(a INT, UNIQUE (a) NOT ENFORCED)", "0A000", "UNIQUE"),
        (_T + "(a INT UNIQUE)", "0A000", "UNIQUE"),
        (_T + "(a INT, CHECK (a > 0))", "0A000", "CHECK"),
        (_T + "(a INT, CONSTRAINT c FOREIGN KEY (a) REFERENCES x (b))", "0A000", "FOREIGN"),
        (_T + "(a INT DEFAULT 1)", "0A000", "DEFAULT"),
        (_T + "(a INT GENERATED ALWAYS AS IDENTITY)", "0A000", "GENERATED"),
        (_T + "(t TIMESTAMP(6), WATERMARK FOR t AS t)", "42804", "WATERMARK"),
        (_T + "(t STRING, WATERMARK FOR t AS t)", "42804", "WATERMARK"),
        (_T + "(t TIMESTAMP(3), WATERMARK FOR x AS t)", "42703", "WATERMARK"),
        (_T + "(r ROW<t TIMESTAMP(3)>, WATERMARK FOR r.t AS r.t)", "0A000", "WATERMARK"),
        (
            _T + "(t TIMESTAMP(3), WATERMARK FOR t AS t, watermark FOR t AS t)",
            "42P16",
            "watermark",
        ),
        (_T + "(a INT) PARTITIONED BY (b)", "42703", "PARTITIONED"),
        (_T + "(a INT, b AS a) PARTITIONED BY (b)", "42P16", "PARTITIONED"),
        (_T + "(a INT) DISTRIBUTED BY (b)", "42703", None),
        (_T + "(a INT) DISTRIBUTED BY (a) INTO 0 BUCKETS", "42601", "0 B"),
        (_T + "(a, b)", "42601", "a, b"),
        (_T + "(a, b INT) AS SELECT 1, 2", "42601", "a, b"),
        (_T + "(a INT,)", "42601", ")"),
        (_T + "()", "42601", ")"),
        (_T + "(a.b INT)", "42601", ".b"),
        (_T + "(a INT NOT NULL NOT NULL)", "42601", "NOT NULL)"),
        (_T + "(a INT COMMENT x)", "42601", "x)"),
        (_T + "(a AS )", "42601", ")"),
        (_T + "(a INT) WITH ('a' = 'b',)", "42601", ")"),
        (_T + "(a INT) WITH (a = 'b')", "42601", "a = "),
        (_T + "(a INT) WITH ('a' = 'b') COMMENT 'x'", "42601", "COMMENT"),
        (_T + "(a NOPE)", "42704", "NOPE"),
        ('CREATE TABLE "" (a INT)', "42601", '""'),
        ("CREATE TABLE a.b.c.d (a INT)", "42601", "a.b.c.d"),
        ("CREATE CATALOG a.b", "42601", "a.b"),
        ("CREATE VIEW v AS INSERT INTO t VALUES (1)", "42601", "INSERT"),
        ("CREATE FUNCTION f AS 'a' USING FILE 'x'", "42601", "FILE"),
        ("CREATE TABLE t LIKE b ()", "42601", ")"),
        ("CREATE TABLE t LIKE b (OVERWRITING ALL)", "42601", "ALL"),
        ("CREATE TABLE t LIKE b (OVERWRITING CONSTRAINTS)", "42601", "CONSTRAINTS"),
        ("CREATE TABLE t LIKE b (INCLUDING OPTIONS EXCLUDING OPTIONS)", "42601", "OPTIONS"),
        ("DROP TABLE a b", "42601", "b"),
        ("DROP TABLE a,", "42601", None),
        ("CREATE TABLE", "42601", None),
    ],
)
def test_refused(sql: str, sqlstate: str, near: str | None) -> None:
    with pytest.raises(SqlError) as caught:
        read_ddl(single(sql))
    error = caught.value
    if near is None:
        assert (error.sqlstate, error.position) in ((sqlstate, None), (sqlstate, len(sql) + 1))
    else:
        assert (error.sqlstate, error.position) == (sqlstate, sql.rindex(near) + 1)


def test_words_of_a_syntax_error() -> None:
    with pytest.raises(SqlError) as caught:
        read_ddl(single("CREATE TABLE t (a INT) WITH (fillfactor = 70)"))
    error = caught.value
    assert error.message == 'syntax error at or near "fillfactor"'
    assert error.hint == "Options are written as 'key' = 'value'."


def test_position_of_an_error_within_an_expression() -> None:
    sql = "CREATE TABLE t (a INT, b AS a::nope)"
    with pytest.raises(SqlError) as caught:
        read_ddl(single(sql))
    assert caught.value.position == at(sql, "nope")


@pytest.mark.parametrize(
    "columns",
    [
        "watermark INT, primary INT, unique INT, comment STRING, metadata INT, first INT",
        "`value` INT, value2 INT, Key STRING, é INT, a$b INT",
    ],
)
def test_a_column_may_be_called_like_a_word_of_the_grammar(columns: str) -> None:
    found = table(f"CREATE TABLE t ({columns})")
    assert [c.name for c in found.columns] == [c.split()[0].strip("`") for c in columns.split(", ")]
