-- written for 2.1
CREATE TABLE totals (
  user_id BIGINT,
  total BIGINT,
  PRIMARY KEY (user_id) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'totals',
  'properties.bootstrap.servers' = 'broker:9092',
  'key.format' = 'json',
  'value.format' = 'json',
  'value.json.encode.ignore-null-fields' = 'FALSE',
  'scan.parallelism' = '2',
  'scan.topic-partition-discovery.interval' = '5 min',
  'sink.delivery-guarantee' = 'at-least-once',
  'sink.transactional-id-prefix' = 'totals',
  'sink.buffer-flush.max-rows' = '100',
  'sink.buffer-flush.interval' = '1 s'
);
INSERT INTO totals SELECT user_id, SUM(amount) FROM orders GROUP BY user_id;

-- to 1.16 1.17
--   totals - 'value.json.encode.ignore-null-fields' = 'FALSE'
--   totals - 'scan.parallelism' = '2'
--   totals - 'scan.topic-partition-discovery.interval' = '5 min'
--   totals - 'sink.delivery-guarantee' = 'at-least-once'
--   totals - 'sink.transactional-id-prefix' = 'totals'
-- to 1.18 1.19
--   totals - 'value.json.encode.ignore-null-fields' = 'FALSE'
--   totals - 'scan.parallelism' = '2'
--   totals - 'scan.topic-partition-discovery.interval' = '5 min'
-- to 1.20
--   totals - 'scan.parallelism' = '2'
--   totals - 'scan.topic-partition-discovery.interval' = '5 min'
-- to 2.0
--   totals - 'scan.topic-partition-discovery.interval' = '5 min'
