"""What the old style says of columns among its options, moved to the columns.

    'schema.0.name' = 'ts', 'schema.0.data-type' = 'TIMESTAMP(3)',     (`raw` TIMESTAMP(3),
    'schema.0.from' = 'raw', 'schema.0.rowtime.…' = …            ►      `ts` AS `raw`,
                                                                        WATERMARK FOR `ts` AS …)

Columns that the table has already must be the same: what differs is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dialects.ddl import read_ddl
from dialects.ddl.model import ColumnKind, Create, TableDefinition
from dialects.mapping.connectors.legacy import TYPE, Unfit
from dialects.mapping.connectors.legacy_columns import HINT, Field, elements, watermark
from dialects.names import quote_name
from dialects.splitter import single
from protocol.errors import SqlError

_OURS = ("schema.", "partition.keys.", "format.fields.")
_FORMAT_SCHEMAS = ("format.schema", "format.json-schema", "format.avro-schema")
_FIELD = re.compile(r"(schema|format\.fields|partition\.keys)\.(\d{1,5})\.(.+)\Z")
_PLAIN = frozenset({"name", "type", "data-type", "expr"})  # as the column itself says it


@dataclass(frozen=True, slots=True)
class Schema:
    """`fields`: of each index of `schema.N.…` what is said there; `formatted` the same of
    `format.fields.N.…`; `more`: the keys without an index."""

    fields: tuple[Field, ...] = ()
    formatted: tuple[Field, ...] = ()
    partitions: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(filter(None, self.more.get("schema.primary-key.columns", "").split(",")))


def read(given: Mapping[str, str]) -> tuple[Schema, dict[str, str]]:
    """What is said of columns, and the other options. Raises Unfit."""
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
    if any("name" not in each for each in (*fields, *formatted, *partitions)):
        raise Unfit(TYPE, "a column among the options has no name", HINT)
    schema = Schema(fields, formatted, tuple(each["name"] for each in partitions), more)
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
    _agree(schema, definition)
    declared = {column.name: column.type or "" for column in definition.columns}
    types = {f["name"]: f.get("data-type", f.get("type", "")) for f in schema.formatted}
    replaced: dict[str, str] = {}
    added: list[str] = []
    for each in schema.fields:
        name = each["name"]
        type_ = declared.get(name) or each.get("data-type", each.get("type", ""))
        if name not in declared:
            added += elements(each, kind, type_, types)
        elif not _PLAIN.issuperset(each):
            replaced[name] = ", ".join(elements(each, kind, type_, types))
    added += _clauses(schema, definition)
    partitions = () if definition.partitioned_by else schema.partitions
    return Columns(replaced, tuple(added), partitions)


def _clauses(schema: Schema, definition: TableDefinition) -> list[str]:
    """Of the watermark and the key, where the table has none."""
    found: list[str] = []
    marks = [mark for each in schema.fields if (mark := watermark(each)) is not None]
    column = schema.more.get("schema.watermark.0.rowtime")
    if column is not None:
        marks.append((column, schema.more.get("schema.watermark.0.strategy.expr", "")))
    if len(marks) > 1 or marks and definition.watermark is not None:
        raise Unfit(TYPE, "a table can have only one watermark")
    found += (f"WATERMARK FOR {quote_name(name)} AS {text}" for name, text in marks)
    if schema.key and definition.primary_key is None:
        name = schema.more.get("schema.primary-key.name")
        named = f"CONSTRAINT {quote_name(name)} " if name else ""
        keys = ", ".join(map(quote_name, schema.key))
        found.append(f"{named}PRIMARY KEY ({keys}) NOT ENFORCED")
    return found


# ── what is said twice has to be the same ───────────────────────────────────────────────────────


def _agree(schema: Schema, definition: TableDefinition) -> None:
    """The formats read the columns of the table, whatever schema they had. Raises Unfit."""
    declared = {column.name: column for column in definition.columns}
    for index, each in enumerate(schema.fields):
        key, name = f"schema.{index}.name", each["name"]
        if declared and name not in declared:
            raise Unfit(key, f'column "{name}" does not exist', HINT)
        said, own = each.get("data-type"), declared[name].type if declared else None
        if said is not None and own is not None and _canonical(said) != own:
            raise Unfit(key, f'column "{name}" has another type among the options', HINT)
    physical = {
        column.name: column.type or ""
        for column in definition.columns
        if column.kind is ColumnKind.PHYSICAL
    }
    for key in _FORMAT_SCHEMAS:
        if key in schema.more and not _same(key, schema.more[key], physical):
            raise Unfit(key, f'option "{key}" differs from the columns of the table', HINT)
    names = {each["name"] for each in schema.formatted}
    if names and physical and names != _sources(schema, physical):
        raise Unfit(TYPE, "fields of the format differ from the columns of the table", HINT)
    own_key = definition.primary_key.columns if definition.primary_key else ()
    pairs = ((schema.key, own_key), (schema.partitions, definition.partitioned_by))
    if any(among and own and among != own for among, own in pairs):
        raise Unfit(TYPE, "keys among the options differ from those of the table", HINT)


def _sources(schema: Schema, physical: Mapping[str, str]) -> set[str]:
    """The names of the columns as the format calls them."""
    names = set(physical)
    for each in schema.fields:
        source = each.get("rowtime.timestamps.from") or each.get("from")
        if each.get("proctime") or each.get("rowtime.timestamps.type") or source:
            names.discard(each["name"])
        if source:
            names.add(source)
    return names


def _same(key: str, value: str, physical: Mapping[str, str]) -> bool:
    if key == "format.schema":
        row = ", ".join(f"{quote_name(name)} {type_}" for name, type_ in physical.items())
        return _canonical(value) == f"ROW<{row}>"
    try:
        said = json.loads(value)
        fields = said["properties"] if key == "format.json-schema" else said["fields"]
        names = fields if isinstance(fields, dict) else [each["name"] for each in fields]
        return set(names) == set(physical)
    except (ValueError, KeyError, TypeError):
        return False


def _canonical(type_: str) -> str | None:
    """A type in the spelling of a definition, without NOT NULL; None for what is no type."""
    try:
        created = read_ddl(single(f"CREATE TABLE t (a {type_})"))
    except SqlError:
        return None
    if not isinstance(created, Create) or not isinstance(created.definition, TableDefinition):
        return None
    found = created.definition.columns
    return found[0].type if len(found) == 1 else None
