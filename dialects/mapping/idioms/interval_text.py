"""Intervals as Postgres writes them in a string: `1 day 02:03`, `1 year 2 mons`, `1-2`, `P1DT2H`.

Manual 8.5.4. Fractions of months become days of a 30-day month, fractions of days become time, as
there; a value keeps months apart from days and time, since no month has a length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = r"[+-]?\d*\.?\d+|[+-]?\d+\."
_WORDS = re.compile(rf"({_NUMBER})\s*([a-zA-Z]+)")
_CLOCK = re.compile(r"([+-]?)(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?")
_YEARS = re.compile(r"([+-]?)(\d+)-(\d{1,2})")
_ISO = re.compile(r"P(?P<date>[^T]*)(?:T(?P<time>.+))?")
_ISO_PART = re.compile(rf"({_NUMBER})([A-Z])")
_MICROS = {"d": 86_400_000_000, "h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000}
_UNITS = {
    **dict.fromkeys("year years yr yrs y".split(), ("month", 12)),
    **dict.fromkeys("month months mon mons".split(), ("month", 1)),
    **dict.fromkeys("decade decades dec decs".split(), ("month", 120)),
    **dict.fromkeys("century centuries cent c".split(), ("month", 1200)),
    **dict.fromkeys("week weeks w".split(), ("micro", 7 * _MICROS["d"])),
    **dict.fromkeys("day days d".split(), ("micro", _MICROS["d"])),
    **dict.fromkeys("hour hours hr hrs h".split(), ("micro", _MICROS["h"])),
    **dict.fromkeys("minute minutes min mins m".split(), ("micro", _MICROS["min"])),
    **dict.fromkeys("second seconds sec secs s".split(), ("micro", _MICROS["s"])),
    **dict.fromkeys("millisecond milliseconds msec msecs ms".split(), ("micro", 1000)),
    **dict.fromkeys("microsecond microseconds usec usecs us".split(), ("micro", 1)),
}
_ISO_DATE = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_ISO_TIME = {"H": "hour", "M": "minute", "S": "second"}


@dataclass(frozen=True, slots=True)
class Interval:
    """`micros` has days of 24 hours in it, as Flink's intervals have."""

    months: int
    micros: int

    @property
    def millis(self) -> int:
        return self.micros // 1000


class _Sum:
    def __init__(self) -> None:
        self.months = 0
        self.micros = Fraction(0)

    def add(self, number: str | Fraction, unit: str) -> bool:
        known = _UNITS.get(unit)
        if known is None:
            return False
        kind, factor = known
        value = Fraction(number) * factor
        if kind == "month":
            whole = int(value)
            self.months += whole
            self.micros += (value - whole) * 30 * _MICROS["d"]
        else:
            self.micros += value
        return True

    def value(self, negative: bool) -> Interval | None:
        if self.micros.denominator != 1:
            return None
        sign = -1 if negative else 1
        return Interval(sign * self.months, sign * int(self.micros))


def read_interval(text: str) -> Interval | None:
    """None for what is no interval of Postgres, or has digits below a microsecond."""
    text = text.strip()
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return _iso(iso)
    total = _Sum()
    rest = text.lower().removeprefix("@").strip()
    negative = rest.endswith(" ago")
    rest = rest.removesuffix(" ago")
    at, found = 0, False
    while at < len(rest):
        end = _part(total, rest, at)
        if end is None:
            return None
        found = True
        at = end + (len(rest[end:]) - len(rest[end:].lstrip(" ,")))
    return total.value(negative) if found else None


def _part(total: _Sum, text: str, at: int) -> int | None:
    """Add one part, and say where it ends."""
    clock = _CLOCK.match(text, at)
    if clock is not None:
        _clock(total, clock)
        return clock.end()
    years = _YEARS.match(text, at)
    if years is not None:
        sign = -1 if years[1] == "-" else 1
        total.months += sign * (int(years[2]) * 12 + int(years[3]))
        return years.end()
    words = _WORDS.match(text, at)
    if words is not None and total.add(words[1], words[2]):
        return words.end()
    # Digits alone are seconds, at the end; in front of a clock they are days.
    alone = re.compile(rf"({_NUMBER})(?=\s|$)").match(text, at)
    if alone is None:
        return None
    behind = text[alone.end() :].lstrip()
    if not behind:
        total.add(alone[1], "second")
        return alone.end()
    if _CLOCK.fullmatch(behind) is not None:
        total.add(alone[1], "day")
        return alone.end()
    return None


def _clock(total: _Sum, found: re.Match[str]) -> None:
    sign = -1 if found[1] == "-" else 1
    for number, unit in zip(found.groups()[1:], ("hour", "minute", "second"), strict=True):
        total.add(sign * Fraction(number or 0), unit)


def _iso(found: re.Match[str]) -> Interval | None:
    total = _Sum()
    for text, units in ((found["date"], _ISO_DATE), (found["time"], _ISO_TIME)):
        at = 0
        for part in _ISO_PART.finditer(text or ""):
            if part.start() != at or not total.add(part[1], units.get(part[2], "")):
                return None
            at = part.end()
        if at != len(text or ""):
            return None
    empty = not found["date"] and not found["time"]
    return None if empty else total.value(negative=False)
