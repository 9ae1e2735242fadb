"""Values on their way into a column of an INSERT, where Postgres converts and Flink does not.

A bigint parameter goes into an INT column if it fits, as in Postgres; Flink has no such cast and
would refuse. What does not fit is an error: Flink's own casts wrap round or yield NULL.
"""

from __future__ import annotations

import struct
from decimal import ROUND_HALF_UP, Decimal

from dialects.lexer import TokenKind
from dialects.literals import bare, decimal_literal, literal
from dialects.splitter import single
from protocol.errors import (
    NUMERIC_VALUE_OUT_OF_RANGE,
    STRING_DATA_RIGHT_TRUNCATION,
    SqlError,
)

_BITS = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64}
_POSTGRES = {"SMALLINT": "smallint", "INT": "integer", "BIGINT": "bigint"}
_INTEGERS, _FLOATS, _NUMERIC = frozenset({20, 21, 23}), frozenset({700, 701}), 1700
_TEXTS = frozenset({18, 19, 25, 705, 1042, 1043})


def assigned(oid: int, value: object, target: str, *, time_zone: str | None = None) -> str:
    """A parameter value as a literal of a column's type, `target` as DESCRIBE writes it. Raises
    SqlError 22003 or 22001 for what the column cannot hold, and what `literal` raises; the rest is
    Flink's to judge."""
    if value is None:
        return f"CAST(NULL AS {target})"
    root, sizes = _read(target)
    if oid in _INTEGERS or oid == _NUMERIC:
        number = Decimal(str(value))
        if root in _BITS and number.is_finite():
            return _integer(number, root)
        if root == "DECIMAL" and number.is_finite():
            return _decimal(number, sizes[0] if sizes else 10, sizes[1] if len(sizes) > 1 else 0)
    if oid in _FLOATS and root == "FLOAT" and isinstance(value, float):
        return literal(700, _single(value))
    if oid in _TEXTS:
        return (
            _character(str(value), sizes[0] if sizes else 1) if root == "CHAR" else bare(25, value)
        )
    return literal(oid, value, time_zone=time_zone)


def _read(target: str) -> tuple[str, list[int]]:
    tokens = single(target).tokens
    sizes = [int(t.text) for t in tokens[1:5] if t.kind is TokenKind.NUMBER]
    return (tokens[0].text.upper() if tokens else ""), sizes


def _integer(number: Decimal, root: str) -> str:
    whole = int(number.to_integral_value(ROUND_HALF_UP))
    bits = _BITS[root]
    if not -(1 << bits - 1) <= whole < 1 << bits - 1:
        name = _POSTGRES.get(root, root.lower())
        raise SqlError(NUMERIC_VALUE_OUT_OF_RANGE, f"{name} out of range")
    return f"CAST({bare(20, whole)} AS {root})"


def _character(text: str, length: int) -> str:
    """Flink would cut what is too long; Postgres cuts blanks only."""
    if len(text.rstrip(" ")) > length:
        message = f"value too long for type character({length})"
        raise SqlError(STRING_DATA_RIGHT_TRUNCATION, message)
    return f"CAST({bare(25, text)} AS CHAR({length}))"


def _decimal(number: Decimal, precision: int, scale: int) -> str:
    if number.adjusted() >= 2 * 38:  # far beyond anything that can be rounded to fit
        raise _overflow(precision, scale)
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    shift = exponent + scale
    whole = int("".join(map(str, digits)))
    unscaled = whole * int(10**shift) if shift >= 0 else _half_up(whole, -shift)
    if unscaled >= 10**precision:
        raise _overflow(precision, scale)
    rounded = Decimal((sign, tuple(map(int, str(unscaled))), -scale))
    return decimal_literal(rounded, precision, scale)


def _half_up(whole: int, digits: int) -> int:
    if digits > len(str(whole)):
        return 0
    unit: int = 10**digits
    quotient, rest = divmod(whole, unit)
    return quotient + (2 * rest >= unit)


def _overflow(precision: int, scale: int) -> SqlError:
    return SqlError(
        NUMERIC_VALUE_OUT_OF_RANGE,
        "numeric field overflow",
        detail=f"A field with precision {precision}, scale {scale} must round to an absolute value "
        f"less than 10^{precision - scale}.",
    )


def _single(value: float) -> float:
    try:
        struct.pack("<f", value)
    except OverflowError:
        raise SqlError(
            NUMERIC_VALUE_OUT_OF_RANGE, f'"{value!r}" is out of range for type real'
        ) from None
    return value
