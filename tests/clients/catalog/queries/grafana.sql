-- Grafana (over pgx): data source test, query builder, panels.
-- protocol: extended
-- results: binary

-- catalog: version
SELECT current_setting('server_version_num')::int/100 as version

-- catalog: is TimescaleDB there
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'

-- catalog: schemas
SELECT schema_name AS "name" FROM information_schema.schemata
 WHERE schema_name NOT IN ('information_schema', 'pg_catalog', 'pg_toast', '_timescaledb_cache') ORDER BY schema_name

-- catalog: tables, those of the search path by their bare name
SELECT CASE WHEN quote_ident(table_schema) IN (
    SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
      FROM generate_series(array_lower(string_to_array(current_setting('search_path'),','),1),
                           array_upper(string_to_array(current_setting('search_path'),','),1)) as i,
           string_to_array(current_setting('search_path'),',') s)
  THEN quote_ident(table_name) ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS "table"
 FROM information_schema.tables
WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog') ORDER BY 1

-- catalog: tables of a schema
SELECT quote_ident(table_name) AS "table" FROM information_schema.tables WHERE quote_ident(table_schema) = 'sales' ORDER BY 1

-- catalog: columns of a table
SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns
 WHERE CASE WHEN array_length(parse_ident('public."MixedCase"'),1) = 2
       THEN quote_ident(table_schema) = (parse_ident('public."MixedCase"'))[1] AND table_name = (parse_ident('public."MixedCase"'))[2]
       ELSE quote_ident(table_name) = 'public."MixedCase"' END
 ORDER BY ordinal_position

-- catalog: columns of time, of older versions
SELECT quote_ident(column_name) FROM information_schema.columns
 WHERE quote_ident(table_name) = 'orders' AND table_schema = 'public' AND data_type IN ('timestamp without time zone', 'timestamp with time zone', 'bigint')

-- catalog: test of the data source
-- protocol: simple
-- results: text
SELECT 1

-- table: a panel over time
SELECT date_trunc('hour', placed_at) AS "time", sum(amount) AS "amount" FROM orders WHERE placed_at BETWEEN '2024-01-01T00:00:00Z' AND '2024-01-02T00:00:00Z' GROUP BY 1 ORDER BY 1

-- table: a panel with epoch groups
SELECT floor(extract(epoch from placed_at)/300)*300 AS "time", count(*) FROM public.orders GROUP BY 1 LIMIT 50

-- table: values of a variable
SELECT DISTINCT status FROM orders LIMIT 1000

-- table: the query builder
SELECT "Some Column", "Id" FROM public."MixedCase" LIMIT 50
