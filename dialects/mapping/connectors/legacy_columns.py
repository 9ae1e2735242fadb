"""One field of the old style as columns of the new: renamed, computed, or from the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dialects.mapping.connectors.legacy import TYPE, Unfit
from dialects.names import quote_name, quote_string

Field = Mapping[str, str]  # what is said behind `schema.N.`
HINT = "Declare the columns in CREATE TABLE."


def elements(field: Field, kind: str, type_: str, types: Mapping[str, str]) -> Iterator[str]:
    """The columns that a field becomes in a table of a connector of that kind.

    `type_` is its own, empty if it is not known; `types` those that the format says of the fields
    of a record. Raises Unfit.
    """
    name = field["name"]
    quoted = quote_name(name)
    timestamps = field.get("rowtime.timestamps.type")
    if "expr" in field:
        yield f"{quoted} AS {field['expr']}"
    elif field.get("proctime", "").lower() == "true":
        yield f"{quoted} AS PROCTIME()"
    elif timestamps is not None:
        yield from _time_attribute(field, kind, timestamps, types)
    elif not type_:
        raise Unfit(TYPE, f'column "{name}" has no type', HINT)
    elif field.get("from", name) != name:
        yield f"{quote_name(field['from'])} {type_}"
        yield f"{quoted} AS {quote_name(field['from'])}"
    else:
        yield f"{quoted} {type_}"


def _time_attribute(
    field: Field, kind: str, timestamps: str, types: Mapping[str, str]
) -> Iterator[str]:
    name = field["name"]
    source = field.get("rowtime.timestamps.from", field.get("from"))
    if timestamps == "from-source" and kind == "kafka":
        yield f"{quote_name(name)} TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL"
    elif timestamps != "from-field" or source is None:
        raise Unfit(TYPE, f'timestamps of "{name}" have no equivalent')
    else:
        yield from _from_field(name, source, types.get(source, "TIMESTAMP(3)").upper())


def _from_field(name: str, source: str, type_: str) -> Iterator[str]:
    """The old style took milliseconds and texts for timestamps too."""
    origin, quoted = quote_name(source), quote_name(name)
    for beginnings, physical, expression in _CONVERSIONS:
        if type_.startswith(beginnings) and name != source:
            yield f"{origin} {physical}"
            yield f"{quoted} AS {expression.format(origin)}"
            return
    if not type_.startswith("TIMESTAMP"):
        raise Unfit(TYPE, f'timestamps of "{name}" have no equivalent')
    yield f"{quoted} TIMESTAMP(3)"


_CONVERSIONS = (
    (("BIGINT", "LONG"), "BIGINT", "TO_TIMESTAMP_LTZ({}, 3)"),
    (("VARCHAR", "STRING"), "STRING", "CAST({} AS TIMESTAMP(3))"),
    (("TIMESTAMP",), "TIMESTAMP(3)", "{}"),
)


def watermark(field: Field) -> tuple[str, str] | None:
    """The column and the expression of a field's watermark. Raises Unfit."""
    name, kind = field["name"], field.get("rowtime.watermarks.type")
    if kind is None:
        return None
    if kind == "from-source":
        return name, "SOURCE_WATERMARK()"
    delay = "1" if kind == "periodic-ascending" else field.get("rowtime.watermarks.delay", "")
    if kind in ("periodic-ascending", "periodic-bounded") and delay.isdecimal():
        return name, f"{quote_name(name)} - {_interval(int(delay))}"
    raise Unfit(TYPE, f'watermarks of "{name}" have no equivalent')


def _interval(millis: int) -> str:
    seconds, rest = divmod(millis, 1000)
    precision = max(2, len(str(seconds)))
    if precision > 10:
        raise Unfit(TYPE, "the delay of the watermarks is too long")
    return f"INTERVAL {quote_string(f'{seconds}.{rest:03}')} SECOND({precision}, 3)"
