-- pgjdbc: tables (its metadata is run).
-- protocol: extended

-- table: a page of rows
SELECT * FROM "public"."orders"

-- table: an updatable result set
SELECT order_id, status FROM orders WHERE order_id = $1
-- parameters: ["1"]

-- table: a batch
INSERT INTO orders (order_id, customer_id, placed_at) VALUES ($1, $2, '2024-01-01')
-- parameters: ["1", "2"]

-- table: CopyManager.copyOut
-- protocol: simple
COPY (SELECT * FROM orders) TO STDOUT WITH (FORMAT csv, HEADER)

-- table: COPY FROM STDIN
-- protocol: simple
COPY orders (order_id, customer_id) FROM STDIN WITH (FORMAT csv)

-- probe: metadata of a prepared query
SELECT * FROM orders WHERE false
