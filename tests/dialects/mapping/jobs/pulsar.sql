-- written for 1.18
CREATE TABLE events (id STRING) WITH (
  'connector' = 'pulsar',
  'topics' = 'persistent://public/default/events',
  'service-url' = 'pulsar://pulsar:6650',
  'source.start.message-id' = 'earliest',
  'format' = 'json'
);
INSERT INTO sink SELECT id FROM events;

-- to 1.16 1.19 1.20 2.0 2.1 2.2 2.3
--   refused: connector "pulsar" has no release for Flink <target>
