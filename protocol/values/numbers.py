"""Numbers: how Postgres prints and packs them.

Floats are printed in the shortest form that reads back to the same value (float8out, float4out with
extra_float_digits ≥ 1), numerics with exactly the scale of their type. A numeric that would lose a
digit to its scale is an error: Flink's DECIMAL(p,s) never holds one, so it would be a wrong type.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, InvalidOperation
from fractions import Fraction

from protocol.errors import NUMERIC_VALUE_OUT_OF_RANGE, SqlError
from protocol.values.pgtypes import PgType, numeric_scale

_FLOAT4 = struct.Struct("!f")
_FLOAT4_DIGITS = 6  # every decimal of six digits survives a normal float4
_FLOAT4_SMALLEST_NORMAL = 2.0**-126
_FLOAT4_EXACT_INTEGERS = 2.0**24
_FLOAT8_PLAIN, _FLOAT4_PLAIN = 15, 6  # exponents from which on Postgres writes 1e+15, 1e+06

# Postgres's numeric: up to 131072 digits before the point, 16383 after it.
MAX_WHOLE_DIGITS = 131_072
MAX_FRACTION_DIGITS = 16_383
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?", re.ASCII)
_SPECIAL = {"nan": "NaN", "infinity": "Infinity", "-infinity": "-Infinity"}
_SPECIAL_SIGN = {"NaN": 0xC000, "Infinity": 0xD000, "-Infinity": 0xF000}


# ── Floats ──────────────────────────────────────────────────────────────────────────────────────


def float8_text(value: float | int | str) -> str:
    number = value if value.__class__ is float else float(value)
    if -1e15 < number < 1e15:
        shown = repr(number)
        if shown.endswith(".0"):
            return shown[:-2]
        if "e" not in shown:
            return shown
    elif math.isfinite(number):
        return _float_text(_shortest(number, 53, -1074), _FLOAT8_PLAIN)
    return _float_text(repr(number), _FLOAT8_PLAIN)


def float4_text(value: float | int | str) -> str:
    """The shortest text that reads back to the same single-precision number."""
    number = float4(value)
    if not math.isfinite(number) or number == 0:
        return float8_text(number)
    if abs(number) >= _FLOAT4_EXACT_INTEGERS or abs(math.frexp(number)[0]) == 0.5:
        return _float_text(_shortest(number, 24, -149), _FLOAT4_PLAIN)
    first = _FLOAT4_DIGITS if abs(number) >= _FLOAT4_SMALLEST_NORMAL else 1
    for digits in range(first, 9):
        shown = f"{number:.{digits}g}"
        if _FLOAT4.unpack(_FLOAT4.pack(float(shown)))[0] == number:
            return _float_text(shown, _FLOAT4_PLAIN)
    return _float_text(f"{number:.9g}", _FLOAT4_PLAIN)


def _shortest(number: float, bits: int, least_exponent: int) -> str:
    """The shortest decimal strictly between the neighbours' midpoints.

    Python also takes a decimal that lies on a midpoint, if it reads back by rounding to even;
    Postgres (d2s.c, acceptBounds false) does not. It matters for large numbers, where midpoints
    are integers of few digits, and for powers of two, whose lower neighbour is nearer.
    """
    mantissa, exponent = math.frexp(abs(number))
    exponent = max(exponent - bits, least_exponent)
    value, ulp = Fraction(abs(number)), Fraction(2) ** exponent
    below = ulp / 4 if mantissa == 0.5 and exponent > least_exponent else ulp / 2
    point = Decimal(repr(number)).adjusted()
    sign = "-" if number < 0 else ""
    for digits in range(1, 18):
        unit = Fraction(10) ** (point - digits + 1)
        down = value // unit
        inside = [n for n in (down, down + 1) if -below < n * unit - value < ulp / 2]
        if inside:
            best = min(inside, key=lambda n: (abs(n * unit - value), n % 2))
            return f"{sign}{best}e{point - digits + 1}"
    return repr(number)


def float4(value: float | int | str) -> float:
    """The nearest single-precision number. Raises OverflowError beyond its range."""
    return float(_FLOAT4.unpack(_FLOAT4.pack(float(value)))[0])


def _float_text(shown: str, plain_below: int) -> str:
    """Postgres's spelling of a number that Python wrote in whichever notation."""
    if shown in ("nan", "inf", "-inf"):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[shown]
    sign, digits, exponent = Decimal(shown).normalize(_EXACT).as_tuple()
    assert isinstance(exponent, int)  # neither NaN nor infinity here
    minus = "-" if sign else ""
    if not any(digits):
        return f"{minus}0"
    text = "".join(map(str, digits))
    point = len(text) + exponent  # digits before the decimal point
    if -4 <= point - 1 < plain_below:
        return minus + _plain(text, point)
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{point - 1:+03d}"


def _plain(digits: str, point: int) -> str:
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


# ── numeric ─────────────────────────────────────────────────────────────────────────────────────

NumericText = Callable[[object], str]


