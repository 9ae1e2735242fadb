"""Frontend messages: limits per type, and the table from type byte to parser.

Parsers get a whole body, never a stream. Counts are checked before anything is allocated, bytes
left over are a violation, text that is not UTF-8 is an ordinary error of the statement (22021).
"""

from __future__ import annotations

from collections.abc import Callable

from protocol import messages as m
from protocol.buffer import Cursor, decode_utf8
from protocol.errors import (
    INVALID_AUTHORIZATION_SPECIFICATION,
    INVALID_PARAMETER_VALUE,
    PROTOCOL_VIOLATION,
    ProtocolViolation,
    SqlError,
)

# Length words, themselves included. The first two are Postgres's own (MAX_STARTUP_PACKET_LENGTH,
# PG_MAX_AUTH_TOKEN_LENGTH, PQ_SMALL_MESSAGE_LIMIT); its 1 GiB for large ones is no protection.
MAX_STARTUP_PACKET = 10_000
MAX_BEFORE_AUTHENTICATION = 64 * 1024
MAX_SMALL_MESSAGE = 10_000
DEFAULT_MAX_MESSAGE = 64 * 1024 * 1024
LARGE_MESSAGES = frozenset(b"QPBdF")
_MEDIUM_MESSAGES = frozenset(b"pf")  # credentials, the client's reason for CopyFail

CANCEL_REQUEST = (1234 << 16) | 5678
SSL_REQUEST = (1234 << 16) | 5679
GSSENC_REQUEST = (1234 << 16) | 5680
_MAX_CANCEL_KEY = 256


def limit_of(kind: int, authenticated: bool, max_message: int) -> int:
    """The largest legal length word of a message of that type byte."""
    if not authenticated:
        return MAX_BEFORE_AUTHENTICATION
    if kind in LARGE_MESSAGES:
        return max_message
    return MAX_BEFORE_AUTHENTICATION if kind in _MEDIUM_MESSAGES else MAX_SMALL_MESSAGE


def decode(kind: int, body: bytes) -> m.FrontendMessage:
    """The message of a type byte and a body. Raises ProtocolViolation and SqlError 22021."""
    parser = _PARSERS.get(kind)
    if parser is None:
        raise ProtocolViolation(f"invalid frontend message type {kind}")
    return parser(body)


def decode_first(body: bytes) -> m.FirstPacket:
    """A packet without type byte: start-up, cancel, or a request for encryption."""
    cursor = Cursor(body)
    code = cursor.uint32()
    if code == CANCEL_REQUEST:
        return _cancel(cursor)
    if code in _REQUESTS:
        cursor.end()
        return _REQUESTS[code]
    return _startup(code >> 16, code & 0xFFFF, cursor)


def decode_password(message: m.PasswordMessage) -> str:
    """The clear text of a PasswordMessage."""
    cursor = Cursor(message.body)
    password = cursor.cstring()
    cursor.end()
    return password


def decode_sasl_initial(message: m.PasswordMessage) -> m.SASLInitialResponse:
    """The first answer to AuthenticationSASL: mechanism, and data if the client sent any."""
    cursor = Cursor(message.body)
    mechanism = cursor.cstring()
    size = cursor.int32()
    data = None if size == -1 else cursor.take(size)
    cursor.end()
    return m.SASLInitialResponse(mechanism, data)


def expand_formats(codes: tuple[int, ...], count: int, what: str = "result") -> tuple[int, ...]:
    """One format per column (or parameter) out of the short forms of Bind.

    Raises SqlError 08P01 when neither none, one nor `count` codes are given.
    """
    if len(codes) == count:
        return codes
    if len(codes) <= 1:
        return (codes or (0,)) * count
    owner = f"query has {count} columns" if what == "result" else f"{count} parameters"
    joined = "but" if what == "result" else "and"
    raise SqlError(
        PROTOCOL_VIOLATION, f"bind message has {len(codes)} {what} formats {joined} {owner}"
    )


def check_formats(codes: tuple[int, ...]) -> None:
    """Raises SqlError 22023 for a code that is neither text nor binary. Not part of decoding: who
    passes a Bind on leaves it to the server that answers."""
    for code in codes:
        if code not in (0, 1):
            raise SqlError(INVALID_PARAMETER_VALUE, f"unsupported format code: {code}")


# ── First packets ───────────────────────────────────────────────────────────────────────────────

_REQUESTS: dict[int, m.FirstPacket] = {
    SSL_REQUEST: m.SSLRequest(),
    GSSENC_REQUEST: m.GSSENCRequest(),
}


