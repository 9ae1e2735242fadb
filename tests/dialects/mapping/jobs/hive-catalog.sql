-- written for 1.19
CREATE CATALOG warehouse WITH (
  'type' = 'hive',
  'hive-conf-dir' = '/opt/hive/conf',
  'default-database' = 'sales'
);
INSERT INTO warehouse.sales.orders SELECT id FROM events;

-- to 2.0 2.1 2.2 2.3
--   refused: catalog "hive" has no release for Flink <target>
