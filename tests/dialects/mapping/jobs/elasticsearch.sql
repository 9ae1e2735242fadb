-- written for 1.20
CREATE TABLE hits (id STRING, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'elasticsearch-7',
  'hosts' = 'http://es:9200',
  'index' = 'hits',
  'failure-handler' = 'fail',
  'sink.flush-on-checkpoint' = 'false',
  'sink.bulk-flush.max-actions' = '500',
  'connection.path-prefix' = '/v1'
);
CREATE TABLE old_hits (id STRING, n BIGINT) WITH (
  'connector' = 'elasticsearch-6',
  'hosts' = 'http://es6:9200',
  'index' = 'hits',
  'document-type' = '_doc'
);
INSERT INTO hits SELECT id, n FROM counted;

-- to 2.0 2.1 2.2 2.3
--   hits - 'failure-handler' = 'fail'
--   hits - 'sink.flush-on-checkpoint' = 'false'
--   hits + 'sink.delivery-guarantee' = 'none'
