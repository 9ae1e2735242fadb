-- written for 1.20
CREATE TABLE customers (id BIGINT, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://db:5432/shop',
  'table-name' = 'customers',
  'username' = 'shop',
  'password' = 'secret',
  'filter.handling.policy' = 'ALWAYS',
  'lookup.cache' = 'PARTIAL',
  'lookup.partial-cache.max-rows' = '1000',
  'lookup.partial-cache.expire-after-write' = '10 min',
  'sink.buffer-flush.max-rows' = '500'
);
CREATE CATALOG shop WITH (
  'type' = 'jdbc',
  'base-url' = 'jdbc:postgresql://db:5432',
  'default-database' = 'shop',
  'username' = 'shop',
  'password' = 'secret'
);
INSERT INTO customers SELECT id, name FROM staged;

-- to 1.16 1.17
--   customers - 'filter.handling.policy' = 'ALWAYS'
-- to 1.18 1.19
--   customers - 'filter.handling.policy' = 'ALWAYS'
