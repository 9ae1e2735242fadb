"""What the old style says of columns among its options, moved to the columns.

'schema.0.name' = 'ts', 'schema.0.data-type' = 'TIMESTAMP(3)',     (`raw` TIMESTAMP(3),
'schema.0.from' = 'raw', 'schema.0.rowtime.…' = …            ►      `ts` AS `raw`,
                                                                    WATERMARK FOR `ts` AS …)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dialects.ddl import read_ddl
from dialects.ddl.model import ColumnKind, Create, TableDefinition
from dialects.mapping.connectors.legacy import Unfit
from dialects.names import quote_name, quote_string
from dialects.splitter import single
from protocol.errors import SqlError

_OURS = ("schema.", "partition.keys.", "format.fields.")
_FORMAT_SCHEMAS = ("format.schema", "format.json-schema", "format.avro-schema")
_FIELD = re.compile(r"(schema|format\.fields|partition\.keys)\.(\d{1,5})\.(.+)\Z")
_HINT = "Declare the columns in CREATE TABLE."


@dataclass(frozen=True, slots=True)
class Schema:
    """`fields`: of each index of `schema.N.…` what is said there; `formatted` the same of
    `format.fields.N.…`; `more`: the keys without an index."""

    fields: tuple[Mapping[str, str], ...] = ()
    formatted: tuple[Mapping[str, str], ...] = ()
    partitions: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(filter(None, self.more.get("schema.primary-key.columns", "").split(",")))


def read(given: Mapping[str, str]) -> tuple[Schema, dict[str, str]]:
    """What is said of columns, and the other options."""
    ours = {k: v for k, v in given.items() if k.startswith(_OURS) or k in _FORMAT_SCHEMAS}
    indexed: dict[str, dict[int, dict[str, str]]] = {}
    more: dict[str, str] = {}
    for key, value in ours.items():
        found = _FIELD.match(key)
        if found is None:
            more[key] = value
        else:
            indexed.setdefault(found[1], {}).setdefault(int(found[2]), {})[found[3]] = value
    fields, formatted, partitions = (
        tuple(each for _, each in sorted(indexed.get(name, {}).items()))
        for name in ("schema", "format.fields", "partition.keys")
    )
    schema = Schema(fields, formatted, tuple(each.get("name", "") for each in partitions), more)
    return schema, {key: value for key, value in given.items() if key not in ours}


@dataclass(frozen=True, slots=True)
class Columns:
    """Elements of the brackets of a table. `replaced`: of columns that are there, by name, the
    text in their place; `added`: what comes behind them."""

    replaced: Mapping[str, str]
    added: tuple[str, ...]
    partitions: tuple[str, ...] = ()


def columns(schema: Schema, kind: str, definition: TableDefinition) -> Columns:
    """What the columns have to be for a connector of that kind. Raises Unfit."""
    declared = {column.name: column for column in definition.columns}
    replaced: dict[str, str] = {}
    added: list[str] = []
    watermark = _watermark(schema)
    for said in schema.fields:
        name = _said(said, "name")
        if name not in declared and declared:
            raise Unfit(_key_of(schema, said), f'column "{name}" does not exist', _HINT)
        texts = list(
            _elements(said, name, kind, schema, declared[name].type if name in declared else None)
        )
        if name not in declared:
            added += texts
        elif set(said) - {"name", "type", "data-type", "expr"}:
            replaced[name] = ", ".join(texts)
        watermark = _rowtime_watermark(said, name) or watermark
    if watermark is not None and definition.watermark is None:
        added.append(f"WATERMARK FOR {quote_name(watermark[0])} AS {watermark[1]}")
    if schema.key and definition.primary_key is None:
        added.append(_primary_key(schema))
    _agree(schema, definition)
    partitions = () if definition.partitioned_by else schema.partitions
    return Columns(replaced, tuple(added), partitions)


def _elements(
    said: Mapping[str, str], name: str, kind: str, schema: Schema, declared: str | None
) -> Iterator[str]:
    """The columns that one field becomes."""
    quoted = quote_name(name)
    type_ = declared or said.get("data-type") or said.get("type") or ""
    source = said.get("rowtime.timestamps.from") or said.get("from")
    timestamps = said.get("rowtime.timestamps.type")
    if "expr" in said:
        yield f"{quoted} AS {said['expr']}"
    elif said.get("proctime", "").lower() == "true":
        yield f"{quoted} AS PROCTIME()"
    elif timestamps == "from-source" and kind == "kafka":
        yield f"{quoted} TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL"
    elif timestamps not in (None, "from-field"):
        raise Unfit("connector.type", f'timestamps of "{name}" have no equivalent')
    elif timestamps is not None and source is not None:
        yield from _from_field(quoted, source, schema)
    elif source is not None and source != name:
        yield f"{quote_name(source)} {type_}"
        yield f"{quoted} AS {quote_name(source)}"
    elif not type_:
        raise Unfit("connector.type", f'column "{name}" has no type', _HINT)
    else:
        yield f"{quoted} {type_}"


def _from_field(quoted: str, source: str, schema: Schema) -> Iterator[str]:
    """A time attribute from a field: its type is what the format says, else a timestamp."""
    types = {
        each.get("name"): each.get("data-type", each.get("type", "")).upper()
        for each in schema.formatted
    }
    type_ = types.get(source, "TIMESTAMP(3)")
    origin = quote_name(source)
    if type_.startswith(("BIGINT", "LONG")):
        yield f"{origin} BIGINT"
        yield f"{quoted} AS TO_TIMESTAMP_LTZ({origin}, 3)"
    elif type_.startswith(("VARCHAR", "STRING")):
        yield f"{origin} STRING"
        yield f"{quoted} AS CAST({origin} AS TIMESTAMP(3))"
    else:
        yield f"{origin} TIMESTAMP(3)"
        yield f"{quoted} AS {origin}"


def _rowtime_watermark(said: Mapping[str, str], name: str) -> tuple[str, str] | None:
    kind = said.get("rowtime.watermarks.type")
    if kind is None:
        return None
    quoted = quote_name(name)
    if kind == "from-source":
        return name, "SOURCE_WATERMARK()"
    if kind == "periodic-ascending":
        return name, f"{quoted} - {_interval(1)}"
    delay = said.get("rowtime.watermarks.delay", "")
    if kind == "periodic-bounded" and delay.isdecimal():
        return name, f"{quoted} - {_interval(int(delay))}"
    raise Unfit("connector.type", f'watermarks of "{name}" have no equivalent')


def _interval(millis: int) -> str:
    seconds, rest = divmod(millis, 1000)
    precision = max(2, len(str(seconds)))
    if precision > 10:
        raise Unfit("connector.type", "the delay of the watermarks is too long")
    return f"INTERVAL {quote_string(f'{seconds}.{rest:03}')} SECOND({precision}, 3)"


def _watermark(schema: Schema) -> tuple[str, str] | None:
    name = schema.more.get("schema.watermark.0.rowtime")
    expression = schema.more.get("schema.watermark.0.strategy.expr")
    return (name, expression) if name and expression else None


def _primary_key(schema: Schema) -> str:
    name = schema.more.get("schema.primary-key.name")
    named = f"CONSTRAINT {quote_name(name)} " if name else ""
    return f"{named}PRIMARY KEY ({', '.join(map(quote_name, schema.key))}) NOT ENFORCED"


# ── schemas of formats: dropped only if they say what the columns say ───────────────────────────


def _agree(schema: Schema, definition: TableDefinition) -> None:
    """The formats read the columns of the table, whatever schema they had. Raises Unfit."""
    physical = {
        column.name: column.type
        for column in definition.columns
        if column.kind is ColumnKind.PHYSICAL
    }
    for key in _FORMAT_SCHEMAS:
        if key in schema.more and not _same(key, schema.more[key], physical):
            raise Unfit(key, f'option "{key}" differs from the columns of the table', _HINT)
    names = [_said(each, "name") for each in schema.formatted]
    if names and physical and set(names) != _sources(schema, physical):
        key = "format.fields.0.name"
        raise Unfit(key, "fields of the format differ from the columns of the table", _HINT)


def _sources(schema: Schema, physical: Mapping[str, str | None]) -> set[str]:
    """The names of the columns as the format calls them."""
    names = set(physical)
    for said in schema.fields:
        source = said.get("rowtime.timestamps.from") or said.get("from")
        if said.get("proctime") or source:
            names.discard(said["name"])
        if source:
            names.add(source)
    return names


def _same(key: str, value: str, physical: Mapping[str, str | None]) -> bool:
    if key == "format.schema":
        try:
            created = read_ddl(single(f"CREATE TABLE t (a {value})"))
        except SqlError:
            return False
        assert isinstance(created, Create) and isinstance(created.definition, TableDefinition)
        row = ", ".join(f"{quote_name(name)} {type_}" for name, type_ in physical.items())
        return created.definition.columns[0].type == f"ROW<{row}>"
    try:
        said = json.loads(value)
        fields = said["properties"] if key == "format.json-schema" else said["fields"]
        names = fields if isinstance(fields, dict) else [each["name"] for each in fields]
    except (ValueError, KeyError, TypeError):
        return False
    return set(names) == set(physical)


def _said(said: Mapping[str, str], key: str) -> str:
    if key not in said:
        raise Unfit("connector.type", f'a column among the options has no "{key}"', _HINT)
    return said[key]


def _key_of(schema: Schema, said: Mapping[str, str]) -> str:
    return f"schema.{schema.fields.index(said)}.name"
