"""The life of a connection: first packets, negotiation, phases, and the table behind them."""

from __future__ import annotations

import pytest

from protocol import messages as m
from protocol.connection import NEED_DATA, ServerConnection
from protocol.encode import (
    encode,
    encode_cancel_request,
    encode_gssenc_request,
    encode_query,
    encode_ssl_request,
    encode_startup,
)
from protocol.errors import ProtocolViolation, SqlError
from protocol.state import LEGAL, Event, Phase, WireState

BODY: dict[str, m.FrontendMessage] = {
    "Q": m.Query("q"),
    "P": m.Parse("", "q"),
    "B": m.Bind("", ""),
    "D": m.DescribePortal(""),
    "E": m.Execute(""),
    "C": m.ClosePortal(""),
    "H": m.Flush(),
    "S": m.Sync(),
    "F": m.FunctionCall(b""),
    "X": m.Terminate(),
    "d": m.CopyData(b""),
    "c": m.CopyDone(),
    "f": m.CopyFail(""),
}


def started(minor: int = 0, **parameters: str) -> ServerConnection:
    wire = ServerConnection()
    wire.receive_data(encode_startup({"user": "a"} | parameters, minor))
    assert isinstance(wire.next_message(), m.StartupMessage)
    return wire


def ready() -> ServerConnection:
    wire = started()
    wire.authenticated()
    return wire


def play(wire: ServerConnection, letters: str) -> str:
    """Send messages; `!` is an error of the server, `<` its CopyInResponse. What was delivered."""
    seen = ""
    for letter in letters:
        if letter == "!":
            wire.error()
            continue
        if letter == "<":
            wire.copy_in()
            continue
        wire.receive_data(encode(BODY[letter]))
        if wire.next_message() is not NEED_DATA:
            seen += letter
    return seen


# ── First packets ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", ["SG", "GS", "S", "G", ""])
def test_encryption_is_asked_for_once_each_in_either_order(order: str) -> None:
    wire = ServerConnection()
    requests = {"S": encode_ssl_request(), "G": encode_gssenc_request()}
    for letter in order:
        wire.receive_data(requests[letter])
        assert isinstance(wire.next_message(), m.SSLRequest | m.GSSENCRequest)
        assert wire.next_message() is NEED_DATA
        assert wire.answer_encryption(False) == b"N"
    wire.receive_data(encode_startup({"user": "a"}))
    assert wire.next_message() == m.StartupMessage(3, 0, {"user": "a"})


@pytest.mark.parametrize("request_", [encode_ssl_request(), encode_gssenc_request()])
def test_encryption_is_not_asked_for_twice(request_: bytes) -> None:
    wire = ServerConnection()
    wire.receive_data(request_)
    wire.next_message()
    wire.answer_encryption(False)
    wire.receive_data(request_)
    with pytest.raises(ProtocolViolation):
        wire.next_message()


@pytest.mark.parametrize("encrypted", [False, True])
def test_cancel_comes_in_clear_or_inside_tls(encrypted: bool) -> None:
    wire = ServerConnection(encrypted=encrypted)
    wire.receive_data(encode_cancel_request(1, b"abcd"))
    assert wire.next_message() == m.CancelRequest(1, b"abcd")
    assert wire.phase is Phase.TERMINATED


def test_nothing_is_encrypted_twice() -> None:
    upgraded = ServerConnection()
    upgraded.receive_data(encode_ssl_request())
    upgraded.next_message()
    assert upgraded.answer_encryption(True) == b"S"
    direct = ServerConnection(encrypted=True)
    for wire in (upgraded, direct):
        wire.receive_data(encode_gssenc_request())
        with pytest.raises(ProtocolViolation):
            wire.next_message()


@pytest.mark.parametrize("accept", [True, False])
def test_bytes_behind_a_request_for_tls_are_an_attack(accept: bool) -> None:
    wire = ServerConnection()
    wire.receive_data(encode_ssl_request() + encode_startup({"user": "mallory"}))
    assert wire.next_message() == m.SSLRequest()
    with pytest.raises(ProtocolViolation, match="received unencrypted data after SSL request"):
        wire.answer_encryption(accept)
    assert wire.next_message() is NEED_DATA


def test_an_answer_needs_a_question() -> None:
    with pytest.raises(RuntimeError):
        ServerConnection().answer_encryption(True)


@pytest.mark.parametrize(
    ("minor", "option", "negotiation", "key"),
    [
        (0, None, None, 4),
        (2, None, None, 32),
        (1, None, m.NegotiateProtocolVersion(0), 4),
        (9999, None, m.NegotiateProtocolVersion(2), 32),
        (0, "_pq_.x", m.NegotiateProtocolVersion(0, ("_pq_.x",)), 4),
        (2, "_pq_.x", m.NegotiateProtocolVersion(2, ("_pq_.x",)), 32),
    ],
)
def test_negotiation(
    minor: int, option: str | None, negotiation: m.NegotiateProtocolVersion | None, key: int
) -> None:
    wire = started(minor, **({option: "on"} if option else {}))
    assert wire.negotiation == negotiation
    assert wire.cancel_key_length == key
    assert wire.phase is Phase.AUTHENTICATING


