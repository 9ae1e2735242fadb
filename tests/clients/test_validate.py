"""TRANSLATE and VALIDATE as drivers and psql send them; no engine has to run for them."""

from __future__ import annotations

import asyncpg
import pytest

from dialects.versions import VERSIONS
from gateway.app import App
from tests.clients.jdbc import Jdbc
from tests.clients.psql import Psql

pytestmark = [pytest.mark.postgres, pytest.mark.flink]

TRANSLATE = "TRANSLATE SELECT a != 1 FROM t TO VERSION '1.16'"
VALIDATE = "VALIDATE SELECT a != 1 FROM t FOR ALL VERSIONS"
TEXT = "SELECT a <> 1 FROM t"


async def test_pgjdbc_over_seven_runs(plain_server: App, jdbc: Jdbc) -> None:
    """Unnamed, then named, then binary."""
    await jdbc.open("validate", plain_server.server.port)
    try:
        answer = await jdbc.ask("repeat", "validate", TRANSLATE, 7)
        assert answer["prepared"][0] is False and answer["prepared"][-1] is True
        assert all(run["texts"] == answer["runs"][0]["texts"] for run in answer["runs"])
        text, rule = answer["runs"][0]["texts"]
        assert text[0] == TEXT and rule[2:4] == ["!=", "<>"] and rule[5] == "20"
        answer = await jdbc.ask("repeat", "validate", VALIDATE, 7)
        assert [row[0] for row in answer["runs"][-1]["texts"]] == list(map(str, VERSIONS))
    finally:
        await jdbc.ask("close", "validate")


async def test_asyncpg_describes_and_reads_in_binary(plain_server: App) -> None:
    port = plain_server.server.port
    connection = await asyncpg.connect(
        host="127.0.0.1", port=port, user="xuanwu", database="xuanwu"
    )
    try:
        statement = await connection.prepare(VALIDATE)
        types = {each.name: each.type.name for each in statement.get_attributes()}
        assert (types["position"], types["stateful"], types["state"]) == ("int4", "bool", "text")
        for _ in range(2):
            rows = await statement.fetch()
            assert {row["translated"] for row in rows} == {TEXT}
        assert [row["position"] for row in await connection.fetch(TRANSLATE)] == [None, 20]
        async with connection.transaction():
            cursor = await connection.cursor(VALIDATE)
            assert len(await cursor.fetch(4)) == 4
            assert len(await cursor.fetch(9)) == 5
    finally:
        await connection.close()


async def test_psql_cuts_a_set_at_every_semicolon(plain_server: App) -> None:
    port = plain_server.server.port
    psql = await Psql.start(f"host=127.0.0.1 port={port} user=xuanwu dbname=xuanwu", "--csv")
    try:
        pieces = "INSERT INTO a SELECT 1; INSERT INTO b SELECT 2;"
        said = await psql.ask(
            f"TRANSLATE EXECUTE STATEMENT SET BEGIN {pieces} END TO VERSION '1.16';"
        )
        expected = (
            "EXECUTE STATEMENT SET BEGIN\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND"
        )
        assert expected in said.out and said.err == ""
        whole = pieces.replace(";", "\\;")
        said = await psql.ask(f"VALIDATE EXECUTE STATEMENT SET BEGIN {whole} END;")
        assert "2.2,accept," in said.out and said.err == ""
    finally:
        await psql.close()
