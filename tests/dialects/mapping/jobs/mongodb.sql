-- written for 1.20
CREATE TABLE users (_id STRING, name STRING, PRIMARY KEY (_id) NOT ENFORCED) WITH (
  'connector' = 'mongodb',
  'uri' = 'mongodb://db:27017',
  'database' = 'shop',
  'collection' = 'users',
  'scan.partition.strategy' = 'sample',
  'scan.partition.record-size' = '1 kb',
  'filter.handling.policy' = 'always'
);
INSERT INTO sink SELECT name FROM users;

-- to 1.16 1.17 1.18
--   users - 'scan.partition.record-size' = '1 kb'
--   users - 'filter.handling.policy' = 'always'
-- to 2.0 2.1 2.2 2.3
--   refused: connector "mongodb" has no release for Flink <target>
