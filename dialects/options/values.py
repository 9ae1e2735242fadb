"""Does Flink read that text as a value of that type? (ConfigurationUtils, TimeUtils, MemorySize)

Each rule was compared with all nine versions' own reading. Where a rule cannot be sure it says yes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_INTEGER = re.compile(r"[+-]?\d+\Z")  # Java takes the digits of any script, and so does \d
_NUMBER = re.compile(
    r"[+-]?(NaN|Infinity|(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
    r"|0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+)[fFdD]?)\Z"
)
_QUANTITY = re.compile(r"([0-9]+)(.*)\Z", re.DOTALL)
_ISO_DURATION = re.compile(  # at least one part, and one after a T
    r"[+-]?P(?=[\dT+-])([+-]?\d+D)?(T(?=[\d+-])([+-]?\d+H)?([+-]?\d+M)?([+-]?\d+([.,]\d{0,9})?S)?)?\Z",
    re.IGNORECASE,
)
_ISO_SINCE = (2, 1)
_DURATION_UNITS = frozenset(
    """d day days h hour hours m min minute minutes s sec secs second seconds ms milli millis
    millisecond milliseconds µs micro micros microsecond microseconds ns nano nanos nanosecond
    nanoseconds""".split()
)
MEMORY_UNITS = {
    **dict.fromkeys(("", "b", "bytes"), 1),
    **dict.fromkeys(("k", "kb", "kibibytes"), 1 << 10),
    **dict.fromkeys(("m", "mb", "mebibytes"), 1 << 20),
    **dict.fromkeys(("g", "gb", "gibibytes"), 1 << 30),
    **dict.fromkeys(("t", "tb", "tebibytes"), 1 << 40),
}
_JAVA_SPACE = "".join(map(chr, range(33)))  # String.trim(): all up to the space
_LONG = (1 << 63) - 1
# How a value of that type looks, for the hint.
EXAMPLES = {
    "boolean": "Available values: true, false.",
    "integer": "The value is a whole number from -2147483648 to 2147483647.",
    "long": "The value is a whole number from -9223372036854775808 to 9223372036854775807.",
    "float": 'The value is a number such as "0.5".',
    "double": 'The value is a number such as "0.5".',
    "duration": 'The value is a whole number and a unit, such as "500 ms", "5 s", "10 min", '
    '"2 h" or "1 d".',
    "memorysize": 'The value is a whole number and a unit, such as "64 kb", "128 mb" or "1 gb".',
}
NAMES = {
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "memorysize": "memory size",
}


def valid(type_: str, text: str, version: str) -> bool:
    """Whether Flink of that version reads the text as that type (a type of `OptionSpec`)."""
    if type_.startswith("enum:"):
        return text.upper() in {each.upper() for each in constants(type_)}
    if type_.startswith("choice:"):
        return text in constants(type_)
    reads = _READERS.get(type_)
    return reads is None or reads(text, version)


def constants(type_: str) -> list[str]:
    """The values of an `enum:…` or `choice:…`; of any other type none."""
    kind, _, listed = type_.partition(":")
    return listed.split("|") if kind in ("enum", "choice") else []


def _boolean(text: str, version: str) -> bool:
    return text.upper() in ("TRUE", "FALSE")


def _integer(bits: int) -> Callable[[str, str], bool]:
    bound = 1 << (bits - 1)

    def reads(text: str, version: str) -> bool:
        if not _INTEGER.match(text):
            return False
        digits = text.lstrip("+-0")
        return len(digits) < 20 and -bound <= int(text) < bound

    return reads


def _number(text: str, version: str) -> bool:
    return _NUMBER.match(text.strip(_JAVA_SPACE)) is not None


def _duration(text: str, version: str) -> bool:
    trimmed = text.strip(_JAVA_SPACE)
    match = _QUANTITY.match(trimmed)
    if match is None:
        return _order(version) >= _ISO_SINCE and _ISO_DURATION.match(trimmed) is not None
    unit = match[2].strip(_JAVA_SPACE).lower()
    # From 2.0 on the number itself has no bound, the whole has one so large that none writes it.
    large = len(match[1].lstrip("0")) > 18 and int(match[1][-40:]) > _LONG
    return (not unit or unit in _DURATION_UNITS) and (not large or _order(version) >= (2, 0))


def _memory(text: str, version: str) -> bool:
    match = _QUANTITY.match(text.strip(_JAVA_SPACE))
    if match is None or len(match[1].lstrip("0")) > 19:
        return False
    factor = MEMORY_UNITS.get(match[2].strip(_JAVA_SPACE).lower())
    return factor is not None and int(match[1]) * factor <= _LONG


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


_READERS: dict[str, Callable[[str, str], bool]] = {
    "boolean": _boolean,
    "integer": _integer(32),
    "long": _integer(64),
    "float": _number,
    "double": _number,
    "duration": _duration,
    "memorysize": _memory,
}
