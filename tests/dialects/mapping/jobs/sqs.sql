-- written for 1.20
CREATE TABLE queue (id STRING) WITH (
  'connector' = 'sqs',
  'queue-url' = 'https://sqs.eu-central-1.amazonaws.com/012345678901/queue',
  'aws.region' = 'eu-central-1',
  'format' = 'json'
);
INSERT INTO queue SELECT id FROM events;

-- to 1.16 1.17 1.18
--   refused: connector "sqs" is not supported by Flink <target>
