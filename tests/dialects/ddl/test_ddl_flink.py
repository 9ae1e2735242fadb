"""Flink 2.2 asked: does DESCRIBE print this, does ALTER do that, is a rendered text accepted."""

from __future__ import annotations

from typing import Any

import pytest

from dialects import single, to_engine
from dialects.ddl import Described, apply, described, merged, read_ddl, render
from dialects.ddl.model import Alter, Create, ObjectKind, TableDefinition
from protocol.errors import SqlError
from tests.dialects.ddl.alterations import ALTERED, REFUSED
from tests.dialects.ddl.likes import BASE, MERGED
from tests.dialects.ddl.likes import REFUSED as UNLIKE
from tests.dialects.ddl.test_creating import EVERYTHING
from tests.dialects.ddl.test_types import FLINK, POSTGRES
from tests.gateway.engine.driving import Client

pytestmark = [pytest.mark.flink, pytest.mark.timeout(300)]

LATER = ("BITMAP", "TIME(3)", "TIME(9)", "TIME(2) WITHOUT TIME ZONE")  # as from 2.3 on
DEFINITIONS = (
    "id INT NOT NULL, b INT NOT NULL, CONSTRAINT pk PRIMARY KEY (id, b) NOT ENFORCED",
    "id INT PRIMARY KEY NOT ENFORCED COMMENT 'x', b INT NOT NULL COMMENT ''",
    "a INT COMMENT 'x''y', m INT METADATA, n TIMESTAMP_LTZ(3) METADATA FROM 'ti''m' VIRTUAL",
    "s STRING, p AS proctime() COMMENT 'x'",
    "`a``b` INT, `ö ä` STRING, `INT` INT, PRIMARY KEY (`a``b`) NOT ENFORCED",
    "ts TIMESTAMP(3), WATERMARK FOR ts AS ts",
    "ts TIMESTAMP(3) NOT NULL, WATERMARK FOR ts AS ts - interval '05' second",
    "ts TIMESTAMP_LTZ(0) METADATA FROM 'timestamp', WATERMARK FOR ts AS ts - INTERVAL '1' MONTH",
    "ts TIMESTAMP(3), o TIMESTAMP(3), WATERMARK FOR ts AS o",
    "ts TIMESTAMP(3), PRIMARY KEY (ts) NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '9' DAY",
)


def create(sql: str) -> Create:
    found = read_ddl(single(sql))
    assert isinstance(found, Create)
    return found


def table(found: Create) -> TableDefinition:
    assert isinstance(found.definition, TableDefinition)
    return found.definition


async def describe(flink: Client, name: str) -> list[Described]:
    """Flink leaves the column of comments out if there is no comment."""
    rows: list[Any] = [[None if v is None else v.decode() for v in r] for r in
                       await flink.show(f"DESCRIBE {name}")]  # fmt: skip
    return [
        Described(r[0], r[1], r[2] == "t", r[3], r[4], r[5], r[6] if len(r) > 6 else None)
        for r in rows
    ]


async def test_every_type(flink: Client) -> None:
    written = [t for t in FLINK if t not in LATER]
    columns = ", ".join(f"c{index} {text}" for index, text in enumerate(written))
    sql = f"CREATE TABLE types ({columns}) WITH ('connector' = 'print')"
    await flink.execute(sql)
    assert [(row.type, row.nullable) for row in await describe(flink, "types")] == [
        (FLINK[text].rstrip("!"), FLINK[text][-1] != "!") for text in written
    ]


@pytest.mark.parametrize("columns", DEFINITIONS)
async def test_describe(flink: Client, columns: str) -> None:
    sql = f"CREATE TABLE t ({columns}) WITH ('connector' = 'print')"
    await flink.execute(sql)
    assert await describe(flink, "t") == list(described(create(sql)))
    await flink.execute("DROP TABLE t")


async def test_a_rendered_table_is_the_same_table(flink: Client) -> None:
    """Rendered, created, shown by Flink, read again."""
    found = create(EVERYTHING)
    text = render(found.kind, "`orders`", found.definition)
    await flink.execute(text)
    ((shown,),) = await flink.show("SHOW CREATE TABLE orders")
    assert shown is not None
    again = table(create(shown.decode()))
    before = table(create(text))
    assert again.columns[2].expression == "`id` * 2"
    assert [
        (c.name, c.kind, c.type, c.metadata_key, c.virtual, c.comment) for c in again.columns
    ] == [(c.name, c.kind, c.type, c.metadata_key, c.virtual, c.comment) for c in before.columns]
    assert (again.distribution, again.partitioned_by, again.comment) == (
        before.distribution,
        before.partitioned_by,
        before.comment,
    )
    assert {(o.key, o.value) for o in again.options} == {(o.key, o.value) for o in before.options}
    await flink.execute("DROP TABLE orders")


async def test_postgres_types_are_rendered_for_flink(flink: Client) -> None:
    columns = ", ".join(f"c{index} {text}" for index, text in enumerate(POSTGRES))
    found = create(f"CREATE TABLE pg ({columns}) WITH ('connector' = 'print')")
    await flink.execute(render(found.kind, "pg", found.definition))
    assert await describe(flink, "pg") == list(described(found))


@pytest.mark.parametrize(("base", "text", "expected"), ALTERED)
async def test_altered_as_flink_alters(
    flink: Client, base: str, text: str, expected: dict[str, str]
) -> None:
    """A table that Flink altered is the one that Flink is given with the rendered definition."""
    change = read_ddl(single(f"ALTER TABLE t {text}"))
    assert isinstance(change, Alter)
    found = apply(create(base.format("t")).definition, change.actions)
    await flink.execute(base.format("t"), f"ALTER TABLE t {text}")
    await flink.execute(render(ObjectKind.TABLE, "u", found))
    await assert_equal(flink)


async def assert_equal(flink: Client) -> None:
    """Flink sees no difference between its tables t and u; both are dropped."""
    assert await describe(flink, "t") == await describe(flink, "u")
    shown = [await flink.show(f"SHOW CREATE TABLE {name}") for name in "tu"]
    texts = [(rows[0][0] or b"").decode().split("(", 1)[1] for rows in shown]
    assert texts[0] == texts[1]
    await flink.execute("DROP TABLE t", "DROP TABLE u")


@pytest.mark.parametrize(("body", "tail"), MERGED)
async def test_merged_as_flink_merges(flink: Client, body: str, tail: str) -> None:
    sql = f"CREATE TABLE t {body} LIKE base {tail}"
    found = merged(table(create(sql)), table(create(BASE)))
    await flink.execute(BASE, sql, render(ObjectKind.TABLE, "u", found))
    await assert_equal(flink)
    await flink.execute("DROP TABLE base")


@pytest.mark.parametrize(("body", "tail", "sqlstate"), UNLIKE)
async def test_unlike_as_in_flink(flink: Client, body: str, tail: str, sqlstate: str) -> None:
    await flink.execute(BASE)
    with pytest.raises(SqlError):
        await flink.execute(f"CREATE TABLE t {body} LIKE base {tail}")
    await flink.execute("DROP TABLE base")


@pytest.mark.parametrize(("base", "text", "sqlstate"), REFUSED)
async def test_refused_as_flink_refuses(flink: Client, base: str, text: str, sqlstate: str) -> None:
    await flink.execute(base.format("t"))
    with pytest.raises(SqlError):
        await flink.execute(to_engine(single(f"ALTER TABLE t {text}")).text)
    await flink.execute("DROP TABLE t")
