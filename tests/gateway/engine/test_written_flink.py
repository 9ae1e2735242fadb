"""`flink.dml = 'sync'`: the number of rows written, or none, and failures of the other side."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.engine import submission
from gateway.engine.jobmanager import Job, Metrics, Vertex
from protocol.errors import SqlError
from session.ports import JobHandle
from tests.fixtures.postgres import Postgres
from tests.gateway.engine.driving import Client, until

flink = [pytest.mark.flink, pytest.mark.timeout(300)]

SEVEN = "CREATE TABLE seven (id INT, s STRING) WITH ('connector'='datagen', 'number-of-rows'='7')"
KAFKA = (
    "CREATE TABLE k (id INT) WITH ('connector'='kafka', 'topic'='t', 'format'='json', "
    "'properties.bootstrap.servers'='127.0.0.1:1', 'scan.startup.mode'='earliest-offset', "
    "'properties.max.block.ms'='{block_ms}')"
)


# ── which operators count ───────────────────────────────────────────────────────────────────────


def vertex(name: str, rows: int, *, complete: bool = True) -> Vertex:
    return Vertex(name, "FINISHED", Metrics(rows, complete))


@pytest.mark.parametrize(
    ("vertices", "rows"),
    [
        ([vertex("Source: s[1]", 0), vertex("Sink: t[2]", 7)], 7),
        ([vertex("Source: s[1]", 0), vertex("t[2]: Writer", 7), vertex("t[2]: Committer", 1)], 7),
        ([vertex("Sink: a[1]", 7), vertex("b[2]: Writer", 2)], 9),
        ([vertex("Sink: Filesystem", 7)], 7),
        ([vertex("StreamingFileWriter", 7), vertex("Sink: end", 1)], 7),
        ([vertex("streaming-writer", 7), vertex("compact", 2), vertex("end: Writer", 2)], 7),
        ([vertex("Sink: end[2]", 7)], 7),  # a table of that name
        ([vertex("Source: s[1]", 0)], None),
        ([vertex("Sink: t[2]", 7, complete=False)], None),
        ([vertex("IcebergStreamWriter", 7), vertex("Sink: IcebergSink t", 0)], None),
        ([vertex("Writer : t", 7), vertex("Committer : t", 1), vertex("end: Writer", 0)], None),
        ([vertex("Sink: a[1]", 7), vertex("end: Writer", 0)], None),
    ],
)  # fmt: skip
def test_rows_written(vertices: list[Vertex], rows: int | None) -> None:
    assert submission.rows_written(Job("j", "n", "FINISHED", vertices=vertices)) == rows


# ── real sinks ──────────────────────────────────────────────────────────────────────────────────


@pytest_asyncio.fixture(loop_scope="session")
async def port(postgres: Postgres) -> AsyncIterator[int]:
    """A TCP port in front of the embedded Postgres, which has a Unix socket alone."""
    (socket,) = postgres.socket_dir.glob(".s.PGSQL.*[0-9]")

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # one side has gone: so does the other
        finally:
            writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_unix_connection(str(socket))
        await asyncio.gather(pump(reader, forth), pump(back, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def written(client: Client, sql: str, mode: str = "auto") -> JobHandle:
    settings = replace(client.settings, wait=True, runtime_mode=mode)
    return await client.session.submit(sql, settings)


class TestSinks:
    pytestmark = flink

    async def test_jdbc(self, client: Client, postgres: Postgres, port: int) -> None:
        options = (
            f"'connector'='jdbc', 'url'='jdbc:postgresql://127.0.0.1:{port}/postgres', "
            "'username'='postgres', 'password'='x'"
        )
        await client.execute(
            SEVEN,
            f"CREATE TABLE a (id INT, s STRING) WITH ({options}, 'table-name'='written_a')",
            "CREATE TABLE u (id INT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH "
            f"({options}, 'table-name'='written_u')",
        )
        with postgres.connect() as direct:
            direct.execute("DROP TABLE IF EXISTS written_a, written_u")
            direct.execute("CREATE TABLE written_a (id int, s text)")
            direct.execute("CREATE TABLE written_u (id int PRIMARY KEY, n bigint)")
            assert (await written(client, "INSERT INTO a SELECT * FROM seven")).rows == 7
            assert direct.execute("SELECT count(*) FROM written_a").fetchone() == (7,)
            handle = await written(
                client,
                "INSERT INTO u SELECT a, COUNT(*) FROM (VALUES (1), (1), (2)) AS t(a) GROUP BY a",
            )
            assert handle.rows == 2
            found = direct.execute("SELECT * FROM written_u ORDER BY id").fetchall()
            assert found == [(1, 2), (2, 1)]
        with pytest.raises(SqlError) as caught:
            await written(
                client, "INSERT INTO a SELECT id, CAST(1 / (id - id) AS STRING) FROM seven"
            )
        assert caught.value.sqlstate == "22012"

    async def test_jdbc_that_nobody_answers(self, client: Client) -> None:
        await client.execute(
            "CREATE TABLE a (id INT) WITH ('connector'='jdbc', 'table-name'='a', "
            "'url'='jdbc:postgresql://127.0.0.1:1/postgres')"
        )
        with pytest.raises(SqlError) as caught:
            await written(client, "INSERT INTO a VALUES (1)")
        assert caught.value.sqlstate == "08006"
        assert "refused" in f"{caught.value.message} {caught.value.detail}"

    @pytest.mark.parametrize("mode", ["batch", "streaming"])
    async def test_without_a_system_behind(self, client: Client, mode: str, tmp_path: Path) -> None:
        files = f"'connector'='filesystem', 'path'='{tmp_path}"
        await client.execute(
            SEVEN,
            "CREATE TABLE p (id INT, s STRING) WITH ('connector'='print')",
            "CREATE TABLE b (id INT, s STRING) WITH ('connector'='blackhole')",
            f"CREATE TABLE j (id INT, s STRING) WITH ({files}/j', 'format'='json')",
            "CREATE TABLE c (id INT, s STRING) WITH "
            f"({files}/c', 'format'='csv', 'auto-compaction'='true')",
            "CREATE TABLE d (s STRING, id INT) PARTITIONED BY (id) WITH "
            f"({files}/d', 'format'='json')",
        )
        for sql, rows in [
            ("INSERT INTO p SELECT * FROM seven", 7),
            ("INSERT INTO b SELECT * FROM seven UNION ALL SELECT * FROM seven", 14),
            ("INSERT INTO j SELECT * FROM seven", 7),
            ("INSERT INTO c SELECT * FROM seven", 7),
            ("INSERT INTO d SELECT s, id FROM (VALUES ('x', 1), ('y', 2)) AS t(s, id)", 2),
            (
                "EXECUTE STATEMENT SET BEGIN INSERT INTO b SELECT * FROM seven; "
                "INSERT INTO j VALUES (1, 'x'); END",
                8,
            ),
        ]:
            assert (await written(client, sql, mode)).rows == rows, sql
        found = await client.rows("SELECT COUNT(*) FROM j", runtime_mode="batch")
        assert found == [(b"8",)]
        assert client.notices == [n for n in client.notices if "not known" not in n.message]

    async def test_kafka_that_nobody_answers(self, client: Client) -> None:
        await client.execute(KAFKA.format(block_ms=1000))
        with pytest.raises(SqlError) as caught:
            await written(client, "INSERT INTO k VALUES (1)")
        assert caught.value.sqlstate == "08006"
        assert "Kafka" in caught.value.message
        assert "bootstrap.servers" in (caught.value.hint or "")

    async def test_kafkas_long_wait_can_be_cancelled(self, newest: Client) -> None:
        await newest.execute(KAFKA.format(block_ms=60_000))
        task = asyncio.create_task(written(newest, "INSERT INTO k VALUES (1)"))
        jobs = (await newest.session.flink(newest.settings)).jobs

        async def blocked() -> bool:
            found = [j for j in await jobs.jobs() if "INSERT INTO k" in j.name and not j.ended]
            return any(j.has(("running",)) for j in found)

        await until(blocked)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 30  # Kafka itself gives up after 60 s
        assert not await blocked()

    async def test_what_is_not_known_is_not_invented(
        self, newest: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await newest.execute(
            SEVEN, "CREATE TABLE b (id INT, s STRING) WITH ('connector'='blackhole')"
        )
        monkeypatch.setattr(submission, "_COUNTS", submission._END)
        handle = await written(newest, "INSERT INTO b SELECT * FROM seven")
        assert (handle.state, handle.rows) == ("FINISHED", None)
        assert "is not known" in newest.notices[-1].message
