"""Tables as the manuals of Flink 1.9 and 1.10 show them, in the style of today."""

from __future__ import annotations

import pytest

from dialects import options, split
from dialects.ddl import read_ddl
from dialects.ddl.model import Create, TableDefinition
from dialects.mapping import Target, translate
from dialects.mapping.connectors import RULES
from dialects.mapping.model import Translation
from dialects.versions import VERSIONS, Version

TRANSLATED = {
    "kafka of 1.10": (
        """\
CREATE TABLE MyUserTable (user_id BIGINT, message STRING) WITH (
  'connector.type' = 'kafka',
  'connector.version' = '0.11',
  'connector.topic' = 'topic_name',
  'connector.properties.zookeeper.connect' = 'localhost:2181',
  'connector.properties.bootstrap.servers' = 'localhost:9092',
  'connector.properties.group.id' = 'testGroup',
  'connector.startup-mode' = 'specific-offsets',
  'connector.specific-offsets' = 'partition:0,offset:42;partition:1,offset:300',
  'connector.sink-partitioner' = 'custom',
  'connector.sink-partitioner-class' = 'org.mycompany.MyPartitioner',
  'update-mode' = 'append',
  'format.type' = 'csv',
  'format.field-delimiter' = ';',
  'format.line-delimiter' = '\\n',
  'format.null-literal' = 'n/a'
)""",
        """\
CREATE TABLE MyUserTable (user_id BIGINT, message STRING) WITH (
  'connector' = 'kafka',
  'topic' = 'topic_name',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.group.id' = 'testGroup',
  'scan.startup.mode' = 'specific-offsets',
  'scan.startup.specific-offsets' = 'partition:0,offset:42;partition:1,offset:300',
  'sink.partitioner' = 'org.mycompany.MyPartitioner',
  'format' = 'csv',
  'csv.field-delimiter' = ';',
  'csv.null-literal' = 'n/a'
)""",
    ),
    "kafka of 1.9": (
        """\
CREATE TABLE MyUserTable (id BIGINT, name VARCHAR) WITH (
  'update-mode' = 'append',
  'connector.type' = 'kafka',
  'connector.version' = 'universal',
  'connector.topic' = 'topic_name',
  'connector.properties.0.key' = 'zookeeper.connect',
  'connector.properties.0.value' = 'localhost:2181',
  'connector.properties.1.key' = 'bootstrap.servers',
  'connector.properties.1.value' = 'localhost:9092',
  'connector.specific-offsets.0.partition' = '0',
  'connector.specific-offsets.0.offset' = '42',
  'connector.specific-offsets.1.partition' = '1',
  'connector.specific-offsets.1.offset' = '300',
  'connector.startup-mode' = 'specific-offsets',
  'format.type' = 'json',
  'format.fail-on-missing-field' = 'true',
  'format.derive-schema' = 'true',
  'format.property-version' = '1'
)""",
        """\
CREATE TABLE MyUserTable (id BIGINT, name VARCHAR) WITH (
  'connector' = 'kafka',
  'topic' = 'topic_name',
  'properties.bootstrap.servers' = 'localhost:9092',
  'scan.startup.specific-offsets' = 'partition:0,offset:42;partition:1,offset:300',
  'scan.startup.mode' = 'specific-offsets',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true'
)""",
    ),
    "elasticsearch of 1.10": (
        """\
CREATE TABLE hits (id STRING, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector.type' = 'elasticsearch',
  'connector.version' = '6',
  'connector.hosts' = 'http://host_name:9092;http://host_name:9093',
  'connector.index' = 'MyUsers',
  'connector.document-type' = 'user',
  'update-mode' = 'upsert',
  'connector.key-delimiter' = '$',
  'connector.key-null-literal' = 'n/a',
  'connector.failure-handler' = 'custom',
  'connector.failure-handler-class' = 'org.mycompany.Handler',
  'connector.bulk-flush.max-actions' = '42',
  'connector.bulk-flush.interval' = '60000',
  'connector.bulk-flush.back-off.type' = 'constant',
  'connector.bulk-flush.back-off.delay' = '30000',
  'connector.connection-max-retry-timeout' = '3',
  'connector.connection-path-prefix' = '/v1',
  'format.type' = 'json'
)""",
        """\
CREATE TABLE hits (id STRING, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'elasticsearch-6',
  'hosts' = 'http://host_name:9092;http://host_name:9093',
  'index' = 'MyUsers',
  'document-type' = 'user',
  'document-id.key-delimiter' = '$',
  'failure-handler' = 'org.mycompany.Handler',
  'sink.bulk-flush.max-actions' = '42',
  'sink.bulk-flush.interval' = '60000 ms',
  'sink.bulk-flush.backoff.strategy' = 'constant',
  'sink.bulk-flush.backoff.delay' = '30000 ms',
  'connection.path-prefix' = '/v1',
  'format' = 'json'
)""",
    ),
    "elasticsearch of 1.9": (
        """\
CREATE TABLE hits (id STRING) WITH (
  'connector.type' = 'elasticsearch',
  'connector.version' = '7',
  'connector.hosts.0.hostname' = 'one',
  'connector.hosts.0.port' = '9200',
  'connector.hosts.0.protocol' = 'https',
  'connector.hosts.1.hostname' = 'two',
  'connector.hosts.1.port' = '9201',
  'connector.index' = 'hits',
  'connector.document-type' = '_doc',
  'update-mode' = 'append',
  'format.type' = 'json'
)""",
        """\
CREATE TABLE hits (id STRING) WITH (
  'connector' = 'elasticsearch-7',
  'hosts' = 'https://one:9200;http://two:9201',
  'index' = 'hits',
  'format' = 'json'
)""",
    ),
    "jdbc of 1.10": (
        """\
CREATE TABLE users (id BIGINT, name STRING) WITH (
  'connector.type' = 'jdbc',
  'connector.url' = 'jdbc:mysql://localhost:3306/shop',
  'connector.table' = 'users',
  'connector.driver' = 'com.mysql.jdbc.Driver',
  'connector.username' = 'name',
  'connector.password' = 'password',
  'connector.read.partition.column' = 'id',
  'connector.read.partition.num' = '50',
  'connector.read.partition.lower-bound' = '500',
  'connector.read.partition.upper-bound' = '1000',
  'connector.read.fetch-size' = '100',
  'connector.lookup.cache.max-rows' = '5000',
  'connector.lookup.cache.ttl' = '10s',
  'connector.lookup.max-retries' = '3',
  'connector.write.flush.interval' = '2s',
  'connector.write.max-retries' = '3'
)""",
        """\
CREATE TABLE users (id BIGINT, name STRING) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:mysql://localhost:3306/shop',
  'table-name' = 'users',
  'driver' = 'com.mysql.jdbc.Driver',
  'username' = 'name',
  'password' = 'password',
  'scan.partition.column' = 'id',
  'scan.partition.num' = '50',
  'scan.partition.lower-bound' = '500',
  'scan.partition.upper-bound' = '1000',
  'scan.fetch-size' = '100',
  'lookup.cache.max-rows' = '5000',
  'lookup.cache.ttl' = '10s',
  'lookup.max-retries' = '3',
  'sink.buffer-flush.interval' = '2s',
  'sink.max-retries' = '3',
  'sink.buffer-flush.max-rows' = '5000'
)""",
    ),
    "hbase of 1.10": (
        """\
CREATE TABLE profiles (rowkey STRING, f ROW<name STRING>) WITH (
  'connector.type' = 'hbase',
  'connector.version' = '1.4.3',
  'connector.table-name' = 'profiles',
  'connector.zookeeper.quorum' = 'localhost:2181',
  'connector.zookeeper.znode.parent' = '/base',
  'connector.write.buffer-flush.max-size' = '10mb',
  'connector.write.buffer-flush.max-rows' = '1000',
  'connector.write.buffer-flush.interval' = '2s'
)""",
        """\
CREATE TABLE profiles (rowkey STRING, f ROW<name STRING>) WITH (
  'connector' = 'hbase-1.4',
  'table-name' = 'profiles',
  'zookeeper.quorum' = 'localhost:2181',
  'zookeeper.znode.parent' = '/base',
  'sink.buffer-flush.max-size' = '10mb',
  'sink.buffer-flush.max-rows' = '1000',
  'sink.buffer-flush.interval' = '2s'
)""",
    ),
    "columns from a time attribute": (
        """\
CREATE TABLE events (id INT, rowtime TIMESTAMP(3), proc TIMESTAMP(3)) WITH ('connector.type' = \
'kafka', 'connector.topic' = 't', \
'connector.properties.bootstrap.servers' = 'b:1', 'schema.1.name' = 'rowtime', \
'schema.1.data-type' = 'TIMESTAMP(3)', 'schema.1.rowtime.timestamps.type' = 'from-field', \
'schema.1.rowtime.timestamps.from' = 'ts', 'schema.1.rowtime.watermarks.type' = \
'periodic-bounded', 'schema.1.rowtime.watermarks.delay' = '90500', 'schema.2.name' = 'proc', \
'schema.2.proctime' = 'true', 'format.type' = 'json')""",
        """\
CREATE TABLE events (id INT, `ts` TIMESTAMP(3), `rowtime` AS `ts`, `proc` AS PROCTIME(), \
WATERMARK FOR `rowtime` AS `rowtime` - INTERVAL '90.500' SECOND(2, 3)) WITH ('connector' = \
'kafka', 'topic' = 't', \
'properties.bootstrap.servers' = 'b:1', 'format' = 'json')""",
    ),
    "milliseconds of a record": (
        """\
CREATE TABLE e (id INT, ts TIMESTAMP(3)) PARTITIONED BY (id) WITH ('connector.type' = 'kafka', \
'connector.topic' = 't', 'connector.properties.bootstrap.servers' = 'b:1', \
'format.type' = 'json', 'format.fields.0.name' = 'id', 'format.fields.0.data-type' = 'INT', \
'format.fields.1.name' = 'ms', 'format.fields.1.data-type' = 'BIGINT', \
'schema.0.name' = 'ts', 'schema.0.rowtime.timestamps.type' = 'from-field', \
'schema.0.rowtime.timestamps.from' = 'ms', 'schema.0.rowtime.watermarks.type' = 'from-source')""",
        """\
CREATE TABLE e (id INT, `ms` BIGINT, `ts` AS TO_TIMESTAMP_LTZ(`ms`, 3), \
WATERMARK FOR `ts` AS SOURCE_WATERMARK()) PARTITIONED BY (id) WITH ('connector' = 'kafka', \
'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json')""",
    ),
    "columns of a catalog": (
        """\
CREATE TABLE events WITH ('connector.type' = 'kafka', \
'connector.topic' = 't', 'connector.properties.bootstrap.servers' = 'b:1', \
'schema.0.name' = 'id', 'schema.0.data-type' = 'BIGINT NOT NULL', \
'schema.1.name' = 'ts', 'schema.1.data-type' = 'TIMESTAMP(3)', \
'schema.2.name' = 'day', 'schema.2.data-type' = 'STRING', 'schema.2.from' = 'd', \
'schema.3.name' = 'twice', 'schema.3.data-type' = 'BIGINT', 'schema.3.expr' = '`id` * 2', \
'schema.watermark.0.rowtime' = 'ts', \
'schema.watermark.0.strategy.expr' = '`ts` - INTERVAL ''5'' SECOND', \
'schema.watermark.0.strategy.data-type' = 'TIMESTAMP(3)', \
'schema.primary-key.name' = 'pk', 'schema.primary-key.columns' = 'id', \
'partition.keys.0.name' = 'id', 'format.type' = 'json')""",
        """\
CREATE TABLE events (`id` BIGINT NOT NULL, `ts` TIMESTAMP(3), `d` STRING, `day` AS `d`, \
`twice` AS `id` * 2, WATERMARK FOR `ts` AS `ts` - INTERVAL '5' SECOND, \
CONSTRAINT `pk` PRIMARY KEY (`id`) NOT ENFORCED) PARTITIONED BY (`id`) \
WITH ('connector' = 'kafka', 'topic' = 't', \
'properties.bootstrap.servers' = 'b:1', 'format' = 'json')""",
    ),
    "ascending timestamps of the source": (
        """\
CREATE TABLE e (id INT, ts TIMESTAMP(3)) WITH ('connector.type' = 'kafka', \
'connector.topic' = 't', 'connector.properties.bootstrap.servers' = 'b:1', \
'schema.0.name' = 'ts', 'schema.0.rowtime.timestamps.type' = 'from-source', \
'schema.0.rowtime.watermarks.type' = 'periodic-ascending', 'format.type' = 'json', \
'format.json-schema' = '{"type": "object", "properties": {"id": {}, "ts": {}}}')""",
        """\
CREATE TABLE e (id INT, `ts` TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL, \
WATERMARK FOR `ts` AS `ts` - INTERVAL '0.001' SECOND(2, 3)) WITH ('connector' = 'kafka', \
'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json')""",
    ),
    "a schema of the format that is the table's": (
        """\
CREATE TABLE e (id INT, s STRING) WITH ('connector.type' = 'filesystem', 'connector.path' = '/p', \
'format.type' = 'json', 'format.schema' = 'ROW<id INT, s STRING>')""",
        """\
CREATE TABLE e (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '/p', \
'format' = 'json')""",
    ),
}

