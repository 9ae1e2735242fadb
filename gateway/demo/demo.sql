\set ON_ERROR_STOP on
\pset footer on
\echo
\echo '── Who answers: real Postgres for the catalog, Flink for the streams'
SHOW flink.version;
SELECT current_database(), current_user, split_part(version(), ' on ', 1) AS postgres;

\echo
\echo '── A table of events: a CSV file, read by Flink'
CREATE TABLE events (
  happened  TIMESTAMP(3),
  user_id   INT,
  action    STRING,
  product   STRING,
  quantity  INT,
  amount    DECIMAL(10, 2),
  WATERMARK FOR happened AS happened - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = :'events', 'format' = 'csv');
DESCRIBE events;

\echo
\echo '── It is stored, and a relation of Postgres too: every tool sees its columns'
\d events
SELECT name, connector, watermark FROM xuanwu.tables;

\echo
\echo '── A query over it is a job of Flink'
SELECT * FROM events LIMIT 5;

\echo
\echo '── A window aggregate: orders per ten minutes'
SELECT window_start, COUNT(*) AS orders, SUM(amount) AS revenue
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(happened), INTERVAL '10' MINUTES))
WHERE action = 'order'
GROUP BY window_start, window_end
ORDER BY window_start;

\echo
\echo '── An endless stream, row by row, until five have come: a cursor stops the job of Flink'
CREATE TABLE clicks (id BIGINT, page STRING) WITH (
  'connector' = 'datagen', 'rows-per-second' = '5', 'fields.page.length' = '8');
BEGIN;
DECLARE live CURSOR FOR SELECT * FROM clicks;
FETCH 5 FROM live;
CLOSE live;
COMMIT;

\echo
\echo '── The same stream, cancelled by a time-out (as Ctrl-C would)'
SET statement_timeout = '3s';
\set ON_ERROR_STOP off
COPY (SELECT * FROM clicks) TO STDOUT;
\set ON_ERROR_STOP on
RESET statement_timeout;

\echo
\echo '── An INSERT is a job: here is its handle'
CREATE TABLE revenue (product STRING, orders BIGINT, revenue DECIMAL(38, 2))
WITH ('connector' = 'filesystem', 'path' = :'sink', 'format' = 'json');
INSERT INTO revenue
SELECT product, COUNT(*), SUM(amount) FROM events WHERE action = 'order' GROUP BY product;

\echo
\echo '── Waiting for the end of a job, then reading the sink back'
SET flink.dml = 'sync';
INSERT INTO revenue
SELECT product, COUNT(*), SUM(amount) FROM events WHERE action = 'cart' GROUP BY product;
SHOW JOBS;
SELECT * FROM revenue ORDER BY revenue DESC;
