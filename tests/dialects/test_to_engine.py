"""The text for Flink."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects import single, split, to_engine
from protocol.errors import SqlError
from tests.dialects.world import one

SAME = [
    "SELECT a, `b` FROM t WHERE c <> 1",
    "SELECT 'it''s \"quoted\" :: != $1' FROM t",
    "SELECT /* \"x\" != :: */ a -- \"y\"\nFROM t /*+ OPTIONS(\"a\"='b') */",
    "SELECT CAST(a AS VARCHAR), CAST(b AS DECIMAL), CAST(d AS TIMESTAMP(3)) FROM t",
    "SELECT CAST(a AS TIMESTAMP(3) WITH LOCAL TIME ZONE), CAST(b AS ROW<x INT>) FROM t",
    "SELECT U&'\\00e4', X'ff' FROM t",
    "SET 'a' = 'b'",
    "CREATE TABLE t (x TEXT) WITH ('connector' = 'print')",
]  # fmt: skip
REWRITTEN = [
    ('SELECT "a""b", "c`d", U&"\\00e4" FROM "T"', 'SELECT `a"b`, `c``d`, `ä` FROM `T`'),
    ("SELECT a FROM t WHERE a!=1 AND b !=-1", "SELECT a FROM t WHERE a<>1 AND b <>-1"),
    ("SELECT x::int4 FROM t", "SELECT CAST(x AS INT) FROM t"),
    ("SELECT t.x :: text FROM t", "SELECT CAST(t.x AS STRING) FROM t"),
    ("SELECT x::int::text FROM t", "SELECT CAST(CAST(x AS INT) AS STRING) FROM t"),
    ("SELECT (a + b)::float8 FROM t", "SELECT CAST((a + b) AS DOUBLE) FROM t"),
    ("SELECT f(a, g(b))::bigint FROM t", "SELECT CAST(f(a, g(b)) AS BIGINT) FROM t"),
    ("SELECT c.d.f(a)::bool FROM t", "SELECT CAST(c.d.f(a) AS BOOLEAN) FROM t"),
    ("SELECT a[1].b::int2 FROM t", "SELECT CAST(a[1].b AS SMALLINT) FROM t"),
    ("SELECT (r).b::int8 FROM t", "SELECT CAST((r).b AS BIGINT) FROM t"),
    ("SELECT ARRAY[1, 2]::bigint[] FROM t", "SELECT CAST(ARRAY[1, 2] AS ARRAY<BIGINT>) FROM t"),
    ("SELECT '1'::numeric(10, 2)::text FROM t",
     "SELECT CAST(CAST('1' AS DECIMAL(10, 2)) AS STRING) FROM t"),
    ("SELECT a AND (b)::bool FROM t", "SELECT a AND CAST((b) AS BOOLEAN) FROM t"),
    ("SELECT -a::int FROM t", "SELECT -CAST(a AS INT) FROM t"),
    ("SELECT CASE WHEN a THEN CASE WHEN b THEN 1 END END::text FROM t",
     "SELECT CAST(CASE WHEN a THEN CASE WHEN b THEN 1 END END AS STRING) FROM t"),
    ("SELECT DATE '2024-01-01'::text FROM t", "SELECT CAST(DATE '2024-01-01' AS STRING) FROM t"),
    ("SELECT CAST(a AS text)::varchar(3) FROM t",
     "SELECT CAST(CAST(a AS STRING) AS VARCHAR(3)) FROM t"),
    ("SELECT (a::int + b::int)::text FROM t",
     "SELECT CAST((CAST(a AS INT) + CAST(b AS INT)) AS STRING) FROM t"),
    ('SELECT "a"::"int4" FROM t', "SELECT CAST(`a` AS INT) FROM t"),
    ("SELECT a::pg_catalog.int4 FROM t", "SELECT CAST(a AS INT) FROM t"),
    ("SELECT a::double precision FROM t", "SELECT CAST(a AS DOUBLE) FROM t"),
    ("SELECT a::character varying(3) FROM t", "SELECT CAST(a AS VARCHAR(3)) FROM t"),
    ("SELECT a::timestamp(3) with time zone FROM t", "SELECT CAST(a AS TIMESTAMP_LTZ(3)) FROM t"),
    ("SELECT a::timestamptz, b::timestamp FROM t",
     "SELECT CAST(a AS TIMESTAMP_LTZ(6)), CAST(b AS TIMESTAMP) FROM t"),
    ("SELECT CAST(a AS text), CAST(b AS int8), CAST(c AS timestamptz) FROM t",
     "SELECT CAST(a AS STRING), CAST(b AS BIGINT), CAST(c AS TIMESTAMP_LTZ(6)) FROM t"),
    ("SELECT a AS text, b AS bool FROM t", "SELECT a AS text, b AS bool FROM t"),
    ("SELECT E'a\\tb\\\\\\'''\\x41\\101\\u4e2d\\U0001F600\\q' FROM t",
     "SELECT 'a\tb\\''''AA中😀q' FROM t"),
    ("SELECT E'\\uD83D\\uDE00', E'\\xe4\\xb8\\xad' FROM t", "SELECT '😀', '中' FROM t"),
    ("SELECT $$it's$$, $x$$$y$x$ FROM t", "SELECT 'it''s', '$$y' FROM t"),
    ("SELECT /* a /* b */ c */ 1 FROM t", "SELECT /* a    b    c */ 1 FROM t"),
    ("SET execution.runtime-mode = batch", "SET 'execution.runtime-mode' = 'batch'"),
    ("SET SESSION table.exec.state.ttl TO '1 d'", "SET 'table.exec.state.ttl' = '1 d'"),
    ("SET pipeline.name = it's -- '", "SET 'pipeline.name' = 'it''s -- '''"),
    ("SET execution.checkpointing.dir = s3://a/b", "SET 'execution.checkpointing.dir' = 's3://a/b'"),
    ("SET table.exec.state.ttl = DEFAULT", "RESET 'table.exec.state.ttl'"),
    ("RESET table.exec.state.ttl", "RESET 'table.exec.state.ttl'"),
    ("BEGIN STATEMENT SET; INSERT INTO \"a\" SELECT 1; END",
     "EXECUTE STATEMENT SET BEGIN INSERT INTO `a` SELECT 1; END"),
]  # fmt: skip
REFUSED = [
    ('SELECT "" FROM t', "42601", 8),
    ("SELECT E'\\u12' FROM t", "22025", 10),
    ("SELECT E'\\xff' FROM t", "22021", 8),
    ("SELECT E'\\000' FROM t", "22021", 8),
    ("SELECT E'\\ud800' FROM t", "22021", 8),
    ("SELECT a::regclass FROM t", "42704", 11),
    ("SELECT sum(a) OVER (ORDER BY b)::int FROM t", "0A000", 32),
    ("SELECT INTERVAL '1' DAY::text FROM t", "0A000", 24),
    ("SELECT ::int FROM t", "0A000", 8),
    ("SELECT a:: FROM t", "42704", 12),
]


@pytest.mark.parametrize("sql", SAME)
def test_same(sql: str) -> None:
    statement = one(sql)
    assert to_engine(statement).text is statement.text


@pytest.mark.parametrize(("sql", "text"), REWRITTEN)
def test_rewritten(sql: str, text: str) -> None:
    rewritten = to_engine(single(sql))
    assert rewritten.text == text
    if not sql.startswith(("SET", "RESET")):
        assert to_engine(single(text)).text == text  # nothing is left to do
        assert rewritten.position(len(text) + 1) == len(sql) + 1


@pytest.mark.parametrize(("sql", "sqlstate", "position"), REFUSED)
def test_refused(sql: str, sqlstate: str, position: int | None) -> None:
    with pytest.raises(SqlError) as caught:
        to_engine(one(sql))
    assert caught.value.sqlstate == sqlstate
    assert position is None or caught.value.position == position


def test_positions_lead_back() -> None:
    sql = "SELECT a::int4, E'\\t' AS \"tab\", wrong FROM t"
    rewritten = to_engine(one(sql))
    assert rewritten.text == "SELECT CAST(a AS INT), '\t' AS `tab`, wrong FROM t"
    for word in ("SELECT", "wrong", "FROM"):
        assert rewritten.position(rewritten.text.index(word) + 1) == sql.index(word) + 1
        assert rewritten.forward(sql.index(word) + 1) == rewritten.text.index(word) + 1
    assert rewritten.position(rewritten.text.index("`tab") + 1) == sql.index('"tab') + 1


PIECES = st.sampled_from(
    "a \"b\" `c` :: int text ( ) [ ] . , CASE END WHEN != E'\\n' $$x$$ 's' 1 AS CAST ARRAY OVER"
    " DATE INTERVAL /*x/*y*/*/ SET RESET table . = select -".split()
)


@given(st.lists(PIECES, max_size=30).map(" ".join))
def test_only_sql_errors(sql: str) -> None:
    for statement in split(sql):
        try:
            rewritten = to_engine(statement)
        except SqlError as error:
            assert 1 <= (error.position or 1) <= len(statement.text) + 1
            continue
        for position in range(1, len(rewritten.text) + 2):
            assert 1 <= rewritten.position(position) <= len(statement.text) + 1


@given(st.text())
def test_strings_keep_their_value(value: str) -> None:
    value = value.replace("\0", "")
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    plain = value.replace("'", "''")
    assert to_engine(single(f"SELECT E'{escaped}' FROM t")).text == f"SELECT '{plain}' FROM t"
