"""Numbers, booleans, bytes and UUIDs of parameters in text format, read as Postgres reads them.

Readers raise ValueError for a text that is not one (22P02 at the caller) and OverflowError for one
that is out of range (22003); readers with words of their own raise SqlError.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from uuid import UUID

from protocol.errors import INVALID_PARAMETER_VALUE, SqlError
from protocol.values import numbers

_SPACES = " \t\n\r\v\f"
_BOOLEANS: dict[str, bool] = {
    word[:size]: value
    for word, value, least in (
        ("true", True, 1),
        ("false", False, 1),
        ("yes", True, 1),
        ("no", False, 1),
        ("on", True, 2),
        ("off", False, 2),
        ("1", True, 1),
        ("0", False, 1),
    )
    for size in range(least, len(word) + 1)
}
_DECIMAL = re.compile(r"[+-]?\d+(?:_\d+)*", re.ASCII)
_BASED = re.compile(
    r"([+-]?)0(?:[xX]((?:_?[0-9a-fA-F])+)|[oO]((?:_?[0-7])+)|[bB]((?:_?[01])+))", re.ASCII
)
_FLOAT = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_FLOAT_WORDS = {
    "nan": "nan",
    **{f"{sign}{word}": f"{sign}inf" for sign in ("", "+", "-") for word in ("inf", "infinity")},
}
_NUMERIC = re.compile(
    r"[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d{1,6})?", re.ASCII
)
_NUMERIC_WORDS = {"nan": "NaN", "+inf": "Infinity", "inf": "Infinity", "-inf": "-Infinity"} | {
    "+infinity": "Infinity",
    "infinity": "Infinity",
    "-infinity": "-Infinity",
}
_UUID = re.compile(r"(?:[0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}", re.ASCII)
_MAX_INTEGER_TEXT = 100


def parse_bool(text: str) -> bool:
    value = _BOOLEANS.get(text.strip(_SPACES).lower())
    if value is None:
        raise ValueError("not a boolean")
    return value


def parse_int(text: str, low: int, high: int) -> int:
    """Decimal, 0x, 0o and 0b with underscores, as since Postgres 16."""
    stripped = text.strip(_SPACES)
    if _DECIMAL.fullmatch(stripped):
        # A text that long is out of every range; Python would refuse to read thousands of digits.
        number = int(stripped) if len(stripped) <= _MAX_INTEGER_TEXT else high + 1
    elif match := _BASED.fullmatch(stripped):
        digits, base = next((match[i], base) for i, base in ((2, 16), (3, 8), (4, 2)) if match[i])
        number = int(digits.lstrip("_"), base) * (-1 if match[1] == "-" else 1)
    else:
        raise ValueError("not an integer")
    if not low <= number <= high:
        raise OverflowError("integer out of range")
    return number


def parse_float8(text: str) -> float:
    """A number beyond the range, at either end, is an error as in Postgres: neither ∞ nor 0."""
    stripped = text.strip(_SPACES)
    if (word := _FLOAT_WORDS.get(stripped.lower())) is not None:
        return float(word)
    if _FLOAT.fullmatch(stripped) is None:
        raise ValueError("not a number")
    number = float(stripped)
    if number in (float("inf"), float("-inf")) or (number == 0 and _nonzero(stripped)):
        raise OverflowError("number out of range")
    return number


def parse_float4(text: str) -> float:
    """The double whose shortest text is that of the single-precision number."""
    number = parse_float8(text)
    single = numbers.float4(number)
    if single == 0 and number != 0:
        raise OverflowError("number out of range")
    return widened(single)


def widened(single: float) -> float:
    return float(numbers.float4_text(single))


def parse_numeric(text: str) -> str:
    """Plain digits, with the decimals that the text has."""
    stripped = text.strip(_SPACES)
    if (word := _NUMERIC_WORDS.get(stripped.lower())) is not None:
        return word
    if match := _BASED.fullmatch(stripped):
        digits, base = next((match[i], base) for i, base in ((2, 16), (3, 8), (4, 2)) if match[i])
        # Through Decimal: the digits of a huge int would hit Python's limit on its text.
        return numbers.plain_numeric(
            Decimal(int(digits.replace("_", ""), base) * (-1 if match[1] == "-" else 1))
        )
    if _NUMERIC.fullmatch(stripped) is None:
        raise ValueError("not a number")
    return numbers.plain_numeric(Decimal(stripped.replace("_", "")))


def _nonzero(text: str) -> bool:
    return any(char in "123456789" for char in text.lower().partition("e")[0])


def parse_bytea(text: str) -> bytes:
    """`\\x` and hexadecimal digits, or the old escape format."""
    if text.startswith("\\x"):
        return _hex(text[2:])
    if "\\" not in text:
        return text.encode()
    return _escaped(text.encode())


def _hex(digits: str) -> bytes:
    compact = digits.translate(dict.fromkeys(map(ord, " \t\n\r")))
    for char in compact:
        if char not in "0123456789abcdefABCDEF":
            message = f'invalid hexadecimal digit: "{char}"'
            raise SqlError(INVALID_PARAMETER_VALUE, message)
    if len(compact) % 2:
        raise SqlError(INVALID_PARAMETER_VALUE, "invalid hexadecimal data: odd number of digits")
    return bytes.fromhex(compact)


_ESCAPE = re.compile(rb"\\(?:(\\)|([0-3][0-7][0-7])|(.?))", re.DOTALL)


def _escaped(data: bytes) -> bytes:
    def replace(match: re.Match[bytes]) -> bytes:
        if match[3] is not None:
            raise ValueError("not an escape of bytea")
        return match[1] or bytes((int(match[2], 8),))

    return _ESCAPE.sub(replace, data)


def parse_uuid(text: str) -> str:
    body = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    if _UUID.fullmatch(body) is None:
        raise ValueError("not a UUID")
    return str(UUID(body.replace("-", "")))


def parse_json(text: str) -> str:
    """The text itself, once it is known to be JSON. Raises ValueError."""
    try:
        json.loads(text, parse_constant=_refuse_constant, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error
    return text


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
