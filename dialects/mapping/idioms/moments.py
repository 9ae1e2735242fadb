"""Parts of dates and times: date_trunc, date_part, EXTRACT; AT TIME ZONE is refused.

Flink's own FLOOR and EXTRACT round moments before 1970 towards it (FLOOR of 1960-02-29 13:14 TO
MONTH is March), begin the week on Sunday and number Sunday 1. The forms here were compared with
Postgres's on both sides of 1970: what has no time of day is rounded correctly.
"""

from __future__ import annotations

from collections.abc import Iterable

from dialects.mapping.idioms.calls import Answer, Call, rule
from dialects.mapping.idioms.typing import Types, precision, root
from dialects.mapping.idioms.view import View
from dialects.mapping.model import Change, Refusal, Target, Text
from dialects.mapping.model import Rule as MappingRule
from dialects.versions import Version

# Postgres's spellings of a unit → ours.
_UNITS = {
    spelling: unit
    for unit, spellings in {
        "MICROSECOND": "microsecond microseconds usec usecs us",
        "MILLISECOND": "millisecond milliseconds msec msecs ms",
        "SECOND": "second seconds sec secs s",
        "MINUTE": "minute minutes min mins m",
        "HOUR": "hour hours hr hrs h",
        "DAY": "day days d",
        "WEEK": "week weeks w",
        "MONTH": "month months mon mons",
        "QUARTER": "quarter quarters qtr",
        "YEAR": "year years yr yrs y",
        "DECADE": "decade decades dec decs",
        "CENTURY": "century centuries cent c",
        "MILLENNIUM": "millennium millennia mil mils",
        "DOW": "dow", "ISODOW": "isodow", "DOY": "doy", "ISOYEAR": "isoyear", "EPOCH": "epoch",
    }.items()
    for spelling in spellings.split()
}  # fmt: skip
_FLOOR = "FLOOR({{1}} TO {unit})"
_FROM_MIDNIGHT = "FLOOR(FLOOR({{1}} TO DAY) + INTERVAL '0' DAY TO {unit})"
_MONDAY = "(FLOOR(FLOOR({1} TO DAY) - INTERVAL '1' DAY TO WEEK) + INTERVAL '1' DAY)"
_TRUNC = {
    **{unit: _FLOOR.format(unit=unit) for unit in "MILLISECOND SECOND MINUTE HOUR DAY".split()},
    **{
        unit: _FROM_MIDNIGHT.format(unit=unit)
        for unit in "MONTH QUARTER YEAR DECADE CENTURY MILLENNIUM".split()
    },
    "WEEK": _MONDAY,
}
_DAYS_AND_MORE = "DAY WEEK MONTH QUARTER YEAR DECADE CENTURY MILLENNIUM ISODOW DOY ISOYEAR".split()
_CYCLE = "MOD(EXTRACT({unit} FROM FLOOR({{1}} TO {unit})) + {size}, {size})"
_OF_DAY = "EXTRACT({unit} FROM FLOOR({{1}} TO DAY))"
_PART = {
    **{unit: _OF_DAY.format(unit=unit) for unit in _DAYS_AND_MORE},
    "DOW": "MOD(EXTRACT(ISODOW FROM FLOOR({1} TO DAY)), 7)",
    "HOUR": _CYCLE.format(unit="HOUR", size=24),
    "MINUTE": _CYCLE.format(unit="MINUTE", size=60),
}
# Those with a fraction are made of whole microseconds, divided once, as in Postgres. Before 1970
# the seconds of EXTRACT and what is below them are negative alike.
_MICROS = "EXTRACT({unit} FROM {{1}}) * 1000000 + EXTRACT(MICROSECOND FROM {{1}})"
_OF_MINUTE = f"MOD({_MICROS.format(unit='SECOND')} + 60000000, 60000000)"
_MICRO_PART = {
    "SECOND": (_OF_MINUTE, 1_000_000),
    "MILLISECOND": (_OF_MINUTE, 1000),
    "MICROSECOND": (_OF_MINUTE, 1),
}
# FLOOR of a TIMESTAMP_LTZ to these is a failure of code generation before that version.
_FLOOR_OF_INSTANT = Version(2, 0)
_FINE = frozenset({"MILLISECOND", "SECOND", "MINUTE"})
_INTERVAL_PARTS = frozenset({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE"})
_TIME_UNITS = frozenset("MICROSECOND MILLISECOND SECOND MINUTE HOUR".split())


def _unit(call: Call) -> str | None:
    name = call.view.string(call.arguments[0])
    return None if name is None else _UNITS.get(name.lower(), "")


def _unclear(call: Call, unit: str | None) -> Refusal:
    if unit is None:
        return call.refused(
            f"the unit of {call.name.lower()} is no constant",
            "Flink needs the unit in the text: write one of 'second', 'day', 'month', ….",
        )
    name = call.view.string(call.arguments[0])
    return call.refused(
        f'unit "{name}" of {call.name.lower()} is not supported by Flink',
        "Units are 'millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'year', ….",
    )


def _date_trunc(call: Call) -> Answer:
    if len(call.arguments) == 3:
        return call.refused(
            "date_trunc with a time zone is not supported by Flink",
            "Leave the zone out: a TIMESTAMP_LTZ is truncated in the session's time zone.",
        )
    if len(call.arguments) != 2:
        return None
    if call.view.null(call.arguments[0]):
        return call.becomes(f"CASE WHEN FALSE THEN {_TRUNC['DAY']} END")
    unit = _unit(call)
    template = _TRUNC.get(unit or "")
    if template is None:
        return _unclear(call, unit)
    return _truncated(call, unit or "", template)


def _truncated(call: Call, unit: str, template: str) -> Answer:
    kind = Types.of_view(call.view).of(call.arguments[1])
    if kind.startswith("INTERVAL") or root(kind) == "TIME":
        return call.refused(
            "date_trunc of an interval is not supported by Flink",
            "Compare the interval itself, or count with TIMESTAMPDIFF.",
        )
    if kind == "DATE":  # Postgres makes it a timestamp with time zone first
        return call.becomes(f"CAST({template} AS TIMESTAMP_LTZ(3))")
    if root(kind) != "TIMESTAMP_LTZ" or unit == "HOUR":
        return call.becomes(template)
    if unit not in _FINE:  # its FLOOR keeps the offset from UTC, though the clock may change
        return call.becomes(f"CAST({_locally(template, kind)} AS {kind})")
    return _no_floor(call, unit) if _early(call) else call.becomes(template)


def _locally(template: str, kind: str) -> str:
    """The template for the session's local time of an instant."""
    return template.replace("{1}", f"CAST({{1}} AS TIMESTAMP({precision(kind)}))")


def _untyped(call: Call) -> bool:
    """Truncated to days or more, while it is not evident that it is no instant."""
    unit = _unit(call) if len(call.arguments) == 2 else None
    coarse = unit in _TRUNC and unit not in _FINE | {"HOUR"}
    return coarse and not Types.of_view(call.view).of(call.arguments[1])


def _date_part(call: Call) -> Answer:
    """A double precision, as there: date_part('hour', t) / 2 must not lose its half."""
    if len(call.arguments) != 2:
        return None
    if call.view.null(call.arguments[0]):
        return call.becomes("CAST(NULL AS DOUBLE)")
    unit = _unit(call)
    kind = Types.of_view(call.view).root(call.arguments[1])
    if kind.startswith("INTERVAL"):
        return _interval_part(call, unit, kind)
    if unit == "EPOCH":
        return _epoch(call, kind)
    if kind == "DATE" and unit in _TIME_UNITS:
        return call.refused(f'unit "{unit.lower()}" is not supported for type date', None)
    template = _PART.get(unit or "")
    if unit in _MICRO_PART:
        micros, divisor = _MICRO_PART[unit]
        template = f"(CAST({micros} AS DOUBLE) / {divisor})"
    elif template is not None:
        template = f"CAST({template} AS DOUBLE)"
    if template is None:
        return _unclear(call, unit)
    local = kind in ("TIMESTAMP", "DATE", "TIME")
    return call.becomes(template if local else _locally(template, ""))


def _epoch(call: Call, kind: str) -> Answer:
    """Of an instant in UTC, of anything else as if it were in UTC, as in Postgres."""
    if kind == "DATE":
        return call.becomes("CAST(EXTRACT(EPOCH FROM {1}) AS DOUBLE)")
    if kind == "TIMESTAMP":
        return call.becomes(f"(CAST({_MICROS.format(unit='EPOCH')} AS DOUBLE) / 1000000)")
    if kind == "TIMESTAMP_LTZ":
        return call.becomes(f"(CAST({_INSTANT} AS DOUBLE) / 1000000)")
    return call.refused(
        "date_part('epoch') of a value whose type is not evident",
        "Cast it: date_part('epoch', CAST(x AS TIMESTAMP(3))), or TIMESTAMP_LTZ(3).",
    )


def _early(call: Call) -> bool:
    return call.view.target.version < _FLOOR_OF_INSTANT


def _no_floor(call: Call, unit: str) -> Refusal:
    name, version = call.name.lower(), call.view.target.version
    return call.refused(
        f"{name} of a TIMESTAMP_LTZ to the {unit.lower()} is not supported by Flink {version}",
        "Cast it: CAST(x AS TIMESTAMP(3)) is the session's local time.",
        f"It works from Flink {_FLOOR_OF_INSTANT} on.",
    )


# Milliseconds of an interval of days and time; its fields have all the same sign.
_MILLIS = (
    "(((EXTRACT(DAY FROM {0}) * 24 + EXTRACT(HOUR FROM {0})) * 60 + EXTRACT(MINUTE FROM {0}))"
    " * 60 + EXTRACT(SECOND FROM {0})) * 1000 + EXTRACT(MILLISECOND FROM {0})"
)
# Microseconds of an instant since 1970 in UTC; EXTRACT would count them in the session's zone.
_SINCE_1970 = "(({1} - TO_TIMESTAMP_LTZ(0, 3)) DAY TO SECOND)"
_INSTANT = (
    f"({_MILLIS.replace('{0}', _SINCE_1970)}) * 1000"
    " + MOD(EXTRACT(MICROSECOND FROM {1}) + 1000000, 1000)"
)


def _extract(call: Call) -> Answer:
    """EXTRACT(EPOCH FROM t1 - t2), which Flink cannot; a numeric, as in Postgres."""
    view, first = call.view, call.arguments[0][0] if len(call.arguments) == 1 else -1
    if first < 0 or view.word(first) != "EPOCH" or view.word(first + 1) != "FROM":
        return None
    operand = (first + 2, call.arguments[0][1])
    if Types.of_view(view).of(operand) != "INTERVAL DAY":
        return None
    seconds = f"(CAST({_MILLIS} AS DECIMAL(18, 0)) * 0.001)"
    return view.filled(call.span, seconds, (operand,))


def _interval_part(call: Call, unit: str | None, kind: str) -> Answer:
    if unit == "EPOCH" and kind == "INTERVAL DAY":
        return call.becomes(f"(CAST({_MILLIS.replace('{0}', '{1}')} AS DOUBLE) / 1000)")
    if unit in _INTERVAL_PARTS:
        return call.becomes(f"CAST(EXTRACT({unit} FROM {{1}}) AS DOUBLE)")
    return call.refused(
        f"date_part('{(unit or '?').lower()}') of an interval is not supported by Flink",
        "Count with TIMESTAMPDIFF(SECOND, begin, end).",
    )


def _time_zone(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        words = (word, view.word(index + 1), view.word(index + 2))
        if words == ("AT", "TIME", "ZONE"):
            yield view.refused(
                index,
                "AT TIME ZONE is not supported by Flink",
                "Flink shows a TIMESTAMP_LTZ in the session's time zone; CAST between TIMESTAMP"
                " and TIMESTAMP_LTZ uses it, CONVERT_TZ converts text.",
            )


RULES = (
    rule(
        "DATE_TRUNC", lambda call: None if _untyped(call) else _date_trunc(call),
        "Flink truncates with FLOOR; weeks begin on Monday in Postgres, on Sunday in Flink.",
    ),
    rule(
        "DATE_TRUNC", lambda call: _date_trunc(call) if _untyped(call) else None,
        "FLOOR of a TIMESTAMP_LTZ is off by the change where the clock changes in between;"
        " the type was not evident.",
        notice=True, suffix="_untyped",
    ),
    rule(
        "DATE_PART", _date_part,
        "Flink takes fields with EXTRACT, as whole numbers; Postgres's are double precision.",
    ),
    rule("EXTRACT", _extract, "Flink does not count the seconds of an interval."),
    MappingRule("idiom.at_time_zone", _time_zone, "Flink has none.", frozenset({"ZONE"})),
)  # fmt: skip
