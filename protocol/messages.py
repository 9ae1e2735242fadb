"""One frozen dataclass per message of the wire, in both directions.

Type bytes, length words and the `S`/`P` of Describe and Close stop at the codec: a session sees
only these. The first packet of a connection has no type byte, so its four kinds stand apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from protocol.errors import Notice, SqlError

# ── First packets ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StartupMessage:
    """`parameters` without protocol options; `unsupported` names the `_pq_.` options asked for."""

    major: int
    minor: int
    parameters: Mapping[str, str]
    unsupported: tuple[str, ...] = ()

    @property
    def user(self) -> str:
        return self.parameters["user"]

    @property
    def database(self) -> str:
        """The database asked for, by default that of the user's name."""
        return self.parameters.get("database") or self.user


@dataclass(frozen=True, slots=True)
class SSLRequest:
    pass


@dataclass(frozen=True, slots=True)
class GSSENCRequest:
    pass


@dataclass(frozen=True, slots=True)
class CancelRequest:
    pid: int
    secret: bytes = field(repr=False)


FirstPacket = StartupMessage | SSLRequest | GSSENCRequest | CancelRequest

# ── Frontend ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PasswordMessage:
    """Type byte `p`: password, SASLInitialResponse or SASLResponse, as the asked method tells.

    `decode.decode_password` and `decode.decode_sasl_initial` read the body; that of a SASLResponse
    is the mechanism's own data.
    """

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SASLInitialResponse:
    mechanism: str
    data: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Query:
    query: str


@dataclass(frozen=True, slots=True)
class Parse:
    name: str
    query: str
    param_oids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bind:
    """Formats as on the wire: none (all text), one for all, or one each. None is SQL's NULL."""

    portal: str
    statement: str
    param_formats: tuple[int, ...] = ()
    params: tuple[bytes | None, ...] = ()
    result_formats: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DescribeStatement:
    name: str


@dataclass(frozen=True, slots=True)
class DescribePortal:
    name: str


@dataclass(frozen=True, slots=True)
class CloseStatement:
    name: str


@dataclass(frozen=True, slots=True)
class ClosePortal:
    name: str


@dataclass(frozen=True, slots=True)
class Execute:
    """`max_rows` 0: no limit (negative values from the wire mean the same)."""

    portal: str
    max_rows: int = 0


@dataclass(frozen=True, slots=True)
class Flush:
    pass


@dataclass(frozen=True, slots=True)
class Sync:
    pass


@dataclass(frozen=True, slots=True)
class Terminate:
    pass


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """The old fast path; its body is passed on unread."""

    body: bytes


@dataclass(frozen=True, slots=True)
class CopyData:
    data: bytes


@dataclass(frozen=True, slots=True)
class CopyDone:
    pass


@dataclass(frozen=True, slots=True)
class CopyFail:
    message: str


FrontendMessage = (
    PasswordMessage
    | Query
    | Parse
    | Bind
    | DescribeStatement
    | DescribePortal
    | CloseStatement
    | ClosePortal
    | Execute
    | Flush
    | Sync
    | Terminate
    | FunctionCall
    | CopyData
    | CopyDone
    | CopyFail
)
Message = FirstPacket | FrontendMessage

# ── Backend ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AuthenticationOk:
    pass


@dataclass(frozen=True, slots=True)
class AuthenticationCleartextPassword:
    pass


@dataclass(frozen=True, slots=True)
class AuthenticationMD5Password:
    salt: bytes


@dataclass(frozen=True, slots=True)
class AuthenticationSASL:
    mechanisms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuthenticationSASLContinue:
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuthenticationSASLFinal:
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NegotiateProtocolVersion:
    """`minor` is the newest that the server speaks, not above the one that was asked for."""

    minor: int
    unsupported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackendKeyData:
    pid: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ParameterStatus:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ReadyForQuery:
    """`status`: I idle, T in a transaction, E in a failed transaction."""

    status: str


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """One column of a RowDescription; `table_oid` and `column_attnum` are 0 for an expression."""

    name: str
    table_oid: int = 0
    column_attnum: int = 0
    type_oid: int = 25
    type_size: int = -1
    type_modifier: int = -1
    format: int = 0


@dataclass(frozen=True, slots=True)
class RowDescription:
    fields: tuple[FieldDescription, ...]


@dataclass(frozen=True, slots=True)
class ParameterDescription:
    oids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NoData:
    pass


@dataclass(frozen=True, slots=True)
class ParseComplete:
    pass


@dataclass(frozen=True, slots=True)
class BindComplete:
    pass


@dataclass(frozen=True, slots=True)
class CloseComplete:
    pass


@dataclass(frozen=True, slots=True)
class DataRow:
    fields: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class CommandComplete:
    tag: str


@dataclass(frozen=True, slots=True)
class EmptyQueryResponse:
    pass


@dataclass(frozen=True, slots=True)
class PortalSuspended:
    pass


@dataclass(frozen=True, slots=True)
class CopyOutResponse:
    """`format` 0 text or csv, 1 binary; so each of `column_formats`."""

    format: int
    column_formats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CopyInResponse:
    format: int
    column_formats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    error: SqlError


@dataclass(frozen=True, slots=True)
class NoticeResponse:
    notice: Notice


@dataclass(frozen=True, slots=True)
class NotificationResponse:
    pid: int
    channel: str
    payload: str


BackendMessage = (
    AuthenticationOk
    | AuthenticationCleartextPassword
    | AuthenticationMD5Password
    | AuthenticationSASL
    | AuthenticationSASLContinue
    | AuthenticationSASLFinal
    | NegotiateProtocolVersion
    | BackendKeyData
    | ParameterStatus
    | ReadyForQuery
    | RowDescription
    | ParameterDescription
    | NoData
    | ParseComplete
    | BindComplete
    | CloseComplete
    | DataRow
    | CommandComplete
    | EmptyQueryResponse
    | PortalSuspended
    | CopyOutResponse
    | CopyInResponse
    | CopyData
    | CopyDone
    | ErrorResponse
    | NoticeResponse
    | NotificationResponse
)