def _cancel(cursor: Cursor) -> m.CancelRequest:
    pid = cursor.int32()
    if not 4 <= cursor.left <= _MAX_CANCEL_KEY:
        raise ProtocolViolation("invalid length of cancel request packet")
    return m.CancelRequest(pid, cursor.rest())


def _startup(major: int, minor: int, cursor: Cursor) -> m.StartupMessage:
    # Another major version may be laid out in another way, so its parameters are not read.
    if major != 3:
        return m.StartupMessage(major, minor, {})
    options = _startup_options(cursor)
    parameters = {k: v for k, v in options.items() if not k.startswith("_pq_.")}
    if not parameters.get("user"):
        raise SqlError(
            INVALID_AUTHORIZATION_SPECIFICATION,
            "no PostgreSQL user name specified in startup packet",
            severity="FATAL",
        )
    unsupported = tuple(name for name in options if name.startswith("_pq_."))
    return m.StartupMessage(major, minor, parameters, unsupported)


def _startup_options(cursor: Cursor) -> dict[str, str]:
    options: dict[str, str] = {}
    try:
        while name := cursor.cstring():
            options[name] = cursor.cstring()
    except ProtocolViolation as error:
        raise ProtocolViolation(
            "invalid startup packet layout: expected terminator as last byte"
        ) from error
    except SqlError as error:
        error.severity = "FATAL"
        raise
    cursor.end()
    return options


# ── Messages with a type byte ───────────────────────────────────────────────────────────────────


def _query(body: bytes) -> m.Query:
    # The commonest message: one search, no cursor.
    if body.find(b"\0") != len(body) - 1 or not body:
        raise ProtocolViolation("invalid message format")
    return m.Query(decode_utf8(body[:-1]))


def _parse(body: bytes) -> m.Parse:
    cursor = Cursor(body)
    parsed = m.Parse(cursor.cstring(), cursor.cstring(), cursor.uint32s())
    cursor.end()
    return parsed


def _bind(body: bytes) -> m.Bind:
    cursor = Cursor(body)
    portal, statement = cursor.cstring(), cursor.cstring()
    param_formats = cursor.int16s()
    params = tuple([_value(cursor) for _ in range(cursor.count(4))])
    result_formats = cursor.int16s()
    cursor.end()
    expand_formats(param_formats, len(params), "parameter")
    return m.Bind(portal, statement, param_formats, params, result_formats)


def _value(cursor: Cursor) -> bytes | None:
    size = cursor.int32()
    return None if size == -1 else cursor.take(size)


def _target(
    kind: str,
    statement: Callable[[str], m.FrontendMessage],
    portal: Callable[[str], m.FrontendMessage],
) -> Callable[[bytes], m.FrontendMessage]:
    targets = {ord("S"): statement, ord("P"): portal}

    def parse(body: bytes) -> m.FrontendMessage:
        cursor = Cursor(body)
        target = cursor.byte()
        if target not in targets:
            raise ProtocolViolation(f"invalid {kind} message subtype {target}")
        name = cursor.cstring()
        cursor.end()
        return targets[target](name)

    return parse


def _execute(body: bytes) -> m.Execute:
    cursor = Cursor(body)
    execute = m.Execute(cursor.cstring(), max(cursor.int32(), 0))
    cursor.end()
    return execute


def _copy_fail(body: bytes) -> m.CopyFail:
    cursor = Cursor(body)
    fail = m.CopyFail(cursor.cstring())
    cursor.end()
    return fail


def _empty(message: m.FrontendMessage) -> Callable[[bytes], m.FrontendMessage]:
    def parse(body: bytes) -> m.FrontendMessage:
        if body:
            raise ProtocolViolation("invalid message format")
        return message

    return parse


_PARSERS: dict[int, Callable[[bytes], m.FrontendMessage]] = {
    ord("Q"): _query,
    ord("P"): _parse,
    ord("B"): _bind,
    ord("D"): _target("DESCRIBE", m.DescribeStatement, m.DescribePortal),
    ord("E"): _execute,
    ord("C"): _target("CLOSE", m.CloseStatement, m.ClosePortal),
    ord("H"): _empty(m.Flush()),
    ord("S"): _empty(m.Sync()),
    ord("X"): _empty(m.Terminate()),
    ord("F"): m.FunctionCall,
    ord("p"): m.PasswordMessage,
    ord("d"): m.CopyData,
    ord("c"): _empty(m.CopyDone()),
    ord("f"): _copy_fail,
}
