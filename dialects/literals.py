"""Values as literals of Flink, exact or refused. Flink's strings have no escapes: '' is all.

NULL  → CAST(NULL AS t)             numeric   → CAST('1.50' AS DECIMAL(3, 2))
text  → CAST('it''s' AS STRING)     float8    → CAST('0.1' AS DOUBLE), NaN and Infinity alike
int4  → 7, (-7); int2 likewise      timestamp → TIMESTAMP '2024-01-02 03:04:05.678'
int8  → CAST(7 AS BIGINT)           timestamptz → TO_TIMESTAMP_LTZ(1704164645678, 3)
int4[] → ARRAY[1, 2]                interval  → INTERVAL '1 02:03:04.500' DAY(3) TO SECOND(3)

The type is the parameter's own: 'it''s' alone is a CHAR(4) to Flink, and 7 an INT, whose sums wrap
round where those of a bigint do not. Where Flink takes no expression, `bare` is the literal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialects.names import quote_string
from dialects.typenames import ELEMENTS, flink_type_of
from protocol.errors import (
    CHARACTER_NOT_IN_REPERTOIRE,
    FEATURE_NOT_SUPPORTED,
    INVALID_PARAMETER_VALUE,
    NUMERIC_VALUE_OUT_OF_RANGE,
    SqlError,
)

_MAX_PRECISION = 38
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MIN_BIGINT = -(2**63)
_DAY = 86_400_000_000  # µs
_MOST_DAYS = 999  # more digits, and FlinkTypeFactory refuses the type


def literal(oid: int, value: object, *, time_zone: str | None = None) -> str:
    """A parameter value of a Postgres type as a Flink literal.

    Values come as `protocol.values` decodes them: int, float, bool, str or Decimal for numeric,
    ISO text or datetime objects, (months, µs) or (months, days, µs) for interval, bytes, list,
    None. `time_zone` is the zone of Flink's session; only a timestamptz with microseconds needs
    it, for Flink's own functions end at milliseconds. Raises SqlError 0A000 for a type or value
    that Flink cannot hold, 22003 for a numeric of more than 38 digits.
    """
    if oid in ELEMENTS:
        return _array(oid, value, time_zone)
    flink = flink_type_of(oid)
    if flink is None:
        raise _unsupported(oid)
    if value is None:
        return f"CAST(NULL AS {flink})"
    if oid == _TIMESTAMPTZ:
        return _timestamptz(value, time_zone)
    return _WRITERS.get(oid, _text)(value)


def bare(oid: int, value: object) -> str:
    """A value where Flink's grammar wants a literal: an integer by its digits, text in quotes."""
    if value is None or oid in ELEMENTS:
        return literal(oid, value)
    if oid in _INTEGERS:
        return _integer(value)
    return _string(value) if oid not in _WRITERS else literal(oid, value)


def _array(oid: int, value: object, time_zone: str | None) -> str:
    flink = flink_type_of(oid)
    if flink is None:
        raise _unsupported(oid)
    if value is None:
        return f"CAST(NULL AS {flink})"
    if not isinstance(value, list | tuple):
        raise _mismatch("array", value)
    if not value:
        return f"CAST(ARRAY[] AS {flink})"  # Flink has none, but x = ANY of it is false
    element = ELEMENTS[oid]
    items = [
        _array(oid, item, time_zone)
        if isinstance(item, list | tuple) and element != _INTERVAL
        else literal(element, item, time_zone=time_zone)
        for item in value
    ]
    return f"ARRAY[{', '.join(items)}]"


# ── scalars ─────────────────────────────────────────────────────────────────────────────────────


def _text(value: object) -> str:
    return f"CAST({_string(value)} AS STRING)"


def _string(value: object) -> str:
    text = value if isinstance(value, str) else str(value) if isinstance(value, UUID) else None
    if text is None:
        raise _mismatch("text", value)
    if "\0" in text:
        message = 'invalid byte sequence for encoding "UTF8": 0x00'
        raise SqlError(CHARACTER_NOT_IN_REPERTOIRE, message)
    return quote_string(text)


