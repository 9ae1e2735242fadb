"""Parameters of Flink queries: their types where the client gives none, their values in full."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest

from gateway.app import App
from tests.clients.jdbc import Jdbc, JdbcError

pytestmark = pytest.mark.flink

TABLES = (
    "CREATE TEMPORARY TABLE nine (id BIGINT, n INT, price AS CAST(n AS DECIMAL(10, 2)) / 4, "
    "ts AS TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '1' DAY * n, name AS CAST(n AS STRING)) "
    "WITH ('connector' = 'datagen', 'number-of-rows' = '9', 'fields.id.kind' = 'sequence', "
    "'fields.id.start' = '1', 'fields.id.end' = '9', 'fields.n.kind' = 'sequence', "
    "'fields.n.start' = '1', 'fields.n.end' = '9')",
)
DAY, FIFTH = timedelta(days=1), datetime(2024, 1, 5)
# Query, the types that Describe must say, values, rows.
INFERRED: list[tuple[str, str, tuple[Any, ...], list[tuple[Any, ...]]]] = [
    ("SELECT id * $1 FROM nine WHERE n = $2", "int8 int4", (3, 2), [(6,)]),
    ("SELECT $1 + 1 FROM nine LIMIT $2", "int4 int8", (3, 1), [(4,)]),
    ("SELECT id FROM nine WHERE price > $1 * 2", "int4", (1,), [(9,)]),
    ("SELECT price * $1 FROM nine WHERE id = 4", "numeric", (Decimal("1.075"),),
     [(Decimal("1.075"),)]),
    ("SELECT MOD(id, $1) FROM nine WHERE id IN ($2, $3) ORDER BY id", "int8 int8 int8", (4, 5, 6),
     [(1,), (2,)]),
    ("SELECT CASE WHEN id > 8 THEN $1 ELSE id END, COALESCE($2, id) FROM nine WHERE n > $3 + 7",
     "int8 int8 int4", (-1, None, 1), [(-1, 9)]),
    ("SELECT id FROM nine WHERE ts BETWEEN $1 - INTERVAL '1' DAY AND $2 AND ts + $3 > $2",
     "interval timestamp interval", None, []),
    ("SELECT id FROM nine WHERE ts - $1 >= $2 AND ts < $3", "interval timestamp timestamp",
     (DAY * 3, datetime(2024, 1, 2), datetime(2024, 1, 7)), [(4,), (5,)]),
    ("SELECT name || $1, SUBSTRING(name, $2), $3 FROM nine WHERE name = $4",
     "text int4 text text", ("!", 1, "x", "7"), [("7!", "7", "x")]),
    ("SELECT o.id FROM nine AS o WHERE EXISTS (SELECT 1 FROM nine AS i WHERE i.id = o.id "
     "AND o.n = $1)", "int4", (3,), [(3,)]),
    ("WITH c AS (SELECT id AS x FROM nine WHERE id > $1) SELECT c.x + $2 FROM c WHERE $3 = c.x",
     "int8 int8 int8", (2, 100, 3), [(103,)]),
    ("SELECT id FROM nine WHERE id = ANY($1) OR name = ANY($2) ORDER BY id", "int8[] text[]",
     ([2, 3], ["7"]), [(2,), (3,), (7,)]),
    ("SELECT id FROM nine WHERE id = ANY($1) OR n <> ALL($2) AND id < 3 ORDER BY id",
     "int8[] int4[]", ([], [1]), [(2,)]),
    ("SELECT split_part(name || ',b', ',', $1), CAST(ts AS DATE) + $2::int, date_trunc('day', ts) "
     "- $3 FROM nine WHERE name ILIKE $4 AND name ~ $5", "int4 int4 interval text text",
     (2, -3, DAY, "4%", "^[0-9]$"), [("b", date(2024, 1, 2), datetime(2024, 1, 4))]),
    ("SELECT a.id FROM nine AS a JOIN nine AS b ON a.id = b.id AND b.price = $1 WHERE a.n < $2 + 4",
     "numeric int4", (Decimal("0.5"), 1), [(2,)]),
]  # fmt: skip
MOMENT = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
async def test_microseconds_of_a_timestamptz(server: App, zone: str) -> None:
    connection = await asyncpg.connect(
        host="127.0.0.1",
        port=server.server.port,
        user="xuanwu",
        database="xuanwu",
        server_settings={"TimeZone": zone},
    )
    try:
        text = "SELECT $1::timestamptz AS moment FROM (VALUES (1)) AS t (x)"
        assert await connection.fetchval(text, MOMENT) == MOMENT
    finally:
        await connection.close()


@pytest.fixture
async def connection(server: App) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(
        host="127.0.0.1", port=server.server.port, user="xuanwu", database="xuanwu"
    )
    for statement in TABLES:
        await opened.execute(statement)
    yield opened
    await opened.close()


@pytest.mark.parametrize(("sql", "types", "values", "rows"), INFERRED)
async def test_types_that_the_client_does_not_give(
    connection: asyncpg.Connection,
    sql: str,
    types: str,
    values: tuple[Any, ...] | None,
    rows: list[tuple[Any, ...]],
) -> None:
    """asyncpg sends what ParameterDescription says, in binary."""
    if values is None:  # an interval is no bound of a timestamp: said, and not guessed at
        with pytest.raises(asyncpg.PostgresError):
            await connection.prepare(sql)
        return
    statement = await connection.prepare(sql)
    assert [one.name for one in statement.get_parameters()] == types.split()
    assert [tuple(row) for row in await statement.fetch(*values)] == rows


async def test_unknown_table(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await connection.prepare("SELECT id * $1 FROM nowhere")


async def test_sums_of_bigint_do_not_wrap_round(connection: asyncpg.Connection) -> None:
    found = await connection.fetchval("SELECT $1::int8 * 2147483647 FROM nine LIMIT 1", 4)
    assert found == 8589934588


@pytest.mark.parametrize("binary", [False, True])
async def test_psycopg(server: App, binary: bool) -> None:
    """It declares what Python's types mean, text excepted, whose type is open."""
    dsn = f"host=127.0.0.1 port={server.server.port} user=xuanwu dbname=xuanwu"
    mark = "%b" if binary else "%t"
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as opened:
        for statement in TABLES:
            await opened.execute(statement)
        sql = f"SELECT id * {mark}, price + {mark} FROM nine WHERE n = {mark} LIMIT {mark}"
        cursor = await opened.execute(sql, (3, Decimal("0.1"), 2, 1), binary=binary)
        assert await cursor.fetchall() == [(6, Decimal("0.60"))]
        cursor = await opened.execute(
            f"SELECT id FROM nine WHERE name = {mark} AND ts > {mark}", ("5", FIFTH), binary=binary
        )
        assert await cursor.fetchall() == [(5,)]
        if not binary:
            cursor = await opened.execute("SELECT id FROM nine WHERE id * %s = %s", ("2", "8"))
            assert await cursor.fetchall() == [(4,)]


