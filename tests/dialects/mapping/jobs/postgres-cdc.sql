-- written for 1.16
CREATE TABLE shipments (id INT, origin STRING, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'postgres-cdc',
  'hostname' = 'postgres',
  'username' = 'flink',
  'password' = 'secret',
  'database-name' = 'shop',
  'schema-name' = 'public',
  'table-name' = 'shipments'
);
INSERT INTO sink SELECT origin FROM shipments;

-- to 1.17 1.18 1.19 1.20 2.2 2.3
--   shipments + 'slot.name' = 'flink'
-- to 2.0 2.1
--   refused: connector "postgres-cdc" has no release for Flink <target>
