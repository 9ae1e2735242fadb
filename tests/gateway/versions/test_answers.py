"""TRANSLATE and VALIDATE through a driver, on a server without engines: the rules judge alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from dialects.versions import VERSIONS
from gateway.app import App
from tests.gateway.objects.serving import OPTIONS, Client, client

pytestmark = pytest.mark.postgres


@pytest.fixture
async def one(plain_server: App) -> AsyncIterator[Client]:
    async with client(plain_server) as opened:
        yield opened


async def described(client: Client, sql: str) -> list[dict[str, object]]:
    async with client.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        await cursor.execute(sql)  # type: ignore[arg-type]
        return await cursor.fetchall()


async def test_the_text_then_a_row_for_each_rule(one: Client) -> None:
    sql = "TRANSLATE SELECT \"a\" FROM t WHERE b != 'x' TO VERSION '1.16'"
    first, *rules = await described(one, sql)
    assert first == {
        "text": "SELECT `a` FROM t WHERE b <> 'x'",
        "rule": None,
        "before": None,
        "after": None,
        "why": None,
        "position": None,
    }
    assert [(r["before"], r["after"], r["position"]) for r in rules] == [
        ('"a"', "`a`", sql.index('"a"') + 1),
        ("!=", "<>", sql.index("!=") + 1),
    ]
    assert all(r["text"] is None and r["rule"] and r["why"] for r in rules)


async def test_what_needs_nothing_stays_as_it_is(one: Client) -> None:
    sql = "SELECT  a -- b\nFROM t"
    assert await one.rows(f"TRANSLATE {sql} TO VERSION '2.2'") == [(sql, *[None] * 5)]


async def test_what_postgres_answers_stays_as_it_is(one: Client) -> None:
    sql = 'SELECT "oid"::int4 FROM pg_class'
    assert await one.rows(f"TRANSLATE {sql} TO VERSION '1.16'") == [(sql, *[None] * 5)]


async def test_only_the_query_of_a_cursor_is_translated(one: Client) -> None:
    sql = 'TRANSLATE DECLARE "c" CURSOR FOR SELECT "a" FROM t TO VERSION \'1.16\''
    rows = await one.rows(sql)
    assert rows[0][0] == 'DECLARE "c" CURSOR FOR SELECT `a` FROM t'
    assert [row[-1] for row in rows[1:]] == [sql.index('"a"') + 1]


async def test_a_refusal_is_an_error_at_its_place(one: Client) -> None:
    sql = "SELECT 1;  TRANSLATE CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'x' = '1')"
    sql += " TO VERSION '2.2'"
    assert await one.state(sql) == ("HV00D", sql.index("'x'") + 1)
    assert await one.state(sql[11:]) == ("HV00D", sql.index("'x'") + 1 - 11)


async def test_the_session_version_alone(one: Client) -> None:
    [row] = await described(one, "VALIDATE SELECT a FROM t")
    assert row == {
        "version": "2.2",
        "verdict": "accept",
        "sqlstate": None,
        "message": None,
        "detail": None,
        "hint": None,
        "position": None,
        "translated": "SELECT a FROM t",
        "judged_by": "rules",
        "stateful": None,
        "state": "yes: it is the session's version",
    }


async def test_all_versions_by_the_rules(one: Client) -> None:
    rows = await described(one, 'VALIDATE SELECT "a" FROM t FOR ALL VERSIONS')
    assert [row["version"] for row in rows] == list(map(str, VERSIONS))
    assert {row["verdict"] for row in rows} == {"translate"}
    assert {row["judged_by"] for row in rows} == {"rules"}
    assert {row["translated"] for row in rows} == {"SELECT `a` FROM t"}
    states = {str(row["version"]): str(row["state"]).split(":")[0] for row in rows}
    assert states == {**dict.fromkeys(states, "no"), "2.2": "yes", "2.3": "not known"}


async def test_versions_in_the_order_asked(one: Client) -> None:
    sql = "VALIDATE CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'x' = '1')"
    sql += " FOR VERSIONS ('2.3', '1.16')"
    rows = await described(one, sql)
    told = [(r["version"], r["verdict"], r["sqlstate"], r["position"], r["state"]) for r in rows]
    place = sql.index("'x'") + 1
    assert told == [(v, "refuse", "HV00D", place, None) for v in ("2.3", "1.16")]


async def test_what_the_router_refuses_is_a_verdict(one: Client) -> None:
    sql = "VALIDATE SELECT a FROM t FOR UPDATE"
    [row] = await described(one, sql)
    assert (row["verdict"], row["sqlstate"], row["translated"]) == ("refuse", "0A000", None)
    assert row["position"] == sql.index("FOR UPDATE") + 1


async def test_what_is_stored_is_known(one: Client) -> None:
    await one.run("CREATE DATABASE known", "USE known", f"CREATE TABLE t (a INT) {OPTIONS}")
    try:
        [row] = await described(one, "VALIDATE SELECT a FROM t")
        assert row["verdict"] == "accept"
    finally:
        await one.run("DROP DATABASE known CASCADE")


async def test_in_a_transaction_it_changes_nothing(one: Client) -> None:
    await one.run("BEGIN")
    assert (await described(one, "VALIDATE SELECT a FROM t"))[0]["verdict"] == "accept"
    assert one.connection.info.transaction_status is psycopg.pq.TransactionStatus.INTRANS
    assert (await one.state("TRANSLATE SELECT 1 TO VERSION '9.9'"))[0] == "22023"
    assert (await one.state("VALIDATE SELECT 1"))[0] == "25P02"
    await one.run("ROLLBACK")


async def test_described_without_a_run(one: Client) -> None:
    sql = "VALIDATE SELECT a FROM t FOR ALL VERSIONS"
    connection = one.connection.pgconn
    for send in (
        lambda: connection.send_prepare(b"v", sql.encode()),
        lambda: connection.send_describe_prepared(b"v"),
    ):
        send()
        [result] = await psycopg.waiting.wait_async(  # type: ignore[var-annotated]
            psycopg.generators.execute(connection), connection.socket
        )
    assert result.status == psycopg.pq.ExecStatus.COMMAND_OK
    assert (result.nparams, result.ntuples) == (0, 0)
    names = [result.fname(index) for index in range(result.nfields)]
    assert names[:3] == [b"version", b"verdict", b"sqlstate"]
    assert [result.ftype(names.index(n)) for n in (b"position", b"stateful")] == [23, 16]


async def test_binary_rows_of_a_prepared_statement(one: Client) -> None:
    sql = "TRANSLATE SELECT a != 1 FROM t TO VERSION '1.16'"
    for _ in range(3):
        cursor = one.connection.cursor(binary=True)
        await cursor.execute(sql, prepare=True)
        rows = await cursor.fetchall()
        assert rows[1][2:4] == ("!=", "<>") and rows[1][5] == sql.index("!=") + 1


@pytest.mark.parametrize("head", ["EXECUTE STATEMENT SET BEGIN", "BEGIN STATEMENT SET;"])
async def test_a_set_in_pieces_is_validated_as_one(one: Client, head: str) -> None:
    """psql sends it so; no piece of it may run."""
    first = await one.connection.execute(f'VALIDATE {head} INSERT INTO a SELECT "x" FROM t')
    assert first.statusmessage == "STATEMENT SET"
    await one.run("INSERT INTO b SELECT CASE WHEN y THEN 1 END FROM t")
    rows = await described(one, "END FOR VERSIONS ('1.16', '2.3')")
    assert [row["version"] for row in rows] == ["1.16", "2.3"]
    assert {row["translated"] for row in rows} == {
        "EXECUTE STATEMENT SET BEGIN\nINSERT INTO a SELECT `x` FROM t;\n"
        "INSERT INTO b SELECT CASE WHEN y THEN 1 END FROM t;\nEND"
    }


async def test_a_set_in_pieces_is_translated_as_one(one: Client) -> None:
    await one.run('TRANSLATE EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT "x" FROM t')
    assert (await one.state("END TO VERSION '9.9'")) == ("22023", None)
    assert (await one.rows("VALIDATE SELECT a FROM t"))[0][1] == "accept"


async def test_a_piece_of_a_set_is_no_verdict_for_drivers(one: Client) -> None:
    """They send the pieces together: an error makes the server skip the INSERT behind it."""
    with pytest.raises(psycopg.errors.SyntaxError, match="end of input"):
        await one.connection.cursor(binary=True).execute(
            "VALIDATE EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1"
        )


async def test_a_refusal_keeps_its_place_when_it_comes_again(one: Client) -> None:
    sql = "SELECT 1; SELECT * FROM t FOR UPDATE"
    places = [await one.state(sql) for _ in range(3)]
    assert places == [("0A000", sql.index("FOR UPDATE") + 1)] * 3


async def test_the_key_of_a_stored_table_is_known(one: Client) -> None:
    await one.run(
        "CREATE DATABASE keys",
        "USE keys",
        f"CREATE TABLE keyed (id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED) {OPTIONS}",
        f"CREATE TABLE plain (id INT, name STRING) {OPTIONS}",
    )
    for table, clause in (("keyed", " ON CONFLICT DO DEDUPLICATE"), ("plain", "")):
        sql = f"INSERT INTO {table} SELECT MAX(id), name FROM plain GROUP BY name"
        rows = await one.rows(f"TRANSLATE {sql} TO VERSION '2.3' FROM VERSION '2.2'")
        assert rows[0][0] == sql + clause
