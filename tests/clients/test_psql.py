"""What psql does and shows beyond the common suite."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app import App
from tests.clients.jobs import Jobs
from tests.clients.psql import Psql
from tests.clients.suite import SETUP

pytestmark = [pytest.mark.postgres, pytest.mark.flink]

CSV = ("--csv", "-P", "null=<null>")


def dsn(server: App) -> str:
    return f"host=127.0.0.1 port={server.server.port} user=xuanwu dbname=xuanwu"


@pytest.fixture
async def psql(server: App) -> AsyncIterator[Psql]:
    """A fresh psql with the suite's tables."""
    process = await Psql.start(dsn(server), *CSV)
    said = await process.ask(";\n".join((*SETUP, "")))
    assert "ERROR" not in said.err  # a NOTICE may tell that Flink is being started
    yield process
    await process.close()


async def test_tags(psql: Psql) -> None:
    said = await psql.ask(
        "CREATE TEMPORARY VIEW shown AS SELECT id FROM few;\nDROP TEMPORARY VIEW shown;\n"
        "SET flink.runtime_mode = 'batch';\nSHOW flink.runtime_mode;\nRESET flink.runtime_mode;\n"
        "BEGIN;\nCOMMIT;"
    )
    assert not said.err
    assert said.out.splitlines() == [
        "CREATE VIEW", "DROP VIEW", "SET", "flink.runtime_mode", "batch", "RESET", "BEGIN",
        "COMMIT",
    ]  # fmt: skip


async def test_row_count_and_sqlstate(psql: Psql) -> None:
    said = await psql.ask(
        "SELECT id FROM few;\n\\echo :ROW_COUNT :SQLSTATE\n"
        "SELECT idd FROM few;\n\\echo :ROW_COUNT :SQLSTATE"
    )
    lines = said.out.splitlines()
    assert (lines[11], lines[-1]) == ("10 00000", "0 42703")


async def test_one_message_mixes_postgres_and_flink(server: App) -> None:
    """`-c` sends all in one Query message: one answer after the other, the first error ends it."""
    text = f"{SETUP[1]}; SELECT 1 AS x; SELECT id FROM few WHERE id < 3; SELECT 1/0; SELECT 2"
    process = await Psql.start(dsn(server), *CSV, "-c", text)
    said = await process.end()
    assert said.out.splitlines() == ["CREATE TABLE", "x", "1", "id", "1", "2"]
    assert re.match(r"ERROR:  22012: division by zero", said.err)


async def test_insert_answers_a_job(psql: Psql, jobs: Jobs) -> None:
    said = await psql.ask("INSERT INTO void SELECT id FROM endless;")
    header, row, *rest = said.table
    assert header == ["job", "id", "state", "version"]
    assert row[3] == "2.2" and rest == [["INSERT 0 0"]]
    assert row[1] == await jobs.started()
    await jobs.running(str(row[1]))
    await jobs.cancel(str(row[1]))


async def test_insert_returning(psql: Psql, jobs: Jobs) -> None:
    said = await psql.ask("INSERT INTO void SELECT id FROM few RETURNING job_id;")
    assert said.table[:2] == [["job_id"], [await jobs.started()]]


async def test_insert_waits_in_sync_mode(psql: Psql, jobs: Jobs) -> None:
    said = await psql.ask("SET flink.dml = 'sync';\nINSERT INTO void SELECT id FROM few;")
    assert said.out.splitlines()[-1].startswith("INSERT 0 ")
    assert await jobs.state(await jobs.started()) == "FINISHED"


async def test_copy_to_stdout(psql: Psql) -> None:
    text = await psql.ask(
        "COPY (SELECT id, CAST(NULL AS STRING) AS n FROM few WHERE id < 3) TO STDOUT;"
    )
    assert text.out.splitlines() == ["1\t\\N", "2\t\\N"]
    csv = await psql.ask(
        "\\copy (SELECT id, 'a,b' AS word FROM few WHERE id < 3) TO STDOUT CSV HEADER"
    )
    assert csv.out.splitlines() == ["id,word", '1,"a,b"', '2,"a,b"']


async def test_ctrl_c_stops_the_job(psql: Psql, jobs: Jobs) -> None:
    psql.send("SELECT id FROM endless;\n")
    job_id = await jobs.started()
    await jobs.running(job_id)
    psql.interrupt()
    said = await psql.end()
    assert "ERROR:  57014: canceling statement due to user request" in said.err
    assert await jobs.gone(job_id) == "CANCELED"


async def test_copy_shows_an_endless_stream_live(psql: Psql, jobs: Jobs) -> None:
    psql.send("COPY (SELECT id FROM endless) TO STDOUT;\n")
    assert re.fullmatch(r"-?\d+\n", await psql.line())
    job_id = await jobs.started()
    psql.interrupt()
    await psql.end()
    assert await jobs.gone(job_id) == "CANCELED"


async def test_lost_client_ends_its_job(psql: Psql, jobs: Jobs) -> None:
    psql.send("COPY (SELECT id FROM endless) TO STDOUT;\n")
    await psql.line()
    job_id = await jobs.started()
    psql.process.kill()
    await psql.process.communicate()
    assert await jobs.gone(job_id) == "CANCELED"


async def test_fetch_count_uses_a_cursor(psql: Psql) -> None:
    said = await psql.ask("\\set FETCH_COUNT 4\nSELECT id FROM few;\n\\echo :ROW_COUNT")
    assert not said.err
    assert said.out.splitlines() == ["id", *map(str, range(1, 11)), "10"]


