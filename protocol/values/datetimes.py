"""Dates and times: from ISO 8601, as Flink and Java write it, to Postgres's spelling and integers.

Java's years have at least four digits, a sign beyond 9999 and below 0, and year 0 is 1 BC.
Fractions are cut after six digits, never rounded: rounding could move a value into the next day.
Dates are counted here rather than by `datetime`, which ends at the years 1 and 9999.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from protocol.errors import DATETIME_FIELD_OVERFLOW, SqlError

DAY_US = 86_400_000_000
# Postgres's ranges: 4714-11-24 BC to 5874897-12-31 (date) and to 294276-12-31 (timestamp).
_MIN_DAY = -2_451_545
_END_DATE = 2_145_031_949
_END_TIMESTAMP_US = 9_223_371_331_200_000_000
_MIN_TIMESTAMP_US = -211_813_488_000_000_000

_DATE = re.compile(r"([+-]?\d{4,9})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?", re.ASCII)
_EPOCH = datetime(2000, 1, 1)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# ── Counting ────────────────────────────────────────────────────────────────────────────────────


def days_since_2000(year: int, month: int, day: int) -> int:
    """Days from 2000-01-01 in the proleptic Gregorian calendar; year 0 is 1 BC."""
    if month <= 2:
        year -= 1
        month += 12
    # Years begin with March, so that the leap day is a year's last.
    month_days = (153 * (month - 3) + 2) // 5
    return year * 365 + year // 4 - year // 100 + year // 400 + month_days + day - 730_426


def civil(days: int) -> tuple[int, int, int]:
    """The inverse of `days_since_2000`: (year, month, day)."""
    days += 730_425
    era, of_era = divmod(days, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day


def checked_days(year: int, month: int, day: int) -> int:
    """As `days_since_2000`, after a look at the calendar. Raises SqlError 22008."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day <= _MONTH_DAYS[month - 1]:
        raise overflow()
    if month == 2 and day == 29 and not leap:
        raise overflow()
    return days_since_2000(year, month, day)


def checked_time(hour: int, minute: int, second: int, micros: int) -> int:
    """Microseconds of the day; 24:00:00 is Postgres's end of the day. Raises SqlError 22008."""
    total = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros
    if minute > 59 or second > 59 or total > DAY_US:
        raise overflow()
    return total


def overflow() -> SqlError:
    return SqlError(DATETIME_FIELD_OVERFLOW, "date/time field value out of range")


# ── Postgres's spelling ─────────────────────────────────────────────────────────────────────────


def spell_date(year: int, month: int, day: int) -> tuple[str, str]:
    """The date as Postgres prints it, and what it puts at the very end (` BC`, or nothing)."""
    if year > 0:
        return f"{year:04d}-{month:02d}-{day:02d}", ""
    return f"{1 - year:04d}-{month:02d}-{day:02d}", " BC"


def spell_time(micros: int) -> str:
    seconds, fraction = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    shown = f"{hour:02d}:{minute:02d}:{second:02d}"
    return f"{shown}.{fraction:06d}".rstrip("0") if fraction else shown


# ── date ────────────────────────────────────────────────────────────────────────────────────────


def date_text(value: str) -> str:
    if _is_plain_date(value):
        return value
    date_days(value)  # for its check of the range
    shown, era = spell_date(*_date_parts(value))
    return shown + era


def _is_plain_date(value: str) -> bool:
    """Years 1 to 9999: the usual case, which needs no arithmetic of ours."""
    return len(value) == 10 and value[4] == "-" and value >= "0001"


def date_days(value: str) -> int:
    """Days since 2000-01-01, which is date's binary form."""
    if _is_plain_date(value):
        return date.fromisoformat(value).toordinal() - _EPOCH_ORDINAL
    days = checked_days(*_date_parts(value))
    if not _MIN_DAY <= days < _END_DATE:
        raise SqlError(DATETIME_FIELD_OVERFLOW, f'date out of range: "{value}"')
    return days


def _date_parts(value: str) -> tuple[int, int, int]:
    match = _DATE.fullmatch(value)
    if match is None:
        raise ValueError("not an ISO date")
    return int(match[1]), int(match[2]), int(match[3])


# ── time ────────────────────────────────────────────────────────────────────────────────────────


def time_text(value: str) -> str:
    if len(value) == 8 and value[2] == ":" and value[5] == ":":
        return value
    return spell_time(time_micros(value))


def time_micros(value: str) -> int:
    """Microseconds since midnight, which is time's binary form."""
    match = _TIME.fullmatch(value)
    if match is None:
        raise ValueError("not an ISO time")
    hour, minute, second, fraction = match.groups()
    micros = int((fraction or "")[:6].ljust(6, "0"))
    return checked_time(int(hour), int(minute), int(second or 0), micros)


# ── timestamp ───────────────────────────────────────────────────────────────────────────────────


def timestamp_text(value: str) -> str:
    if _is_plain_timestamp(value) and (len(value) == 19 or value[-1] != "0"):
        return value.replace("T", " ")
    return spell_timestamp(timestamp_micros(value))


def timestamp_micros(value: str) -> int:
    """Microseconds since 2000-01-01, which is timestamp's binary form."""
    if _is_plain_timestamp(value):
        since = datetime.fromisoformat(value) - _EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    day, separator, time = value.partition("T")
    if not separator:
        raise ValueError("not an ISO timestamp")
    return checked_timestamp(checked_days(*_date_parts(day)) * DAY_US + time_micros(time))


def _is_plain_timestamp(value: str) -> bool:
    """Years 1 to 9999 and at most six decimals, the usual case."""
    size = len(value)
    if not (19 <= size <= 26 and value[10] == "T" and value[4] == "-" and value >= "0001"):
        return False
    return size == 19 or (value[19] == "." and size > 20)


def checked_timestamp(micros: int) -> int:
    if not _MIN_TIMESTAMP_US <= micros < _END_TIMESTAMP_US:
        raise SqlError(DATETIME_FIELD_OVERFLOW, "timestamp out of range")
    return micros


def spell_timestamp(micros: int, suffix: str = "") -> str:
    """`suffix` is an offset: it stands between the time and ` BC`."""
    days, of_day = divmod(micros, DAY_US)
    day, era = spell_date(*civil(days))
    return f"{day} {spell_time(of_day)}{suffix}{era}"


def iso_timestamp(micros: int, suffix: str = "") -> str:
    """The way back: ISO 8601 as Java reads it."""
    days, of_day = divmod(micros, DAY_US)
    return f"{iso_date(days)}T{spell_time(of_day)}{suffix}"


def iso_date(days: int) -> str:
    year, month, day = civil(days)
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    return f"{sign}{abs(year):04d}-{month:02d}-{day:02d}"
