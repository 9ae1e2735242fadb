-- written for 2.2
CREATE TABLE clicks (user_id BIGINT, url STRING) WITH (
  'connector' = 'kafka',
  'topic' = 'clicks',
  'properties.bootstrap.servers' = 'broker:9092',
  'scan.startup.mode' = 'group-offsets',
  'scan.parallelism' = '4',
  'scan.topic-partition-discovery.interval' = '1 min',
  'sink.transaction-naming-strategy' = 'incrementing',
  'format' = 'json',
  'json.decode.json-parser.enabled' = 'true'
);
CREATE TABLE history (user_id BIGINT, url STRING) WITH (
  'connector' = 'kafka',
  'topic' = 'clicks',
  'properties.bootstrap.servers' = 'broker:9092',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'csv',
  'csv.field-delimiter' = ';'
);
INSERT INTO clicks SELECT user_id, url FROM history;

-- to 1.16
--   clicks - 'scan.parallelism' = '4'
--   clicks - 'sink.transaction-naming-strategy' = 'incrementing'
--   clicks - 'json.decode.json-parser.enabled' = 'true'
--   refused: option "scan.bounded.mode" of connector "kafka" is not supported by Flink <target>
-- to 1.17
--   clicks - 'scan.parallelism' = '4'
--   clicks - 'sink.transaction-naming-strategy' = 'incrementing'
--   clicks - 'json.decode.json-parser.enabled' = 'true'
--   history + 'scan.topic-partition-discovery.interval' = '5 min'
-- to 1.18 1.19 1.20
--   clicks - 'scan.parallelism' = '4'
--   clicks - 'sink.transaction-naming-strategy' = 'incrementing'
--   clicks - 'json.decode.json-parser.enabled' = 'true'
-- to 2.0
--   clicks - 'json.decode.json-parser.enabled' = 'true'
