"""What is rendered reads back as it was: any definition, any names, any comments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects import single, to_engine
from dialects.ddl import read_ddl, render, unplaced
from dialects.ddl.describing import resolvable
from dialects.ddl.model import (
    ColumnDefinition,
    ColumnKind,
    Create,
    ObjectKind,
    Option,
    OptionsDefinition,
    PrimaryKey,
    TableDefinition,
    ViewDefinition,
    Watermark,
)
from tests.dialects.ddl.test_creating import EVERYTHING, create
from tests.dialects.ddl.test_types import FLINK

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NAMES = TEXT.filter(bool) | st.sampled_from(["a", "A", "`", '"', "'", "a.b", "SELECT", "--", "/*"])
COMMENTS = st.none() | TEXT
TYPES = st.sampled_from(sorted({text.rstrip("!") for text in FLINK.values()}))
EXPRESSIONS = st.sampled_from(
    ["PROCTIME()", "`a` + 1", "CASE WHEN `a` > 1 THEN 'x, y' ELSE ')' END", "f(`a`, `b`)[1]"]
)
OPTIONS = st.dictionaries(TEXT, TEXT, max_size=3).map(
    lambda found: tuple(Option(key, value) for key, value in found.items())
)
METADATA = st.builds(
    ColumnDefinition,
    NAMES,
    st.just(ColumnKind.METADATA),
    TYPES,
    st.booleans(),
    metadata_key=st.none() | TEXT,
    virtual=st.booleans(),
    comment=COMMENTS,
)
COMPUTED = st.builds(
    ColumnDefinition,
    NAMES,
    st.just(ColumnKind.COMPUTED),
    expression=EXPRESSIONS,
    comment=COMMENTS,
)
PHYSICAL = st.builds(ColumnDefinition, NAMES, type=TYPES, nullable=st.booleans(), comment=COMMENTS)
COLUMNS = st.lists(
    PHYSICAL | METADATA | COMPUTED, min_size=1, max_size=6, unique_by=lambda column: column.name
)


@st.composite
def tables(draw: st.DrawFn) -> TableDefinition:
    columns = draw(COLUMNS)
    physical = [c.name for c in columns if c.kind is ColumnKind.PHYSICAL]
    moments = [c.name for c in columns if c.type in ("TIMESTAMP(3)", "TIMESTAMP_LTZ(0)")]
    keys = draw(st.permutations(physical))[:2]
    key = PrimaryKey(tuple(keys), draw(st.none() | NAMES)) if keys and draw(st.booleans()) else None
    mark = Watermark((moments[0],), draw(EXPRESSIONS)) if moments else None
    buckets = draw(st.sampled_from([None, "INTO 3 BUCKETS"]))
    partitions = tuple(draw(st.permutations(physical))[:1])
    found = TableDefinition(
        tuple(columns), key, mark, draw(COMMENTS), buckets, partitions, draw(OPTIONS)
    )
    return TableDefinition(
        *(getattr(found, name) for name in TableDefinition.__slots__[:-1]), resolvable(found)
    )


@given(tables())
def test_a_table_reads_back(definition: TableDefinition) -> None:
    text = render(ObjectKind.TABLE, "`t`", definition)
    found = read_ddl(single(text))
    assert isinstance(found, Create)
    assert unplaced(found.definition) == definition
    assert render(ObjectKind.TABLE, "`t`", found.definition) == text
    assert to_engine(single(text)).text == text  # as Flink takes it


@given(st.lists(NAMES, unique=True, max_size=3), COMMENTS)
def test_a_view_reads_back(names: list[str], comment: str | None) -> None:
    base = create("CREATE VIEW v AS SELECT 1").definition
    assert isinstance(base, ViewDefinition)
    definition = ViewDefinition(base.query, tuple((name, None) for name in names), comment)
    text = render(ObjectKind.VIEW, "v", definition, query="SELECT 1")
    found = create(text).definition
    assert isinstance(found, ViewDefinition)
    assert (found.columns, found.comment) == (definition.columns, comment)
    assert text[found.query.start : found.query.end] == "SELECT 1"


@given(COMMENTS, OPTIONS)
def test_options_read_back(comment: str | None, options: tuple[Option, ...]) -> None:
    definition = OptionsDefinition(comment, options)
    found = create(render(ObjectKind.DATABASE, "d", definition))
    assert unplaced(found.definition) == definition


def test_the_shape() -> None:
    found = create(EVERYTHING)
    text = render(found.kind, "`shop`.`Orders`", found.definition, if_not_exists=True)
    assert (
        text
        == """CREATE TABLE IF NOT EXISTS `shop`.`Orders` (
  `id` BIGINT NOT NULL COMMENT 'it''s',
  `Name` STRING,
  `twice` AS id * 2 COMMENT 'x2',
  `off` BIGINT METADATA FROM 'offset' VIRTUAL COMMENT 'm',
  `ts` TIMESTAMP(3),
  WATERMARK FOR `ts` AS ts - INTERVAL '5' SECOND,
  CONSTRAINT `pk` PRIMARY KEY (`id`, `Name`) NOT ENFORCED
)
COMMENT 'all of it'
DISTRIBUTED BY HASH(`id`) INTO 4 BUCKETS
PARTITIONED BY (`Name`)
WITH (
  'connector' = 'kafka',
  'a' = '2'
)"""
    )


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TEMPORARY TABLE t (\n  `a` INT\n)\n"
        "LIKE `c`.`b` (\n  INCLUDING ALL\n  EXCLUDING OPTIONS\n)",
        "CREATE TABLE t (\n  `b`,\n  `a`\n)\nWITH (\n  'connector' = 'print'\n)\nAS SELECT 1, 2",
        "CREATE TABLE t\nAS SELECT 1",
        "CREATE VIEW t (\n  `a`\n)\nCOMMENT 'x'\nAS WITH x AS (SELECT 1) SELECT * FROM x",
        "CREATE TEMPORARY SYSTEM FUNCTION t AS 'a.B' LANGUAGE JAVA\nWITH (\n  'a' = 'b'\n)",
        "CREATE CATALOG t\nCOMMENT 'x'\nWITH (\n  'type' = 'jdbc'\n)",
        "CREATE TABLE t (\n  `x` RAW('a', 'b'),\n  `y` STRUCTURED<'a'>\n)",
    ],
)
def test_texts_that_stay(sql: str) -> None:
    found = create(sql)
    query = getattr(found.definition, "query", None)
    text = None if query is None else sql[query.start : query.end]
    assert (
        render(
            found.kind,
            "t",
            found.definition,
            query=text,
            temporary=found.temporary,
            system=found.system,
        )
        == sql
    )


def test_what_the_definition_does_not_say() -> None:
    sql = "CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' DAY AS SELECT 1"
    with pytest.raises(ValueError, match="as written"):
        render(ObjectKind.MATERIALIZED_TABLE, "m", create(sql).definition, query="SELECT 1")
    with pytest.raises(ValueError, match="query"):
        render(ObjectKind.VIEW, "v", create("CREATE VIEW v AS SELECT 1").definition)
