"""Encryption and passwords as real drivers do them. No Flink is needed; psql is not among them, for
the one of the wheel is built without TLS."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import asyncpg
import psycopg
import pytest

from gateway.app import App
from gateway.config import Config, Listen, Tls
from tests.clients import certificates
from tests.clients.jdbc import Jdbc, JdbcError
from tests.fixtures.server import NoEngines

pytestmark = pytest.mark.postgres

USER, PASSWORD = "ana", "pass wörd"


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[App, Tls]]:
    """A server with a certificate, which asks for passwords."""
    folder = tmp_path_factory.mktemp("tls")
    tls = certificates.make(folder)
    config = Config(
        data=folder, listen=Listen(port=0), engine="static", warm=False, tls=tls, auth="scram"
    )
    async with App(config, provider=NoEngines()) as app:
        await app.catalog.users.create_user(USER, PASSWORD)
        yield app, tls


def dsn(secured: tuple[App, Tls], **options: str) -> str:
    app, tls = secured
    given = {
        "host": "127.0.0.1", "port": str(app.server.port), "user": USER, "dbname": "xuanwu",
        "password": PASSWORD, "sslrootcert": str(tls.certificate), **options,
    }  # fmt: skip
    return psycopg.conninfo.make_conninfo("", **given)


@pytest.mark.parametrize("negotiation", ["postgres", "direct"])
async def test_channel_binding(secured: tuple[App, Tls], negotiation: str) -> None:
    options = {"sslnegotiation": negotiation, "channel_binding": "require"}
    text = dsn(secured, sslmode="verify-full", **options)
    async with await psycopg.AsyncConnection.connect(text) as connection:
        assert connection.pgconn.ssl_in_use
        row = await (await connection.execute("SELECT current_user")).fetchone()
        assert row == (USER,)


async def test_without_channel_binding(secured: tuple[App, Tls]) -> None:
    text = dsn(secured, sslmode="require", channel_binding="disable")
    async with await psycopg.AsyncConnection.connect(text) as connection:
        assert connection.pgconn.ssl_in_use


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
async def test_how_it_is_encrypted(secured: tuple[App, Tls], version: str) -> None:
    asked = "SELECT ssl, version, cipher, bits FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    text = dsn(secured, sslmode="require", ssl_max_protocol_version=version)
    async with await psycopg.AsyncConnection.connect(text) as connection:
        row = await (await connection.execute(asked)).fetchone()
    assert row is not None and row[:2] == (True, version)
    known = ssl.create_default_context().get_ciphers()
    assert (row[2], row[3]) in {(one["name"], one["strength_bits"]) for one in known}


async def test_newest_protocol(secured: tuple[App, Tls]) -> None:
    """3.2, with a longer key to cancel by."""
    text = dsn(secured, sslmode="verify-full", max_protocol_version="latest")
    async with await psycopg.AsyncConnection.connect(text, autocommit=True) as connection:
        assert connection.info.pgconn.protocol_version == 3
        await connection.execute("SELECT 1")


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"user": "nobody"}, {"user": "postgres"}, {"password": ""}]
)
async def test_refused(secured: tuple[App, Tls], wrong: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        await psycopg.AsyncConnection.connect(dsn(secured, sslmode="require", **wrong))


async def test_asyncpg(secured: tuple[App, Tls]) -> None:
    app, tls = secured
    context = ssl.create_default_context(cafile=tls.certificate)
    connection = await asyncpg.connect(
        host="127.0.0.1",
        port=app.server.port,
        user=USER,
        password=PASSWORD,
        database="xuanwu",
        ssl=context,
    )
    try:
        assert await connection.fetchval("SELECT current_user") == USER
        with pytest.raises(TimeoutError):  # cancelled over TLS as well
            await connection.fetch("SELECT pg_sleep(30)", timeout=0.5)
        assert await connection.fetchval("SELECT 1") == 1
    finally:
        await connection.close(timeout=10)


@pytest.mark.parametrize("negotiation", ["postgres", "direct"])
async def test_pgjdbc(secured: tuple[App, Tls], jdbc: Jdbc, negotiation: str) -> None:
    app, tls = secured
    options = f"sslmode=verify-full&channelBinding=require&sslNegotiation={negotiation}"
    name = f"tls {negotiation}"
    given = {"user": USER, "password": PASSWORD, "sslrootcert": str(tls.certificate)}
    await jdbc.open(name, app.server.port, options, **given)
    answer = await jdbc.ask("query", name, "SELECT current_user")
    assert answer["texts"] == [[USER]]
    await jdbc.ask("close", name)
    with pytest.raises(JdbcError) as caught:
        await jdbc.open(name, app.server.port, options, **given | {"password": "wrong"})
    assert caught.value.sqlstate == "28P01"
