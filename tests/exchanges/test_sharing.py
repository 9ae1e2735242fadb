"""Sessions that share one backend, which changes hands at every turn: each finds its own.

Recorded exchanges where a client can do all of it; stories, told to Postgres and to us, where the
administrator changes what the statements are about.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from gateway.app import App
from gateway.config import Config, Limits, Listen
from session import shortcut
from tests.exchanges.client import Address, RawClient
from tests.exchanges.oracle import prepare
from tests.exchanges.player import compare, play
from tests.exchanges.script import Exchange, read_scripts
from tests.exchanges.wording import encode_line, show_frame
from tests.fixtures.postgres import Postgres
from tests.fixtures.server import NoEngines

pytestmark = pytest.mark.postgres

SHARING = [
    pytest.param(exchange, id=f"{script.path.stem}: {exchange.name}")
    for script in read_scripts("postgres")
    if script.path.stem in ("names", "sharing")
    for exchange in script.exchanges
]


@dataclass(slots=True)
class Place:
    """A server, the folder of the socket of its Postgres, and the clients that it has."""

    address: Address
    socket: Path
    clients: dict[str, RawClient] = field(default_factory=dict)

    async def change(self, sql: str) -> None:
        """By the administrator, not over the server."""
        where = {"host": str(self.socket), "user": "postgres", "database": "xuanwu"}
        connection = await asyncpg.connect(**where)
        await connection.execute(sql)
        await connection.close()

    async def say(self, name: str, *lines: str) -> list[str]:
        """What is answered, up to ReadyForQuery."""
        if name not in self.clients:
            self.clients[name] = await self.address.connect()
            await self.clients[name].start()
        client = self.clients[name]
        client.send(b"".join(encode_line(line, {}) for line in lines))
        told: list[str] = []
        while not told or not told[-1].startswith("ReadyForQuery"):
            told.append(show_frame(await client.next_frame(), {}))
        return told

    async def leave(self) -> None:
        for client in self.clients.values():
            await client.rest()
            await client.close()
        self.clients.clear()


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    data: Path = tmp_path_factory.mktemp("crowded")
    limits = Limits(max_backends=1)
    config = Config(data=data, listen=Listen(port=0), engine="static", warm=False, limits=limits)
    async with App(config, provider=NoEngines()) as app:  # type: ignore[arg-type]
        yield Place(Address(port=app.server.port), (data / "run").resolve())


@pytest.fixture
async def crowded(server: Place) -> AsyncIterator[Place]:
    yield server
    await server.leave()


@pytest.fixture
async def oracle(postgres: Postgres) -> AsyncIterator[Place]:
    place = Place(prepare(postgres), postgres.socket_dir)
    yield place
    await place.leave()


@pytest.mark.parametrize("exchange", SHARING)
async def test_each_finds_its_own(exchange: Exchange, crowded: Place) -> None:
    difference = compare(exchange, await play(exchange, crowded.address))
    assert not difference, f"\n{difference}"


RUN = ('Bind "" "s"', 'Execute ""', "Sync")
BETWEEN = ("b", 'Query "select 0"')
SHAPE = 'Parse "s" "select * from xuanwu.story"'
CREATE = """CREATE SCHEMA IF NOT EXISTS xuanwu; GRANT USAGE ON SCHEMA xuanwu TO PUBLIC;
 DROP TABLE IF EXISTS xuanwu.story; CREATE TABLE xuanwu.story AS SELECT 1 AS a;
 GRANT ALL ON xuanwu.story TO PUBLIC"""
ADD = "ALTER TABLE xuanwu.story ADD COLUMN b text DEFAULT 'x'"
PATHS = """DROP SCHEMA IF EXISTS here, there CASCADE; CREATE SCHEMA here; CREATE SCHEMA there;
 CREATE TYPE here.place AS (a int); CREATE TYPE there.place AS (a int);
 GRANT USAGE ON SCHEMA here, there TO PUBLIC"""
PATH = """Parse "s" "select 'place'::regtype::oid = 'here.place'::regtype::oid as here\""""
STORIES: dict[str, list[tuple[str, ...]]] = {
    "a described statement whose relation changes": [
        ("admin", CREATE),
        ("main", SHAPE, 'DescribeStatement "s"', "Sync"),
        BETWEEN,
        ("main", *RUN),
        ("admin", ADD),
        BETWEEN,
        ("main", *RUN),
        BETWEEN,
        ("main", *RUN),
        ("main", *RUN),
        ("main", 'CloseStatement "s"', SHAPE, 'DescribeStatement "s"', "Sync"),
        BETWEEN,
        ("main", *RUN),
        ("admin", "DROP TABLE xuanwu.story"),
        BETWEEN,
        ("main", *RUN),
        ("main", 'Query "select 1"'),
    ],
    "a change in a transaction": [
        ("admin", CREATE),
        ("main", SHAPE, 'DescribeStatement "s"', "Sync"),
        ("admin", ADD),
        BETWEEN,
        ("main", 'Query "begin"'),
        ("main", *RUN),
        ("main", *RUN),
        ("main", 'Query "commit"'),
    ],
    "a change on a connection that is kept": [
        ("admin", CREATE),
        ("main", SHAPE, *RUN),
        ("admin", ADD),
        ("main", *RUN),
    ],
    "a change that leaves the columns as they are": [
        ("admin", CREATE),
        ("main", 'Parse "s" "select a from xuanwu.story where a = $1"', "Sync"),
        ("main", 'DescribeStatement "s"', "Sync"),
        ("admin", ADD),
        BETWEEN,
        ("main", 'Bind "" "s" [text "1"]', 'Execute ""', "Sync"),
    ],
    "a parameter keeps the type that was told": [
        ("admin", CREATE),
        ("main", 'Parse "s" "select 1 as n from xuanwu.story where a = $1"', "Sync"),
        ("main", 'DescribeStatement "s"', "Sync"),
        ("admin", "ALTER TABLE xuanwu.story ALTER COLUMN a TYPE bigint"),
        BETWEEN,
        ("main", 'DescribeStatement "s"', "Sync"),
    ],
    "one text under two search paths": [
        ("admin", PATHS),
        ("main", 'Query "set search_path = here"'),
        ("main", PATH, 'DescribeStatement "s"', *RUN),
        ("b", 'Query "set search_path = there"'),
        ("b", PATH, *RUN),
        ("main", *RUN),
        ("b", *RUN),
        ("main", 'Query "set search_path = there"'),
        ("main", *RUN),
        ("b", *RUN),
        ("main", *RUN),
        ("main", 'Query "set search_path = here"'),
        ("main", *RUN),
    ],
    "a role between": [
        ("main", 'Parse "s" "select current_user = session_user as same"', *RUN),
        BETWEEN,
        ("main", 'Query "set role pg_read_all_data"'),  # keeps the connection from here on
        ("main", *RUN),
    ],
}


async def _told(story: list[tuple[str, ...]], place: Place) -> list[list[str]]:
    told: list[list[str]] = []
    for who, *words in story:
        if who == "admin":
            await place.change(words[0])
        else:
            told.append(await place.say(who, *words))
    return told


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("way", ["short", "long"])
async def test_a_story_is_told_as_by_postgres(
    name: str, way: str, crowded: Place, oracle: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "long":
        monkeypatch.setattr(shortcut, "MOST_BYTES", 0)
    for place in (crowded, oracle):
        await place.change("GRANT pg_read_all_data TO xuanwu")
    assert await _told(STORIES[name], crowded) == await _told(STORIES[name], oracle)


async def test_what_nobody_was_told_may_change(crowded: Place) -> None:
    """Another backend cannot know which columns the statement had, and no client counts on them."""
    await crowded.change(CREATE)
    await crowded.say("main", SHAPE, "Sync")
    await crowded.change(ADD)
    await crowded.say(*BETWEEN)
    told = await crowded.say("main", 'Bind "" "s"', 'DescribePortal ""', 'Execute ""', "Sync")
    assert told[2:] == ['DataRow "1", "x"', 'CommandComplete "SELECT 1"', "ReadyForQuery I"]
