"""interval: months and a duration, in Postgres's `postgres` IntervalStyle and its binary form.

Flink has two kinds, months and milliseconds; Postgres has months, days and microseconds. A duration
is split into days and time, each with the duration's sign, the same in text and in binary.
"""

from __future__ import annotations

import re
import struct
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from protocol.values.datetimes import DAY_US, spell_time

_BINARY = struct.Struct("!qii")
_DAY_MS = 86_400_000
_MAX_TEXT = 512


def interval_text(value: tuple[int, int]) -> str:
    """Text of (months, milliseconds)."""
    months, days, micros = _split(value)
    years, months = _truncate(months, 12)
    parts: list[str] = []
    before = False  # the last field was negative, so a positive one says so
    for number, unit in ((years, "year"), (months, "mon"), (days, "day")):
        if number:
            plus = "+" if before and number > 0 else ""
            parts.append(f"{plus}{number} {unit}{'' if number == 1 else 's'}")
            before = number < 0
    if micros or not parts:
        sign = "-" if micros < 0 else "+" if before else ""
        parts.append(sign + spell_time(abs(micros)))
    return " ".join(parts)


def interval_binary(value: tuple[int, int]) -> bytes:
    """Microseconds, days, months of (months, milliseconds)."""
    months, days, micros = _split(value)
    return _BINARY.pack(micros, days, months)


def interval_from_binary(data: bytes) -> tuple[int, int]:
    """(months, microseconds), a day being 24 hours. Raises struct.error."""
    micros, days, months = _BINARY.unpack(data)
    return months, micros + days * DAY_US


def _split(value: tuple[int, int]) -> tuple[int, int, int]:
    months, milliseconds = value
    days, rest = _truncate(milliseconds, _DAY_MS)
    return months, days, rest * 1000


def _truncate(number: int, unit: int) -> tuple[int, int]:
    whole, rest = divmod(abs(number), unit)
    return (whole, rest) if number >= 0 else (-whole, -rest)


# ── Text of a parameter ─────────────────────────────────────────────────────────────────────────

_MONTH, _US = "months", "microseconds"
_UNITS: dict[str, tuple[str, int]] = {
    name: (kind, size)
    for names, kind, size in (
        ("us usec usecs usecond useconds microsecond microseconds", _US, 1),
        ("ms msec msecs msecond mseconds millisecond milliseconds", _US, 1000),
        ("s sec secs second seconds", _US, 1_000_000),
        ("m min mins minute minutes", _US, 60_000_000),
        ("h hr hrs hour hours", _US, 3_600_000_000),
        ("d day days", _US, DAY_US),
        ("w week weeks", _US, 7 * DAY_US),
        ("mon mons month months", _MONTH, 1),
        ("y yr yrs year years", _MONTH, 12),
        ("dec decs decade decades", _MONTH, 120),
        ("c cent century centuries", _MONTH, 1200),
        ("mil mils millennium millennia", _MONTH, 12_000),
    )
    for name in names.split()
}
_ISO_DATE = {"Y": (_MONTH, 12), "M": (_MONTH, 1), "W": (_US, 7 * DAY_US), "D": (_US, DAY_US)}
_ISO_TIME = {"H": (_US, 3_600_000_000), "M": (_US, 60_000_000), "S": (_US, 1_000_000)}
_AMOUNT = r"[+-]?\d{1,18}(?:\.\d{0,18})?|[+-]?\.\d{1,18}"
_TOKEN = re.compile(
    rf"\s*(?:(?P<clock>[+-]?\d{{1,9}}:\d\d(?::\d\d(?:\.\d{{0,18}})?)?)"
    rf"|(?P<amount>{_AMOUNT})\s*(?P<unit>[a-zA-Z]+)?|(?P<ago>ago))\s*",
    re.ASCII | re.IGNORECASE,
)
_ISO = re.compile(rf"((?:(?:{_AMOUNT})[YMWD])*)(?:T((?:(?:{_AMOUNT})[HMS])+))?", re.ASCII)
_ISO_PART = re.compile(rf"({_AMOUNT})([A-Z])", re.ASCII)


def parse_interval(text: str) -> tuple[int, int]:
    """(months, microseconds) of `1 year 2 mons -3 days +04:05:06.7`, `P1Y2M3DT4H5M6.7S`, `90`.

    A bare number counts seconds. Raises ValueError for anything else.
    """
    stripped = text.strip().removeprefix("@")
    if not stripped or len(stripped) > _MAX_TEXT:
        raise ValueError("not an interval")
    if stripped[0] == "P":
        return _iso(stripped[1:])
    return _verbose(stripped)


def _iso(text: str) -> tuple[int, int]:
    match = _ISO.fullmatch(text)
    if match is None or not text:
        raise ValueError("not an ISO interval")
    total = _Total()
    for part, units in ((match[1], _ISO_DATE), (match[2] or "", _ISO_TIME)):
        for amount, unit in _ISO_PART.findall(part):
            total.add(amount, units[unit])
    return total.result()


def _verbose(text: str) -> tuple[int, int]:
    total = _Total()
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise ValueError("not an interval")
        at = match.end()
        if match["ago"]:
            if at < len(text):
                raise ValueError("ago stands at the end")
            return total.result(-1)
        if match["clock"]:
            total.add_clock(match["clock"])
        else:
            total.add(match["amount"], _UNITS[(match["unit"] or "s").lower()])
    return total.result()


class _Total:
    """Months and microseconds while they are added up."""

    def __init__(self) -> None:
        self._sums = {_MONTH: Decimal(0), _US: Decimal(0)}

    def add(self, amount: str, unit: tuple[str, int]) -> None:
        kind, size = unit
        self._sums[kind] += Decimal(amount) * size

    def add_clock(self, clock: str) -> None:
        negative = clock.startswith("-")
        hours, minutes, seconds = (*clock.lstrip("+-").split(":"), "0")[:3]
        if int(minutes) > 59 or Decimal(seconds) >= 60:
            raise ValueError("not a time")
        total = (int(hours) * 60 + int(minutes)) * 60 + Decimal(seconds)
        self._sums[_US] += (-total if negative else total) * 1_000_000

    def result(self, sign: int = 1) -> tuple[int, int]:
        """Fractions of a month go into days of which it has 30, as Postgres does."""
        months = int(self._sums[_MONTH])
        rest = (self._sums[_MONTH] - months) * 30 * DAY_US
        try:
            micros = int((self._sums[_US] + rest).to_integral_value(ROUND_HALF_EVEN))
        except InvalidOperation as error:
            raise ValueError("not an interval") from error
        if abs(months) >= 1 << 31 or abs(micros) >= 1 << 63:
            raise OverflowError("interval out of range")
        return sign * months, sign * micros
