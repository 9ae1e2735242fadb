-- written for 1.20
CREATE TABLE orders (
  order_id BIGINT,
  price DECIMAL(10, 2),
  ts TIMESTAMP(3) METADATA FROM 'timestamp',
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = 'broker:9092',
  'properties.group.id' = 'pricing',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'unbounded',
  'scan.watermark.idle-timeout' = '1 min',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true',
  'json.encode.ignore-null-fields' = 'false'
);
CREATE TABLE changes (id BIGINT, name STRING) WITH (
  'connector' = 'kafka',
  'topic' = 'changes',
  'properties.bootstrap.servers' = 'broker:9092',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'debezium-json',
  'debezium-json.schema-include' = 'true'
);
CREATE TABLE priced (order_id BIGINT, price DECIMAL(10, 2)) WITH (
  'connector' = 'kafka',
  'topic' = 'priced',
  'properties.bootstrap.servers' = 'broker:9092',
  'format' = 'avro-confluent',
  'avro-confluent.url' = 'http://registry:8081',
  'sink.semantic' = 'exactly-once',
  'sink.transactional-id-prefix' = 'pricing'
);
INSERT INTO priced SELECT order_id, price FROM orders;

-- to 1.16
--   orders - 'scan.bounded.mode' = 'unbounded'
--   orders - 'scan.watermark.idle-timeout' = '1 min'
--   orders - 'json.encode.ignore-null-fields' = 'false'
--   orders + 'scan.topic-partition-discovery.interval' = '5 min'
--   changes + 'scan.topic-partition-discovery.interval' = '5 min'
--   priced - 'sink.semantic' = 'exactly-once'
--   priced + 'sink.delivery-guarantee' = 'exactly-once'
--   priced + 'scan.topic-partition-discovery.interval' = '5 min'
-- to 1.17
--   orders - 'scan.watermark.idle-timeout' = '1 min'
--   orders - 'json.encode.ignore-null-fields' = 'false'
--   orders + 'scan.topic-partition-discovery.interval' = '5 min'
--   changes + 'scan.topic-partition-discovery.interval' = '5 min'
--   priced - 'sink.semantic' = 'exactly-once'
--   priced + 'sink.delivery-guarantee' = 'exactly-once'
--   priced + 'scan.topic-partition-discovery.interval' = '5 min'
-- to 1.18 1.19
--   orders - 'json.encode.ignore-null-fields' = 'false'
--   priced - 'sink.semantic' = 'exactly-once'
--   priced + 'sink.delivery-guarantee' = 'exactly-once'
-- to 1.20 2.0 2.1 2.2 2.3
--   priced - 'sink.semantic' = 'exactly-once'
--   priced + 'sink.delivery-guarantee' = 'exactly-once'
