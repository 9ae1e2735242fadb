-- written for 1.19
CREATE TABLE hits (id STRING) WITH (
  'connector' = 'elasticsearch-6',
  'hosts' = 'http://es:9200',
  'index' = 'hits',
  'document-type' = '_doc',
  'failure-handler' = 'retry-rejected'
);
INSERT INTO hits SELECT id FROM counted;

-- to 2.0 2.1 2.2 2.3
--   refused: option "failure-handler" of connector "elasticsearch-6" is not supported by Flink <target>