async def test_fetch_count_of_a_newer_psql_streams_live(server: App, jobs: Jobs) -> None:
    """From 17 on: no cursor, rows in chunks."""
    psql = await Psql.start(dsn(server), "-A", "-t", "-P", "pager=off", major="18")
    try:
        await psql.ask(";\n".join((*SETUP, "")))
        psql.send("\\set FETCH_COUNT 1\nSELECT id FROM endless;\n")
        assert re.fullmatch(r"-?\d+\n", await psql.line())
        job_id = await jobs.started()
        psql.interrupt()
        await psql.end()
        assert await jobs.gone(job_id) == "CANCELED"
    finally:
        await psql.close()


async def test_pipeline_of_a_newer_psql(server: App) -> None:
    psql = await Psql.start(dsn(server), *CSV, major="18")
    try:
        await psql.ask(";\n".join((*SETUP, "")))
        said = await psql.ask(
            "\\startpipeline\nSELECT 1 AS x \\bind \\sendpipeline\n"
            "SELECT id FROM few WHERE id = $1 \\bind 3 \\sendpipeline\n"
            "SELECT $1::text AS y \\bind z \\sendpipeline\n\\endpipeline"
        )
        assert said.out.splitlines() == ["x", "1", "id", "3", "y", "z"]
    finally:
        await psql.close()


async def test_bind(psql: Psql) -> None:
    said = await psql.ask("SELECT id FROM few WHERE id = $1 \\bind 3 \\g")
    assert said.table == [["id"], ["3"]], said.err


async def test_transaction_that_failed_in_flink(psql: Psql) -> None:
    said = await psql.ask(
        "BEGIN;\nSELECT 10 / (id - 2) FROM few;\nSELECT 1;\nSELECT id FROM few;\nCOMMIT;\nSELECT 2;"
    )
    assert re.findall(r"ERROR:  (\w+)", said.err) == ["22012", "25P02", "25P02"]
    lines = said.out.splitlines()
    assert lines[0] == "BEGIN" and lines[-3:] == ["ROLLBACK", "?column?", "2"]


async def test_savepoint_in_front_of_a_failure_of_flink(psql: Psql) -> None:
    said = await psql.ask(
        "BEGIN;\nSAVEPOINT s;\nSELECT idd FROM few;\nROLLBACK TO s;\n"
        "SELECT id FROM few WHERE id = 1;\nCOMMIT;"
    )
    assert re.findall(r"ERROR:  (\w+)", said.err) == ["42703"]
    assert said.out.splitlines() == ["BEGIN", "SAVEPOINT", "ROLLBACK", "id", "1", "COMMIT"]


async def test_cursor_in_sql(psql: Psql, jobs: Jobs) -> None:
    said = await psql.ask(
        "BEGIN;\nDECLARE c CURSOR FOR SELECT id FROM endless;\nFETCH 2 FROM c;\nFETCH 3 FROM c;"
    )
    assert len(re.findall(r"^-?\d+$", said.out, re.MULTILINE)) == 5, said.err
    job_id = await jobs.started()
    await psql.ask("CLOSE c;\nCOMMIT;")
    assert await jobs.gone(job_id) == "CANCELED"


async def test_prepare_in_sql(psql: Psql) -> None:
    said = await psql.ask(
        "PREPARE p (int) AS SELECT id FROM few WHERE id = $1;\nEXECUTE p (4);\nEXECUTE p (5);\n"
        "DEALLOCATE p;\nEXECUTE p (6);"
    )
    assert said.out.splitlines() == ["PREPARE", "id", "4", "id", "5", "DEALLOCATE"]
    assert "ERROR:  26000" in said.err


async def test_listen_and_notify(psql: Psql) -> None:
    said = await psql.ask("LISTEN news;\nNOTIFY news, 'hello';\nSELECT 1;")
    assert re.search(r'"news" with payload "hello" received from server process', said.out)


async def test_notice_when_flink_starts_nothing_twice(psql: Psql) -> None:
    """A warm engine is silent: notices are for what takes long."""
    said = await psql.ask("SELECT id FROM few WHERE id = 1;")
    assert said.err == ""


# ── meta-commands: the same text as from Postgres itself ────────────────────────────────────────

COMMANDS = (
    "\\l", "\\d", "\\dn", "\\dt", "\\dt pg_catalog.*", "\\dv information_schema.*",
    "\\d pg_catalog.pg_class", "\\d+ pg_catalog.pg_type", "\\d information_schema.columns",
    "\\df pg_catalog.pg_get_*", "\\df", "\\dT+ pg_catalog.int*", "\\du", "\\dg+", "\\db",
    "\\dx", "\\dp", "\\dO pg_catalog.C", "\\dc pg_catalog.utf8*", "\\do pg_catalog.~~",
    "\\dconfig *", "\\dconfig", "\\sf pg_catalog.obj_description(oid,name)", "\\encoding",
    "\\dy", "\\dRp", "\\dF", "\\da pg_catalog.sum", "\\di pg_catalog.pg_class*",
)  # fmt: skip
# What a session of ours really has otherwise: it comes by TCP, and has its own parameters.
OWN = re.compile(
    r"^ *(flink\.|client_|application_name|transaction_|port|unix_|listen|session_pre)"
)


@pytest.mark.parametrize("command", COMMANDS)
async def test_meta_command(server: App, command: str) -> None:
    ours = await Psql.start(dsn(server))
    direct = await Psql.start(f"host={socket_folder(server)} user=xuanwu dbname=xuanwu")
    try:
        found, expected = await ours.ask(command), await direct.ask(command)
    finally:
        await ours.close()
        await direct.close()
    assert (_comparable(found.out), found.err) == (_comparable(expected.out), expected.err)
    assert found.out or found.err


def socket_folder(server: App) -> Path:
    """Where the server's own Postgres listens."""
    return Path(server.catalog.address.host)


def _comparable(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if not OWN.match(line)]
