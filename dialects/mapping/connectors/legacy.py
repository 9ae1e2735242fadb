"""Tables in the style of Flink 1.10 and before, translated up as a whole.

    'connector.type' = 'kafka', 'connector.version' = '0.11',     'connector' = 'kafka',
    'connector.topic' = 't', 'format.type' = 'json',              'topic' = 't', 'format' = 'json',
    'connector.properties.0.key' = 'group.id',                    'properties.group.id' = 'g'
    'connector.properties.0.value' = 'g'

No version of the range runs them: CREATE TABLE takes them, the first use fails. Only files of csv
are read and written by all (seen on 1.16 to 2.3), a single file where the new style has a folder:
these stay as they are. What has no equivalent is refused, and one such key refuses the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dialects.mapping.connectors.legacy_table import Row, rows

TYPE = "connector.type"
_VERSION = "connector.version"
_INDEXED = re.compile(r"(connector\.(?:properties|specific-offsets|hosts))\.(\d+)\.([a-z]+)\Z")
_PROPERTY = "connector.properties."
KINDS = ("kafka", "jdbc", "elasticsearch", "hbase", "filesystem")
# What was done without the option, and is not done now: rows and interval of a flush.
_DEFAULTS = {
    "jdbc": (("sink.buffer-flush.max-rows", "5000"), ("sink.buffer-flush.interval", "0 s")),
}


@dataclass(frozen=True, slots=True)
class Modern:
    """The list in the new style. `kept`: of the old keys that stay in their places, the new key and
    value; the other old keys go. `added`: what was understood before and has to be said now."""

    kept: Mapping[str, tuple[str, str]]
    added: Sequence[tuple[str, str]]


class Unfit(Exception):
    """The key that has no equivalent, and why."""

    def __init__(self, key: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.message = message
        self.hint = hint


def runs(given: Mapping[str, str]) -> bool:
    """Whether Flink itself still takes that table in the old style."""
    return given.get(TYPE) == "filesystem" and given.get("format.type", "").lower() == "csv"


def modern(given: Mapping[str, str], keyed: bool) -> Modern:
    """The new style of a list in the old one; `keyed`: the table has a primary key.

    Keys that say something of columns (`schema.…`, `format.fields.…`) are the caller's. Raises
    Unfit.
    """
    kind = given[TYPE]
    if kind not in KINDS:
        raise Unfit(TYPE, f'connector type "{kind}" has no equivalent')
    kept: dict[str, tuple[str, str]] = {TYPE: ("connector", _identifier(kind, given))}
    table = rows(kind, given.get("format.type", ""))
    for key, value in given.items():
        found = _one(key, value, table, given, keyed) if key not in (TYPE, _VERSION) else None
        if found is not None:
            kept[key] = found
    said = {key for key, _ in kept.values()}
    added = [each for each in _DEFAULTS.get(kind, ()) if each[0] not in said]
    return Modern(kept, added)


def _identifier(kind: str, given: Mapping[str, str]) -> str:
    version = given.get(_VERSION, "")
    if kind == "elasticsearch":
        if version not in ("6", "7"):
            raise Unfit(_VERSION if version else TYPE, "version of Elasticsearch has no equivalent")
        return f"elasticsearch-{version}"
    if kind == "hbase":
        return "hbase-1.4" if version.startswith("1") else "hbase-2.2"
    return kind


def _one(
    key: str, value: str, table: Mapping[str, Row], given: Mapping[str, str], keyed: bool
) -> tuple[str, str] | None:
    """The new key and value in the place of an old key; None: it goes."""
    indexed = _INDEXED.match(key)
    if indexed is not None:
        return _joined(indexed, given)
    if key == "update-mode" and value == "upsert" and keyed:
        return None
    if key == "connector.document-type":
        return None if given.get(_VERSION) == "7" else ("document-type", value)
    custom = _CUSTOM.get(key)
    if custom is not None and value == "custom":
        return table[key].new, _needed(custom, given)
    row = table.get(key)
    if row is not None:
        return _by_row(row, key, value)
    if key.startswith(_PROPERTY):
        return key.removeprefix("connector."), value
    raise Unfit(key, f'option "{key}" has no equivalent')


_CUSTOM = {
    "connector.sink-partitioner": "connector.sink-partitioner-class",
    "connector.failure-handler": "connector.failure-handler-class",
}


_LINE_BREAKS = ("", "\n", "\r\n", "\\n", "\\r\\n")


def _by_row(row: Row, key: str, value: str) -> tuple[str, str] | None:
    if row.how == "drop" or row.how == f"={value}" or row.how == "line" and value in _LINE_BREAKS:
        return None
    if row.how.startswith("=") or row.how in ("refuse", "line"):
        raise Unfit(key, f"option \"{key}\" = '{value}' has no equivalent", row.remark or None)
    if row.how == "millis" and value.strip().isdecimal():
        return row.new, f"{value.strip()} ms"
    return row.new, value.lower() if row.how == "lower" else value


# ── index joins ─────────────────────────────────────────────────────────────────────────────────


def _joined(found: re.Match[str], given: Mapping[str, str]) -> tuple[str, str] | None:
    """At the first key of its group the group as one option, nothing at the others."""
    family, index, _ = found.groups()
    alone = family == f"{_PROPERTY}"[:-1]
    group = f"{family}.{index}." if alone else f"{family}."
    first = next(key for key in given if key.startswith(group) and _INDEXED.match(key))
    return _JOINS[family](family, index, given) if first == found[0] else None


def _property(family: str, index: str, given: Mapping[str, str]) -> tuple[str, str] | None:
    key = _needed(f"{family}.{index}.key", given)
    value = _needed(f"{family}.{index}.value", given)
    return None if key == "zookeeper.connect" else (f"properties.{key}", value)


def _offsets(family: str, index: str, given: Mapping[str, str]) -> tuple[str, str]:
    pairs = [
        f"partition:{_needed(f'{each}.partition', given)},offset:{_needed(f'{each}.offset', given)}"
        for each in _indexes(family, given)
    ]
    return "scan.startup.specific-offsets", ";".join(pairs)


def _hosts(family: str, index: str, given: Mapping[str, str]) -> tuple[str, str]:
    hosts = [
        f"{given.get(f'{each}.protocol', 'http')}://{_needed(f'{each}.hostname', given)}"
        f":{_needed(f'{each}.port', given)}"
        for each in _indexes(family, given)
    ]
    return "hosts", ";".join(hosts)


def _indexes(family: str, given: Mapping[str, str]) -> Iterator[str]:
    numbers = {
        int(found[2])
        for key in given
        if (found := _INDEXED.match(key)) is not None and found[1] == family
    }
    for number in sorted(numbers):
        yield f"{family}.{number}"


def _needed(key: str, given: Mapping[str, str]) -> str:
    if key not in given:
        raise Unfit(TYPE, f'option "{key}" is missing')
    return given[key]


_JOINS: dict[str, Callable[[str, str, Mapping[str, str]], tuple[str, str] | None]] = {
    "connector.properties": _property,
    "connector.specific-offsets": _offsets,
    "connector.hosts": _hosts,
}
