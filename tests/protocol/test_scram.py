"""SCRAM: the vectors of RFC 7677, exchanges of our own both halves, and a real Postgres."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from protocol.errors import ProtocolViolation, SqlError
from protocol.scram import (
    SCRAM_SHA_256,
    SCRAM_SHA_256_PLUS,
    ClientExchange,
    ServerExchange,
    Verifier,
    mechanisms,
    saslprep,
)
from tests.fixtures.postgres import Postgres

SALT = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
PENCIL = Verifier.make("pencil", salt=SALT)
BINDING = b"\x01" * 32


def server(
    verifier: Verifier = PENCIL, binding: bytes | None = None, mechanism: str = SCRAM_SHA_256
) -> ServerExchange:
    return ServerExchange(verifier, binding, mechanism, user="ann")


def authenticate(client: ClientExchange, exchange: ServerExchange) -> None:
    client.verify(exchange.final(client.final(exchange.first(client.first()))))


def test_vectors_of_rfc_7677() -> None:
    client = ClientExchange("pencil", nonce="rOprNGfwEbeRWgbNEkqO")
    exchange = ServerExchange(
        PENCIL, None, SCRAM_SHA_256, user="user", nonce="%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    assert client.first("user") == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    server_first = exchange.first(client.first("user"))
    assert server_first == (
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    client_final = client.final(server_first)
    assert client_final == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    server_final = exchange.final(client_final)
    assert server_final == b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    client.verify(server_final)
    with pytest.raises(ProtocolViolation):
        client.verify(b"v=" + b64encode(b"\0" * 32))


def test_channel_binding() -> None:
    authenticate(
        ClientExchange("pencil", binding=BINDING), server(PENCIL, BINDING, SCRAM_SHA_256_PLUS)
    )
    with pytest.raises(SqlError) as raised:
        authenticate(
            ClientExchange("pencil", binding=b"\x02" * 32),
            server(PENCIL, BINDING, SCRAM_SHA_256_PLUS),
        )
    assert raised.value.sqlstate == "28000"


def test_plus_is_offered_only_where_the_channel_can_be_bound() -> None:
    assert mechanisms(None) == (SCRAM_SHA_256,)
    assert mechanisms(BINDING) == (SCRAM_SHA_256_PLUS, SCRAM_SHA_256)
    with pytest.raises(ProtocolViolation):
        server(PENCIL, None, SCRAM_SHA_256_PLUS)
    with pytest.raises(ProtocolViolation):
        server(PENCIL, None, "OAUTHBEARER")


@pytest.mark.parametrize("verifier", [PENCIL, Verifier.mock("nobody", b"seed")])
def test_a_wrong_password_and_an_unknown_user_are_told_alike(verifier: Verifier) -> None:
    with pytest.raises(SqlError) as raised:
        authenticate(ClientExchange("pen"), server(verifier))
    error = raised.value
    assert (error.sqlstate, error.severity) == ("28P01", "FATAL")
    assert error.message == 'password authentication failed for user "ann"'


def test_a_mock_keeps_its_salt() -> None:
    once, again = Verifier.mock("bob", b"seed"), Verifier.mock("bob", b"seed")
    assert (once.salt, once.iterations) == (again.salt, again.iterations)
    assert len(once.salt) == len(Verifier.make("x").salt)
    assert once.salt != Verifier.mock("eve", b"seed").salt != Verifier.mock("eve", b"other").salt


@pytest.mark.parametrize(
    ("first", "binding", "mechanism", "sqlstate"),
    [
        (b"y,,n=,r=abc", BINDING, SCRAM_SHA_256, "28000"),  # PLUS was taken from our list
        (b"y,,n=,r=abc", None, SCRAM_SHA_256, None),
        (b"n,,n=,r=abc", BINDING, SCRAM_SHA_256, None),
        (b"n,,n=,r=abc", BINDING, SCRAM_SHA_256_PLUS, "08P01"),
        (b"y,,n=,r=abc", BINDING, SCRAM_SHA_256_PLUS, "08P01"),
        (b"p=tls-server-end-point,,n=,r=abc", BINDING, SCRAM_SHA_256, "08P01"),
        (b"p=tls-unique,,n=,r=abc", BINDING, SCRAM_SHA_256_PLUS, "08P01"),
        (b"n,a=root,n=,r=abc", None, SCRAM_SHA_256, "0A000"),
        (b"n,,m=x,n=,r=abc", None, SCRAM_SHA_256, "0A000"),
        (b"n,,n=user,r=abc,ext=1", None, SCRAM_SHA_256, None),
        (b"n,,n=,r=a\x01c", None, SCRAM_SHA_256, "08P01"),
        (b"n,,n=,r=", None, SCRAM_SHA_256, "08P01"),
        (b"", None, SCRAM_SHA_256, "08P01"),
    ],
)
def test_first_messages(
    first: bytes, binding: bytes | None, mechanism: str, sqlstate: str | None
) -> None:
    exchange = server(PENCIL, binding, mechanism)
    if sqlstate is None:
        assert exchange.first(first).startswith(b"r=abc")
        return
    with pytest.raises(SqlError) as raised:
        exchange.first(first)
    assert (raised.value.sqlstate, raised.value.severity) == (sqlstate, "FATAL")


@pytest.mark.parametrize(
    ("change", "sqlstate"),
    [
        (lambda final: final.replace(b"c=biws", b"c=eSws"), "28000"),
        (lambda final: final.replace(b",r=", b",r=x"), "08P01"),
        (lambda final: final.split(b",p=")[0], "08P01"),
        (lambda final: final.split(b",p=")[0] + b",p=AAAA", "08P01"),
        (lambda final: final[:-4] + b"****", "08P01"),
        (lambda final: final + b"\0", "08P01"),
    ],
)
def test_final_messages_that_were_tampered_with(change, sqlstate) -> None:  # type: ignore[no-untyped-def]
    client, exchange = ClientExchange("pencil"), server()
    final = client.final(exchange.first(client.first()))
    with pytest.raises(SqlError) as raised:
        exchange.final(change(final))
    assert raised.value.sqlstate == sqlstate


def test_final_needs_first() -> None:
    with pytest.raises(ProtocolViolation):
        server().final(b"c=biws,r=abc,p=" + b64encode(b"\0" * 32))


@given(st.binary(max_size=60), st.booleans())
@settings(max_examples=300, deadline=None)
def test_arbitrary_messages_fail_in_order(data: bytes, final: bool) -> None:
    exchange = server()
    try:
        if final:
            exchange.first(b"n,,n=,r=abc")
            exchange.final(data)
        else:
            exchange.first(data)
    except SqlError:
        pass


def test_text_form() -> None:
    assert Verifier.parse(str(PENCIL)) == PENCIL
    assert PENCIL.matches("pencil") and not PENCIL.matches("pen")
    assert b64encode(PENCIL.stored_key).decode() not in repr(PENCIL)
    assert str(PENCIL.stored_key) not in repr(PENCIL)


@pytest.mark.parametrize(
    "text",
    ["", "md5abc", "SCRAM-SHA-256$0:AAAA$", str(PENCIL)[:-1], str(PENCIL) + "x"]
    + [str(PENCIL).replace("4096", "0"), str(PENCIL).replace("W22Z", "W2=Z")],
)
def test_texts_that_are_no_secret(text: str) -> None:
    with pytest.raises(SqlError) as raised:
        Verifier.parse(text)
    assert raised.value.sqlstate == "22023"


def test_saslprep() -> None:
    assert saslprep("I\u00adX") == "IX"
    assert saslprep("\u2168é") == "IXé"
    assert saslprep("a\u00a0é") == "a é"
    assert saslprep("\u0627\u0031é") == "\u0627\u0031é"  # mixed directions: as it stands
    assert saslprep("\x07") == "\x07"


@pytest.mark.postgres
def test_postgres_makes_the_same_secret_of_a_password(postgres: Postgres) -> None:
    passwords = ["pencil", "päss wörd", "\u2168", "I\u00adX", "a\u00a0b", "\u0627\u0031", "\u0627é"]
    passwords += ["\ufb01", "e\u0301", "\u200b", "\u3000x", "密码", "😀", "\x07\u00aa", "\ufffdé"]
    with postgres.connect() as connection:
        for password in passwords:
            connection.execute(
                sql.SQL("create role scram_test password {}").format(sql.Literal(password))
            )
            row = connection.execute(
                "select rolpassword from pg_authid where rolname = 'scram_test'"
            ).fetchone()
            connection.execute("drop role scram_test")
            assert row is not None
            theirs = Verifier.parse(row[0])
            ours = Verifier.make(password, theirs.iterations, theirs.salt)
            assert str(ours) == row[0], ascii(password)


@pytest.mark.postgres
def test_our_secret_is_one_for_postgres(postgres: Postgres) -> None:
    secret = str(Verifier.make("pencil"))
    with postgres.connect() as connection:
        connection.execute(
            sql.SQL("create role scram_secret password {}").format(sql.Literal(secret))
        )
        row = connection.execute(
            "select rolpassword from pg_authid where rolname = 'scram_secret'"
        ).fetchone()
        connection.execute("drop role scram_secret")
    assert row == (secret,)
