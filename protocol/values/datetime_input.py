"""Dates and times of parameters: ISO 8601 and Postgres's own spelling, to exact ISO strings.

What drivers send as text is one of these two. Other spellings that Postgres would guess at
(`Nov 14, 2023`, `now`) are refused with 22007: a guess made here could differ from Postgres's. An
infinite value is 22008, since no Flink value stands for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from protocol.errors import DATETIME_FIELD_OVERFLOW, INVALID_DATETIME_FORMAT, SqlError
from protocol.values import datetimes, zones

_OFFSET = r"(?P<offset>Z|[+-]\d{1,2}(?::?\d\d(?::?\d\d)?)?)"
_HOURS = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<fraction>\.\d{0,30})?)?"
_MOMENT = re.compile(
    r"(?P<year>[+-]?\d{4,9})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    rf"(?:[T ]\s*{_HOURS})?(?:\s*{_OFFSET})?(?P<era>\s+(?:BC|AD))?",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(rf"{_HOURS}(?:\s*{_OFFSET})?", re.ASCII | re.IGNORECASE)
_INFINITIES = frozenset(("infinity", "-infinity", "+infinity"))
_INFINITE_DAYS = frozenset((2**31 - 1, -(2**31)))
_INFINITE_MICROS = frozenset((2**63 - 1, -(2**63)))
_MAX_OFFSET_S = 15 * 3600 + 59 * 60 + 59  # Postgres's MAX_TZDISP_HOUR


@dataclass(frozen=True, slots=True)
class _Moment:
    days: int
    of_day: int
    offset: int | None  # seconds east of Greenwich


def parse_date(text: str) -> str:
    """The ISO date; a time behind it is left out, as Postgres does."""
    days = _moment(text, "date").days
    datetimes.date_days(iso := datetimes.iso_date(days))
    return iso


def parse_time(text: str) -> str:
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise _invalid(text, "time")
    return datetimes.spell_time(_of_day(match, text))


def parse_timestamp(text: str) -> str:
    """The ISO timestamp; an offset is left out, as Postgres does."""
    moment = _moment(text, "timestamp")
    micros = datetimes.checked_timestamp(moment.days * datetimes.DAY_US + moment.of_day)
    return datetimes.iso_timestamp(micros)


def parse_timestamptz(text: str, time_zone: str) -> str:
    """The ISO instant in UTC; without an offset the text is local time of the session's zone."""
    moment = _moment(text, "timestamp with time zone")
    local = moment.days * datetimes.DAY_US + moment.of_day
    if moment.offset is None:
        micros = zones.micros_of_local(local, zones.zone_of(time_zone))
    else:
        micros = local - moment.offset * 1_000_000
    return datetimes.iso_timestamp(datetimes.checked_timestamp(micros), "Z")


def date_from_days(days: int) -> str:
    if days in _INFINITE_DAYS:
        raise infinite()
    datetimes.date_days(iso := datetimes.iso_date(days))
    return iso


def time_from_micros(micros: int) -> str:
    if not 0 <= micros <= datetimes.DAY_US:
        raise SqlError(DATETIME_FIELD_OVERFLOW, "time out of range")
    return datetimes.spell_time(micros)


def timestamp_from_micros(micros: int, suffix: str = "") -> str:
    if micros in _INFINITE_MICROS:
        raise infinite()
    return datetimes.iso_timestamp(datetimes.checked_timestamp(micros), suffix)


def infinite() -> SqlError:
    return SqlError(
        DATETIME_FIELD_OVERFLOW,
        "infinite dates and timestamps are not supported",
        hint="Flink has no value for them.",
    )


def _moment(text: str, name: str) -> _Moment:
    stripped = text.strip()
    if stripped.lower() in _INFINITIES:
        raise infinite()
    match = _MOMENT.fullmatch(stripped)
    if match is None:
        raise _invalid(text, name)
    year = int(match["year"])
    if match["era"]:
        # Postgres's own spelling has no year 0 and no sign.
        if year < 1 or match["year"][0] == "+":
            raise _invalid(text, name)
        year = 1 - year if match["era"].strip().upper() == "BC" else year
    try:
        days = datetimes.checked_days(year, int(match["month"]), int(match["day"]))
    except SqlError as error:
        raise _overflow(text) from error
    return _Moment(days, _of_day(match, text), _offset(match["offset"], text))


def _of_day(match: re.Match[str], text: str) -> int:
    if match["hour"] is None:
        return 0
    fraction = Decimal(match["fraction"] + "0") if match["fraction"] else Decimal(0)
    micros = int((fraction * 1_000_000).to_integral_value(ROUND_HALF_EVEN))
    second = int(match["second"] or 0)
    # 23:59:60 is accepted as the next minute, as Postgres does for leap seconds.
    if second == 60:
        second, micros = 59, micros + 1_000_000
    try:
        return datetimes.checked_time(int(match["hour"]), int(match["minute"]), second, micros)
    except SqlError as error:
        raise _overflow(text) from error


def _offset(shown: str | None, text: str) -> int | None:
    if shown is None:
        return None
    if shown.upper() == "Z":
        return 0
    digits = shown[1:].replace(":", "")
    if ":" not in shown and len(digits) <= 2:
        digits = digits.rjust(2, "0")
    elif len(digits) % 2:
        digits = "0" + digits
    hours, minutes, seconds = (int(digits[at : at + 2] or 0) for at in (0, 2, 4))
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > _MAX_OFFSET_S:
        raise SqlError("22009", f'time zone displacement out of range: "{text}"')
    return -total if shown[0] == "-" else total


def _invalid(text: str, name: str) -> SqlError:
    return SqlError(
        INVALID_DATETIME_FORMAT,
        f'invalid input syntax for type {name}: "{text}"',
        hint="Write it as ISO 8601, such as 2023-11-14 22:13:20.123+00.",
    )


def _overflow(text: str) -> SqlError:
    return SqlError(DATETIME_FIELD_OVERFLOW, f'date/time field value out of range: "{text}"')
