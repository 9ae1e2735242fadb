-- written for 1.18
CREATE TABLE facts (id BIGINT) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:trino://coordinator:8080/hive',
  'table-name' = 'facts'
);
INSERT INTO facts SELECT id FROM staged;

-- to 1.16 1.17
--   refused: url "jdbc:trino:" of connector "jdbc" is not supported by Flink <target>
