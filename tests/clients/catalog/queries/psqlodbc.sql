-- psqlodbc: tables, Access and Excel on top of it (its catalog calls are run).

-- table: a linked table's keys
SELECT "public"."orders"."order_id" FROM "public"."orders"

-- table: rows of a page by their keys
SELECT "order_id","customer_id","amount" FROM "public"."orders" WHERE "order_id" = 1 OR "order_id" = 2 OR "order_id" = 3

-- table: a statement in its savepoint
BEGIN;SAVEPOINT _EXEC_SVP_0x5;SELECT * FROM "sales"."orders";RELEASE _EXEC_SVP_0x5

-- table: a cursor that outlives its transaction
BEGIN;declare "SQL_CUR0x7" cursor with hold for SELECT * FROM orders;fetch 100 in "SQL_CUR0x7"

-- table: a row saved
UPDATE "public"."orders" SET "status"='open' WHERE "order_id" = 1
-- degraded: UPDATE, DELETE where the connector can

-- probe: columns before the first row
select * from "public"."orders" where 1 = 0
