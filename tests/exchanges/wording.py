"""Messages as lines of text, both ways: what a script sends, what a transcript shows.

Query "select 1"
Parse "s1" "select $1::int4" [23]
Bind "p" "s1" [text "1", binary 0x00000002, null] results [1]
DescribeStatement "s1"   DescribePortal "p"   Execute "p" 2   CloseStatement "s1"   ClosePortal "p"
Flush   Sync   CopyData "1\\n"   CopyData 0xff   CopyDone   CopyFail "reason"   Terminate
FunctionCall 1598 [text "1"] result 0
SSLRequest   GSSENCRequest   Startup 3.0 {"user": "xuanwu"}   CancelRequest main   Raw 0x58
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Mapping
from typing import Any

from protocol import encode as e
from protocol import frames
from protocol import messages as m

Keys = Mapping[str, tuple[int, bytes]]  # connection → (pid, cancel key)

_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|0x(?P<hex>[0-9a-f]*)|(?P<json>\{.*\})'
    r"|(?P<version>\d+\.\d+)|(?P<number>-?\d+)|(?P<word>[A-Za-z_]\w*)|(?P<mark>[\[\],]))"
)


class Line:
    """The tokens of one line, taken from left to right. Raises ValueError with the line."""

    def __init__(self, text: str) -> None:
        self._text = text.strip()
        self._at = 0

    def fail(self, why: str) -> ValueError:
        return ValueError(f"{why} at column {self._at + 1} of: {self._text}")

    @property
    def done(self) -> bool:
        return self._at >= len(self._text)

    def _next(self) -> tuple[str, str]:
        found = _TOKEN.match(self._text, self._at)
        if found is None or found.lastgroup is None:
            raise self.fail("no token")
        self._at = found.end()
        return found.lastgroup, found[found.lastgroup]

    def take(self, kind: str) -> str:
        found, text = self._next()
        if found != kind:
            raise self.fail(f"expected a {kind}, not {text!r}")
        return text

    def ahead(self, text: str) -> bool:
        """Whether that text comes next; if so it is taken."""
        found = self._text[self._at :].lstrip()
        if not found.startswith(text):
            return False
        self._at = len(self._text) - len(found) + len(text)
        return True

    def string(self) -> str:
        return str(json.loads(self.take("string")))

    def number(self) -> int:
        return int(self.take("number"))

    def data(self) -> bytes:
        """A string as UTF-8, or hexadecimal bytes."""
        kind, text = self._next()
        if kind == "hex":
            return bytes.fromhex(text)
        if kind == "string":
            return str(json.loads(text)).encode()
        raise self.fail("expected a string or 0x…")

    def items(self, one: Callable[[], Any]) -> list[Any]:
        """`[one, one, …]`."""
        self.take("mark")
        found: list[Any] = []
        while not self.ahead("]"):
            found.append(one())
            self.ahead(",")
        return found

    def optional_items(self, one: Callable[[], Any]) -> list[Any]:
        return [] if self.done else self.items(one)

    def parameter(self) -> tuple[int, bytes | None]:
        kind = self.take("word")
        if kind == "null":
            return 0, None
        if kind not in ("text", "binary"):
            raise self.fail("expected text, binary or null")
        return int(kind == "binary"), self.data()


# ── What is sent ────────────────────────────────────────────────────────────────────────────────


def encode_line(text: str, keys: Keys) -> bytes:
    """The bytes of one line of a `send` block."""
    line = Line(text)
    name = line.take("word")
    if name not in _SENT:
        raise line.fail(f"unknown message {name}")
    data = _SENT[name](line, keys)
    if not line.done:
        raise line.fail("left over")
    return data


def _bind(line: Line, keys: Keys) -> bytes:
    portal, statement = line.string(), line.string()
    results_only = line.done or line.ahead("results")
    parameters = [] if results_only else line.items(line.parameter)
    results_too = results_only or line.ahead("results")
    results = line.optional_items(line.number) if results_too else []
    formats = [format for format, _ in parameters]
    return e.encode_bind(portal, statement, formats, [value for _, value in parameters], results)


def _function_call(line: Line, keys: Keys) -> bytes:
    oid, arguments = line.number(), line.items(line.parameter)
    line.ahead("result")
    body = struct.pack(f"!IH{len(arguments)}hH", oid, len(arguments),
                       *(format for format, _ in arguments), len(arguments))  # fmt: skip
    for _, value in arguments:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return e.encode(m.FunctionCall(body + struct.pack("!h", line.number())))


def _startup(line: Line, keys: Keys) -> bytes:
    major, minor = line.take("version").split(".")
    return e.encode_startup(json.loads(line.take("json")), int(minor), int(major))


def _cancel(line: Line, keys: Keys) -> bytes:
    """`CancelRequest main`, or with a wrong key: `CancelRequest main 0x00000000`."""
    pid, key = keys[line.take("word")]
    return e.encode_cancel_request(pid, key if line.done else line.data())


_SENT: dict[str, Callable[[Line, Keys], bytes]] = {
    "Query": lambda line, _: e.encode_query(line.string()),
    "Parse": lambda line, _: e.encode_parse(
        line.string(), line.string(), line.optional_items(line.number)
    ),
    "Bind": _bind,
    "DescribeStatement": lambda line, _: e.encode_describe_statement(line.string()),
    "DescribePortal": lambda line, _: e.encode_describe_portal(line.string()),
    "Execute": lambda line, _: e.encode_execute(line.string(), 0 if line.done else line.number()),
    "CloseStatement": lambda line, _: e.encode_close_statement(line.string()),
    "ClosePortal": lambda line, _: e.encode_close_portal(line.string()),
    "Flush": lambda *_: e.FLUSH,
    "Sync": lambda *_: e.SYNC,
    "CopyData": lambda line, _: e.encode_copy_data(line.data()),
    "CopyDone": lambda *_: e.COPY_DONE,
    "CopyFail": lambda line, _: e.encode_copy_fail(line.string()),
    "Terminate": lambda *_: e.TERMINATE,
    "FunctionCall": _function_call,
    "SSLRequest": lambda *_: e.encode_ssl_request(),
    "GSSENCRequest": lambda *_: e.encode_gssenc_request(),
    "Startup": _startup,
    "CancelRequest": _cancel,
    "Raw": lambda line, _: line.data(),
}

# ── What is answered ────────────────────────────────────────────────────────────────────────────


def show_frame(frame: bytes, keys: Keys) -> str:
    """The line of one backend message. Pids of the script's own connections go by their name."""
    if frame[0] == ord("V"):  # FunctionCallResponse: a relay need not understand it
        size = struct.unpack_from("!i", frame, 5)[0]
        return f"FunctionCallResponse {_value(None if size < 0 else frame[9:], keys)}"
    if frame[0] in b"EN":
        return _fields("ErrorResponse" if frame[0] == ord("E") else "NoticeResponse", frame)
    message = frames.decode_backend(frame)
    name = type(message).__name__
    shown = _SHOWN[type(message)](message, keys) if type(message) in _SHOWN else ""
    return f"{name} {shown}".rstrip()


