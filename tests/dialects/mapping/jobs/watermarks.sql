-- written for 1.19
CREATE TABLE orders (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = 'broker:9092',
  'scan.watermark.emit.strategy' = 'ON-PERIODIC',
  'scan.watermark.alignment.group' = 'g',
  'scan.watermark.alignment.max-drift' = '1 min',
  'scan.watermark.alignment.update-interval' = '1000 ms',
  'format' = 'json'
);
INSERT INTO sink SELECT id FROM orders;

-- to 1.16 1.17
--   refused: option "scan.watermark.alignment.group" is not supported by Flink <target>
