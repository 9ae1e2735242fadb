-- DBeaver (over pgjdbc): start-up, navigator, table editor, data viewer.
-- protocol: extended

-- catalog: current schema and user
SELECT current_schema(),session_user

-- catalog: search path
SHOW search_path

-- catalog: the database
SELECT db.oid,db.* FROM pg_catalog.pg_database db WHERE datname=$1
-- parameters: ["xuanwu"]

-- catalog: databases to switch to
SELECT db.oid,db.* FROM pg_catalog.pg_database db WHERE datallowconn AND NOT datistemplate OR db.datname =$1 ORDER BY db.datname
-- parameters: ["xuanwu"]

-- catalog: settings
select * from pg_catalog.pg_settings where name=$1
-- parameters: ["standard_conforming_strings"]

-- catalog: version
SELECT version()

-- catalog: keywords
select string_agg(word, ',') from pg_catalog.pg_get_keywords() where word <> ALL ('{a,abs,absolute,action}'::text[])

-- catalog: does the server have policies
SELECT 1 FROM pg_catalog.pg_class WHERE relrowsecurity = true LIMIT 1

-- catalog: schemas
SELECT n.oid,n.*,d.description FROM pg_catalog.pg_namespace n
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=n.oid AND d.objsubid=0 AND d.classoid='pg_namespace'::regclass
 ORDER BY nspname

-- catalog: types
SELECT t.oid,t.*,c.relkind,format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid=t.typelem
LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid=t.typrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid=d.objoid
WHERE t.typname IS NOT NULL
AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C')

-- catalog: tables of a schema
SELECT c.oid,c.*,d.description,pg_catalog.pg_get_expr(c.relpartbound, c.oid) as partition_expr,  pg_catalog.pg_get_partkeydef(c.oid) as partition_key
FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_class'::regclass
WHERE c.relnamespace=$1 AND c.relkind not in ('i','I','c')
-- parameters: ["2200"]

-- catalog: sizes of tables
SELECT c.oid, pg_catalog.pg_total_relation_size(c.oid) as total_rel_size, pg_catalog.pg_relation_size(c.oid) as rel_size
FROM pg_class c WHERE c.relnamespace=$1
-- parameters: ["2200"]

-- catalog: columns of a table
SELECT c.relname,a.*,pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value,dsc.description,dep.objid
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid=c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid=ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_depend dep on dep.refobjid = a.attrelid AND dep.deptype = 'i' and dep.refobjsubid = a.attnum and dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.relkind not in ('i','I','c') AND c.oid=$1
ORDER BY a.attnum
-- parameters: ["{oid public.payments}"]

-- catalog: constraints of a schema
SELECT c.oid,c.*,t.relname as tabrelname,rt.relnamespace as refnamespace,d.description, case when c.contype='c' then "substring"(pg_get_constraintdef(c.oid), 7) else null end consrc_copy
FROM pg_catalog.pg_constraint c
INNER JOIN pg_catalog.pg_class t ON t.oid=c.conrelid
LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid=c.confrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_constraint'::regclass
WHERE t.relnamespace=$1 ORDER BY c.oid
-- parameters: ["2200"]

-- catalog: indexes
SELECT i.*,i.indkey as keys,c.relname,c.relnamespace,c.relam,c.reltablespace,tc.relname as tabrelname,dsc.description,pg_catalog.pg_get_expr(i.indpred, i.indrelid) as pred_expr,pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) as expr,pg_catalog.pg_relation_size(i.indexrelid) as index_rel_size,pg_catalog.pg_stat_get_numscans(i.indexrelid) as index_num_scans
FROM pg_catalog.pg_index i
INNER JOIN pg_catalog.pg_class c ON c.oid=i.indexrelid
INNER JOIN pg_catalog.pg_class tc ON tc.oid=i.indrelid
LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid=dsc.objoid
WHERE i.indrelid=$1 ORDER BY tabrelname, c.relname
-- parameters: ["{oid public.payments}"]

-- catalog: references to a table
SELECT DISTINCT dep.deptype, dep.classid, dep.objid, cl.relkind, attr.attname,pg_get_expr(ad.adbin, ad.adrelid) adefval,
	CASE WHEN cl.relkind IS NOT NULL THEN cl.relkind::text || COALESCE(dep.objsubid::text, '')
		WHEN tg.oid IS NOT NULL THEN 'T'::text
		WHEN ty.oid IS NOT NULL THEN 'y'::text
		WHEN ns.oid IS NOT NULL THEN 'n'::text
		WHEN pr.oid IS NOT NULL THEN 'p'::text
		WHEN la.oid IS NOT NULL THEN 'l'::text
		WHEN rw.oid IS NOT NULL THEN 'R'::text
		WHEN co.oid IS NOT NULL THEN 'C'::text || contype::text
		WHEN ad.oid IS NOT NULL THEN 'A'::text ELSE '' END AS type,
	COALESCE(coc.relname, clrw.relname, tgr.relname) AS ownertable,
	CASE WHEN cl.relname IS NOT NULL AND att.attname IS NOT NULL THEN cl.relname || '.' || att.attname
		ELSE COALESCE(cl.relname, co.conname, pr.proname, tg.tgname, ty.typname, la.lanname, rw.rulename, ns.nspname) END AS refname
