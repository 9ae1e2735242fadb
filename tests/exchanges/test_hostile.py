"""Clients that mean harm, or do not know better: the server refuses them and stays healthy."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.app import App
from gateway.config import Config, Limits, Listen
from protocol import encode as e
from protocol.frames import parse_error
from tests.exchanges.client import Address, RawClient
from tests.fixtures.server import NoEngines

pytestmark = pytest.mark.postgres

HANDSHAKE_S = 1.0
STARTUP = e.encode_startup({"user": "somebody", "database": "xuanwu"})


@pytest.fixture(scope="module")
async def strict(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """A server with little patience and little room; passwords are asked for."""
    config = Config(
        data=Path(tmp_path_factory.mktemp("strict")),
        listen=Listen(port=0),
        engine="static",
        auth="scram",
        limits=Limits(handshake_s=HANDSHAKE_S, max_sessions=8, max_message=100_000),
        warm=False,
    )
    async with App(config, provider=NoEngines()) as app:
        await app.catalog.users.create_user("somebody", "a password")
        yield app


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[RawClient]:
    client = await Address(app.server.port).connect()
    try:
        yield client
    finally:
        await client.close()


async def end_of(client: RawClient, timeout_s: float = 10) -> str:
    """The SQLSTATE that the server ended the connection with; empty when it said nothing."""
    code = ""
    while frame := await client.next_frame(timeout_s):
        if frame[:1] == b"E":
            code = parse_error(frame).sqlstate
    return code


async def check_health(app: App) -> None:
    """A new client is served, and nobody else is taken for a session."""
    async with connected(app) as client:
        await client.start()
        client.send(e.encode_query("select 1"))
        kinds = b"".join([(await client.next_frame())[:1] for _ in range(4)])
        assert kinds == b"TDCZ"


async def no_sessions(app: App) -> None:
    """Wait until every session has ended, those of clients that are gone included."""
    async with asyncio.timeout(20):
        while len(app.server._peers.registry):  # noqa: ASYNC110 - nobody tells when one ends
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nothing but a length", b"\x7f\xff\xff\xff"),
        ("start-up beyond its limit", b"\0\0\x27\x11" + b"\0\3\0\0" + b"x" * 10_000),
        ("a length below its own", b"\0\0\0\3"),
        ("a length of none", b"\0\0\0\0"),
        ("start-up without an end", b"\0\0\0\x10\0\3\0\0user\0xx\0"),
        ("a name without a value", b"\0\0\0\x0e\0\3\0\0user\0\0"),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("TLS without TLS here", b"\x16\3\1\0\xc8\1\0\0\xc4\3\3" + b"\0" * 190),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
        ("a short cancel request", b"\0\0\0\x0c\4\xd2\x16\x2e\0\0\0\1"),
        ("a cancel key of a kilobyte", b"\0\0\4\x0c\4\xd2\x16\x2e" + b"\0" * 1028),
        ("not UTF-8", b"\0\0\0\x10\0\3\0\0user\0\xff\0\0"),
    ],
)
async def test_first_packets_that_are_none(name: str, data: bytes, plain_server: App) -> None:
    async with connected(plain_server) as client:
        client.send(data)
        assert await end_of(client) in ("", "08P01", "22021", "28000")
    await check_health(plain_server)


async def test_garbage_by_chance(plain_server: App) -> None:
    chance = random.Random(20260228)
    for size in (1, 7, 64, 1000, 20_000):
        for _ in range(4):
            async with connected(plain_server) as client:
                # Above the limit of a start-up packet, so that its end is not waited for.
                client.send(b"\x7f" + chance.randbytes(size + 8))
                assert await end_of(client) == "08P01"
            async with connected(plain_server) as client:
                await client.start()
                client.send(b"\x7a\0\0\0\4" + chance.randbytes(size))
                assert await end_of(client) == "08P01"
    await check_health(plain_server)


async def test_message_too_long_before_authentication(strict: App) -> None:
    async with connected(strict) as client:
        client.send(STARTUP)
        assert (await client.next_frame())[:1] == b"R"
        client.send(b"p" + (64 * 1024 + 1).to_bytes(4, "big"))
        assert await end_of(client) == "54000"


async def test_query_before_authentication(strict: App) -> None:
    async with connected(strict) as client:
        client.send(STARTUP + e.encode_query("select 1"))
        assert await end_of(client) == "08P01"


async def test_wrong_password_and_stranger_look_the_same(strict: App) -> None:
    answers = []
    for user in ("somebody", "stranger"):
        async with connected(strict) as client:
            client.send(e.encode_startup({"user": user, "database": "xuanwu"}))
            asked = await client.next_frame()
            client.send(e.encode_sasl_initial_response("SCRAM-SHA-256", b"n,,n=,r=nonce"))
            challenge = await client.next_frame()
            nonce = challenge[9:].split(b",")[0]
            client.send(e.encode_sasl_response(b"c=biws," + nonce + b",p=" + b"A" * 43 + b"="))
            answers.append((asked, challenge[:1], await end_of(client)))
    assert answers[0] == answers[1]
    assert answers[0][2] == "28P01"


async def test_message_too_long_after_authentication(plain_server: App) -> None:
    limit = 64 * 1024 * 1024
    for head in (b"Q" + (limit + 1).to_bytes(4, "big"), b"E" + (10_001).to_bytes(4, "big")):
        async with connected(plain_server) as client:
            await client.start()
            client.send(head)
            assert await end_of(client) == "54000"
    await check_health(plain_server)


async def test_silence_is_cut_by_the_clock(strict: App) -> None:
    """Nothing said, half a length, half a start-up, half a dialogue: each ends in time."""
    halves = [b"", b"\0\0", STARTUP[:-3], e.encode_gssenc_request(), STARTUP]
    loop = asyncio.get_running_loop()
    for half in halves:
        began = loop.time()
        async with connected(strict) as client:
            client.send(half, requests=int(half == e.encode_gssenc_request()))
            assert await end_of(client) == ""
        assert HANDSHAKE_S / 2 < loop.time() - began < HANDSHAKE_S + 5


async def test_a_slow_start_is_cut_by_the_clock(strict: App) -> None:
    """A byte now and then does not wind the clock up again."""
    async with connected(strict) as client:

        async def trickle() -> None:
            for byte in STARTUP:
                client.send(bytes((byte,)))
                await asyncio.sleep(0.1)

        trickling = asyncio.create_task(trickle(), name="trickle")
        assert await end_of(client) == ""
        assert not trickling.done()
        trickling.cancel()


async def test_two_hundred_that_say_nothing(plain_server: App) -> None:
    address = Address(plain_server.server.port)
    silent = await asyncio.gather(*(address.connect() for _ in range(200)))
    try:
        await check_health(plain_server)
    finally:
        await asyncio.gather(*(client.close() for client in silent))
    await check_health(plain_server)


async def test_half_a_message_holds_nobody_up(plain_server: App) -> None:
    async with connected(plain_server) as client:
        await client.start()
        client.send(e.encode_query("select 1")[:-4])
        await check_health(plain_server)
        client.send(b"t 1\0")
        assert (await client.next_frame())[:1] == b"T"


async def test_wrong_cancel_keys_stop_nothing(plain_server: App) -> None:
    notice = "do $$ begin raise notice 'it runs'; perform pg_sleep(60); end $$"
    async with connected(plain_server) as client:
        await client.start()
        client.send(e.encode_query(notice))
        assert (await client.next_frame())[:1] == b"N"
        right = client.key
        wrong = [
            bytes((right[0] ^ 1,)) + right[1:],
            right[:-1] + b"\0\0",
            right + b"\0",
            b"\0" * 256,
        ]
        for pid, key in [(client.pid, key) for key in wrong] + [
            (client.pid + 1, right),
            (-1, right),
        ]:
            async with connected(plain_server) as other:
                other.send(e.encode_cancel_request(pid, key))
                assert await end_of(other) == ""
        with pytest.raises(TimeoutError):
            await client.next_frame(0.3)
        async with connected(plain_server) as other:
            other.send(e.encode_cancel_request(client.pid, right))
            assert await end_of(other) == ""
        assert parse_error(await client.next_frame()).sqlstate == "57014"


async def test_gone_in_the_middle(plain_server: App) -> None:
    """Clients that leave in every phase, without a word; their transactions go with them."""
    for data in (
        b"",
        e.encode_query("select pg_sleep(60)"),
        e.encode_query("begin; create temp table t (a int); copy t from stdin"),
        e.encode_parse("", "select generate_series(1, 1000000)") + e.encode_bind("", ""),
        e.encode_query("select repeat('x', 1000) from generate_series(1, 100000)"),
    ):
        async with connected(plain_server) as client:
            await client.start()
            client.send(data)
    await no_sessions(plain_server)
    await check_health(plain_server)


async def test_a_reader_that_does_not_read(plain_server: App) -> None:
    """A result of a gigabyte waits for its reader; others are served, and it can be cancelled."""
    async with connected(plain_server) as client:
        await client.start()
        client.send(e.encode_query("select repeat('x', 10000) from generate_series(1, 100000)"))
        assert (await client.next_frame())[:1] == b"T"
        await check_health(plain_server)
        async with connected(plain_server) as other:
            other.send(e.encode_cancel_request(client.pid, client.key))
            assert await end_of(other) == ""
        rows = 0
        while (frame := await client.next_frame())[:1] == b"D":
            rows += 1
        assert parse_error(frame).sqlstate == "57014"
        assert rows < 100_000
