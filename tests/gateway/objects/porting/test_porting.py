"""A catalog written by one server and read by another is the same catalog."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from gateway.app import App
from gateway.config import Config, Listen
from gateway.objects.porting import Asked, Wanted, Where, export, read_in
from protocol.errors import SqlError
from tests.fixtures.server import NoEngines

pytestmark = pytest.mark.postgres

ROLES = 'CREATE ROLE ana; CREATE ROLE "Зоя ""q"" я"'
WORLD = r"""
GRANT CREATE ON SCHEMA public TO ana;
CREATE DATABASE sales COMMENT 'it''s; sales';
CREATE DATABASE `订单 库`;
CREATE TABLE orders (id BIGINT NOT NULL, "Üb;er" STRING COMMENT 'a ; b -- c', ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED)
  COMMENT 'it''s /* no; */ comment' WITH ('connector' = 'jdbc',
  'url' = 'jdbc:postgresql://h/db?user=u&password=hu', 'table-name' = 'x''y;z',
  'username' = 'u', 'password' = 'it''s; "secret"');
CREATE TABLE sales."订单" (`数量` INT) WITH ('connector' = 'datagen');
CREATE TABLE `订单 库`.`a.b``c` (x INT) WITH ('connector' = 'kafka', 'topic' = '${secret:t}',
  'properties.bootstrap.servers' = 'b:9092', 'format' = 'json',
  'properties.sasl.jaas.config' = 'mod required password="p";');
CREATE FUNCTION f1 AS 'com.example.F' LANGUAGE JAVA;
CREATE FUNCTION sales.`计算` AS 'com.example.计算';
GRANT SELECT, INSERT ON orders TO ana;
GRANT SELECT (id) ON orders TO "Зоя ""q"" я" WITH GRANT OPTION;
GRANT USAGE ON SCHEMA sales TO PUBLIC;
SET ROLE ana;
CREATE TABLE anas (a INT) WITH ('connector' = 'print');
RESET ROLE;
"""
SECRETS = r"""
xuanwu.public.orders/url/password=hu
xuanwu.public.orders/password="it's; \"secret\""
xuanwu.订单%20库.a%2Eb%60c/properties.sasl.jaas.config=mod required password="p";
"""
MADE = 8  # objects of WORLD


@dataclass
class Side:
    """A data directory and what is said about it."""

    data: Path
    said: list[str] = field(default_factory=list)

    @property
    def where(self) -> Where:
        return Where(self.data, flink=())

    async def written(self, **wanted: object) -> str:
        path = self.data.parent / f"{self.data.name}.sql"
        await export(self.where, Wanted(**wanted), str(path))  # type: ignore[arg-type]
        return path.read_text()

    async def read(self, script: str, secrets: str = "", **asked: object) -> int:
        """How many failed."""
        path = self.data.parent / f"{self.data.name}.read.sql"
        path.write_text(script)
        file = path.with_suffix(".env")
        file.write_text(secrets)
        self.said.clear()
        given = Asked(**asked)  # type: ignore[arg-type]
        return await read_in(self.where, given, str(path), file, self.said.append)


async def running(data: Path) -> AsyncIterator[tuple[Side, asyncpg.Connection]]:
    """A server without Flink and a client of it; what is written and read stands beside it."""
    config = Config(data=data, listen=Listen(port=0), engine="static", warm=False)
    async with App(config, provider=NoEngines()) as app:
        client = await asyncpg.connect(f"postgresql://xuanwu@127.0.0.1:{app.server.port}/xuanwu")
        try:
            yield Side(data), client
        finally:
            await client.close()


@pytest.fixture(scope="module")
async def source(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Side]:
    async for side, client in running(tmp_path_factory.mktemp("source")):
        await client.execute(ROLES)
        for statement in WORLD.split(";\n"):
            if statement.strip():
                await client.execute(statement)
        yield side


@pytest.fixture(scope="module")
async def empty(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Side, asyncpg.Connection]]:
    async for side, client in running(tmp_path_factory.mktemp("empty")):
        await client.execute(ROLES)
        yield side, client


@pytest.fixture
async def target(empty: tuple[Side, asyncpg.Connection]) -> AsyncIterator[Side]:
    """With nothing in it but the roles."""
    side, client = empty
    yield side
    for record in await client.fetch("SELECT schema, name, kind FROM xuanwu.objects"):
        schema, name, kind = (f"`{value.replace('`', '``')}`" for value in record)
        if record["kind"] in ("TABLE", "FUNCTION"):
            await client.execute(f"DROP {record['kind']} {schema}.{name}")
    for record in await client.fetch("SELECT schema FROM xuanwu.objects WHERE kind = 'DATABASE'"):
        if record["schema"] != "public":
            await client.execute(f"DROP DATABASE `{record['schema']}` CASCADE")
    await client.execute("REVOKE ALL ON SCHEMA public FROM ana")


async def test_round_trip(source: Side, target: Side) -> None:
    script = await source.written(grants=True)
    assert await target.read(script, SECRETS) == 0, target.said
    assert await target.written(grants=True) == script
    plain = await source.written(secrets="plain")
    assert await target.written(secrets="plain") == plain
    assert "it''s; \"secret\"" in plain and 'secret"' not in script
    assert target.said[-1] == f"{MADE} created, 4 granted, 0 skipped, 0 replaced, 0 failed"


async def test_order_does_not_matter(source: Side, target: Side) -> None:
    script = await source.written(secrets="plain")
    head, *blocks = script.split("\n\n-- Flink")
    turned = "\n\n-- Flink".join([head, *reversed(blocks)]) + "\n"
    assert await target.read(turned) == 0, target.said
    again = await target.written(secrets="plain")
    assert _without_grants(again) == _without_grants(script)


def _without_grants(script: str) -> list[str]:
    return [line for line in script.splitlines() if line and not line.startswith("-- GRANT")]


async def test_what_is_there_already(source: Side, target: Side) -> None:
    script = await source.written(secrets="plain")
    assert await target.read(script) == 0
    assert await target.read(script) == MADE
    assert any('42P07 relation "orders" already exists' in line for line in target.said)
    assert any('42723 function "f1" already exists' in line for line in target.said)
    assert any('42P06 schema "sales" already exists' in line for line in target.said)
    for policy in ("skip", "replace"):
        assert await target.read(script, on_conflict=policy) == 0
        assert target.said[-1].startswith(f"0 created, 0 granted, {MADE} skipped, 0 replaced")
    other = script.replace("'it''s; sales'", "'other'").replace("example.F'", "example.G'")
    other = other.replace("`数量` INT", "`数量` BIGINT")
    assert await target.read(other, on_conflict="skip") == 0
    assert 'skipped   database "sales", which is there with another text' in target.said
    before = await target.written(secrets="plain")
    assert await target.read(other, on_conflict="replace", dry_run=True) == 0
    assert await target.written(secrets="plain") == before
    assert await target.read(other, on_conflict="replace") == 0
    assert "0 created, 0 granted, 5 skipped, 3 replaced, 0 failed" in target.said
    after = await target.written(secrets="plain")
    assert "example.G'" in after and "`数量` BIGINT" in after and "'other'" in after


async def test_failures_are_told_and_the_rest_is_done(target: Side) -> None:
    script = """CREATE TABLE nowhere.t (a INT) WITH ('connector' = 'print');