KAFKA = "'connector.type' = 'kafka', 'connector.topic' = 't', 'format.type' = 'json'"
ROWTIME = "'schema.0.name' = 'a', 'schema.0.rowtime.timestamps.type' = 'from-field'"
REFUSED = [
    (
        f"{KAFKA}, 'schema.0.name' = 'a', 'schema.0.data-type' = 'BIGINT'",
        "'schema.0.name'",
        "another type among the options",
    ),
    (f"{KAFKA}, 'schema.0.data-type' = 'INT'", "'connector.type'", "has no name"),
    (
        f"{KAFKA}, 'format.fields.0.name' = 'other'",
        "'connector.type'",
        "fields of the format differ",
    ),
    (
        f"{KAFKA}, {ROWTIME}, 'schema.0.rowtime.timestamps.from' = 'ms', "
        "'schema.0.rowtime.watermarks.type' = 'custom'",
        "'connector.type'",
        'watermarks of "a" have no equivalent',
    ),
    (
        f"{KAFKA}, {ROWTIME}, 'schema.0.rowtime.timestamps.from' = 'ms', "
        "'schema.0.rowtime.watermarks.type' = 'from-source', 'schema.watermark.0.rowtime' = 'a'",
        "'connector.type'",
        "only one watermark",
    ),
    ("'connector.type' = 'cassandra'", "'connector.type'", 'connector type "cassandra"'),
    (f"{KAFKA}, 'update-mode' = 'upsert'", "'update-mode'", "'upsert' has no equivalent"),
    (f"{KAFKA}, 'update-mode' = 'retract'", "'update-mode'", "'retract' has no equivalent"),
    (f"{KAFKA}, 'connector.nothing' = '1'", "'connector.nothing'", '"connector.nothing" has no'),
    (f"{KAFKA}, 'format.schema' = 'ROW<a BIGINT>'", "'format.schema'", "differs from the columns"),
    (f"{KAFKA}, 'format.json-schema' = '{{}}'", "'format.json-schema'", "differs from the columns"),
    (f"{KAFKA}, 'schema.0.name' = 'b'", "'schema.0.name'", 'column "b" does not exist'),
    (
        "'connector.type' = 'jdbc', 'connector.read.query' = 'SELECT 1'",
        "'connector.read.query'",
        "has no equivalent",
    ),
    (
        "'connector.type' = 'kafka', 'connector.topic' = 't', 'format.type' = 'csv', "
        "'format.line-delimiter' = '|'",
        "'format.line-delimiter'",
        "has no equivalent",
    ),
    ("'connector.type' = 'elasticsearch'", "'connector.type'", "version of Elasticsearch"),
    (
        f"{KAFKA}, 'connector.properties.0.key' = 'group.id'",
        "'connector.type'",
        '"connector.properties.0.value" is missing',
    ),
    (
        f"{KAFKA}, 'schema.0.name' = 'a', 'schema.0.rowtime.timestamps.type' = 'custom'",
        "'connector.type'",
        'timestamps of "a"',
    ),
]


