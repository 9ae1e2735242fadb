-- written for 1.20
CREATE TABLE products (id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'mysql-cdc',
  'hostname' = 'mysql',
  'port' = '3306',
  'username' = 'flink',
  'password' = 'secret',
  'database-name' = 'shop',
  'table-name' = 'products',
  'scan.startup.mode' = 'initial',
  'scan.incremental.close-idle-reader.enabled' = 'false',
  'scan.incremental.snapshot.backfill.skip' = 'false',
  'scan.read-changelog-as-append-only.enabled' = 'false',
  'use.legacy.json.format' = 'true'
);
INSERT INTO sink SELECT name FROM products;

-- to 1.16
--   products - 'scan.incremental.close-idle-reader.enabled' = 'false'
--   products - 'scan.incremental.snapshot.backfill.skip' = 'false'
--   products - 'scan.read-changelog-as-append-only.enabled' = 'false'
--   products - 'use.legacy.json.format' = 'true'
-- to 1.17
--   products - 'scan.incremental.snapshot.backfill.skip' = 'false'
--   products - 'scan.read-changelog-as-append-only.enabled' = 'false'
--   products - 'use.legacy.json.format' = 'true'
-- to 1.18
--   products - 'scan.read-changelog-as-append-only.enabled' = 'false'
--   products - 'use.legacy.json.format' = 'true'
-- to 1.19
--   products - 'scan.read-changelog-as-append-only.enabled' = 'false'
-- to 2.0 2.1
--   refused: connector "mysql-cdc" has no release for Flink <target>
