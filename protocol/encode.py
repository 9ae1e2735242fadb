"""Messages to bytes: every backend message, and the frontend ones that a relay needs.

One function per message with plain arguments (the hot path makes no objects), and `encode` for any
message object. Names of one server's objects never hold U+0000 (22021 if they do).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from protocol import messages as m
from protocol.decode import CANCEL_REQUEST, GSSENC_REQUEST, SSL_REQUEST
from protocol.errors import CHARACTER_NOT_IN_REPERTOIRE, Notice, SqlError

_INT16 = struct.Struct("!h").pack
_UINT16 = struct.Struct("!H").pack
_INT32 = struct.Struct("!i").pack
_UINT32 = struct.Struct("!I").pack
_FIELD = struct.Struct("!IhIhih").pack
_NULL = _INT32(-1)

# Constant answers.
PARSE_COMPLETE = b"1\0\0\0\4"
BIND_COMPLETE = b"2\0\0\0\4"
CLOSE_COMPLETE = b"3\0\0\0\4"
NO_DATA = b"n\0\0\0\4"
EMPTY_QUERY_RESPONSE = b"I\0\0\0\4"
PORTAL_SUSPENDED = b"s\0\0\0\4"
COPY_DONE = b"c\0\0\0\4"
SYNC = b"S\0\0\0\4"
FLUSH = b"H\0\0\0\4"
TERMINATE = b"X\0\0\0\4"
AUTHENTICATION_OK = b"R\0\0\0\x08\0\0\0\0"
AUTHENTICATION_CLEARTEXT_PASSWORD = b"R\0\0\0\x08\0\0\0\3"


def _cstring(text: str) -> bytes:
    data = text.encode()
    if b"\0" in data:
        raise SqlError(
            CHARACTER_NOT_IN_REPERTOIRE, 'invalid byte sequence for encoding "UTF8": 0x00'
        )
    return data + b"\0"


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + _INT32(len(body) + 4) + body


def _values(values: Iterable[bytes | None]) -> bytes:
    return b"".join(_NULL if v is None else _INT32(len(v)) + v for v in values)


def _int16s(values: Sequence[int]) -> bytes:
    return struct.pack(f"!H{len(values)}h", len(values), *values)


def _oids(values: Sequence[int]) -> bytes:
    return struct.pack(f"!H{len(values)}I", len(values), *values)


# ── Backend: authentication and session ─────────────────────────────────────────────────────────


def encode_authentication_ok() -> bytes:
    return AUTHENTICATION_OK


def encode_authentication_cleartext_password() -> bytes:
    return AUTHENTICATION_CLEARTEXT_PASSWORD


def encode_authentication_md5_password(salt: bytes) -> bytes:
    return _message(b"R", _INT32(5) + salt)


def encode_authentication_sasl(mechanisms: Sequence[str]) -> bytes:
    return _message(b"R", _INT32(10) + b"".join(map(_cstring, mechanisms)) + b"\0")


def encode_authentication_sasl_continue(data: bytes) -> bytes:
    return _message(b"R", _INT32(11) + data)


def encode_authentication_sasl_final(data: bytes) -> bytes:
    return _message(b"R", _INT32(12) + data)


def encode_negotiate_protocol_version(minor: int, unsupported: Sequence[str] = ()) -> bytes:
    """The version goes whole (3.x), as Postgres sends it, although the manual says minor."""
    names = b"".join(map(_cstring, unsupported))
    return _message(b"v", _INT32(3 << 16 | minor) + _INT32(len(unsupported)) + names)


def encode_backend_key_data(pid: int, secret: bytes) -> bytes:
    return _message(b"K", _INT32(pid) + secret)


def encode_parameter_status(name: str, value: str) -> bytes:
    return _message(b"S", _cstring(name) + _cstring(value))


def encode_ready_for_query(status: str) -> bytes:
    return b"Z\0\0\0\5" + status.encode()


def encode_notification(pid: int, channel: str, payload: str = "") -> bytes:
    return _message(b"A", _INT32(pid) + _cstring(channel) + _cstring(payload))


# ── Backend: errors and notices ─────────────────────────────────────────────────────────────────


def encode_error(error: SqlError) -> bytes:
    """ErrorResponse with S V C M and, where given, D H P W R."""
    fields = {
        "S": error.severity,
        "V": error.severity,
        "C": error.sqlstate,
        "M": error.message,
        "D": error.detail,
        "H": error.hint,
        "P": None if error.position is None else str(error.position),
        "W": error.where,
        "R": error.routine,
    }
    return _message(b"E", _fields(fields))


def encode_notice(notice: Notice) -> bytes:
    """NoticeResponse with S V C M and, where given, D H."""
    fields = {
        "S": notice.severity,
        "V": notice.severity,
        "C": notice.sqlstate,
        "M": notice.message,
        "D": notice.detail,
        "H": notice.hint,
    }
    return _message(b"N", _fields(fields))


def _fields(fields: Mapping[str, str | None]) -> bytes:
    # An error about a NUL or a lone surrogate must still reach the client, so these are replaced.
    parts = [
        code.encode() + text.replace("\0", "\ufffd").encode(errors="replace") + b"\0"
        for code, text in fields.items()
        if text is not None
    ]
    return b"".join(parts) + b"\0"


# ── Backend: results ────────────────────────────────────────────────────────────────────────────


def encode_row_description(fields: Sequence[m.FieldDescription]) -> bytes:
    parts = [_UINT16(len(fields))]
    for each in fields:
        parts.append(_cstring(each.name))
        parts.append(
            _FIELD(
                each.table_oid,
                each.column_attnum,
                each.type_oid,
                each.type_size,
                each.type_modifier,
                each.format,
            )
        )
    return _message(b"T", b"".join(parts))


def encode_parameter_description(oids: Sequence[int]) -> bytes:
    return _message(b"t", _oids(oids))


def encode_data_row(values: Sequence[bytes | None]) -> bytes:
    """One row of ready-made fields. Many rows of typed values: `values.compile_row_encoder`."""
    return _message(b"D", _UINT16(len(values)) + _values(values))


def encode_command_complete(tag: str) -> bytes:
    return _message(b"C", _cstring(tag))


def encode_parse_complete() -> bytes:
    return PARSE_COMPLETE


def encode_bind_complete() -> bytes:
    return BIND_COMPLETE


def encode_close_complete() -> bytes:
    return CLOSE_COMPLETE


def encode_no_data() -> bytes:
    return NO_DATA


def encode_empty_query_response() -> bytes:
    return EMPTY_QUERY_RESPONSE


def encode_portal_suspended() -> bytes:
    return PORTAL_SUSPENDED


def encode_copy_in_response(format: int, column_formats: Sequence[int]) -> bytes:
    return _message(b"G", bytes((format,)) + _int16s(column_formats))


def encode_copy_out_response(format: int, column_formats: Sequence[int]) -> bytes:
    return _message(b"H", bytes((format,)) + _int16s(column_formats))


# ── Both directions ─────────────────────────────────────────────────────────────────────────────


def encode_copy_data(data: bytes) -> bytes:
    return _message(b"d", data)


def encode_copy_done() -> bytes:
    return COPY_DONE


# ── Frontend ────────────────────────────────────────────────────────────────────────────────────


def _first(code: int, body: bytes = b"") -> bytes:
    return _INT32(len(body) + 8) + _UINT32(code) + body


def encode_startup(parameters: Mapping[str, str], minor: int = 0, major: int = 3) -> bytes:
    """StartupMessage; `_pq_.` options may be among the parameters."""
    pairs = b"".join(_cstring(name) + _cstring(value) for name, value in parameters.items())
    return _first(major << 16 | minor, pairs + b"\0")


def encode_ssl_request() -> bytes:
    return _first(SSL_REQUEST)


def encode_gssenc_request() -> bytes:
    return _first(GSSENC_REQUEST)


def encode_cancel_request(pid: int, secret: bytes) -> bytes:
    return _first(CANCEL_REQUEST, _INT32(pid) + secret)


def encode_password(password: str) -> bytes:
    return _message(b"p", _cstring(password))


def encode_sasl_initial_response(mechanism: str, data: bytes | None) -> bytes:
    return _message(b"p", _cstring(mechanism) + _values((data,)))


def encode_sasl_response(data: bytes) -> bytes:
    return _message(b"p", data)


def encode_query(query: str) -> bytes:
    return _message(b"Q", _cstring(query))


def encode_parse(name: str, query: str, param_oids: Sequence[int] = ()) -> bytes:
    return _message(b"P", _cstring(name) + _cstring(query) + _oids(param_oids))


def encode_bind(
    portal: str,
    statement: str,
    param_formats: Sequence[int] = (),
    params: Sequence[bytes | None] = (),
    result_formats: Sequence[int] = (),
) -> bytes:
    return _message(
        b"B",
        b"".join(
            (
                _cstring(portal),
                _cstring(statement),
                _int16s(param_formats),
                _UINT16(len(params)),
                _values(params),
                _int16s(result_formats),
            )
        ),
    )


def encode_describe_statement(name: str) -> bytes:
    return _message(b"D", b"S" + _cstring(name))


def encode_describe_portal(name: str) -> bytes:
    return _message(b"D", b"P" + _cstring(name))


def encode_close_statement(name: str) -> bytes:
    return _message(b"C", b"S" + _cstring(name))


def encode_close_portal(name: str) -> bytes:
    return _message(b"C", b"P" + _cstring(name))


def encode_execute(portal: str, max_rows: int = 0) -> bytes:
    return _message(b"E", _cstring(portal) + _INT32(max_rows))


def encode_sync() -> bytes:
    return SYNC


def encode_flush() -> bytes:
    return FLUSH


def encode_terminate() -> bytes:
    return TERMINATE


def encode_copy_fail(message: str) -> bytes:
    return _message(b"f", _cstring(message))


# ── Any message object ──────────────────────────────────────────────────────────────────────────


def encode(message: m.Message | m.BackendMessage | m.SASLInitialResponse) -> bytes:
    """The bytes of a message object of either direction."""
    return _ENCODERS[type(message)](message)


def _startup(message: m.StartupMessage) -> bytes:
    options = dict(message.parameters) | dict.fromkeys(message.unsupported, "")
    return encode_startup(options, message.minor, message.major)


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    m.StartupMessage: _startup,
    m.SSLRequest: lambda _: encode_ssl_request(),
    m.GSSENCRequest: lambda _: encode_gssenc_request(),
    m.CancelRequest: lambda x: encode_cancel_request(x.pid, x.secret),
    m.PasswordMessage: lambda x: encode_sasl_response(x.body),
    m.SASLInitialResponse: lambda x: encode_sasl_initial_response(x.mechanism, x.data),
    m.Query: lambda x: encode_query(x.query),
    m.Parse: lambda x: encode_parse(x.name, x.query, x.param_oids),
    m.Bind: lambda x: encode_bind(
        x.portal, x.statement, x.param_formats, x.params, x.result_formats
    ),
    m.DescribeStatement: lambda x: encode_describe_statement(x.name),
    m.DescribePortal: lambda x: encode_describe_portal(x.name),
    m.CloseStatement: lambda x: encode_close_statement(x.name),
    m.ClosePortal: lambda x: encode_close_portal(x.name),
    m.Execute: lambda x: encode_execute(x.portal, x.max_rows),
    m.Flush: lambda _: FLUSH,
    m.Sync: lambda _: SYNC,
    m.Terminate: lambda _: TERMINATE,
    m.FunctionCall: lambda x: _message(b"F", x.body),
    m.CopyData: lambda x: encode_copy_data(x.data),
    m.CopyDone: lambda _: COPY_DONE,
    m.CopyFail: lambda x: encode_copy_fail(x.message),
    m.AuthenticationOk: lambda _: AUTHENTICATION_OK,
    m.AuthenticationCleartextPassword: lambda _: AUTHENTICATION_CLEARTEXT_PASSWORD,
    m.AuthenticationMD5Password: lambda x: encode_authentication_md5_password(x.salt),
    m.AuthenticationSASL: lambda x: encode_authentication_sasl(x.mechanisms),
    m.AuthenticationSASLContinue: lambda x: encode_authentication_sasl_continue(x.data),
    m.AuthenticationSASLFinal: lambda x: encode_authentication_sasl_final(x.data),
    m.NegotiateProtocolVersion: lambda x: encode_negotiate_protocol_version(x.minor, x.unsupported),
    m.BackendKeyData: lambda x: encode_backend_key_data(x.pid, x.secret),
    m.ParameterStatus: lambda x: encode_parameter_status(x.name, x.value),
    m.ReadyForQuery: lambda x: encode_ready_for_query(x.status),
    m.RowDescription: lambda x: encode_row_description(x.fields),
    m.ParameterDescription: lambda x: encode_parameter_description(x.oids),
    m.NoData: lambda _: NO_DATA,
    m.ParseComplete: lambda _: PARSE_COMPLETE,
    m.BindComplete: lambda _: BIND_COMPLETE,
    m.CloseComplete: lambda _: CLOSE_COMPLETE,
    m.DataRow: lambda x: encode_data_row(x.fields),
    m.CommandComplete: lambda x: encode_command_complete(x.tag),
    m.EmptyQueryResponse: lambda _: EMPTY_QUERY_RESPONSE,
    m.PortalSuspended: lambda _: PORTAL_SUSPENDED,
    m.CopyInResponse: lambda x: encode_copy_in_response(x.format, x.column_formats),
    m.CopyOutResponse: lambda x: encode_copy_out_response(x.format, x.column_formats),
    m.ErrorResponse: lambda x: encode_error(x.error),
    m.NoticeResponse: lambda x: encode_notice(x.notice),
    m.NotificationResponse: lambda x: encode_notification(x.pid, x.channel, x.payload),
}
