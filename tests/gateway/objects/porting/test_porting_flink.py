"""What only Flink can judge is written and read as well: views on views, catalogs, functions."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from dialects import split
from gateway.app import App
from gateway.config import Config, Listen
from gateway.engine.local import LocalProvider
from gateway.objects.porting import Asked, Wanted, Where, export, read_in
from tests.fixtures.flink import ignore

pytestmark = [pytest.mark.postgres, pytest.mark.flink, pytest.mark.timeout(300)]

WORLD = r"""
CREATE TABLE clicks (id BIGINT, page STRING, twice AS id * 2) WITH ('connector' = 'datagen');
CREATE DATABASE 报表;
CREATE FUNCTION lower_ AS 'org.apache.flink.table.planner.functions.casting.NoSuch';
CREATE VIEW "Z; first" AS SELECT id, page -- a comment; with "quotes"
  FROM clicks WHERE page <> 'it''s; ''quoted''';
CREATE VIEW 报表.`按页` COMMENT 'c; ''1''' AS 
  SELECT page, COUNT(*) AS n FROM "Z; first" GROUP BY page;
CREATE VIEW a_last AS SELECT v.n, c.* FROM 报表.`按页` v JOIN clicks c ON c.page = v.page;
CREATE CATALOG mem WITH ('type' = 'generic_in_memory');
CREATE DATABASE mem.d;
CREATE TABLE mem.d.t (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1');
CREATE VIEW mem.d.v AS SELECT a + 1 AS b FROM mem.d.t /*+ OPTIONS('rows-per-second' = '2') */
"""


async def test_round_trip(tmp_path: Path, engines: LocalProvider) -> None:
    endpoint = await engines.ensure(engines.default_version, ignore)
    flink = (f"{endpoint.version}={endpoint.gateway_url},{endpoint.jobmanager_url}",)
    config = Config(data=tmp_path / "source", listen=Listen(port=0), warm=False)
    async with App(config, provider=engines) as app:
        client = await asyncpg.connect(f"postgresql://xuanwu@127.0.0.1:{app.server.port}/xuanwu")
        for statement in split(WORLD):
            await client.execute(statement.text)
        await client.close()
        script = await written(Where(tmp_path / "source"), tmp_path)
    head, *blocks = script.split("\n\n-- Flink")
    assert len(blocks) == 10
    names = [line for line in script.splitlines() if line.startswith("CREATE VIEW")]
    assert [name.split("`")[5] for name in names] == ["v", "Z; first", "按页", "a_last"]
    turned = "\n\n-- Flink".join([head, *reversed(blocks)]) + "\n"
    for name, text in (("straight", script), ("turned", turned)):
        where = Where(tmp_path / name, flink=flink)
        (tmp_path / "read.sql").write_text(text)
        said: list[str] = []
        failed = await read_in(where, Asked(), str(tmp_path / "read.sql"), None, said.append)
        assert failed == 0, said
        assert await written(where, tmp_path) == script
    broken = "CREATE VIEW w AS SELECT nothing_\nFROM mem.d.t;"
    (tmp_path / "read.sql").write_text(broken)
    assert await read_in(where, Asked(), str(tmp_path / "read.sql"), None, said.append) == 1
    assert any(line.startswith("failed    line 1: CREATE VIEW w AS: 42703") for line in said)


async def written(where: Where, folder: Path) -> str:
    path = folder / "written.sql"
    await export(where, Wanted(), str(path))
    return path.read_text()