def _integer(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _mismatch("integer", value)
    if value == _MIN_BIGINT:  # its digits alone are one too large
        return f"CAST('{value}' AS BIGINT)"
    return str(value) if value >= 0 else f"({value})"


def _bigint(value: object) -> str:
    text = _integer(value)
    return text if text.startswith("CAST") else f"CAST({text} AS BIGINT)"


def _boolean(value: object) -> str:
    if not isinstance(value, bool):
        raise _mismatch("boolean", value)
    return "TRUE" if value else "FALSE"


def _float(flink: str) -> Callable[[object], str]:
    def write(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, float | int):
            raise _mismatch("floating-point number", value)
        text = repr(float(value))
        words = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
        return f"CAST('{words.get(text, text)}' AS {flink})"

    return write


def _numeric(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _mismatch("numeric", value)
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _mismatch("numeric", value) from None
    if not number.is_finite():
        raise SqlError(FEATURE_NOT_SUPPORTED, f"Flink's DECIMAL cannot hold {number}")
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    scale = max(-exponent, 0)
    precision = max(len(digits) + max(exponent, 0), scale, 1)
    if precision > _MAX_PRECISION:
        raise SqlError(
            NUMERIC_VALUE_OUT_OF_RANGE,
            "numeric value does not fit into Flink's DECIMAL",
            detail=f"It needs a precision of {precision}; the largest is {_MAX_PRECISION}.",
        )
    return decimal_literal(number, precision, scale)


def decimal_literal(number: Decimal, precision: int, scale: int) -> str:
    """A finite number that fits as a DECIMAL of that precision. Flink counts the zero of 0.5 among
    the digits, so it is left out."""
    text = f"{number:f}"
    sign = "-" if text.startswith("-") else ""
    text = text.removeprefix("-")
    shown = text[1:] if text.startswith("0.") else text
    return f"CAST('{sign}{shown}' AS DECIMAL({precision}, {scale}))"


def _bytes(value: object) -> str:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise _mismatch("bytea", value)
    return f"X'{bytes(value).hex().upper()}'"


# ── dates and times ─────────────────────────────────────────────────────────────────────────────


def _date(value: object) -> str:
    day = _parsed(date.fromisoformat, "date", value) if isinstance(value, str) else value
    if isinstance(day, datetime) or not isinstance(day, date):
        raise _mismatch("date", value)
    return f"DATE '{day.isoformat()}'"


def _time(value: object) -> str:
    moment = _parsed(time.fromisoformat, "time", value) if isinstance(value, str) else value
    if not isinstance(moment, time) or moment.tzinfo is not None:
        raise _mismatch("time", value)
    if moment.microsecond % 1000:
        raise SqlError(FEATURE_NOT_SUPPORTED, "Flink's TIME ends at milliseconds")
    spec = "milliseconds" if moment.microsecond else "seconds"
    return f"TIME '{moment.isoformat(spec)}'"


def _timestamp(value: object) -> str:
    moment = _moment("timestamp", value)
    if moment.tzinfo is not None:
        raise _mismatch("timestamp without time zone", value)
    return f"TIMESTAMP '{_wall_clock(moment)}'"


def _timestamptz(value: object, time_zone: str | None) -> str:
    moment = _moment("timestamptz", value)
    if moment.tzinfo is None:
        raise _mismatch("timestamp with time zone", value)
    micros = (moment - _EPOCH) // timedelta(microseconds=1)
    if micros % 1000 == 0:
        millis = micros // 1000
        return f"TO_TIMESTAMP_LTZ({millis if millis >= 0 else f'({millis})'}, 3)"
    local = _local(moment, time_zone)
    return f"CAST(TIMESTAMP '{_wall_clock(local)}' AS TIMESTAMP_LTZ(6))"


def _local(moment: datetime, time_zone: str | None) -> datetime:
    """Wall clock in Flink's session zone, if it names the instant without doubt."""
    try:
        zone = ZoneInfo(time_zone or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            "microseconds of a timestamp with time zone cannot be passed to Flink",
            detail=f'The time zone "{time_zone}" is not known.' if time_zone else None,
            hint="Use milliseconds, or a session time zone by its IANA name.",
        ) from None
    local = moment.astimezone(zone)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            "the instant falls into an hour that the session's time zone has twice",
            hint="Use milliseconds, or set the session's time zone to UTC.",
        )
    return local.replace(tzinfo=None)


def _wall_clock(moment: datetime) -> str:
    text = moment.replace(tzinfo=None).isoformat(" ", "microseconds")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _interval(value: object) -> str:
    """(months, µs) or (months, days, µs); Flink keeps months and time in types of their own."""
    if not isinstance(value, tuple | list) or len(value) not in (2, 3):
        raise _mismatch("interval", value)
    months, micros = value[0], value[-1] + (value[1] * _DAY if len(value) == 3 else 0)
    if months and micros:
        message = "an interval of months as well as days or time cannot be passed to Flink"
        raise SqlError(FEATURE_NOT_SUPPORTED, message)
    if micros % 1000:
        raise SqlError(FEATURE_NOT_SUPPORTED, "Flink's intervals end at milliseconds")
    return _months(months) if months else _day_time(micros // 1000)


def _months(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    if years > 9999:
        raise SqlError(NUMERIC_VALUE_OUT_OF_RANGE, "interval is too long for Flink")
    return f"INTERVAL {'-' if months < 0 else ''}'{years}-{rest}' YEAR(4) TO MONTH"


def _day_time(millis: int) -> str:
    seconds, fraction = divmod(abs(millis), 1000)
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:03}"
    if days > _MOST_DAYS:
        return f"(INTERVAL '0.001' SECOND * CAST({_integer(millis)} AS BIGINT))"
    return f"INTERVAL {'-' if millis < 0 else ''}'{days} {clock}' DAY(3) TO SECOND(3)"


def _moment(kind: str, value: object) -> datetime:
    moment = _parsed(datetime.fromisoformat, kind, value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        raise _mismatch(kind, value)
    return moment


def _parsed(parse: Callable[[str], object], kind: str, text: str) -> object:
    """Infinities, years beyond 9999 and BC have no form in Flink."""
    try:
        return parse(text)
    except ValueError:
        message = f"this {kind} value cannot be passed to Flink"
        raise SqlError(FEATURE_NOT_SUPPORTED, message, detail=f"It is {text}.") from None


def _unsupported(oid: int) -> SqlError:
    return SqlError(
        FEATURE_NOT_SUPPORTED, f"parameters of the type with OID {oid} cannot be passed to Flink"
    )


def _mismatch(kind: str, value: object) -> SqlError:
    return SqlError(
        INVALID_PARAMETER_VALUE, f"a parameter value of type {type(value).__name__} is not {kind}"
    )


_TIMESTAMPTZ, _INTERVAL = 1184, 1186
_INTEGERS = frozenset({20, 21, 23})
_WRITERS: dict[int, Callable[[object], str]] = {
    16: _boolean,
    17: _bytes,
    20: _bigint,
    21: _integer,
    23: _integer,
    700: _float("FLOAT"),
    701: _float("DOUBLE"),
    1082: _date,
    1083: _time,
    1114: _timestamp,
    _INTERVAL: _interval,
    1700: _numeric,
}
