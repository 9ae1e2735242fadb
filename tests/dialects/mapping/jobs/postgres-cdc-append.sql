-- written for 2.2
CREATE TABLE shipments (id INT, origin STRING, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'postgres-cdc',
  'hostname' = 'postgres',
  'username' = 'flink',
  'password' = 'secret',
  'database-name' = 'shop',
  'schema-name' = 'public',
  'table-name' = 'shipments',
  'slot.name' = 'flink',
  'scan.read-changelog-as-append-only.enabled' = 'true'
);
INSERT INTO sink SELECT origin FROM shipments;

-- to 1.16 1.17 1.18 1.19
--   refused: option "scan.read-changelog-as-append-only.enabled" of connector "postgres-cdc" is not supported by Flink <target>
-- to 2.0 2.1
--   refused: connector "postgres-cdc" has no release for Flink <target>
