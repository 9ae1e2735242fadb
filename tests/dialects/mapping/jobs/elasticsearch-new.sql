-- written for 2.0
CREATE TABLE hits (id STRING, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'elasticsearch-7',
  'hosts' = 'http://es:9200',
  'index' = 'hits',
  'sink.delivery-guarantee' = 'at-least-once',
  'connection.timeout' = '10 s',
  'socket.timeout' = '30 s'
);
CREATE TABLE names (id STRING, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'elasticsearch-7',
  'hosts' = 'http://es:9200',
  'index' = 'names',
  'lookup.cache' = 'PARTIAL',
  'lookup.partial-cache.max-rows' = '1000'
);
INSERT INTO hits SELECT id, n FROM counted;

-- to 1.16 1.17
--   hits - 'sink.delivery-guarantee' = 'at-least-once'
--   hits - 'connection.timeout' = '10 s'
--   hits - 'socket.timeout' = '30 s'
--   hits + 'sink.flush-on-checkpoint' = 'true'
--   refused: option "lookup.cache" of connector "elasticsearch-7" is not supported by Flink <target>
-- to 1.18 1.19 1.20
--   hits - 'sink.delivery-guarantee' = 'at-least-once'
--   hits - 'connection.timeout' = '10 s'
--   hits - 'socket.timeout' = '30 s'
--   hits + 'sink.flush-on-checkpoint' = 'true'