def _fields(name: str, frame: bytes) -> str:
    fields = frames.parse_fields(frame)
    shown = [
        f"{letter} {fields[letter] if letter in 'SCP' else _quoted(fields[letter])}"
        for letter in "SCMDHP"
        if letter in fields
    ]
    return f"{name} {' '.join(shown)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _value(data: bytes | None, keys: Keys) -> str:
    if data is None:
        return "NULL"
    for name, (pid, _) in keys.items():
        if data == str(pid).encode():
            return f"<pid of {name}>"
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return f"0x{data.hex()}"
    plain = all(c.isprintable() or c in "\n\t" for c in text)
    return _quoted(text) if plain else f"0x{data.hex()}"


def _column(field: m.FieldDescription) -> str:
    shown = f"{_quoted(field.name)} {field.type_oid}/{field.type_size}"
    if field.type_modifier != -1:
        shown += f" typmod {field.type_modifier}"
    if field.format:
        shown += " binary"
    if field.table_oid or field.column_attnum:
        # Relations of a user get their oids as they come; only those of the catalog are fixed.
        table = field.table_oid if field.table_oid < 16384 else "<relation>"
        shown += f" of {table}.{field.column_attnum}"
    return shown


def _notification(message: m.NotificationResponse, keys: Keys) -> str:
    sender = next((f"<pid of {name}>" for name in keys if keys[name][0] == message.pid), "<pid>")
    return f"{sender} {_quoted(message.channel)} {_quoted(message.payload)}"


def _copy(message: m.CopyInResponse | m.CopyOutResponse, keys: Keys) -> str:
    return f"{message.format} {list(message.column_formats)}"


_SHOWN: dict[type, Callable[[Any, Keys], str]] = {
    m.AuthenticationSASL: lambda x, _: " ".join(x.mechanisms),
    m.NegotiateProtocolVersion: lambda x, _: " ".join([f"3.{x.minor}", *x.unsupported]),
    m.BackendKeyData: lambda x, _: f"{len(x.secret)} bytes",
    m.ParameterStatus: lambda x, _: f"{_quoted(x.name)} {_quoted(x.value)}",
    m.ReadyForQuery: lambda x, _: x.status,
    m.RowDescription: lambda x, _: ", ".join(map(_column, x.fields)),
    m.ParameterDescription: lambda x, _: str(list(x.oids)),
    m.DataRow: lambda x, keys: ", ".join(_value(field, keys) for field in x.fields),
    m.CommandComplete: lambda x, _: _quoted(x.tag),
    m.CopyInResponse: _copy,
    m.CopyOutResponse: _copy,
    m.CopyData: lambda x, keys: _value(x.data, keys),
    m.NotificationResponse: _notification,
}
