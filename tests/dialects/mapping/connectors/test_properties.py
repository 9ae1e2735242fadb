"""Any options of any connector: the rules come to an end, at a text that needs nothing more."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dialects import split
from dialects.mapping import Target, translate
from dialects.mapping.connectors import RULES, tables
from dialects.names import quote_string
from dialects.options import data
from dialects.versions import VERSIONS, Version

KEYS = sorted(
    {row.key.replace("#", "a").replace("*", "x") for r in tables.lifetimes().values() for row in r}
    | {row.key for rows in tables.renames().values() for row in rows.values()}
    | {row.new for rows in tables.renames().values() for row in rows.values()}
    | {row.key for rows in tables.moved().values() for row in rows}
    | {"stream", "url", "format", "key.format", "json.encode.ignore-null-fields", "it's"}
)
OLD = [
    "connector.topic",
    "connector.properties.0.key",
    "connector.properties.0.value",
    "connector.hosts.0.hostname",
    "connector.hosts.0.port",
    "connector.version",
    "update-mode",
    "format.type",
    "schema.0.name",
    "schema.0.data-type",
    "schema.0.proctime",
    "schema.0.rowtime.watermarks.type",
]
VALUES = st.sampled_from(
    ["true", "FALSE", "1", "10 s", "exactly-once", "none", "json", "kafka", "LAZY", "it's", ""]
) | st.text(alphabet="aZ0'\"{}:=.;%é, ", max_size=5)
NAMES = sorted(name for kind, name in tables.identifiers() if kind == data.CONNECTOR)
versions = st.sampled_from(VERSIONS)


def table(options: dict[str, str]) -> str:
    listed = ", ".join(f"{quote_string(k)} = {quote_string(v)}" for k, v in options.items())
    return f"CREATE TABLE t (a INT) WITH ({listed})"


def settles(sql: str, target: Target) -> None:
    result = translate(split(sql)[0], target, RULES)
    if result.refusal is not None:
        assert result.refusal.sqlstate == "0A000", result.refusal
        assert 1 <= (result.refusal.position or 0) <= len(sql)
        return
    again = translate(split(result.text)[0], Target(target.version), RULES)
    assert (again.text, again.applied, again.refusal) == (result.text, (), None)


@settings(deadline=None)
@given(
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6),
    versions,
    versions | st.none(),
    st.randoms(use_true_random=False),
)
def test_new_tables_settle(
    connector: str,
    options: dict[str, str],
    version: Version,
    source: Version | None,
    random: Random,
) -> None:
    entries = [("connector", connector), *options.items()]
    random.shuffle(entries)
    settles(table(dict(entries)), Target(version, source))


@settings(deadline=None)
@given(
    st.sampled_from(["kafka", "jdbc", "elasticsearch", "hbase", "filesystem", "other"]),
    st.dictionaries(st.sampled_from(OLD), VALUES, max_size=8),
    versions,
)
def test_old_tables_settle(kind: str, options: dict[str, str], version: Version) -> None:
    settles(table({"connector.type": kind, **options}), Target(version))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1, max_size=4), versions)
def test_hints_settle(options: dict[str, str], version: Version) -> None:
    listed = ", ".join(f"{quote_string(k)} = {quote_string(v)}" for k, v in options.items())
    settles(f"SELECT * FROM t /*+ OPTIONS({listed}) */", Target(version))
