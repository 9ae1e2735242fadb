-- written for 1.18
CREATE TABLE events (id STRING, ts TIMESTAMP(3)) WITH (
  'connector' = 'kinesis',
  'stream' = 'events',
  'aws.region' = 'eu-central-1',
  'scan.stream.initpos' = 'TRIM_HORIZON',
  'scan.shard.adaptivereads' = 'true',
  'format' = 'json'
);
INSERT INTO sink SELECT id FROM events;

-- to 1.19 1.20
--   events - 'connector' = 'kinesis'
--   events + 'connector' = 'kinesis-legacy'
-- to 2.0 2.1 2.2 2.3
--   refused: option "stream" of connector "kinesis" is not supported by Flink <target>