async def test_pgjdbc(server: App, jdbc: Jdbc) -> None:
    name = "parameters"
    await jdbc.open(name, server.server.port, "prepareThreshold=1")
    try:
        for statement in TABLES:
            await jdbc.ask("query", name, statement)
        sql = "SELECT id * ?, id * ? FROM nine WHERE ts > ? AND price < ? AND name IN (?, ?)"
        given = ("int:3", "long:4", "timestamp:2024-01-03T00:00:00", "decimal:1.3")
        answer = await jdbc.ask("repeat", name, sql, 3, *given, "string:5", "string:2")
        assert [run["texts"] for run in answer["runs"]] == [[["15", "20"]]] * 3
        for sql in ("SELECT id * ? FROM nine", "SELECT id FROM nine WHERE id < ?"):
            with pytest.raises(JdbcError) as caught:  # as in Postgres: no such operator
                await jdbc.ask("repeat", name, sql, 1, "string:5.5")
            assert caught.value.sqlstate in ("42804", "42883")
    finally:
        await jdbc.ask("close", name)


def stored(folder: Path) -> list[Any]:
    return [json.loads(line) for file in folder.iterdir() for line in file.read_text().splitlines()]


async def test_values_of_an_insert(connection: asyncpg.Connection, tmp_path: Path) -> None:
    """By place (computed columns are none) and by name; converted as Postgres assigns."""
    await connection.execute(
        "CREATE TEMPORARY TABLE target (a SMALLINT, twice AS a * 2, b DECIMAL(5, 2), c CHAR(3), "
        f"d TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '{tmp_path}', "
        "'format' = 'json')"
    )
    await connection.execute("SET flink.dml = 'sync'")
    insert = await connection.prepare("INSERT INTO target VALUES ($1, $2, $3, $4)")
    types = [one.name for one in insert.get_parameters()]
    assert types == ["int2", "numeric", "bpchar", "timestamp"]
    await insert.fetch(1, Decimal("1.005"), "ab", FIFTH)
    await connection.execute("INSERT INTO target (d, a) VALUES ($1, $2), ($1, $3)", FIFTH, None, 4)
    named = "INSERT INTO target (b, a) SELECT $1, n FROM nine WHERE id = $2"
    with pytest.raises(asyncpg.NumericValueOutOfRangeError, match="numeric field overflow"):
        await connection.execute(named, Decimal("999.995"), 1)
    await connection.execute(
        "INSERT INTO target (b, a) SELECT $1, $2 FROM nine WHERE id = $3", Decimal(7), 5, 1
    )
    rows = stored(tmp_path)
    moment = "2024-01-05 00:00:00"
    expected = [
        {"a": 1, "b": 1.01, "c": "ab ", "d": moment},
        {"a": None, "b": None, "c": None, "d": moment},
        {"a": 4, "b": None, "c": None, "d": moment},
        {"a": 5, "b": 7, "c": None, "d": None},
    ]
    assert sorted(map(str, rows)) == sorted(map(str, expected))


