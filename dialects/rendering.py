"""What stands in a statement in place of `$n`: its value, as the grammar takes it at that place.

LIMIT $1       → LIMIT 10, LIMIT ALL          VALUES ($1)   → a literal of the column's type
'path' = $1    → 'path' = '/tmp'              anywhere else → a literal of the parameter's type
"""

from __future__ import annotations

from collections.abc import Mapping

from dialects.assigning import assigned
from dialects.literals import bare, literal
from dialects.parameters import Parameters, Place
from protocol.errors import DATATYPE_MISMATCH, FEATURE_NOT_SUPPORTED, SqlError

INVALID_ROW_COUNT = {"LIMIT": "2201W", "OFFSET": "2201X", "FETCH": "2201W"}
_INTEGERS = frozenset({20, 21, 23})


def render(
    place: Place, oid: int, value: object, *, target: str | None, time_zone: str | None
) -> str:
    """The text for one place. `target` is Flink's type of the column that is filled, if any.
    Raises SqlError where the value or its type does not fit there."""
    if place.counts:
        return _count(place.counts, oid, value)
    if target is not None:
        return assigned(oid, value, target, time_zone=time_zone)
    if place.literal_only or (place.context.whole and oid in _INTEGERS):
        return bare(oid, value)
    return literal(oid, value, time_zone=time_zone)


def sample(read: Parameters, types: Mapping[int, int]) -> dict[int, str]:
    """A harmless text per place (by token), to describe a statement without values: a NULL of the
    parameter's type, or 1 or nothing where only a literal may stand."""
    return {place.index: _harmless(place, types[place.number]) for place in read.places}


def _harmless(place: Place, oid: int) -> str:
    if place.counts:
        return "1"
    return "''" if place.literal_only else literal(oid, None)


def _count(clause: str, oid: int, value: object) -> str:
    """A number of rows. NULL is no limit, as in Postgres."""
    if value is None and clause != "FETCH":
        return "ALL" if clause == "LIMIT" else "0"
    if value is None:
        raise SqlError(FEATURE_NOT_SUPPORTED, "FETCH FIRST NULL ROWS is not supported for Flink")
    if oid not in _INTEGERS or not isinstance(value, int):
        message = f"argument of {clause} must be type bigint"
        raise SqlError(DATATYPE_MISMATCH, message, detail=f"Its type has the OID {oid}.")
    if value < 0:
        raise SqlError(INVALID_ROW_COUNT[clause], f"{clause} must not be negative")
    return str(value)
