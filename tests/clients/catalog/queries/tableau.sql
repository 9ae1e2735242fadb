-- Tableau (over psqlodbc with UseDeclareFetch): connection test, columns by empty queries, extracts.

-- catalog: first message
SET DateStyle = 'ISO';SET extra_float_digits = 2;show transaction_isolation

-- catalog: version
SELECT version()

-- catalog: rights by a table of its own
CREATE TEMPORARY TABLE "#Tableau_1_Connect" ("COL" integer) ON COMMIT PRESERVE ROWS;
INSERT INTO "#Tableau_1_Connect" VALUES (1);
SELECT * FROM "#Tableau_1_Connect";
DROP TABLE "#Tableau_1_Connect"

-- catalog: types of large objects
select oid, typbasetype from pg_type where typname = 'lo'

-- catalog: isolation of its session
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED

-- catalog: tables, in the message that keeps a place to return to
BEGIN;SAVEPOINT _EXEC_SVP_1;select relname, nspname, relkind from pg_catalog.pg_class c, pg_catalog.pg_namespace n where relkind in ('r', 'v', 'm', 'f', 'p') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_1') and n.oid = relnamespace order by nspname, relname;RELEASE _EXEC_SVP_1;COMMIT

-- catalog: tables through a cursor that outlives its transaction
BEGIN;declare "SQL_CUR0x1" cursor with hold for select nspname from pg_catalog.pg_namespace where nspname !~ '^pg_' order by 1;fetch 2 in "SQL_CUR0x1";COMMIT;fetch 100 in "SQL_CUR0x1";close "SQL_CUR0x1"

-- catalog: columns of a table
select n.nspname, c.relname, a.attname, a.atttypid, t.typname, a.attnum, a.attlen, a.atttypmod, a.attnotnull, c.relhasrules, c.relkind, c.oid, pg_get_expr(d.adbin, d.adrelid), case t.typtype when 'd' then t.typbasetype else 0 end, t.typtypmod, 0, attidentity, c.relhassubclass
from (((pg_catalog.pg_class c inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace and c.relname like E'orders' and n.nspname like E'public')
inner join pg_catalog.pg_attribute a on (not a.attisdropped) and a.attnum > 0 and a.attrelid = c.oid)
inner join pg_catalog.pg_type t on t.oid = a.atttypid)
left outer join pg_attrdef d on a.atthasdef and d.adrelid = a.attrelid and d.adnum = a.attnum
order by n.nspname, c.relname, attnum

-- catalog: primary key of a table
select ta.attname, ia.attnum, ic.relname, n.nspname, tc.relname
from pg_catalog.pg_attribute ta, pg_catalog.pg_attribute ia, pg_catalog.pg_class tc, pg_catalog.pg_index i, pg_catalog.pg_namespace n, pg_catalog.pg_class ic
where tc.relname = E'payments' AND n.nspname = E'public' AND tc.oid = i.indrelid AND n.oid = tc.relnamespace AND i.indisprimary = 't' AND ia.attrelid = i.indexrelid AND ta.attrelid = i.indrelid AND ta.attnum = i.indkey[ia.attnum-1] AND (NOT ta.attisdropped) AND (NOT ia.attisdropped) AND ic.oid = i.indexrelid
order by ia.attnum

-- catalog: length of names
show max_identifier_length

-- table: extract through a cursor
BEGIN;declare "SQL_CUR0x2" cursor with hold for SELECT "orders"."order_id" AS "order_id" FROM "public"."orders" "orders";fetch 10000 in "SQL_CUR0x2"

-- table: in the message that keeps a place to return to
BEGIN;SAVEPOINT _EXEC_SVP_2;SELECT "orders"."status" AS "status" FROM "public"."orders" "orders" GROUP BY 1;RELEASE _EXEC_SVP_2;COMMIT

-- table: first rows
SELECT "MixedCase"."Id" AS "Id", "MixedCase"."Some Column" AS "Some Column" FROM "public"."MixedCase" "MixedCase" LIMIT 100

-- table: a number in a worksheet
SELECT SUM("orders"."amount") AS "sum:amount:ok", COUNT(1) AS "cnt" FROM "public"."orders" "orders" HAVING (COUNT(1) > 0)

-- table: prepared by name
PREPARE "_PLAN0x3" as SELECT * FROM "public"."orders" "orders";EXECUTE "_PLAN0x3"

-- probe: columns of a custom query
SELECT * FROM (select * from public.orders) "Custom SQL Query" LIMIT 0

-- probe: columns of a table by an empty query
SELECT * FROM "public"."orders" "orders" WHERE 1=0
