-- written for 2.3
CREATE TABLE landing (line STRING, n INT) WITH (
  'connector' = 'filesystem',
  'path' = 's3://bucket/landing',
  'source.monitor-interval' = '1 min',
  'format' = 'csv',
  'csv.trim-spaces' = 'false',
  'csv.allow-trailing-comma' = 'true'
);
CREATE TABLE archive (line STRING, n INT, day STRING) PARTITIONED BY (day) WITH (
  'connector' = 'filesystem',
  'path' = 's3://bucket/archive',
  'format' = 'parquet',
  'parquet.compression' = 'SNAPPY',
  'parquet.batch-size' = '4096',
  'sink.rolling-policy.file-size' = '256 mb',
  'sink.partition-commit.policy.kind' = 'success-file'
);
INSERT INTO archive SELECT line, n, '2024-01-01' FROM landing;

-- to 1.16 1.17 1.18 1.19 1.20
--   landing - 'csv.trim-spaces' = 'false'
--   landing - 'csv.allow-trailing-comma' = 'true'
--   archive - 'parquet.batch-size' = '4096'
-- to 2.0 2.1 2.2
--   landing - 'csv.trim-spaces' = 'false'
--   landing - 'csv.allow-trailing-comma' = 'true'
