"""One client's session on real Flink of three versions."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.engine.engine import FlinkEngine
from protocol.errors import SqlError
from protocol.values import pgtypes
from tests.gateway.engine.driving import Client, cancelled_while_waited_for, drain, until

pytestmark = [pytest.mark.flink, pytest.mark.timeout(300)]

ENDLESS = "WITH ('connector'='datagen', 'rows-per-second'='20')"


# ── values ──────────────────────────────────────────────────────────────────────────────────────

# expression, Postgres's type, text form in zone Asia/Shanghai
SCALARS = [
    ("TRUE", pgtypes.BOOL, b"t"),
    ("CAST(-128 AS TINYINT)", pgtypes.INT2, b"-128"),
    ("CAST(32767 AS SMALLINT)", pgtypes.INT2, b"32767"),
    ("CAST(-2147483648 AS INT)", pgtypes.INT4, b"-2147483648"),
    ("9223372036854775807", pgtypes.INT8, b"9223372036854775807"),
    ("CAST(0.1 AS FLOAT)", pgtypes.FLOAT4, b"0.1"),
    ("CAST(1e300 AS DOUBLE)", pgtypes.FLOAT8, b"1e+300"),
    ("CAST('NaN' AS DOUBLE)", pgtypes.FLOAT8, b"NaN"),
    ("CAST(1200 AS DECIMAL(10, 2))", pgtypes.numeric(10, 2), b"1200.00"),
    (
        "CAST('12345678901234567890.123456789012345678' AS DECIMAL(38, 18))",
        pgtypes.numeric(38, 18),
        b"12345678901234567890.123456789012345678",
    ),
    ("CAST('ab' AS CHAR(4))", pgtypes.bpchar(4), b"ab  "),
    ("CAST('ab' AS VARCHAR(4))", pgtypes.varchar(4), b"ab"),
    ("CAST('中文 \"x\"' AS STRING)", pgtypes.TEXT, '中文 "x"'.encode()),
    ("X'0001ff'", pgtypes.BYTEA, b"\\x0001ff"),
    ("DATE '2024-02-29'", pgtypes.DATE, b"2024-02-29"),
    ("TIME '12:34:56'", pgtypes.time(0), b"12:34:56"),
    ("TIMESTAMP '2023-11-14 22:13:20.120'", pgtypes.timestamp(3), b"2023-11-14 22:13:20.12"),
    (
        "CAST(TIMESTAMP '2023-11-14 22:13:20.123456789' AS TIMESTAMP(9))",
        pgtypes.timestamp(6),
        b"2023-11-14 22:13:20.123456",
    ),
    ("TO_TIMESTAMP_LTZ(1500, 3)", pgtypes.timestamptz(3), b"1970-01-01 08:00:01.5+08"),
    ("INTERVAL '1-2' YEAR TO MONTH", pgtypes.INTERVAL, b"1 year 2 mons"),
    ("INTERVAL '1 02:03:04.005' DAY TO SECOND(3)", pgtypes.INTERVAL, b"1 day 02:03:04.005"),
    ("CAST(NULL AS INT)", pgtypes.INT4, None),
    ("ARRAY[1, 2, CAST(NULL AS INT)]", pgtypes.array_of(pgtypes.INT4), b"{1,2,NULL}"),
    (
        "ARRAY[CAST('a' AS STRING), 'c,d', 'e\"f']",
        pgtypes.array_of(pgtypes.TEXT),
        b'{a,"c,d","e\\"f"}',
    ),
    (
        "ARRAY[TO_TIMESTAMP_LTZ(0, 3)]",
        pgtypes.array_of(pgtypes.timestamptz(3)),
        b'{"1970-01-01 08:00:00+08"}',
    ),
    ("ARRAY[ARRAY[1], ARRAY[2, 3]]", pgtypes.JSONB, b"[[1], [2, 3]]"),
    ("MAP['k', CAST(1.5 AS DECIMAL(5, 2))]", pgtypes.JSONB, b'{"k": 1.50}'),
    ("MAP[1, 'a']", pgtypes.JSONB, b'{"1": "a"}'),
    ("ARRAY[MAP[1, 'a']]", pgtypes.JSONB, b'[{"1": "a"}]'),
]


async def test_all_types_in_text(client: Client) -> None:
    zone = replace(client.settings, time_zone="Asia/Shanghai")
    items = ", ".join(f"{expression} AS c{i}" for i, (expression, _, _) in enumerate(SCALARS))
    sql = f"SELECT {items}"
    stream = await client.session.query(sql, zone, ())
    columns = list(stream.columns)
    (row,) = await drain(stream)
    for (expression, type_, value), column, cell in zip(SCALARS, columns, row, strict=True):
        assert (column.type, cell) == (type_, value), expression
    described = await client.session.describe(sql, zone)
    assert list(described) == columns


async def test_scalars_in_binary(client: Client) -> None:
    sql = (
        "SELECT CAST(7 AS TINYINT), 9223372036854775807, CAST(1200 AS DECIMAL(10, 2)), "
        "DATE '2000-01-02', TO_TIMESTAMP_LTZ(946684800001, 3), X'00ff', ARRAY[1]"
    )
    (row,) = await client.rows(sql, (1,), time_zone="Asia/Shanghai")
    assert row == (
        struct.pack("!h", 7),
        struct.pack("!q", 2**63 - 1),
        struct.pack("!hhHhh", 1, 0, 0, 2, 1200),
        struct.pack("!i", 1),
        struct.pack("!q", 1000),
        b"\0\xff",
        struct.pack("!iiiiiii", 1, 0, 23, 1, 1, 4, 1),
    )


async def test_rows_are_json_by_field_name(client: Client) -> None:
    await client.execute(
        "CREATE TEMPORARY VIEW v AS SELECT CAST((1, CAST(2.50 AS DECIMAL(5, 2)), "
        "TO_TIMESTAMP_LTZ(0, 3)) AS ROW<a INT, d DECIMAL(5, 2), t TIMESTAMP_LTZ(3)>) AS r"
    )
    ((cell,),) = await client.rows("SELECT r FROM v", time_zone="Asia/Shanghai")
    assert cell == b'{"a": 1, "d": 2.50, "t": "1970-01-01T00:00:00Z"}'


async def test_both_hours_of_a_dst_overlap_are_told_apart(client: Client) -> None:
    # 2023-10-29 in Berlin: 02:30 comes at 00:30 UTC and again at 01:30 UTC
    sql = "SELECT TO_TIMESTAMP_LTZ(1698539400000, 3), TO_TIMESTAMP_LTZ(1698543000000, 3)"
    (row,) = await client.rows(sql, time_zone="Europe/Berlin")
    assert row == (b"2023-10-29 02:30:00+02", b"2023-10-29 02:30:00+01")
    (row,) = await client.rows(
        f"{sql}, CAST(TO_TIMESTAMP_LTZ(0, 3) AS STRING)", time_zone="Asia/Shanghai"
    )
    assert row == (
        b"2023-10-29 08:30:00+08",
        b"2023-10-29 09:30:00+08",
        b"1970-01-01 08:00:00.000",  # Flink itself computes in the session's zone
    )


async def test_wrapped_columns_keep_the_order(client: Client) -> None:
    values = "(VALUES (2, MAP[1, 'a'], 7), (1, MAP[2, 'b'], 8), (3, MAP[3, 'c'], 6)) AS t(a, m, z)"
    assert await client.rows(f"SELECT a, m FROM {values} ORDER BY a DESC LIMIT 2 -- all") == [
        (b"3", b'{"3": "c"}'),
        (b"2", b'{"1": "a"}'),
    ]
    with pytest.raises(SqlError) as caught:
        await client.rows(f"SELECT a, m FROM {values} ORDER BY z")
    assert (caught.value.sqlstate, caught.value.position) == ("0A000", None)


async def test_multiset_of_numbers(client: Client) -> None:
    ((cell,),) = await client.rows("SELECT COLLECT(a) FROM (VALUES (1), (1), (2)) AS t(a)")
    assert cell in (b'{"1": 2, "2": 1}', b'{"2": 1, "1": 2}')


# ── modes ───────────────────────────────────────────────────────────────────────────────────────


async def test_bounded_sources_give_final_rows(client: Client) -> None:
    sql = "SELECT a, COUNT(*) FROM (VALUES (2), (1), (2)) AS t(a) GROUP BY a ORDER BY a"
    assert await client.rows(sql) == [(b"1", b"1"), (b"2", b"2")]


async def test_streams_flow_and_updating_ones_are_refused(client: Client) -> None:
    await client.execute(f"CREATE TABLE s (a INT) {ENDLESS}")
    assert len(await drain(await client.query("SELECT a FROM s"), 5)) >= 5
    for _ in range(2):  # the second time from what was remembered
        with pytest.raises(SqlError) as caught:
            await client.query("SELECT COUNT(*) FROM s")
        assert caught.value.sqlstate == "0A000"
        assert "flink.changelog = 'op'" in (caught.value.hint or "")
    assert await client.running() == []


async def test_changes_are_shown_by_op(client: Client) -> None:
    sql = "SELECT COUNT(*) AS n FROM (VALUES (1), (2)) AS t(a)"
    stream = await client.query(sql, changelog="op")
    described = await client.session.describe(sql, replace(client.settings, changelog="op"))
    assert list(stream.columns) == list(described)
    assert [column.name for column in stream.columns] == ["op", "n"]
    assert await drain(stream) == [(b"+I", b"1"), (b"-U", b"1"), (b"+U", b"2")]


async def test_latest_folds_the_changes(client: Client) -> None:
    sql = "SELECT a, COUNT(*) FROM (VALUES (1), (2), (1), (1)) AS t(a) GROUP BY a"
    assert sorted(await client.rows(sql, changelog="latest")) == [(b"1", b"3"), (b"2", b"1")]


async def test_latest_of_an_endless_stream_ends(client: Client) -> None:
    await client.execute(f"CREATE TABLE s (a INT) {ENDLESS}")
    ((count,),) = await client.rows("SELECT COUNT(*) FROM s", changelog="latest", snapshot_s=1.5)
    assert count is not None and int(count) >= 20
    assert await client.running() == []


# ── statements without rows ─────────────────────────────────────────────────────────────────────


async def test_show_and_set(client: Client) -> None:
    await client.execute(
        "CREATE TEMPORARY VIEW v AS SELECT 1 AS a", "SET 'parallelism.default' = '1'"
    )
    assert await client.show("SHOW VIEWS") == [(b"v",)]
    assert (b"parallelism.default", b"1") in await client.show("SET")


async def test_what_is_left_out_of_a_statement_that_shows_is_told(client: Client) -> None:
    (plan,) = await client.show("EXPLAIN CREATE TABLE x WITH ('connector' = 'print') AS SELECT 42")
    assert plan[0] is not None and b"42" in plan[0]
    told = [notice.message for notice in client.notices if "left out" in notice.message]
    old = client.settings.version.startswith("1.")
    assert [message.startswith("CREATE TABLE x") for message in told] == [True] * old


async def test_flinks_own_set_of_the_runtime_mode(client: Client) -> None:
    sql = "SELECT COUNT(*) FROM (VALUES (1), (2)) AS t(a)"
    await client.execute("SET 'execution.runtime-mode' = 'streaming'")
    with pytest.raises(SqlError):
        await client.rows(sql)
    await client.execute("RESET 'execution.runtime-mode'")
    assert await client.rows(sql) == [(b"2",)]


async def test_errors_have_positions_in_the_clients_text(client: Client) -> None:
    cases = [
        ("SELECT a,\n  nope FROM (VALUES (1)) AS t(a)", "42703", 13),
        ("SELECT 1 FRM x", "42601", 14),
        ("SELECT * FROM nope", "42P01", 15),
    ]
    for sql, sqlstate, position in cases:
        for call in (client.query, lambda text: client.session.describe(text, client.settings)):
            with pytest.raises(SqlError) as caught:
                await call(sql)
            assert (caught.value.sqlstate, caught.value.position) == (sqlstate, position), sql


async def test_a_failing_row_is_an_error_not_an_end(client: Client) -> None:
    sql = "SELECT 1 / (a - 2) FROM (VALUES (1), (2)) AS t(a)"
    with pytest.raises(SqlError) as caught:
        await client.rows(sql)
    assert caught.value.sqlstate == "22012"
    assert await client.rows("SELECT 1") == [(b"1",)]


# ── background jobs ─────────────────────────────────────────────────────────────────────────────


async def test_a_row_larger_than_a_batch(client: Client) -> None:
    await client.session.execute(
        "CREATE TEMPORARY TABLE broad (c STRING) WITH ('connector' = 'datagen',"
        " 'number-of-rows' = '1', 'fields.c.length' = '3000000')",
        client.settings,
    )
    with pytest.raises(SqlError) as caught:
        await client.rows("SELECT c FROM broad")
    assert caught.value.sqlstate == "54000"
    assert "collect-sink.batch-size.max" in (caught.value.hint or "")
    await client.session.execute("SET 'collect-sink.batch-size.max' = '8mb'", client.settings)
    ((value,),) = await client.rows("SELECT c FROM broad")
    assert len(value or b"") == 3_000_000


async def test_insert_is_read_back(client: Client, tmp_path: Path) -> None:
    await client.execute(
        f"CREATE TABLE f (a INT, b STRING) WITH ('connector'='filesystem', 'path'='{tmp_path}', "
        "'format'='csv')"
    )
    insert = "INSERT INTO f SELECT a, CAST(b AS STRING) FROM (VALUES (1, 'x'), (2, 'y')) AS t(a, b)"
    waiting = replace(client.settings, wait=True)
    handle = await client.session.submit(insert, waiting)
    assert (handle.state, handle.rows) == ("FINISHED", 2)
    assert sorted(await client.rows("SELECT * FROM f")) == [(b"1", b"x"), (b"2", b"y")]


async def test_background_job_outlives_its_session(engine: FlinkEngine, client: Client) -> None:
    await client.execute(
        f"CREATE TABLE s (a INT) {ENDLESS}", "CREATE TABLE b (a INT) WITH ('connector'='blackhole')"
    )
    handle = await client.session.submit("INSERT INTO b SELECT a FROM s", client.settings)
    assert handle.name.startswith("test 4711: INSERT INTO b")
    jobs = (await client.session.flink(client.settings)).jobs
    await client.session.close()
    assert await jobs.state(handle.job_id) in ("CREATED", "RUNNING", "INITIALIZING")
    assert await jobs.ensure_gone(handle.job_id, known=True, limit_s=10)


async def test_waiting_for_an_insert_can_be_cancelled(client: Client) -> None:
    await client.execute(
        f"CREATE TABLE s (a INT) {ENDLESS}", "CREATE TABLE b (a INT) WITH ('connector'='blackhole')"
    )
    await cancelled_while_waited_for(client, "INSERT INTO b SELECT a FROM s")


async def test_failed_insert_tells_why(client: Client) -> None:
    await client.execute("CREATE TABLE b (a INT) WITH ('connector'='blackhole')")
    with pytest.raises(SqlError) as caught:
        await client.session.submit(
            "INSERT INTO b SELECT 1 / (a - 2) FROM (VALUES (2)) AS t(a)",
            replace(client.settings, wait=True),
        )
    assert caught.value.sqlstate == "22012"


async def test_statement_set(client: Client) -> None:
    await client.execute(
        "CREATE TABLE b (a INT) WITH ('connector'='blackhole')",
        "CREATE TABLE c (a INT) WITH ('connector'='blackhole')",
    )
    handle = await client.session.submit(
        "EXECUTE STATEMENT SET BEGIN INSERT INTO b VALUES (1); INSERT INTO c VALUES (2), (3); END",
        replace(client.settings, wait=True),
    )
    assert (handle.state, handle.rows) == ("FINISHED", 3)


async def test_compiled_plan(client: Client, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    await client.execute(
        "CREATE TABLE s (a INT) WITH ('connector'='datagen', 'number-of-rows'='3')",
        "CREATE TABLE b (a INT) WITH ('connector'='blackhole')",
        f"COMPILE PLAN '{plan}' FOR INSERT INTO b SELECT a FROM s",
    )
    handle = await client.session.submit(f"EXECUTE PLAN '{plan}'", client.settings)
    jobs = (await client.session.flink(client.settings)).jobs

    async def finished() -> bool:
        return await jobs.state(handle.job_id) == "FINISHED"

    await until(finished)
    assert await client.rows("SELECT 1") == [(b"1",)]


async def test_a_table_made_from_a_query_is_there_in_both_modes(
    newest: Client, tmp_path: Path
) -> None:
    """Batch and streaming run in Flink sessions of their own; a table belongs to the client."""
    options = f"'connector' = 'filesystem', 'path' = '{tmp_path}/made', 'format' = 'json'"
    sql = f"CREATE TABLE made WITH ({options}) AS SELECT 1 AS a"
    await newest.session.submit(sql, replace(newest.settings, wait=True))
    for mode in ("batch", "streaming"):
        found = await newest.rows("SELECT a FROM made", runtime_mode=mode)
        assert found == [(b"1",)]


async def test_endless_compiled_plan_outlives_its_session(client: Client, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    await client.execute(
        f"CREATE TABLE s (a INT) {ENDLESS}",
        "CREATE TABLE b (a INT) WITH ('connector'='blackhole')",
        f"COMPILE PLAN '{plan}' FOR INSERT INTO b SELECT a FROM s",
    )
    handle = await client.session.submit(f"EXECUTE PLAN '{plan}'", client.settings)
    jobs = (await client.session.flink(client.settings)).jobs
    assert await client.rows("SELECT 1") == [(b"1",)]
    await client.session.close()
    assert await jobs.state(handle.job_id) == "RUNNING"
    assert await jobs.ensure_gone(handle.job_id, known=True, limit_s=10)


async def test_no_operation_is_left_open(client: Client) -> None:
    await client.execute("CREATE TEMPORARY VIEW v AS SELECT 1 AS a")
    assert await client.rows("SELECT a FROM v") == [(b"1",)]
    assert await client.show("SHOW VIEWS") == [(b"v",)]
    with pytest.raises(SqlError):
        await client.query("SELECT nope FROM v")
    for session in client.session._sessions.values():
        await session._settled()
        assert session.operations == set()
