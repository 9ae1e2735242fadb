-- Superset (over SQLAlchemy and psycopg2): connection, schema browser, charts. Reflection by
-- SQLAlchemy itself is run, not recorded.

-- catalog: version
select pg_catalog.version()

-- catalog: schema
select current_schema()

-- catalog: isolation
show transaction isolation level

-- catalog: strings
show standard_conforming_strings

-- catalog: databases
SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname

-- catalog: schemas
SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%%' ORDER BY nspname

-- catalog: tables of a schema
SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND pg_catalog.pg_class.relpersistence != 't' AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != 'pg_catalog' ORDER BY 1

-- catalog: functions to complete
SELECT routine_name FROM information_schema.routines WHERE routine_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1

-- catalog: what a stop looks for
SELECT count(*) FROM pg_stat_activity WHERE pid='1'

-- catalog: does hstore exist
SELECT t.oid, typarray FROM pg_type t JOIN pg_namespace ns ON typnamespace = ns.oid WHERE typname = 'hstore'

-- catalog: search path for SQL Lab
set search_path = "sales"; show search_path; set search_path = "public"

-- table: preview in SQL Lab
SELECT order_id AS order_id, amount AS amount FROM public.orders LIMIT 101

-- table: virtual dataset
SELECT country AS country, count(*) AS "Count" FROM (SELECT * FROM customers JOIN orders ON customers.id = orders.customer_id) AS virtual_table GROUP BY country ORDER BY "Count" DESC LIMIT 10000

-- table: time chart
SELECT DATE_TRUNC('day', placed_at) AS placed_at, sum(amount) AS "SUM(amount)" FROM public.orders WHERE placed_at >= TO_TIMESTAMP('2024-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') GROUP BY DATE_TRUNC('day', placed_at) ORDER BY "SUM(amount)" DESC LIMIT 10000

-- table: values of a filter
SELECT DISTINCT status AS status FROM public.orders LIMIT 1000

-- table: a mixed-case dataset
SELECT "Some Column" AS "Some Column", COUNT(*) AS count FROM public."MixedCase" GROUP BY "Some Column" LIMIT 1000

-- probe: plan of SQL Lab's estimate
EXPLAIN SELECT * FROM public.orders
