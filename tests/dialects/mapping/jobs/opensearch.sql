-- written for 1.19
CREATE TABLE hits (id STRING) WITH (
  'connector' = 'opensearch-2',
  'hosts' = 'https://os:9200',
  'index' = 'hits',
  'allow-insecure' = 'true'
);
INSERT INTO hits SELECT id FROM counted;

-- to 1.16 1.17
--   refused: connector "opensearch-2" is not supported by Flink <target>
-- to 2.0 2.1 2.2 2.3
--   refused: connector "opensearch-2" has no release for Flink <target>
