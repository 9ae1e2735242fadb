"""Text, bytes, UUIDs and JSON: how Postgres prints and packs them."""

from __future__ import annotations

import math
import re
from json.encoder import encode_basestring
from uuid import UUID

from protocol.errors import CHARACTER_NOT_IN_REPERTOIRE, SqlError

_UNTRANSLATABLE_CHARACTER = "22P05"
# An escape \u0000 whose backslash is not itself escaped.
_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MAX_DEPTH = 200


class RawJson(str):
    """JSON text that goes into the result as it stands, at any depth.

    A JSON decoder that makes its numbers with `RawJson` (msgspec's `float_hook`) keeps all digits.
    """

    __slots__ = ()


def checked_text(value: str) -> str:
    """The string itself; Postgres cannot hold U+0000 nor half of a surrogate pair (22021)."""
    if "\0" in value:
        raise unfit_text("0x00")
    return value


def unfit_text(shown: str) -> SqlError:
    return SqlError(
        CHARACTER_NOT_IN_REPERTOIRE, f'invalid byte sequence for encoding "UTF8": {shown}'
    )


def utf8_text(value: str) -> bytes:
    try:
        return checked_text(value).encode()
    except UnicodeEncodeError as error:
        raise unfit_text(f"U+{ord(value[error.start]):04X}") from error


def bytea_text(value: bytes) -> str:
    # memoryview refuses numbers, of which bytes() and float.hex() would make something.
    return "\\x" + memoryview(value).hex()


def bytea_binary(value: bytes) -> bytes:
    return memoryview(value).tobytes()


def uuid_text(value: str) -> str:
    return value if _CANONICAL_UUID.fullmatch(value) else str(UUID(value))


def uuid_binary(value: str) -> bytes:
    return UUID(value).bytes


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────


def json_text(value: object) -> str:
    """Compact JSON, keys in their order. Raises TypeError and ValueError for what JSON lacks."""
    return checked_text(value if isinstance(value, RawJson) else _json(value, 0))


def jsonb_text(value: object) -> str:
    """As `json_text`; jsonb does not hold U+0000 even as an escape (22P05, as Postgres says)."""
    text = json_text(value)
    if "\\u0000" in text and _NUL_ESCAPE.search(text):
        raise SqlError(
            _UNTRANSLATABLE_CHARACTER,
            "unsupported Unicode escape sequence",
            detail="\\u0000 cannot be converted to text.",
        )
    return text


def jsonb_binary(value: object) -> bytes:
    return b"\x01" + utf8_text(jsonb_text(value))


def _json(value: object, depth: int) -> str:
    if depth > _MAX_DEPTH:
        raise ValueError("JSON nested too deeply")
    match value:
        case None:
            return "null"
        case True:
            return "true"
        case False:
            return "false"
        case RawJson():
            return str(value)
        case str():
            return _string(value)
        case int():
            return int.__repr__(value)
        case float() if math.isfinite(value):
            return float.__repr__(value)
        case dict():
            pairs = (f"{_key(k)}:{_json(v, depth + 1)}" for k, v in value.items())
            return f"{{{','.join(pairs)}}}"
        case list() | tuple():
            return f"[{','.join([_json(each, depth + 1) for each in value])}]"
    raise ValueError(f"{type(value).__name__} has no JSON form")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("JSON keys are strings")
    return _string(key)


def _string(value: str) -> str:
    # encode_basestring leaves non-ASCII characters as they are, and escapes all below the space.
    return encode_basestring(value)
