"""What the check of options refuses, Flink refuses too: every option, in its oldest and newest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
import pytest_asyncio

from dialects import Rewritten
from dialects.ddl.model import Option
from dialects.options import check, data
from dialects.options.values import constants
from gateway.engine.engine import FlinkEngine
from gateway.engine.translating import Translator
from protocol.errors import SqlError
from session.ports import EngineSettings
from tests.gateway.engine.driving import Client

pytestmark = [pytest.mark.flink, pytest.mark.timeout(600)]

Options = dict[str, str]
KAFKA = {
    "connector": "kafka",
    "topic": "t",
    "properties.bootstrap.servers": "localhost:9092",
    "properties.group.id": "g",
}
FILES = {"connector": "filesystem", "path": "/tmp/none"}


@dataclass(frozen=True)
class Base:
    """A table that Flink accepts, read or written as `roles` say."""

    options: Options
    roles: str = "read write"
    columns: str = "id INT, name STRING"
    formats: Options = field(default_factory=dict)  # prefix → identifier


KEYED = "id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED"
CHANGES = ("debezium-json", "canal-json", "maxwell-json", "ogg-json")
BASES = [
    Base({"connector": "blackhole"}, "write"),
    Base({"connector": "print"}, "write"),
    Base({"connector": "datagen"}, "read"),
    Base({"connector": "jdbc", "url": "jdbc:postgresql://localhost/d", "table-name": "t"}),
    Base(
        {"connector": "upsert-kafka", **dict(list(KAFKA.items())[1:])}
        | {"key.format": "json", "value.format": "csv"},
        columns=KEYED,
        formats={"key.json.": "json", "value.csv.": "csv"},
    ),
    *(
        Base(KAFKA | {"format": name}, formats={f"{name}.": name})
        for name in ("json", "csv", *CHANGES)
    ),
    Base(KAFKA | {"format": "raw"}, columns="name STRING", formats={"raw.": "raw"}),
    Base(KAFKA | {"value.format": "json", "key.format": "csv", "key.fields": "id"}),
    Base(FILES | {"format": "csv"}, formats={"csv.": "csv"}),
    Base(FILES | {"format": "json"}, formats={"json.": "json"}),
]
# Accepted by both, one more option each: what is easily refused by mistake.
GOOD: list[tuple[Base, Options]] = [
    (BASES[2], {"fields.id.min": "1", "fields.id.max": "9", "fields.name.length": "+5"}),
    (BASES[2], {"fields.id.kind": "sequence", "fields.id.start": "1", "fields.id.end": "9"}),
    (BASES[3], {"lookup.cache": "partial", "lookup.partial-cache.expire-after-write": "1 Hour"}),
    (
        BASES[3],
        {"lookup.cache.max-rows": "10", "lookup.cache.ttl": "10s", "username": "u", "password": ""},
    ),
    (BASES[4], {"properties.no.such.key": "x", "value.fields-include": "except_key"}),
    (BASES[5], {"scan.startup.mode": "Latest-Offset", "sink.semantic": "at-least-once"}),
    (BASES[5], {"json.ignore-parse-errors": "TRUE", "json.map-null-key.mode": "drop"}),
    (BASES[5], {"json.timestamp-format.standard": "ISO-8601"}),
    (BASES[1], {"property-version": "x"}),
    (BASES[5], {"property-version": "1", "sink.partitioner": "round-robin"}),
    (BASES[-2], {"csv.no-such": "x", "sink.rolling-policy.file-size": " 1 Mebibytes "}),
    (BASES[-2], {"source.monitor-interval": "1000", "sink.parallelism": "2"}),
    (BASES[-1], {"json.no-such": "x", "auto-compaction": "True"}),
]
WRONG = {
    "boolean": ("yes", "", "true "),
    "integer": ("x", "1.0", "2147483648", " 1"),
    "long": ("x", "9223372036854775808"),
    "float": ("x", ""),
    "duration": ("5 fortnights", "-1 s", "1.5 s"),
    "memorysize": ("1.5 mb", "1 xb"),
}


def broken(base: Base, version: str) -> Iterator[Options]:
    """The base with one thing wrong, each thing once."""
    connector = base.options["connector"]
    yield base.options | {"no-such-option": "x"}
    if connector == "datagen" or version == "1.16":
        yield base.options | {"scan.watermark.idle-timeout": "5 s"}
    for prefix, kind, name in (
        ("", "connector", connector),
        *((prefix, "format", name) for prefix, name in base.formats.items()),
    ):
        if kind == "format" and connector != "filesystem":
            yield base.options | {f"{prefix}no-such-option": "x"}
        factory = data.factory(kind, name, version)
        assert factory is not None
        for spec in factory.options.values():
            key = prefix + spec.key
            if spec.required:
                yield {k: v for k, v in base.options.items() if k != key}
            for value in ("no such",) if constants(spec.type) else WRONG.get(spec.type, ()):
                yield base.options | {key: value}
        for _, spec in factory.templates:
            if constants(spec.type):
                yield base.options | {spec.key.replace("#", "id"): constants(spec.type)[0].upper()}
        if kind == "connector" or connector != "filesystem":
            for key in of_other_versions(kind, name, version):
                yield base.options | {prefix + key.replace("#", "id"): "true"}
    if connector == "kafka":
        yield {k: v for k, v in base.options.items() if k != "topic"}
        yield {k: v for k, v in base.options.items() if k not in ("format", "value.format")}


def of_other_versions(kind: str, name: str, version: str) -> list[str]:
    here = data.factory(kind, name, version)
    assert here is not None
    others = [data.factory(kind, name, other) for other in data.versions()]
    keys = {key for other in others if other is not None for key in other.keys()}
    return sorted(keys - set(here.keys()))


def refusal(options: Options, version: str) -> SqlError | None:
    try:
        check([Option(key, value) for key, value in options.items()], version, ("id", "name"))
    except SqlError as error:
        return error
    return None


class Verbatim(Translator):
    """Flink itself is asked, of the text as it is."""

    async def translated(
        self, sql: str, settings: EngineSettings, batch: bool | None = None
    ) -> Rewritten:
        return Rewritten(sql)


@pytest_asyncio.fixture(params=["1.16", "2.3"], loop_scope="session")
async def client(engine: FlinkEngine, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    client = Client(engine, request.param)
    client.session.translator = Verbatim(lambda notice: None, lambda version: {})
    await client.execute(
        "CREATE CATALOG c WITH ('type' = 'generic_in_memory')",
        "USE CATALOG c",
        "CREATE TEMPORARY TABLE changing (id INT, name STRING) WITH ('connector' = 'datagen')",
    )
    yield client
    await client.session.close()


_number = count()


async def flink(client: Client, base: Base, options: Options) -> dict[str, str | None]:
    """Per role, what Flink says at planning."""
    table = f"t{next(_number)}"
    clause = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    await client.execute(f"CREATE TEMPORARY TABLE {table} ({base.columns}) WITH ({clause})")
    values = "CAST(NULL AS STRING)" if base.columns.startswith("name") else "1, 'a'"
    if base.columns == KEYED:  # Flink 2.3 wants to see that the query has the same key
        values = "id, MAX(name) FROM changing GROUP BY id"
    queries = {"read": f"SELECT * FROM {table}", "write": f"INSERT INTO {table} SELECT {values}"}
    said: dict[str, str | None] = {}
    for role in base.roles.split():
        try:
            await client.show(f"EXPLAIN {queries[role]}")
            said[role] = None
        except SqlError as error:
            said[role] = error.message
    return said


async def test_what_is_accepted(client: Client) -> None:
    version, wrong = client.settings.version, []
    for base, more in [*((base, {}) for base in BASES), *GOOD]:
        said = await flink(client, base, base.options | more)
        ours = refusal(base.options | more, version)
        if ours is not None or any(said.values()):
            wrong.append((base.options | more, ours, said))
    assert not wrong, "\n".join(map(str, wrong))


async def test_what_is_refused(client: Client) -> None:
    version, asked, wrong = client.settings.version, 0, []
    for base in BASES:
        for options in broken(base, version):
            ours = refusal(options, version)
            said = await flink(client, base, options)
            if ours is None or None in said.values():
                wrong.append((options, ours, said))
            asked += 1
    assert not wrong, "\n".join(map(str, wrong))
    assert asked > 200