def translated(sql: str, version: Version) -> Translation:
    return translate(split(sql)[0], Target(version), RULES)


@pytest.mark.parametrize("name", TRANSLATED)
def test_the_old_style_becomes_the_new_one(name: str) -> None:
    sql, expected = TRANSLATED[name]
    result = translated(sql, VERSIONS[0])
    assert result.text == expected
    assert [one.notice for one in result.applied] == [True]
    created = read_ddl(split(result.text)[0])
    assert isinstance(created, Create) and isinstance(created.definition, TableDefinition)
    options.check(created.definition.options, str(VERSIONS[0]))


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("name", TRANSLATED)
def test_the_result_goes_on_to_the_release_of_its_target(name: str, version: Version) -> None:
    result = translated(TRANSLATED[name][0], version)
    modern = translated(TRANSLATED[name][1], version)
    assert (result.refusal is None) == (modern.refusal is None)
    if result.refusal is None:
        assert result.text == modern.text
        assert result.rewritten.position(len(result.text)) == len(TRANSLATED[name][0])


@pytest.mark.parametrize(("given", "at", "message"), REFUSED)
def test_what_has_no_equivalent_is_refused_at_its_key(given: str, at: str, message: str) -> None:
    sql = f"CREATE TABLE t (a INT) WITH ({given})"
    refusal = translated(sql, VERSIONS[-1]).refusal
    assert refusal is not None and message in refusal.message
    assert (refusal.sqlstate, refusal.position) == ("0A000", sql.index(at) + 1)


def test_files_of_csv_stay_as_they_are_for_all_versions_run_them() -> None:
    sql = (
        "CREATE TABLE t (a INT) WITH ('connector.type' = 'filesystem', 'connector.path' = '/p', "
        "'format.type' = 'csv', 'format.ignore-first-line' = 'true')"
    )
    for version in VERSIONS:
        assert translated(sql, version).text == sql
