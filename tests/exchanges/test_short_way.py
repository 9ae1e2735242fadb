"""The short way to Postgres: that it is taken, and what may happen on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from gateway.app import App
from protocol import encode as e
from protocol.frames import parse_error
from session.extended import Extended
from session.relay import Relay
from tests.exchanges.client import Address, RawClient

pytestmark = pytest.mark.postgres
EXECUTE = e.encode_describe_portal("") + e.encode_execute("") + e.encode_sync()
BATCH = e.encode_parse("", "select 1") + e.encode_bind("", "") + EXECUTE


async def _taken_the_long_way(*arguments: object) -> None:
    raise AssertionError("the long way")


@pytest.fixture
def only_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Relay, "query", _taken_the_long_way)
    monkeypatch.setattr(Extended, "handle", _taken_the_long_way)


@pytest.fixture
async def client(plain_server: App) -> AsyncIterator[RawClient]:
    opened = await Address(port=plain_server.server.port).connect()
    await opened.start()
    yield opened
    await opened.close()


async def answer(client: RawClient) -> list[bytes]:
    """Frames up to ReadyForQuery."""
    found = [await client.next_frame()]
    while found[-1][:1] != b"Z":
        assert found[-1], "the connection ended"
        found.append(await client.next_frame())
    return found


def kinds(frames: list[bytes]) -> bytes:
    return b"".join(frame[:1] for frame in frames)


@pytest.mark.usefixtures("only_short")
@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (e.encode_query("select 1; select 2"), b"TDCTDCZ"),
        (e.encode_query("select 1/0"), b"EZ"),
        (e.encode_query("begin; select 1; commit"), b"CTDCCZ"),
        (BATCH, b"12TDCZ"),
        (BATCH.replace(e.encode_sync(), b"") * 2 + e.encode_sync(), b"12TDC12TDCZ"),
        (e.encode_parse("", "select nothing") + BATCH, b"EZ"),
    ],
)
async def test_it_is_taken(client: RawClient, request_: bytes, expected: bytes) -> None:
    for _ in range(2):
        client.send(request_)
        assert kinds(await answer(client)) == expected


@pytest.mark.usefixtures("only_short")
async def test_a_named_statement_is_parsed_once(client: RawClient) -> None:
    client.send(
        e.encode_parse("s", "select $1::int4") + e.encode_bind("", "s", (), [b"1"]) + EXECUTE
    )
    assert kinds(await answer(client)) == b"12TDCZ"
    for value in (b"2", b"x", b"3"):
        client.send(e.encode_bind("", "s", (), [value]) + EXECUTE)
        assert kinds(await answer(client)) == (b"EZ" if value == b"x" else b"2TDCZ")


async def test_what_arrives_in_the_meantime_is_answered_in_turn(client: RawClient) -> None:
    client.send(e.encode_query("select pg_sleep(0.2), 'first'"))
    await asyncio.sleep(0)
    client.send(e.encode_query("select 'second'") + BATCH)
    client.send(e.encode_query("select 'third'"))
    frames = [await answer(client) for _ in range(4)]
    assert b"first" in frames[0][1] and b"second" in frames[1][1]
    assert kinds(frames[2]) == b"12TDCZ" and b"third" in frames[3][1]


async def test_a_message_in_pieces(client: RawClient, plain_server: App) -> None:
    message = e.encode_query("select 'whole'")
    for piece in (message[:3], message[3:9], message[9:], BATCH[:40], BATCH[40:]):
        client.send(piece)
        await asyncio.sleep(0.02)
    assert b"whole" in (await answer(client))[1]
    assert kinds(await answer(client)) == b"12TDCZ"


async def test_a_large_answer_to_a_slow_client(client: RawClient) -> None:
    client.send(e.encode_query("select repeat('x', 1000) from generate_series(1, 60000)"))
    rows = 0
    while (frame := await client.next_frame())[:1] != b"Z":
        rows += frame[:1] == b"D"
        if rows % 20000 == 1:
            await asyncio.sleep(0.1)
    assert rows == 60000
    client.send(BATCH)
    assert kinds(await answer(client)) == b"12TDCZ"


@pytest.mark.parametrize(
    "request_",
    [
        e.encode_query("select pg_sleep(60)"),
        e.encode_parse("", "select pg_sleep(60)") + e.encode_bind("", "") + EXECUTE,
    ],
)
async def test_the_backend_dies_on_the_way(
    client: RawClient, plain_server: App, request_: bytes
) -> None:
    client.send(request_)
    folder = plain_server.catalog.address.host
    admin = await asyncpg.connect(host=folder, user="postgres", database="xuanwu")
    async with asyncio.timeout(10):
        while not await admin.fetchval(  # noqa: ASYNC110 - Postgres tells nobody
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where wait_event = 'PgSleep' and usename = 'xuanwu'"
        ):
            await asyncio.sleep(0.01)
    await admin.close()
    frame = await client.next_frame()
    while frame[:1] in (b"1", b"2", b"T"):
        frame = await client.next_frame()
    assert parse_error(frame).sqlstate == "57P01"
