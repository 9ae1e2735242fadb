-- written for 1.16
CREATE TABLE profiles (rowkey STRING, f ROW<name STRING>, PRIMARY KEY (rowkey) NOT ENFORCED) WITH (
  'connector' = 'hbase-1.4',
  'table-name' = 'profiles',
  'zookeeper.quorum' = 'zk:2181',
  'lookup.cache.max-rows' = '1000',
  'sink.ignore-null-value' = 'true',
  'sink.buffer-flush.max-rows' = '100'
);
INSERT INTO profiles SELECT id, ROW(name) FROM people;

-- to 1.18 1.19 1.20
--   profiles - 'connector' = 'hbase-1.4'
--   profiles + 'connector' = 'hbase-2.2'
-- to 2.0 2.1 2.2 2.3
--   refused: connector "hbase-1.4" has no release for Flink <target>
