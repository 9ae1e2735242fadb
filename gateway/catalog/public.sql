-- Schema public of the database `xuanwu`, run as the administrator at every start.

-- At first, and never again: what the owner has granted or revoked since then stays. Everybody may
-- look into the schema; what is in it, and to make something there, is the owner's to grant.
DO $$
BEGIN
    IF (SELECT nspowner FROM pg_catalog.pg_namespace WHERE nspname = 'public')
       IS DISTINCT FROM 'xuanwu'::regrole THEN
        ALTER SCHEMA public OWNER TO xuanwu;
        GRANT USAGE ON SCHEMA public TO PUBLIC;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    END IF;
END
$$;
