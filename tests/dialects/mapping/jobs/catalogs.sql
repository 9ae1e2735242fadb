-- written for 1.20
CREATE CATALOG lake WITH ('type' = 'paimon', 'warehouse' = 's3://bucket/lake');
CREATE TABLE lake.sales.orders (id BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'bucket' = '4',
  'changelog-producer' = 'input'
);
CREATE TABLE events (id BIGINT) WITH (
  'connector' = 'hudi',
  'path' = 's3://bucket/events',
  'table.type' = 'MERGE_ON_READ'
);
INSERT INTO lake.sales.orders SELECT id FROM events;