@pytest.mark.parametrize(
    ("packet", "sqlstate", "message"),
    [
        (
            encode_startup({"user": "a"}, 0, 4),
            "0A000",
            "unsupported frontend protocol 4.0: server supports 3.0 to 3.2",
        ),
        (
            encode_startup({"user": "a"}, 0, 2),
            "0A000",
            "unsupported frontend protocol 2.0: server supports 3.0 to 3.2",
        ),
        (
            encode_startup({"database": "a"}),
            "28000",
            "no PostgreSQL user name specified in startup packet",
        ),
        (
            b"\0\0\0\x0f\0\3\0\0user\0a\0",
            "08P01",
            "invalid startup packet layout: expected terminator as last byte",
        ),
        (b"\0\0\0\x11\0\3\0\0user\0a\0\0x", "08P01", "invalid message format"),
        (
            b"\0\0\0\x10\0\3\0\0user\0\xff\0\0",
            "22021",
            'invalid byte sequence for encoding "UTF8": 0xff',
        ),
        (b"\0\0\0\x0f\x04\xd2\x16\x2e\0\0\0\7key", "08P01", None),
        (b"\0\0\0\x09\x04\xd2\x16\x2fx", "08P01", None),
    ],
)
def test_first_packets_that_end_it(packet: bytes, sqlstate: str, message: str | None) -> None:
    wire = ServerConnection()
    wire.receive_data(packet)
    with pytest.raises(SqlError) as raised:
        wire.next_message()
    assert (raised.value.sqlstate, raised.value.severity) == (sqlstate, "FATAL")
    assert message is None or raised.value.message == message
    assert wire.phase is Phase.TERMINATED


def test_database_is_that_of_the_user_by_default() -> None:
    startup = m.StartupMessage(3, 0, {"user": "ann", "database": ""})
    assert startup.database == "ann"
    assert m.StartupMessage(3, 0, {"user": "ann", "database": "db"}).database == "db"


# ── Phases ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sent", "delivered", "phase"),
    [
        ("QSH", "QSH", Phase.READY),
        ("Q!Q", "QQ", Phase.READY),
        ("PBDE", "PBDE", Phase.EXTENDED),
        ("PBDES", "PBDES", Phase.READY),
        ("PQ", "PQ", Phase.READY),
        ("PH", "PH", Phase.EXTENDED),
        ("P!BDEHCQFdcfS", "PS", Phase.READY),
        ("P!BX", "PX", Phase.TERMINATED),
        ("PS!", "PS", Phase.READY),
        ("Q<dddc", "Qdddc", Phase.READY),
        ("Q<df", "Qdf", Phase.READY),
        ("Q<dSHdc", "Qddc", Phase.READY),
        ("Q<d!ddcQ", "QdQ", Phase.READY),
        ("E<dc", "Edc", Phase.EXTENDED),
        ("E<SdcS", "EdcS", Phase.READY),
        ("E<d!ddcBS", "EdS", Phase.READY),
        ("E<df!BS", "EdfS", Phase.READY),
        ("dcfQ", "Q", Phase.READY),
        ("PdcfE", "PE", Phase.EXTENDED),
        ("QXQ", "QX", Phase.TERMINATED),
        ("F", "F", Phase.READY),
    ],
)
def test_what_reaches_the_session(sent: str, delivered: str, phase: Phase) -> None:
    wire = ready()
    assert play(wire, sent) == delivered
    assert wire.phase is phase


@pytest.mark.parametrize(("before", "kind"), [("Q<", "Q"), ("E<", "P"), ("", "p"), ("", "?")])
def test_what_ends_the_connection(before: str, kind: str) -> None:
    wire = ready()
    play(wire, before)
    wire.receive_data(kind.encode() + b"\0\0\0\x04")
    with pytest.raises(ProtocolViolation) as raised:
        wire.next_message()
    assert raised.value.sqlstate == "08P01"
    assert wire.phase is Phase.TERMINATED


def test_only_credentials_before_authentication() -> None:
    wire = started()
    wire.receive_data(encode_query("select 1"))
    with pytest.raises(ProtocolViolation, match="expected password response"):
        wire.next_message()


def test_a_message_that_cannot_be_read_fails_its_batch_alone() -> None:
    wire = ready()
    wire.receive_data(b"P\0\0\0\x0a\0\xff\xff\0\0\0" + encode(m.Execute("")) + encode(m.Sync()))
    with pytest.raises(SqlError) as raised:
        wire.next_message()
    assert raised.value.sqlstate == "22021"
    wire.error()
    assert wire.skipping
    assert wire.next_message() == m.Sync()
    assert not wire.skipping


def test_has_message() -> None:
    wire = ServerConnection()
    packet = encode_startup({"user": "a"})
    wire.receive_data(packet[:-1])
    assert not wire.has_message
    wire.receive_data(packet[-1:])
    assert wire.has_message
    wire.next_message()
    wire.authenticated()
    wire.receive_data(b"X\0\0\0")
    assert not wire.has_message
    wire.receive_data(b"\4")
    assert wire.has_message


def test_impossible_events_are_bugs() -> None:
    state = WireState()
    for event in (Event.AUTHENTICATED, Event.COPY_IN, Event.ERROR):
        with pytest.raises(RuntimeError):
            state.on(event)


def test_the_table_covers_every_phase_and_terminate_always_ends() -> None:
    assert set(LEGAL) == set(Phase)
    for phase in set(Phase) - {Phase.STARTUP, Phase.TERMINATED}:
        assert LEGAL[phase][ord("X")] == (Phase.TERMINATED, True)


def test_large_backlogs_are_read_in_linear_time() -> None:
    """200,000 small messages in one buffer: quadratic copying would take minutes."""
    wire = ready()
    wire.receive_data(encode(m.Sync()) * 200_000)
    count = 0
    while wire.next_message() is not NEED_DATA:
        count += 1
    assert count == 200_000
