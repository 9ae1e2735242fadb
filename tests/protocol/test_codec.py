"""Messages both ways: literals, round trips, a byte at a time, limits, and bytes that are none."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import messages as m
from protocol.connection import NEED_DATA, ServerConnection
from protocol.decode import (
    check_formats,
    decode,
    decode_password,
    decode_sasl_initial,
    expand_formats,
)
from protocol.encode import (
    encode,
    encode_error,
    encode_notice,
    encode_parameter_status,
    encode_password,
    encode_query,
    encode_sasl_initial_response,
    encode_startup,
)
from protocol.errors import Notice, ProtocolViolation, SqlError
from protocol.frames import FrameSplitter, decode_backend, parse_error, parse_fields, parse_notice

FRONTEND: list[tuple[m.FrontendMessage, bytes]] = [
    (m.Query("select 1"), b"Q\0\0\0\rselect 1\0"),
    (m.Parse("s", "select $1", (23,)), b"P\0\0\0\x16s\0select $1\0\0\1\0\0\0\x17"),
    (
        m.Bind("p", "s", (1,), (b"\0\0\0\7", None), (0, 1)),
        b"B\0\0\0\x20p\0s\0\0\1\0\1\0\2\0\0\0\4\0\0\0\7\xff\xff\xff\xff\0\2\0\0\0\1",
    ),
    (m.Bind("", ""), b"B\0\0\0\x0c\0\0\0\0\0\0\0\0"),
    (m.DescribeStatement("s"), b"D\0\0\0\7Ss\0"),
    (m.DescribePortal(""), b"D\0\0\0\6P\0"),
    (m.CloseStatement("s"), b"C\0\0\0\7Ss\0"),
    (m.ClosePortal("p"), b"C\0\0\0\7Pp\0"),
    (m.Execute("p", 100), b"E\0\0\0\x0ap\0\0\0\0d"),
    (m.Flush(), b"H\0\0\0\4"),
    (m.Sync(), b"S\0\0\0\4"),
    (m.Terminate(), b"X\0\0\0\4"),
    (m.FunctionCall(b"\0\1"), b"F\0\0\0\6\0\1"),
    (m.CopyData(b"1\t2\n"), b"d\0\0\0\x081\t2\n"),
    (m.CopyDone(), b"c\0\0\0\4"),
    (m.CopyFail("why"), b"f\0\0\0\x08why\0"),
    (m.PasswordMessage(b"secret\0"), b"p\0\0\0\x0bsecret\0"),
]
BACKEND: list[tuple[m.BackendMessage, bytes]] = [
    (m.AuthenticationOk(), b"R\0\0\0\x08\0\0\0\0"),
    (m.AuthenticationCleartextPassword(), b"R\0\0\0\x08\0\0\0\3"),
    (m.AuthenticationMD5Password(b"salt"), b"R\0\0\0\x0c\0\0\0\5salt"),
    (m.AuthenticationSASL(("A", "B")), b"R\0\0\0\x0d\0\0\0\x0aA\0B\0\0"),
    (m.AuthenticationSASLContinue(b"r="), b"R\0\0\0\x0a\0\0\0\x0br="),
    (m.AuthenticationSASLFinal(b"v="), b"R\0\0\0\x0a\0\0\0\x0cv="),
    (m.NegotiateProtocolVersion(2, ("_pq_.x",)), b"v\0\0\0\x13\0\3\0\2\0\0\0\1_pq_.x\0"),
    (m.BackendKeyData(7, b"key!"), b"K\0\0\0\x0c\0\0\0\7key!"),
    (m.ParameterStatus("TimeZone", "UTC"), b"S\0\0\0\x11TimeZone\0UTC\0"),
    (m.ReadyForQuery("T"), b"Z\0\0\0\5T"),
    (
        m.RowDescription((m.FieldDescription("é", 1, 2, 23, 4, -1, 1),)),
        b"T\0\0\0\x1b\0\1\xc3\xa9\0\0\0\0\1\0\2\0\0\0\x17\0\4\xff\xff\xff\xff\0\1",
    ),
    (m.RowDescription(()), b"T\0\0\0\6\0\0"),
    (m.ParameterDescription((25, 4294967295)), b"t\0\0\0\x0e\0\2\0\0\0\x19\xff\xff\xff\xff"),
    (m.NoData(), b"n\0\0\0\4"),
    (m.ParseComplete(), b"1\0\0\0\4"),
    (m.BindComplete(), b"2\0\0\0\4"),
    (m.CloseComplete(), b"3\0\0\0\4"),
    (m.DataRow((b"x", None, b"")), b"D\0\0\0\x13\0\3\0\0\0\1x\xff\xff\xff\xff\0\0\0\0"),
    (m.CommandComplete("SELECT 1"), b"C\0\0\0\x0dSELECT 1\0"),
    (m.EmptyQueryResponse(), b"I\0\0\0\4"),
    (m.PortalSuspended(), b"s\0\0\0\4"),
    (m.CopyOutResponse(1, (1, 1)), b"H\0\0\0\x0b\1\0\2\0\1\0\1"),
    (m.CopyInResponse(0, ()), b"G\0\0\0\7\0\0\0"),
    (m.CopyData(b"x"), b"d\0\0\0\5x"),
    (m.CopyDone(), b"c\0\0\0\4"),
    (m.NotificationResponse(9, "jobs", "x"), b"A\0\0\0\x0f\0\0\0\x09jobs\0x\0"),
]
FIRST: list[tuple[m.FirstPacket, bytes]] = [
    (m.SSLRequest(), b"\0\0\0\x08\x04\xd2\x16\x2f"),
    (m.GSSENCRequest(), b"\0\0\0\x08\x04\xd2\x16\x30"),
    (m.CancelRequest(7, b"key!"), b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\7key!"),
    (m.StartupMessage(3, 0, {"user": "a"}), b"\0\0\0\x10\0\3\0\0user\0a\0\0"),
]


def ready(wire: ServerConnection | None = None) -> ServerConnection:
    wire = wire or ServerConnection()
    wire.receive_data(encode_startup({"user": "a"}))
    assert isinstance(wire.next_message(), m.StartupMessage)
    wire.authenticated()
    return wire


@pytest.mark.parametrize(("message", "data"), FRONTEND, ids=lambda x: type(x).__name__)
def test_frontend_both_ways(message: m.FrontendMessage, data: bytes) -> None:
    assert encode(message) == data
    assert decode(data[0], data[5:]) == message


@pytest.mark.parametrize(("message", "data"), BACKEND, ids=lambda x: type(x).__name__)
def test_backend_both_ways(message: m.BackendMessage, data: bytes) -> None:
    assert encode(message) == data
    assert decode_backend(data) == message


@pytest.mark.parametrize(("packet", "data"), FIRST, ids=lambda x: type(x).__name__)
def test_first_packets_both_ways(packet: m.FirstPacket, data: bytes) -> None:
    assert encode(packet) == data
    for pieces in ([data], [data[i : i + 1] for i in range(len(data))]):
        wire = ServerConnection()
        for piece in pieces:
            assert wire.next_message() is NEED_DATA
            wire.receive_data(piece)
        assert wire.next_message() == packet


def drain(wire: ServerConnection) -> list[m.Message]:
    messages: list[m.Message] = []
    while (message := wire.next_message()) is not NEED_DATA:
        messages.append(message)
    return messages


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_the_cut_of_the_stream_does_not_matter(size: int) -> None:
    batch: Sequence[m.FrontendMessage] = [
        each for each, _ in FRONTEND if not isinstance(each, m.PasswordMessage | m.Terminate)
    ]
    expected = [e for e in batch if not isinstance(e, m.CopyData | m.CopyDone | m.CopyFail)]
    stream = b"".join(map(encode, batch))
    wire, seen = ready(), []
    for at in range(0, len(stream), size):
        wire.receive_data(stream[at : at + size])
        seen += drain(wire)
    assert seen == expected
    assert wire.buffered == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Q", b""),
        ("Q", b"select 1"),
        ("Q", b"a\0b\0"),
        ("P", b"s\0q\0\0\2\0\0\0\1"),
        ("P", b"s\0q\0\0\0x"),
        ("P", b"s\0q\0\xff\xff"),
        ("B", b"\0\0\0\0\xff\xff"),
        ("B", b"\0\0\0\0\0\1\xff\xff\xff\xfe\0\0"),
        ("B", b"\0\0\0\0\0\1\0\0\0\5ab\0\0"),
        ("D", b""),
        ("D", b"Xs\0"),
        ("C", b"Ss"),
        ("E", b"\0\0\0"),
        ("E", b"\0\0\0\0\0\0"),
        ("S", b"x"),
        ("f", b"no terminator"),
        ("?", b""),
    ],
)
def test_malformed_bodies_are_violations(kind: str, body: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        decode(ord(kind), body)


@pytest.mark.parametrize(
    ("kind", "body", "sqlstate"),
    [
        ("Q", b"select '\xff'\0", "22021"),
        ("P", b"\xc3\0q\0\0\0", "22021"),
        ("B", b"\0\0\0\2\0\1\0\1\0\1\xff\xff\xff\xff\0\0", "08P01"),
    ],
)
def test_errors_of_a_statement_are_not_violations(kind: str, body: bytes, sqlstate: str) -> None:
    with pytest.raises(SqlError) as raised:
        decode(ord(kind), body)
    assert (raised.value.sqlstate, raised.value.severity) == (sqlstate, "ERROR")


def test_as_many_parameters_as_the_wire_can_count() -> None:
    bind = m.Bind("", "", (), (b"x",) * 65535)
    assert decode(ord("B"), encode(bind)[5:]) == bind


def test_check_formats() -> None:
    check_formats((0, 1, 1))
    with pytest.raises(SqlError) as raised:
        check_formats((1, 2))
    assert raised.value.sqlstate == "22023"


def test_expand_formats() -> None:
    assert expand_formats((), 2) == (0, 0)
    assert expand_formats((1,), 3) == (1, 1, 1)
    assert expand_formats((0, 1), 2) == (0, 1)
    with pytest.raises(SqlError, match="bind message has 2 result formats but query has 3 columns"):
        expand_formats((0, 1), 3)


def test_credentials() -> None:
    def body(data: bytes) -> m.PasswordMessage:
        return m.PasswordMessage(data[5:])

    assert decode_password(body(encode_password("pä"))) == "pä"
    for data in (b"n,,", b"", None):
        initial = decode_sasl_initial(body(encode_sasl_initial_response("SCRAM-SHA-256", data)))
        assert initial == m.SASLInitialResponse("SCRAM-SHA-256", data)
    assert "secret" not in repr(m.PasswordMessage(b"secret\0"))


# ── Limits ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("length", [0, 3, 7, 10_001, 0x47455420])
def test_start_up_packet_has_a_length(length: int) -> None:
    wire = ServerConnection()
    wire.receive_data(struct.pack("!I", length))
    with pytest.raises(ProtocolViolation, match="invalid length of startup packet"):
        wire.next_message()


@pytest.mark.parametrize(
    ("kind", "length", "sqlstate"),
    [
        (b"Q", 1025, "54000"),
        (b"d", 1025, "54000"),
        (b"S", 10_001, "54000"),
        (b"Q", 3, "08P01"),
        (b"?", 2**32 - 1, "08P01"),
    ],
)
def test_lengths_are_judged_by_the_header_alone(kind: bytes, length: int, sqlstate: str) -> None:
    wire = ready(ServerConnection(max_message=1024))
    wire.receive_data(kind + struct.pack("!I", length))
    with pytest.raises(ProtocolViolation) as raised:
        wire.next_message()
    assert raised.value.sqlstate == sqlstate
    assert wire.next_message() is NEED_DATA  # nothing more is read


def test_small_limit_before_authentication() -> None:
    wire = ServerConnection()
    wire.receive_data(encode_startup({"user": "a"}))
    wire.next_message()
    wire.receive_data(b"p" + struct.pack("!I", 65537))
    with pytest.raises(ProtocolViolation):
        wire.next_message()


def test_the_largest_legal_message_passes() -> None:
    wire = ready(ServerConnection(max_message=1024))
    query = "x" * (1024 - 5)
    wire.receive_data(encode_query(query))
    assert wire.next_message() == m.Query(query)


# ── Errors and notices ──────────────────────────────────────────────────────────────────────────


def test_error_fields() -> None:
    error = SqlError("42601", "no", detail="d", hint="h", position=3, where="w", severity="FATAL")
    frame = encode_error(error)
    assert parse_fields(frame) == dict(
        S="FATAL", V="FATAL", C="42601", M="no", D="d", H="h", P="3", W="w"
    )
    back = parse_error(frame)
    for name in ("sqlstate", "message", "detail", "hint", "position", "where", "severity"):
        assert getattr(back, name) == getattr(error, name)
    assert set(parse_fields(encode_error(SqlError("XX000", "m")))) == set("SVCM")


def test_notice_fields() -> None:
    notice = Notice("m", severity="WARNING", sqlstate="25001", detail="d", hint="h")
    assert parse_notice(encode_notice(notice)) == notice


def test_an_error_about_unsendable_text_is_sent() -> None:
    assert parse_fields(encode_error(SqlError("22021", "a\0b\ud800")))["M"] == "a\ufffdb?"


def test_names_with_nul_are_refused() -> None:
    with pytest.raises(SqlError, match="0x00"):
        encode_parameter_status("a\0b", "")


# ── Fuzz ────────────────────────────────────────────────────────────────────────────────────────


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=500, deadline=None)
def test_arbitrary_bytes_fail_in_order(data: bytes, authenticated: bool) -> None:
    wire = ready() if authenticated else ServerConnection()
    wire.receive_data(data)
    try:
        for _ in range(len(data) + 1):
            if wire.next_message() is NEED_DATA:
                break
        else:
            pytest.fail("more messages than bytes")
    except SqlError:
        pass


@given(st.sampled_from(b"QPBDECHSXFpdcf"), st.binary(max_size=60))
@settings(max_examples=1000, deadline=None)
def test_arbitrary_bodies_fail_in_order(kind: int, body: bytes) -> None:
    try:
        message = decode(kind, body)
    except SqlError:
        return
    if not isinstance(message, m.Execute):  # its negative limits are made 0
        assert encode(message)[5:] == body


@given(st.binary(max_size=80))
@settings(max_examples=500, deadline=None)
def test_arbitrary_server_bytes_fail_in_order(data: bytes) -> None:
    try:
        for _, frame in FrameSplitter().feed(data):
            decode_backend(frame)
    except SqlError:
        pass


@given(st.sampled_from([kind for _, d in BACKEND for kind in d[:1]]), st.binary(max_size=60))
@settings(max_examples=500, deadline=None)
def test_arbitrary_server_bodies_fail_in_order(kind: int, body: bytes) -> None:
    try:
        decode_backend(bytes((kind,)) + struct.pack("!I", len(body) + 4) + body)
    except SqlError:
        pass