def numeric_text_for(type_: PgType) -> NumericText:
    """The printer of a numeric type: str, int or Decimal in any spelling → its plain digits."""
    scale = numeric_scale(type_)
    if scale is None or scale < 0:
        return lambda value: plain_numeric(value, scale)
    whole_digits = ((type_.typmod - 4) >> 16) - scale

    padding = ["0" * count for count in range(scale + 1)]

    def text(value: object) -> str:
        # The usual case: plain digits without a sign that only lack zeros at their end.
        if type(value) is str and value.isascii():
            whole, dot, fraction = value.partition(".")
            missing = scale - len(fraction)
            if whole.isdigit() and missing >= 0 and (value[0] != "0" or len(whole) == 1):
                if len(whole) <= whole_digits and (fraction.isdigit() or not dot):
                    if not scale:
                        return whole
                    return f"{value}{'' if dot else '.'}{padding[missing]}"
        shown = plain_numeric(value, scale)
        if len(shown.partition(".")[0].lstrip("-").lstrip("0")) > max(whole_digits, 0):
            raise _overflow()
        return shown

    return text


def plain_numeric(value: object, scale: int | None = None) -> str:
    """Digits without exponent, as numeric_out prints them; with `scale`, exactly so many decimals.

    Raises SqlError 22003 when a digit would be lost, ValueError for what is not a number.
    """
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} is no exact number")
    text = str(value).strip()
    if text.lower() in _SPECIAL:
        return _SPECIAL[text.lower()]
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("not a number")
    number = Decimal(text)
    if number.adjusted() >= MAX_WHOLE_DIGITS or -_exponent(number) > MAX_FRACTION_DIGITS:
        raise SqlError(NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format")
    if scale is not None:
        number = _rescale(number, scale)
    shown = format(number, "f")
    return shown[1:] if number.is_zero() and shown[0] == "-" else shown


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # neither NaN nor infinity passes the pattern
    return exponent


def _rescale(number: Decimal, scale: int) -> Decimal:
    try:
        scaled = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
    except InvalidOperation as error:
        raise _overflow() from error
    if scaled != number:
        raise SqlError(
            NUMERIC_VALUE_OUT_OF_RANGE,
            "numeric field overflow",
            detail=f"A value has more than the {scale} decimals of its type.",
        )
    return scaled if scale >= 0 else Decimal(int(scaled))


def _overflow() -> SqlError:
    return SqlError(NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")


def _layout(groups: int) -> struct.Struct:
    return struct.Struct(f"!hhHh{groups}h")


_LAYOUTS = [_layout(groups) for groups in range(16)]
_COUNTED_DIGITS = 64


def numeric_binary(plain: str) -> bytes:
    """numeric_send of plain digits: groups of four decimal digits, weight, sign, display scale."""
    if plain in _SPECIAL_SIGN:
        # Infinities carry the display scale of the largest possible value, NaN none.
        return struct.pack("!hhHh", 0, 0, _SPECIAL_SIGN[plain], 0)
    whole, _, fraction = plain.partition(".")
    cut = _count_groups if len(plain) <= _COUNTED_DIGITS else _cut_groups
    groups, weight = cut(whole.lstrip("-"), fraction)
    sign = 0x4000 if groups and whole[0] == "-" else 0
    layout = _LAYOUTS[len(groups)] if len(groups) < len(_LAYOUTS) else _layout(len(groups))
    return layout.pack(len(groups), weight, sign, len(fraction), *groups)


def _count_groups(whole: str, fraction: str) -> tuple[list[int], int]:
    """Groups without zeros at either end, and the weight of the first; by arithmetic."""
    number = int(f"{whole}{fraction}{'000'[: -len(fraction) % 4]}")
    weight = -1 - (len(fraction) + 3) // 4
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        weight += 1
        if group or groups:
            groups.append(group)
    groups.reverse()
    return groups, weight if groups else 0


def _cut_groups(whole: str, fraction: str) -> tuple[list[int], int]:
    """The same by cutting the text: arithmetic is quadratic, and Python refuses 4,300 digits."""
    padded = "0" * (-len(whole) % 4) + whole + fraction + "0" * (-len(fraction) % 4)
    groups = [int(padded[at : at + 4]) for at in range(0, len(padded), 4)]
    first = next((i for i, group in enumerate(groups) if group), len(groups))
    last = len(groups) - next((i for i, group in enumerate(reversed(groups)) if group), 0)
    weight = (len(whole) + 3) // 4 - 1 - first
    return groups[first:last], weight if groups[first:last] else 0


def numeric_from_binary(weight: int, sign: int, scale: int, groups: tuple[int, ...]) -> str:
    """The plain digits of what numeric_send packed. Raises ValueError for what it never packs."""
    special = {code: text for text, code in _SPECIAL_SIGN.items()}
    if sign in special:
        return special[sign]
    if sign not in (0, 0x4000) or not 0 <= scale <= MAX_FRACTION_DIGITS:
        raise ValueError("not a numeric")
    if any(not 0 <= group <= 9999 for group in groups):
        raise ValueError("not a numeric")
    digits = "".join(f"{group:04d}" for group in groups)
    point = (weight + 1) * 4 if groups else 0
    if point > MAX_WHOLE_DIGITS + 4 or -point > MAX_FRACTION_DIGITS + 4:
        raise ValueError("not a numeric")
    whole = digits[: max(point, 0)].ljust(max(point, 0), "0").lstrip("0") or "0"
    fraction = ("0" * max(-point, 0) + digits[max(point, 0) :])[:scale].ljust(scale, "0")
    plain = f"{whole}.{fraction}" if scale else whole
    negative = sign == 0x4000 and bool(plain.strip("0."))
    return f"-{plain}" if negative else plain
