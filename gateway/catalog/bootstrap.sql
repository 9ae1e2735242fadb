-- A database of sessions, run as the administrator at every start: each statement may run again.

-- ── Rights ──────────────────────────────────────────────────────────────────────────────────────

-- Large objects would be storage that no table shows; the other two reach backends that belong to
-- other sessions (sessions have functions of their own for that, below).
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN
        SELECT oid::regprocedure FROM pg_catalog.pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace
           AND (proname ~ '^lo_' OR proname IN
                ('loread', 'lowrite', 'pg_cancel_backend', 'pg_terminate_backend'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END
$$;

-- ── Schema xuanwu ───────────────────────────────────────────────────────────────────────────────

CREATE SCHEMA IF NOT EXISTS xuanwu;
GRANT USAGE ON SCHEMA xuanwu TO PUBLIC;

-- Our functions tell the relay what to do by a notice; the token proves that it was them.
CREATE TABLE IF NOT EXISTS xuanwu.signal_token (token text NOT NULL);
INSERT INTO xuanwu.signal_token
SELECT gen_random_uuid()::text WHERE NOT EXISTS (SELECT FROM xuanwu.signal_token);

CREATE UNLOGGED TABLE IF NOT EXISTS xuanwu.activity (
    server           text        NOT NULL,
    pid              integer     NOT NULL,
    role             name        NOT NULL,
    database         name        NOT NULL,
    application_name text        NOT NULL,
    client_addr      inet,
    client_port      integer     NOT NULL,
    backend_start    timestamptz NOT NULL,
    state            text        NOT NULL,
    query            text        NOT NULL,
    query_start      timestamptz,
    state_change     timestamptz NOT NULL,
    published        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (server, pid)
);

ALTER TABLE xuanwu.activity
    ADD COLUMN IF NOT EXISTS tls_version text,
    ADD COLUMN IF NOT EXISTS tls_cipher  text,
    ADD COLUMN IF NOT EXISTS tls_bits    integer;

CREATE OR REPLACE FUNCTION xuanwu.pg_backend_pid(pid integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pid;

-- Who may signal whom follows Postgres: the same role, a member of it, pg_signal_backend.
CREATE OR REPLACE FUNCTION xuanwu.signal(verb text, target integer, doing text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET client_min_messages = notice
AS $$
DECLARE
    owner name := (SELECT a.role FROM xuanwu.activity a WHERE a.pid = target LIMIT 1);
BEGIN
    IF owner IS NULL THEN
        RAISE WARNING 'PID % is not a PostgreSQL backend process', target;
        RETURN false;
    END IF;
    IF NOT (owner = session_user OR pg_has_role(session_user, 'pg_signal_backend', 'USAGE')
            OR coalesce((SELECT pg_has_role(session_user, r.oid, 'USAGE')
                           FROM pg_roles r WHERE r.rolname = owner), false)) THEN
        RAISE EXCEPTION 'permission denied to %', doing USING ERRCODE = '42501',
            DETAIL = format('Only roles with privileges of the role "%s" or of the '
                            '"pg_signal_backend" role may do this.', owner);
    END IF;
    RAISE NOTICE '% %', verb, target
        USING ERRCODE = 'XW001', DETAIL = (SELECT token FROM xuanwu.signal_token);
    RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION xuanwu.signal(text, integer, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION xuanwu.pg_cancel_backend(pid integer) RETURNS boolean
    LANGUAGE sql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT xuanwu.signal('cancel', pid, 'cancel query') $$;

CREATE OR REPLACE FUNCTION xuanwu.pg_terminate_backend(pid integer, timeout bigint)
    RETURNS boolean LANGUAGE sql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT xuanwu.signal('terminate', pid, 'terminate process') $$;

CREATE OR REPLACE FUNCTION xuanwu.pg_terminate_backend(pid integer) RETURNS boolean
    LANGUAGE sql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT xuanwu.signal('terminate', pid, 'terminate process') $$;
