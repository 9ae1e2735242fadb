-- written for 2.0
CREATE TABLE events (id STRING, ts TIMESTAMP(3)) WITH (
  'connector' = 'kinesis',
  'stream.arn' = 'arn:aws:kinesis:eu-central-1:012345678901:stream/events',
  'aws.region' = 'eu-central-1',
  'source.init.position' = 'AT_TIMESTAMP',
  'source.init.timestamp' = '2024-01-01T00:00:00.000+00:00',
  'source.reader.type' = 'EFO',
  'source.efo.consumer.name' = 'flink',
  'source.efo.lifecycle' = 'JOB_MANAGED',
  'source.shard.discovery.interval' = '10 s',
  'format' = 'json'
);
INSERT INTO sink SELECT id FROM events;

-- to 1.16 1.17 1.18
--   events - 'stream.arn' = 'arn:aws:kinesis:eu-central-1:012345678901:stream/events'
--   events - 'source.init.position' = 'AT_TIMESTAMP'
--   events - 'source.init.timestamp' = '2024-01-01T00:00:00.000+00:00'
--   events - 'source.reader.type' = 'EFO'
--   events - 'source.efo.consumer.name' = 'flink'
--   events - 'source.efo.lifecycle' = 'JOB_MANAGED'
--   events - 'source.shard.discovery.interval' = '10 s'
--   events + 'stream' = 'events'
--   events + 'scan.stream.initpos' = 'AT_TIMESTAMP'
--   events + 'scan.stream.initpos-timestamp' = '2024-01-01T00:00:00.000+00:00'
--   events + 'scan.stream.recordpublisher' = 'EFO'
--   events + 'scan.stream.efo.consumername' = 'flink'
--   events + 'scan.stream.efo.registration' = 'LAZY'
--   events + 'scan.shard.discovery.intervalmillis' = '10000'
