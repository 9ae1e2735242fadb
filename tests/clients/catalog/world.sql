-- Who may do what with the relations of the world; run by the administrator once they are there.

CREATE ROLE analyst LOGIN;
CREATE ROLE auditors;
GRANT auditors TO analyst;
GRANT analyst TO xuanwu;
GRANT USAGE ON SCHEMA sales TO analyst;
GRANT SELECT ON public.orders, sales.orders TO analyst;
GRANT SELECT (id, name) ON public.customers TO analyst;
GRANT SELECT ON public.clicks TO auditors;
ANALYZE;
