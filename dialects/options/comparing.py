"""Do two texts say the same value? Compared as Flink reads them, not as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from dialects.options.values import MEMORY_UNITS, constants

_QUANTITY = re.compile(r"\s*([0-9]{1,30})\s*([^\s0-9]*)\s*\Z")
_ISO = re.compile(
    r"P(?:(\d{1,18})D)?(?:T(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18}(?:\.\d{1,9})?)S)?)?\Z", re.I
)
_ISO_SECONDS = (86_400, 3_600, 60, 1)
_SECONDS = {
    **dict.fromkeys(("d", "day", "days"), Fraction(86_400)),
    **dict.fromkeys(("h", "hour", "hours"), Fraction(3_600)),
    **dict.fromkeys(("m", "min", "minute", "minutes"), Fraction(60)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Fraction(1)),
    **dict.fromkeys(
        ("", "ms", "milli", "millis", "millisecond", "milliseconds"), Fraction(1, 1000)
    ),
    **dict.fromkeys(
        ("µs", "micro", "micros", "microsecond", "microseconds"), Fraction(1, 1_000_000)
    ),
    **dict.fromkeys(
        ("ns", "nano", "nanos", "nanosecond", "nanoseconds"), Fraction(1, 1_000_000_000)
    ),
}


def same(type_: str, text: str, other: str) -> bool:
    """Whether both are one value of that type (a type of `OptionSpec`).

    A text that cannot be read as the type is the same as itself only: '5 min' and 'PT5M' are one
    duration, '1024 kb' and '1 mb' one size, 'TRUE' and 'true' one boolean.
    """
    if text == other:
        return True
    read = _insensitive if type_.startswith("enum:") else _READERS.get(type_)
    if read is None:
        return False
    value = read(text)
    return value is not None and value == read(other)


def millis(text: str) -> int | None:
    """A duration in whole milliseconds; None if the text is none, or a finer one."""
    seconds = _duration(text)
    if seconds is None or (seconds * 1000).denominator != 1:
        return None
    return int(seconds * 1000)


def named(type_: str, text: str) -> str | None:
    """The constant of an enum that the text names, as the type spells it."""
    return next((one for one in constants(type_) if one.upper() == text.upper()), None)


def _insensitive(text: str) -> str:
    return text.upper()


def _duration(text: str) -> Fraction | None:
    found = _QUANTITY.match(text)
    if found is not None:
        unit = _SECONDS.get(found[2].lower())
        return None if unit is None else int(found[1]) * unit
    iso = _ISO.match(text.strip())
    if iso is None or not any(iso.groups()):
        return None
    return sum(
        (
            Fraction(part) * unit
            for part, unit in zip(iso.groups(), _ISO_SECONDS, strict=True)
            if part
        ),
        Fraction(0),
    )


def _memory(text: str) -> int | None:
    found = _QUANTITY.match(text)
    factor = None if found is None else MEMORY_UNITS.get(found[2].lower())
    return None if found is None or factor is None else int(found[1]) * factor


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(text.strip()) if len(text) < 100 and "/" not in text else None
    except ValueError:
        return None


_READERS: dict[str, Callable[[str], object]] = {
    "boolean": _insensitive,
    "integer": _number,
    "long": _number,
    "float": _number,
    "double": _number,
    "duration": _duration,
    "memorysize": _memory,
}
