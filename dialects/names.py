"""Identifiers and string literals: what they say, and how to write them for either side."""

from __future__ import annotations

import re

from dialects.lexer import Token, TokenKind
from protocol.errors import CHARACTER_NOT_IN_REPERTOIRE, SYNTAX_ERROR, SqlError

INVALID_ESCAPE_SEQUENCE = "22025"

_SIMPLE = {"b": 8, "f": 12, "n": 10, "r": 13, "t": 9}
_ESCAPE = re.compile(
    rb"\\(?: (?P<octal>[0-7]{1,3}) | x(?P<hex>[0-9A-Fa-f]{1,2}) | u(?P<u4>[0-9A-Fa-f]{4})"
    rb" | U(?P<u8>[0-9A-Fa-f]{8}) | (?P<bad>[uU]) | (?P<other>.) ) | (?P<quote>'')",
    re.VERBOSE | re.DOTALL,
)
_UNICODE_ESCAPE = re.compile(r"\\(?:(?P<self>\\)|\+(?P<u6>[0-9A-Fa-f]{6})|(?P<u4>[0-9A-Fa-f]{4}))")


def folded(token: Token) -> str:
    """An identifier as Postgres reads it: lower case unless quoted."""
    if token.kind is TokenKind.WORD:
        return token.text.lower()
    return written(token)


def written(token: Token) -> str:
    """An identifier without its quotes, case as written. Raises SqlError for a broken escape."""
    if token.kind is TokenKind.QUOTED:
        return token.text[1:-1].replace('""', '"')
    if token.kind is TokenKind.BACKTICK:
        return token.text[1:-1].replace("``", "`")
    if token.kind is TokenKind.UNICODE_NAME:
        return _unicode(token, token.text[3:-1].replace('""', '"'))
    return token.text


def string_value(token: Token) -> str:
    """What a string literal stands for. Raises SqlError if that is no valid text."""
    if token.kind is TokenKind.ESCAPED:
        return _decode_escapes(token)
    if token.kind is TokenKind.DOLLAR:
        tag = token.text.index("$", 1) + 1
        return token.text[tag:-tag]
    if token.kind is TokenKind.UNICODE_STRING:
        return _unicode(token, token.text[3:-1].replace("''", "'"))
    return token.text[token.text.index("'") + 1 : -1].replace("''", "'")


def quote_string(value: str) -> str:
    """A standard literal: quotes doubled, backslashes are plain characters."""
    return "'" + value.replace("'", "''") + "'"


def quote_name(value: str) -> str:
    """An identifier for Flink."""
    return "`" + value.replace("`", "``") + "`"


def _decode_escapes(token: Token) -> str:
    """Manual 4.1.2.2. Octal and hex escapes are bytes, which together must be UTF-8."""
    body = token.text[2:-1].encode("utf-8", "surrogatepass")
    broken = next((m for m in _ESCAPE.finditer(body) if m.lastgroup == "bad"), None)
    if broken is not None:
        raise _bad_escape(token, len(body[: broken.start()].decode("utf-8", "surrogatepass")))
    try:
        decoded = _ESCAPE.sub(_escape, body).decode("utf-8", "surrogatepass")
        text = decoded.encode("utf-16", "surrogatepass").decode("utf-16")  # joins \uD83D\uDE00
    except UnicodeDecodeError as error:
        wrong = error.object[error.start : error.end]
        raise _not_utf8(token, wrong if error.encoding == "utf-8" else b"\xed") from None
    if "\0" in text:
        raise _not_utf8(token, b"\0")
    return text


def _escape(match: re.Match[bytes]) -> bytes:
    kind, text = match.lastgroup, match.group(match.lastgroup or 0)
    if kind == "octal":
        return bytes((int(text, 8) & 0xFF,))
    if kind == "hex":
        return bytes((int(text, 16),))
    if kind in ("u4", "u8"):
        code = int(text, 16)
        return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b"\xff"
    if kind == "quote":
        return b"'"
    return bytes((_SIMPLE.get(text.decode("latin-1"), text[0]),))


def _unicode(token: Token, body: str) -> str:
    text = _UNICODE_ESCAPE.sub(_code_point, body)
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise SqlError(SYNTAX_ERROR, "invalid Unicode escape value", position=token.start + 1)
    return text


def _code_point(match: re.Match[str]) -> str:
    if match.group("self"):
        return "\\"
    code = int(match.group("u6") or match.group("u4"), 16)
    return chr(code) if code <= 0x10FFFF else "\0"


def _bad_escape(token: Token, offset: int) -> SqlError:
    return SqlError(
        INVALID_ESCAPE_SEQUENCE,
        "invalid Unicode escape",
        hint=r"Unicode escapes must be \uXXXX or \UXXXXXXXX.",
        position=token.start + 2 + offset + 1,
    )


def _not_utf8(token: Token, wrong: bytes) -> SqlError:
    shown = " ".join(f"0x{byte:02x}" for byte in wrong)
    message = f'invalid byte sequence for encoding "UTF8": {shown}'
    return SqlError(CHARACTER_NOT_IN_REPERTOIRE, message, position=token.start + 1)
