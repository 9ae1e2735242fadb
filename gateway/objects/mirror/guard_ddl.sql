-- Lasting objects are the platform's alone: sessions define them in Flink, GRANT and REVOKE pass,
-- and so does all that is temporary. Only a superuser may install this. Run again at every start.

CREATE OR REPLACE FUNCTION xuanwu.is_platform() RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT pg_has_role(e.evtowner, 'USAGE') FROM pg_event_trigger e
                      WHERE e.evtname = 'xuanwu_guard_ddl'), false)
$$;

CREATE OR REPLACE FUNCTION xuanwu.refuse_ddl(command text, object text) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% cannot be run by Postgres on lasting objects', command
        USING ERRCODE = '0A000', DETAIL = format('The object is %s.', object),
            HINT = 'Write it as a statement of its own, in the form that Flink knows; '
                   'temporary objects may be of any kind.';
END
$$;

-- A trigger, rule or policy has no schema: it is temporary where its table is.
CREATE OR REPLACE FUNCTION xuanwu.guard_ddl() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    object record;
BEGIN
    IF xuanwu.is_platform() THEN
        RETURN;
    END IF;
    FOR object IN
        SELECT * FROM pg_event_trigger_ddl_commands() c
         WHERE c.command_tag NOT IN ('GRANT', 'REVOKE', 'ALTER DEFAULT PRIVILEGES')
           AND c.schema_name IS DISTINCT FROM 'pg_temp'
           AND NOT EXISTS (
                SELECT FROM pg_depend d JOIN pg_class t
                    ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
                 WHERE d.classid = c.classid AND d.objid = c.objid
                   AND d.deptype IN ('a', 'i') AND t.relpersistence = 't')
    LOOP
        PERFORM xuanwu.refuse_ddl(object.command_tag, concat_ws(' ', object.object_type,
                                                                object.object_identity));
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION xuanwu.guard_drop() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    object record;
BEGIN
    IF xuanwu.is_platform() THEN
        RETURN;
    END IF;
    FOR object IN
        SELECT * FROM pg_event_trigger_dropped_objects() o
         WHERE o.original AND NOT o.is_temporary AND o.schema_name IS DISTINCT FROM 'pg_temp'
           AND o.address_names[1] IS DISTINCT FROM 'pg_temp'
           AND o.object_type <> 'default acl'
    LOOP
        PERFORM xuanwu.refuse_ddl(TG_TAG, concat_ws(' ', object.object_type,
                                                    object.object_identity));
    END LOOP;
END
$$;

DROP EVENT TRIGGER IF EXISTS xuanwu_guard_ddl;
CREATE EVENT TRIGGER xuanwu_guard_ddl ON ddl_command_end EXECUTE FUNCTION xuanwu.guard_ddl();
DROP EVENT TRIGGER IF EXISTS xuanwu_guard_drop;
CREATE EVENT TRIGGER xuanwu_guard_drop ON sql_drop EXECUTE FUNCTION xuanwu.guard_drop();
