-- written for 1.20
CREATE TABLE numbers (n INT, s STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '5',
  'scan.parallelism' = '1',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '1',
  'fields.n.end' = '10',
  'fields.s.length' = '8',
  'fields.s.var-len' = 'true',
  'fields.s.null-rate' = '0.1'
);
CREATE TABLE shown (n INT) WITH ('connector' = 'print', 'print-identifier' = 'n');
CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');
INSERT INTO shown SELECT n FROM numbers /*+ OPTIONS('rows-per-second' = '1') */;

-- to 1.16 1.17
--   numbers - 'scan.parallelism' = '1'
--   numbers - 'fields.s.var-len' = 'true'
--   numbers - 'fields.s.null-rate' = '0.1'
-- to 1.18
--   numbers - 'scan.parallelism' = '1'
--   numbers - 'fields.s.var-len' = 'true'
