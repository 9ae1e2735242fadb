-- The tables that the statements of grammar-matrix.tsv speak of; all versions accept them.

CREATE TABLE t (
    id INT, name STRING, arr ARRAY<INT>, m MAP<STRING, INT>, ts TIMESTAMP(3), pt AS PROCTIME(),
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'datagen', 'number-of-rows' = '3');

CREATE TABLE b (id INT, name STRING, price DECIMAL(10, 2))
    WITH ('connector' = 'datagen', 'number-of-rows' = '3');

CREATE TABLE k (id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'print');

CREATE TABLE k2 (id INT, name STRING, extra STRING, PRIMARY KEY (id) NOT ENFORCED)
    WITH ('connector' = 'print');

CREATE TABLE sk (id INT, name STRING) WITH ('connector' = 'print');

CREATE TABLE fs (id INT, name STRING, dt STRING) PARTITIONED BY (dt)
    WITH ('connector' = 'filesystem', 'path' = '/tmp/xuanwu-grammar-fs', 'format' = 'csv');

CREATE VIEW v AS SELECT id, name FROM b;
