-- ADBC and other bulk readers: types at the start, rows by COPY.
-- protocol: extended

-- catalog: columns of composite types
SELECT attrelid, attname, atttypid FROM pg_catalog.pg_attribute ORDER BY attrelid, attnum

-- catalog: types
SELECT oid, typname, typreceive, typbasetype, typrelid, typarray FROM pg_catalog.pg_type WHERE (typreceive != 0 OR typsend != 0) AND typtype != 'r' AND typreceive::TEXT != 'array_recv'

-- catalog: catalogs
SELECT datname FROM pg_catalog.pg_database ORDER BY 1

-- catalog: schemas
SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1

-- catalog: statistics of a schema
SELECT n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname LIKE $2 AND c.relkind IN ('r','v') ORDER BY 2
-- parameters: ["public", "%"]

-- catalog: a composite key, its positions
SELECT attname, pg_catalog.pg_get_constraintdef(con.oid) FROM pg_catalog.pg_constraint con CROSS JOIN UNNEST(conkey) AS conkeys INNER JOIN pg_catalog.pg_class cls ON cls.oid = conrelid INNER JOIN pg_catalog.pg_attribute attr ON attr.attrelid = cls.oid AND conkeys = attr.attnum WHERE cls.oid = '"public"."payments"'::regclass::oid

-- table: rows in binary
COPY (SELECT * FROM public.orders) TO STDOUT (FORMAT binary)

-- table: rows as CSV
-- protocol: simple
COPY (SELECT order_id, status FROM public.orders LIMIT 10) TO STDOUT WITH CSV

-- table: COPY FROM STDIN
-- protocol: simple
COPY public.orders FROM STDIN
