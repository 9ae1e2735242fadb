"""timestamptz: instants in UTC, shown in the session's time zone as Postgres shows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from protocol.errors import INVALID_PARAMETER_VALUE, SqlError
from protocol.values import datetimes

_CACHED_MINUTES = 4096
_CYCLE = 400  # years after which the Gregorian calendar repeats, weekdays included
_FIXED = re.compile(r"<[+-]\d\d(?::?\d\d)?>([+-]?)(\d{1,2})(?::?(\d\d))?", re.ASCII)
_ISO_MINUTE = re.compile(r"(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The zone of a TimeZone setting: an IANA name, or Postgres's `<+08>-08` for a fixed offset.

    Raises SqlError 22023 for a name that no zone has.
    """
    if name.upper() in ("UTC", "GMT", "ETC/UTC", "Z"):
        return UTC
    if match := _FIXED.fullmatch(name):
        # POSIX counts westward, hence the sign.
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(offset if match[1] == "-" else -offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SqlError(INVALID_PARAMETER_VALUE, f'time zone "{name}" not recognized') from error


def instant_micros(value: str) -> int:
    """Microseconds since 2000-01-01 UTC of an ISO instant with Z: timestamptz's binary form."""
    if not value.endswith("Z"):
        raise ValueError("not an ISO instant in UTC")
    return datetimes.timestamp_micros(value[:-1])


def instant_text_for(time_zone: str) -> Callable[[str], str]:
    """The printer of ISO instants (`2023-11-14T22:13:20.123Z`) in a zone."""
    zone = zone_of(time_zone)
    if zone is UTC:
        return _utc_text

    @lru_cache(maxsize=_CACHED_MINUTES)
    def minute(iso: str) -> tuple[str, str] | None:
        return _minute_text(iso, zone)

    def text(value: str) -> str:
        # Streams hold many instants of one minute, so a minute is converted once.
        known = minute(value[:16]) if value[16:17] == ":" else None
        if known is None:
            return exact_text(instant_micros(value), zone)
        size = len(value)
        if value[-1] == "Z" and (size == 20 or (22 <= size <= 27 and value[-2] != "0")):
            return f"{known[0]}{value[16:-1]}{known[1]}"
        seconds = datetimes.time_text(f"00:00{_without_z(value)[16:]}")[5:]
        return f"{known[0]}{seconds}{known[1]}"

    return text


def exact_text(micros: int, zone: tzinfo) -> str:
    """Any instant in a zone, with its offset as short as Postgres writes it."""
    offset = offset_of(micros, zone)
    return datetimes.spell_timestamp(micros + offset * 1_000_000, _spell_offset(offset))


def offset_of(micros: int, zone: tzinfo) -> int:
    """Seconds east of Greenwich at an instant (microseconds since 2000-01-01 UTC)."""
    days, of_day = divmod(micros, datetimes.DAY_US)
    year, month, day = datetimes.civil(days)
    if not 2 <= year <= 9998:
        # Beyond datetime's years: the first known offset before, the same rules again after.
        year = 2 if year < 2 else 2000 + year % _CYCLE
        day = min(day, 28) if year == 2 else day
    moment = datetime(year, month, day, tzinfo=UTC) + timedelta(microseconds=of_day)
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset.days * 86_400 + offset.seconds


def micros_of_local(local: int, zone: tzinfo) -> int:
    """The instant of a local time. In a gap or overlap it is standard time, as in Postgres."""
    days, of_day = divmod(local, datetimes.DAY_US)
    year, month, day = datetimes.civil(days)
    if not 2 <= year <= 9998:
        return local - offset_of(local, zone) * 1_000_000
    naive = datetime(year, month, day) + timedelta(microseconds=of_day)
    # fold=0 is the offset before a change, fold=1 the one after it.
    before, after = (naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert before is not None and after is not None
    offset = min(before, after)
    return local - (offset.days * 86_400 + offset.seconds) * 1_000_000


def _minute_text(iso: str, zone: tzinfo) -> tuple[str, str] | None:
    """(local date, hour and minute; offset) when they hold for the whole minute, else None."""
    if _ISO_MINUTE.fullmatch(iso) is None:
        return None
    micros = datetimes.timestamp_micros(iso)
    offset = offset_of(micros, zone)
    if offset % 60 or offset != offset_of(micros + 59_999_999, zone):
        return None
    local = datetimes.spell_timestamp(micros + offset * 1_000_000)
    # BC can only be reached from the first day of year 1.
    return None if local.endswith("BC") else (local[:-3], _spell_offset(offset))


def _utc_text(value: str) -> str:
    shown = datetimes.timestamp_text(_without_z(value))
    return f"{shown[:-3]}+00 BC" if shown.endswith(" BC") else f"{shown}+00"


def _without_z(value: str) -> str:
    if not value.endswith("Z"):
        raise ValueError("not an ISO instant in UTC")
    return value[:-1]


def _spell_offset(seconds: int) -> str:
    sign = "-" if seconds < 0 else "+"
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    if second:
        return f"{sign}{hour:02d}:{minute:02d}:{second:02d}"
    return f"{sign}{hour:02d}:{minute:02d}" if minute else f"{sign}{hour:02d}"