async def test_explain_execute_shows_the_plan_of_flink(connection: asyncpg.Connection) -> None:
    """With its arguments in place, in both protocols; a statement of Postgres stays there."""
    await connection.execute("PREPARE ours AS SELECT id * $1 FROM nine WHERE n < $2 LIMIT $3")
    shown = await connection.fetchval("EXPLAIN EXECUTE ours (41, 7, 2)")
    assert "Optimized Execution Plan" in shown
    assert "41" in shown and "7" in shown and "nine" in shown
    detailed = await connection.fetchval("EXPLAIN ESTIMATED_COST EXECUTE ours (41, 7, 2)")
    assert "rowcount" in detailed
    assert await connection.execute("EXPLAIN EXECUTE ours (41, 7, 2)") == "EXPLAIN"
    for wrong, sqlstate in (
        ("EXECUTE ours (1)", "42601"),
        ("ANALYZE EXECUTE ours (1, 2, 3)", "0A000"),
    ):
        with pytest.raises(asyncpg.PostgresError) as caught:
            await connection.execute(f"EXPLAIN {wrong}")
        assert caught.value.sqlstate == sqlstate
    await connection.execute("PREPARE theirs AS SELECT relname FROM pg_class WHERE oid = $1")
    assert "pg_class" in await connection.fetchval("EXPLAIN EXECUTE theirs (1259)")


async def test_execute_is_prepared_as_what_it_stands_for(connection: asyncpg.Connection) -> None:
    """asyncpg prepares and describes it, and keeps it; the name may mean another statement then."""
    await connection.execute("PREPARE picked AS SELECT n * $1 AS product FROM nine WHERE n <= $2")
    rows = await connection.fetch("EXECUTE picked (10, 2)")
    assert sorted(row["product"] for row in rows) == [10, 20]
    async with connection.transaction():
        cursor = await connection.cursor("EXECUTE picked (10, 9)")
        assert len(await cursor.fetch(4)) == 4
        assert len(await cursor.fetch(9)) == 5
    await connection.execute("DEALLOCATE picked")
    await connection.execute("PREPARE picked AS SELECT -n AS product FROM nine WHERE n = $1 + $2")
    assert [row["product"] for row in await connection.fetch("EXECUTE picked (10, -2)")] == [-8]
    await connection.execute("DEALLOCATE picked")
    await connection.execute("PREPARE picked AS SELECT 'x' AS word FROM nine WHERE n = $1 / $2")
    assert [tuple(row) for row in await connection.fetch("EXECUTE picked (10, 2)")] == [("x",)]
    await connection.execute("DEALLOCATE picked")
    for _ in range(2):
        with pytest.raises(asyncpg.PostgresError) as caught:
            await connection.fetch("EXECUTE picked (10, 2)")
    assert caught.value.sqlstate == "26000"


async def test_execute_of_a_statement_of_flink_fails_clearly(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("PREPARE broken AS SELECT nope FROM nine WHERE n = $1")
    for call in (connection.fetch, connection.execute):
        with pytest.raises(asyncpg.PostgresError) as caught:
            await call("EXECUTE broken (1)")
        assert (caught.value.sqlstate, caught.value.position) == ("42703", None)
    for call in (connection.fetch, connection.execute):
        with pytest.raises(asyncpg.PostgresError) as caught:
            await call("EXECUTE broken (1, 2)")
        assert caught.value.sqlstate == "42601"
