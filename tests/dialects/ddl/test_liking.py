"""CREATE TABLE … LIKE made whole; that it is what Flink makes of it, test_ddl_flink asks."""

from __future__ import annotations

import pytest

from dialects.ddl import merged, render
from dialects.ddl.model import ObjectKind, TableDefinition
from protocol.errors import SqlError
from tests.dialects.ddl.likes import BASE, MERGED, REFUSED
from tests.dialects.ddl.test_creating import table


def like(body: str, tail: str) -> TableDefinition:
    return merged(table(f"CREATE TABLE t {body} LIKE base {tail}"), table(BASE))


def test_all_is_included_but_the_comment() -> None:
    text = render(ObjectKind.TABLE, "t", like("", ""))
    assert (
        text
        == """CREATE TABLE t (
  `a` INT NOT NULL,
  `b` STRING COMMENT 'cb',
  `c` AS a + 1,
  `m` STRING METADATA FROM 'k',
  `ts` TIMESTAMP(3),
  WATERMARK FOR `ts` AS ts - INTERVAL '5' SECOND,
  CONSTRAINT `pk` PRIMARY KEY (`a`) NOT ENFORCED
)
DISTRIBUTED BY (`b`) INTO 4 BUCKETS
PARTITIONED BY (`b`)
WITH (
  'connector' = 'kafka',
  'x' = '1'
)"""
    )


def test_what_is_written_goes_before() -> None:
    found = like("(m INT METADATA, z INT) WITH ('x' = '2')", "(OVERWRITING METADATA)")
    assert [(c.name, c.type) for c in found.columns] == [
        ("a", "INT"),
        ("b", "STRING"),
        ("c", None),
        ("m", "INT"),
        ("ts", "TIMESTAMP(3)"),
        ("z", "INT"),
    ]
    assert [(o.key, o.value) for o in found.options] == [("connector", "kafka"), ("x", "2")]
    assert (found.like, found.certain) == (None, False)
    assert like("", "(EXCLUDING GENERATED)").certain


@pytest.mark.parametrize(("body", "tail"), MERGED)
def test_merged(body: str, tail: str) -> None:
    assert like(body, tail).like is None


@pytest.mark.parametrize(("body", "tail", "sqlstate"), REFUSED)
def test_refused(body: str, tail: str, sqlstate: str) -> None:
    with pytest.raises(SqlError) as caught:
        like(body, tail)
    assert caught.value.sqlstate == sqlstate


def test_a_base_that_is_not_whole() -> None:
    with pytest.raises(ValueError, match="known"):
        merged(table("CREATE TABLE t LIKE b"), table("CREATE TABLE b LIKE a"))
