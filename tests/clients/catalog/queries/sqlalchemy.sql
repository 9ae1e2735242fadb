-- SQLAlchemy (over psycopg, psycopg2, pandas): tables.

-- table: a server-side cursor
BEGIN; DECLARE "c_7f00_1" CURSOR FOR SELECT orders.order_id, orders.status FROM orders; FETCH FORWARD 1 FROM "c_7f00_1"; CLOSE "c_7f00_1"; ROLLBACK

-- table: an entity by its key
SELECT orders.order_id AS orders_order_id, orders.status AS orders_status FROM orders WHERE orders.order_id = $1::INTEGER
-- protocol: extended
-- parameters: ["1"]

-- table: a mixed-case entity
SELECT "MixedCase"."Id", "MixedCase"."Some Column" FROM "MixedCase" WHERE "MixedCase"."Some Column" IN ('a', 'b') LIMIT 10 OFFSET 5

-- table: rows added
INSERT INTO orders (order_id, customer_id, placed_at) VALUES (1, 2, '2024-01-01'), (2, 3, '2024-01-02')

-- table: rows added, with what they became
INSERT INTO customers (id, name) VALUES (1, 'x') RETURNING customers.id
-- degraded: RETURNING of columns is an error, the job is what is returned

-- table: a frame of pandas
SELECT * FROM public.orders ORDER BY order_id

-- probe: columns of a query
SELECT anon_1.* FROM (SELECT * FROM orders) AS anon_1 WHERE 1 = 0
