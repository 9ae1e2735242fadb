-- psql: what its users and its own features write over tables (the catalog's commands are run).

-- table: a plain query
SELECT * FROM orders;

-- table: the short form of it
TABLE sales.orders;

-- table: a page at a time, FETCH_COUNT
BEGIN; DECLARE _psql_cursor NO SCROLL CURSOR FOR SELECT * FROM orders; FETCH FORWARD 10 FROM _psql_cursor; CLOSE _psql_cursor; COMMIT

-- table: within a savepoint, ON_ERROR_ROLLBACK
BEGIN; SAVEPOINT pg_psql_temporary_savepoint; SELECT * FROM orders; RELEASE pg_psql_temporary_savepoint; COMMIT

-- table: \copy of a table
COPY  orders ( order_id, status ) TO STDOUT CSV HEADER

-- table: rows from below a query
WITH recent AS (SELECT * FROM orders) SELECT * FROM recent, (SELECT max(id) AS m FROM public.customers) AS c

-- table: a scalar of a table beside facts of the session
SELECT current_user, (SELECT count(*) FROM orders)

-- table: existence
SELECT EXISTS (SELECT 1 FROM "Sales-2024"."Items")

-- table: a union, the catalog-qualified name
SELECT region FROM xuanwu.sales.orders UNION ALL SELECT region FROM sales.regions

-- table: a view
SELECT total FROM order_totals

-- table: a filter by the key
SELECT * FROM payments WHERE order_id = 1 AND attempt = 2

-- table: a filter that the planner can push down
SELECT count(*) FROM customers WHERE name = 'x' AND active

-- table: INSERT of a query
INSERT INTO sales.orders SELECT 'x', count(*) FROM orders

-- table: TRUNCATE
TRUNCATE TABLE orders
-- degraded: TRUNCATE where the connector can

-- table: FOR UPDATE
SELECT * FROM orders FOR UPDATE

-- table: a join of the catalog with a table
SELECT * FROM pg_class c JOIN orders o ON c.oid::bigint = o.order_id

-- table: SELECT INTO
SELECT * INTO TEMP mine FROM orders

-- probe: EXPLAIN
EXPLAIN SELECT * FROM orders WHERE status = 'open'

-- probe: no rows
SELECT * FROM orders LIMIT 0

-- table: a table beside a temporary one of nearly its name
CREATE TEMP TABLE mixedcase (a int); SELECT * FROM "MixedCase"