CREATE TABLE good (a INT) WITH ('connector' = 'print');

CREATE TABLE typo (a INT)
  WITH ('connector' = 'print', 'x' = 'y');
DROP TABLE good;
GRANT SELECT ON good TO nobody_;
GRANT pg_read_all_data TO ana;
-- Flink 9.9, owner "xuanwu"
CREATE TABLE future (a INT) WITH ('connector' = 'print');
-- Flink 2.2, owner "stranger"
CREATE TABLE strange (a INT) WITH ('connector' = 'print');
CREATE TABLE other.d.t (a INT) WITH ('connector' = 'print');
"""
    assert await target.read(script) == 8
    told = [line for line in target.said if not line.startswith("          ")]
    assert told[0] == 'created   table "good"'
    failed = [line.removeprefix("failed    line ") for line in told[1:-1]]
    assert [line.split(":")[0] for line in failed] == ["1", "5", "6", "7", "8", "10", "12", "13"]
    codes = [line.rsplit(": ", 1)[1][:5] for line in failed]
    assert codes == ["3F000", "HV00D", "0A000", "42704", "0A000", "22023", "42704", "3D000"]
    assert await target.read(script, on_conflict="skip", owner="ana") == 7
    assert 'created   table "strange"' in target.said
    assert 'owner "ana"\nCREATE TABLE `xuanwu`.`public`.`strange`' in await target.written()


async def test_secrets_have_to_be_given(source: Side, target: Side) -> None:
    script = await source.written()
    with pytest.raises(SqlError) as failure:
        await target.read(script, SECRETS.replace("=hu\n", "=hu\n#"))
    assert failure.value.detail == "xuanwu.public.orders/password"
    masked = await source.written(secrets="mask")
    assert await target.read(masked) == 2
    assert "hu'" not in masked and "secret" not in masked.replace("${secret:t}", "")
    assert sum('22023 the value of "' in line for line in target.said) == 2


async def test_a_dry_run_changes_nothing(source: Side, target: Side) -> None:
    script = await source.written(secrets="plain")
    before = await target.written(secrets="plain")
    assert await target.read(script, dry_run=True) == 0, target.said
    assert target.said[-1] == (
        f"{MADE} created, 0 granted, 0 skipped, 0 replaced, 0 failed (dry run: nothing was changed)"
    )
    assert await target.written(secrets="plain") == before
    typo = script.replace("'table-name'", "'tabel-name'").replace("CREATE DATABASE", "CREATE x")
    assert await target.read(typo, dry_run=True) == 6


async def test_parts(source: Side, tmp_path: Path) -> None:
    sales = await source.written(database="sales")
    assert "`sales`.`订单`" in sales and "`sales`.`计算`" in sales and "orders" not in sales
    assert await source.written(catalog="xuanwu") == await source.written()
    for wanted, code in (({"database": "no"}, "3F000"), ({"catalog": "no"}, "3D000")):
        with pytest.raises(SqlError) as failure:
            await source.written(**wanted)
        assert failure.value.sqlstate == code
    path = tmp_path / "plain.sql"
    path.touch(mode=0o644)
    await export(source.where, Wanted(secrets="plain"), str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["plain.sql"]


def test_the_command_without_a_server(tmp_path: Path) -> None:
    """Postgres is started for each and stopped again; the exit status tells."""
    script = tmp_path / "s.sql"
    script.write_text("CREATE TABLE t (a INT) WITH ('connector' = 'print');")
    data = str(tmp_path / "data")
    first = _command("import", str(script), "--data", data)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[0] == 'created   table "t"'
    assert _command("import", str(script), "--data", data).returncode == 1
    shown = _command("export", "--data", data)
    assert shown.returncode == 0 and "CREATE TABLE `xuanwu`.`public`.`t`" in shown.stdout
    assert _command("export", "--secrets", "x", "--data", data).returncode == 2
    assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists()


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", "catalog", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
