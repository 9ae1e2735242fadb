"""RAW, VARIANT, BITMAP and structured types: what the gateway cannot write reaches the client."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.engine import planner
from gateway.engine.local import LocalProvider
from gateway.engine.provision import cache_root
from protocol.errors import SqlError
from protocol.values import pgtypes
from tests.clients import javac
from tests.fixtures.flink import ignore
from tests.gateway.engine.driving import Client, drain

pytestmark = [pytest.mark.flink, pytest.mark.timeout(300)]

DIGITS = b"1234567890123456789012345678901234567890"  # more than any number type of Flink holds
ONE = f"(SELECT whole('{DIGITS.decode()}') AS w)"

# query, Postgres's type, text form
RAW = [
    (f"SELECT w FROM {ONE}", pgtypes.TEXT, DIGITS),
    ("SELECT whole(CAST(NULL AS STRING))", pgtypes.TEXT, None),
    # part of a value: Flink's own CAST of it ends in an EOFException or ends the JVM
    (
        f"SELECT ARRAY[w, whole(CAST(NULL AS STRING))] FROM {ONE}",
        pgtypes.array_of(pgtypes.TEXT),
        b"{" + DIGITS + b",NULL}",
    ),
    (f"SELECT MAP[1, w] FROM {ONE}", pgtypes.JSONB, b'{"1": "' + DIGITS + b'"}'),
    (f"SELECT MAP[w, 1] FROM {ONE}", pgtypes.JSONB, b'{"' + DIGITS + b'": 1}'),
    (f"SELECT COLLECT(w) FROM {ONE}", pgtypes.JSONB, b'{"' + DIGITS + b'": 1}'),
    (
        "SELECT r FROM (SELECT (w, s, b, d, day_, at_, n) AS r FROM (SELECT whole('12') AS w, "
        "'a\"中' AS s, X'00ff' AS b, CAST(1.50 AS DECIMAL(5, 2)) AS d, DATE '2024-02-29' AS day_, "
        "TIMESTAMP '2024-02-29 10:00:00' AS at_, CAST(NULL AS INT) AS n))",
        pgtypes.JSONB,
        '{"EXPR$0": "12", "EXPR$1": "a\\"中", "EXPR$2": "\\\\x00ff", "EXPR$3": 1.50, '
        '"EXPR$4": "2024-02-29", "EXPR$5": "2024-02-29T10:00:00", "EXPR$6": null}'.encode(),
    ),
]

DOCUMENTS = (
    """(SELECT a, PARSE_JSON(j) AS v FROM (VALUES (1, '{"k":[1,null]}'), (2, '")"')) AS t(a, j))"""
)
VARIANTS = [
    (f"SELECT v FROM {DOCUMENTS}", [b'")"', b'{"k":[1,null]}']),
    ("SELECT TRY_PARSE_JSON(j) FROM (VALUES ('no'), ('no')) AS t(j)", [None, None]),
    (f"SELECT ARRAY[v, v] FROM {DOCUMENTS} WHERE a = 2", [b'[")", ")"]']),
    (f"SELECT MAP[a, v] FROM {DOCUMENTS} WHERE a = 2", [b'{"2": ")"}']),
    (f"SELECT ROW(v, a) FROM {DOCUMENTS} WHERE a = 2", [b'{"EXPR$0": ")", "EXPR$1": 2}']),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def jar(engines: LocalProvider, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The function `Whole`, compiled against the oldest Flink."""
    await engines.ensure("1.16", ignore)
    libraries = sorted((cache_root() / "flink" / "1.16").rglob("*.jar"))
    classes = javac.compiled(Path(__file__).parent / "java" / "Whole.java", libraries)
    path = tmp_path_factory.mktemp("functions") / "whole.jar"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(classes / "Whole.class", "Whole.class")
    return path


@pytest_asyncio.fixture(loop_scope="session")
async def client(client: Client, jar: Path) -> AsyncIterator[Client]:
    await client.execute(f"ADD JAR '{jar}'", "CREATE TEMPORARY FUNCTION whole AS 'Whole'")
    yield client


async def test_raw(client: Client) -> None:
    for sql, type_, text in RAW:
        stream = await client.query(sql)
        assert [column.type for column in stream.columns] == [type_], sql
        assert await drain(stream) == [(text,)], sql
        assert list(await client.session.describe(sql, client.settings)) == list(stream.columns)


async def test_raw_that_was_sorted(client: Client) -> None:
    """The value has been through Flink's memory, and the query's order is kept."""
    sql = "SELECT whole(d) AS w, a FROM (VALUES ('12', 2), ('7', 1)) AS t(d, a) ORDER BY a"
    assert await client.rows(sql) == [(b"7", b"1"), (b"12", b"2")]


async def test_raw_among_changes(client: Client) -> None:
    sql = "SELECT whole(d), COUNT(*) FROM (VALUES ('7'), ('7')) AS t(d) GROUP BY d"
    assert await client.rows(sql, changelog="op") == [
        (b"+I", b"7", b"1"),
        (b"-U", b"7", b"1"),
        (b"+U", b"7", b"2"),
    ]


async def test_variant(newest: Client) -> None:
    for sql, texts in VARIANTS:
        stream = await newest.query(sql)
        assert [column.type for column in stream.columns] == [pgtypes.JSONB], sql
        assert sorted(await drain(stream), key=str) == [(text,) for text in texts], sql
    assert await newest.running() == []


async def test_an_engine_without_the_kit_refuses(
    newest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = planner.wrapping.CREATE_JSON.replace("kit.Json", "kit.Absent")
    monkeypatch.setattr(planner.wrapping, "CREATE_JSON", absent.replace("xuanwu_json", "nothing"))
    with pytest.raises(SqlError) as caught:
        await newest.rows("SELECT PARSE_JSON('[1]') AS v")
    assert caught.value.sqlstate == "0A000"
    assert '"v"' in caught.value.message
    assert "JSON_STRING" in (caught.value.hint or "")
    assert await newest.running() == []
