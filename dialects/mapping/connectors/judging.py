"""One option of one subject for one target: what becomes of it by the tables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialects.mapping.connectors.outcomes import Drop, Outcome, Refuse, Rewrite, Where, unsupported
from dialects.mapping.connectors.releases import served, usual, where
from dialects.mapping.connectors.tables import (
    Lifetime,
    Renamed,
    Subject,
    identifiers,
    lifetimes,
    renames,
)
from dialects.mapping.model import Target
from dialects.options import data
from dialects.options.comparing import millis, same
from dialects.versions import Version

NET_DROPPED = "options.default_dropped"
NET_REFUSED = "options.absent"
_ARN = re.compile(r"arn:[^:]+:kinesis:[^:]+:[^:]*:stream/(.+)\Z")


def identifier(kind: str, name: str, key: str, target: Target) -> Outcome | None:
    """Of `'connector' = 'name'` or of a catalog's `'type' = 'name'`."""
    known = identifiers().get((kind, name))
    if known is None:
        return None
    place = where((kind, name), target)
    rule = identifier_rule(kind, known.family)
    if place is None:
        message = f'{kind} "{name}" has no release for Flink {target.version}'
        detail = f"There are releases for Flink {served(known.family)}."
        own = f"Of your own build, name the release: SET flink.connectors = '{known.family} …'."
        return Refuse(rule, message, detail, known.remark or own, at_value=True)
    if known.span.covers(place.release):
        return None
    if known.instead:
        return Rewrite(rule, key, known.instead, known.remark)
    message = f"{place.name} is not supported by Flink {target.version}"
    return Refuse(rule, message, place.extent(known.span), known.remark or None, at_value=True)


def identifier_rule(kind: str, family: str) -> str:
    return f"{family}.{kind}"


def option(
    subject: Subject, key: str, value: str | None, given: Mapping[str, str], target: Target
) -> Outcome | None:
    """Of an option, without the prefix of its format; `given` are all with their own keys.

    None: it is as it should be, or nothing is known of it. Without a value (it is reset) it can
    only be called otherwise.
    """
    place = where(subject, target)
    if place is None:
        return None
    renamed = renames().get(subject, {}).get(key)
    if renamed is not None and renamed.span.covers(place.release):
        return _renamed(place, renamed, value, given)
    if value is None:
        return None
    for other in renames().get(subject, {}).values():
        if other.wins and other.new == key and other.key in given:
            return Drop(place.rule(other.key), other.remark)
    for row in lifetimes().get(subject, ()):
        if row.matches(key):
            return None if row.span.covers(place.release) else _absent(place, row, key, value)
    return _net(place, key, value, target.version)


def _renamed(
    place: Where, row: Renamed, value: str | None, given: Mapping[str, str]
) -> Outcome | None:
    rule = place.rule(row.key)
    why = row.remark or f'It is called "{row.new}" {_in(place)}.'
    carried = _carried(row, value) if value is not None else ""
    if isinstance(carried, Refuse):
        return Refuse(rule, carried.message.format(key=row.key, name=place.name), hint=carried.hint)
    if row.new in given:
        if row.wins:
            return None  # the other one is left out first
        if given[row.new] == carried:
            return Drop(rule, why)
        message = f'options "{row.key}" and "{row.new}" of {place.name} contradict each other'
        return Refuse(rule, message)
    return Rewrite(rule, row.new, carried, why)


def _carried(row: Renamed, value: str) -> str | Refuse:
    """The value under the new key."""
    if row.value == "duration" and value.strip().isdecimal():
        return f"{value.strip()} ms"
    if row.value == "millis":
        found = millis(value)
        return str(found) if found is not None else _unfit(value, "Write it in milliseconds.")
    if row.value == "stream":
        arn = _ARN.match(value)
        return arn[1] if arn is not None else _unfit(value, "It is not the ARN of a stream.")
    if row.value == "timestamp" and value.replace(".", "", 1).isdecimal():
        return _unfit(value, "Write it as a time: seconds are not read there.")
    if "=" in row.value:
        words = dict(pair.split("=") for pair in row.value.split())
        fitting = next((word for word in words if word.upper() == value.upper()), None)
        if fitting is None:
            return _unfit(value, f"Available values: {', '.join(words)}.")
        return words[fitting]
    return value


def _unfit(value: str, hint: str) -> Refuse:
    shown = value.replace("{", "{{").replace("}", "}}")
    return Refuse(
        "", f'value "{shown}" of option "{{key}}" of {{name}} has no equivalent', hint=hint
    )


def _absent(place: Where, row: Lifetime, key: str, value: str) -> Outcome:
    rule = place.rule(row.key)
    why = f"{place.extent(row.span)} {row.remark}".strip()
    fits = row.otherwise == "default" and same(row.type, value, row.default)
    if row.otherwise == "drop" or fits:
        return Drop(rule, why)
    return Refuse(rule, unsupported(place, key), place.extent(row.span), row.remark or None)


def _net(place: Where, key: str, value: str, version: Version) -> Outcome | None:
    """What the tables of this package do not have and the options of the jars do."""
    if place.release != usual(place.family, version):
        return None  # those are of the usual releases
    kind, name = place.subject if place.subject[0] != "any" else ("common", "*")
    known = data.versions_of(kind, name, key)
    if not known or str(version) in known:
        return None
    extent = f"It is there in Flink {', '.join(known)}."
    factory = data.factory(kind, name, known[0])
    spec = factory.options.get(key) if factory is not None else None
    if spec is not None and spec.default and same(spec.type, value, spec.default):
        return Drop(NET_DROPPED, extent)
    return Refuse(NET_REFUSED, unsupported(place, key), extent)


def _in(place: Where) -> str:
    release = ".".join(map(str, place.release))
    return f"in Flink {release}" if place.family == "flink" else f"in release {release}"
