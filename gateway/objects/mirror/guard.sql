-- What guards the mirrors of one database, run as the administrator: each statement may run again.

CREATE SCHEMA IF NOT EXISTS xuanwu;
GRANT USAGE ON SCHEMA xuanwu TO PUBLIC;

CREATE OR REPLACE FUNCTION xuanwu.refuse(relation text) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'relation "%" belongs to Flink and cannot be read or written by Postgres',
        relation
        USING ERRCODE = '0A000', HINT = 'A statement that names it runs in Flink: leave out system '
            'tables, temporary tables and what else only Postgres has.';
END
$$;

CREATE OR REPLACE FUNCTION xuanwu.path(relation regclass) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT n.nspname || '.' || c.relname FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation
$$;

-- In the policy of each table. STABLE, so that as a sub-select it is an InitPlan, whose test costs
-- nothing and therefore stands before every other; the planner never calls it (EXPLAIN passes).
CREATE OR REPLACE FUNCTION xuanwu.guard(relation regclass) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM xuanwu.refuse(xuanwu.path(relation));
    RETURN false;
END
$$;

-- The source of rows of each view: a set, since a condition alone is folded away by `id = 3`.
CREATE OR REPLACE FUNCTION xuanwu.guard_row(relation text) RETURNS SETOF boolean
    LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM xuanwu.refuse(relation);
END
$$;

-- TRUNCATE asks no policy, and the right to it cannot be taken from an owner for good.
CREATE OR REPLACE FUNCTION xuanwu.guard_truncate() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM xuanwu.refuse(TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME);
    RETURN NULL;
END
$$;