FROM pg_depend dep
LEFT JOIN pg_class cl ON dep.objid=cl.oid
LEFT JOIN pg_attribute att ON dep.objid=att.attrelid AND dep.objsubid=att.attnum
LEFT JOIN pg_proc pr ON dep.objid=pr.oid
LEFT JOIN pg_trigger tg ON dep.objid=tg.oid LEFT JOIN pg_class tgr ON tg.tgrelid=tgr.oid
LEFT JOIN pg_type ty ON dep.objid=ty.oid
LEFT JOIN pg_constraint co ON dep.objid=co.oid LEFT JOIN pg_class coc ON co.conrelid=coc.oid
LEFT JOIN pg_rewrite rw ON dep.objid=rw.oid LEFT JOIN pg_class clrw ON clrw.oid=rw.ev_class
LEFT JOIN pg_language la ON dep.objid=la.oid
LEFT JOIN pg_namespace ns ON dep.objid=ns.oid
LEFT JOIN pg_attrdef ad ON ad.oid=dep.objid
LEFT JOIN pg_attribute attr ON attr.attrelid=ad.adrelid and attr.attnum=ad.adnum
WHERE dep.refobjid={oid public.orders}
ORDER BY type, refname

-- catalog: text of a view
SELECT pg_catalog.pg_get_viewdef($1::oid, true)
-- parameters: ["{oid public.order_totals}"]

-- catalog: policies of a table
SELECT c.relname, pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS expression, pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS checked, p.* FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid WHERE p.polrelid = {oid public.orders}

-- catalog: functions of a schema
SELECT p.oid,p.*,pg_catalog.pg_get_expr(p.proargdefaults, 0) as arg_defaults,d.description
FROM pg_catalog.pg_proc p
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=p.oid
WHERE p.pronamespace=$1 AND p.prokind <> 'a' ORDER BY p.proname
-- parameters: ["2200"]

-- catalog: sequences
SELECT c.oid,d.description,c.relname,s.* FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_sequence s ON s.seqrelid=c.oid LEFT JOIN pg_catalog.pg_description d ON d.objoid=c.oid WHERE c.relkind='S'

-- catalog: roles
SELECT a.oid,a.*,pd.description FROM pg_catalog.pg_roles a LEFT JOIN pg_catalog.pg_shdescription pd ON a.oid = pd.objoid ORDER BY a.rolname

-- catalog: privileges of a role
SELECT * FROM information_schema.table_privileges WHERE grantee = 'analyst' ORDER BY table_schema, table_name, privilege_type

-- catalog: tablespaces
SELECT t.oid,t.*,pg_tablespace_location(t.oid) loc FROM pg_catalog.pg_tablespace t ORDER BY t.oid

-- catalog: extensions to install
SELECT name, default_version, installed_version FROM pg_catalog.pg_available_extensions ORDER BY name

-- catalog: cached estimate of rows
SELECT reltuples::bigint AS estimate FROM pg_catalog.pg_class WHERE oid = '"public"."orders"'::regclass

-- catalog: sessions
-- mask: pid, client_addr, client_port, backend_start, xact_start, query_start, state_change, backend_xmin
-- degraded: sessions without Postgres's workers
SELECT sa.* FROM pg_catalog.pg_stat_activity sa WHERE pid = pg_backend_pid()

-- catalog: locks
SELECT l.locktype, l.mode, l.granted FROM pg_catalog.pg_locks l WHERE l.relation = {oid public.orders}

-- table: first page of the data viewer
SELECT o.* FROM public.orders o

-- table: first page, read with a limit
SELECT * FROM public."MixedCase" LIMIT 200

-- table: another schema
SELECT * FROM sales.orders LIMIT 200

-- table: number of rows
SELECT count(*) FROM public.orders

-- table: sorted and filtered grid
SELECT * FROM public.orders WHERE (status = 'open') ORDER BY placed_at DESC LIMIT 200

-- table: a quoted name in Chinese
SELECT "编号", "金额" FROM public."订单" LIMIT 200

-- table: a row saved in the grid
-- degraded: UPDATE, DELETE where the connector can
UPDATE public.orders SET status=$1 WHERE order_id=$2
-- parameters: ["open", "1"]

-- table: a row added in the grid
INSERT INTO public.orders (order_id, customer_id, placed_at) VALUES($1, $2, $3)
-- parameters: ["1", "2", "2024-01-01 00:00:00"]

-- table: a row removed in the grid
-- degraded: UPDATE, DELETE where the connector can
DELETE FROM public.orders WHERE order_id=$1
-- parameters: ["1"]

-- table: export by COPY
-- protocol: simple
COPY public.orders TO STDOUT

-- probe: columns of a query
SELECT * FROM (SELECT order_id, amount FROM public.orders) dbvrcnt WHERE 1<>1 LIMIT 1

-- probe: EXPLAIN
EXPLAIN SELECT * FROM public.orders
