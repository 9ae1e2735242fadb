-- written for 1.20
CREATE TABLE delivered (id STRING) WITH (
  'connector' = 'firehose',
  'delivery-stream' = 'delivered',
  'aws.region' = 'eu-central-1',
  'format' = 'json'
);
CREATE TABLE items (id STRING) WITH (
  'connector' = 'dynamodb',
  'table-name' = 'items',
  'aws.region' = 'eu-central-1',
  'sink.ignore-nulls' = 'false'
);
INSERT INTO delivered SELECT id FROM events;

-- to 1.16 1.17 1.18
--   items - 'sink.ignore-nulls' = 'false'
