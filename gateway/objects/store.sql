-- The stored objects of Flink's catalogs, in the sessions' database, so that an object and its
-- mirror change in one transaction. Run as the administrator at every start.

CREATE SCHEMA IF NOT EXISTS xuanwu_catalog;
REVOKE ALL ON SCHEMA xuanwu_catalog FROM PUBLIC;
GRANT CREATE ON DATABASE xuanwu TO xuanwu;  -- CREATE DATABASE of Flink makes a schema

-- One row per catalog (database and name empty), database (name empty), table, view, function…
-- `text` is what the user wrote, `engine_text` the CREATE that any session can replay, names in full.
CREATE TABLE IF NOT EXISTS xuanwu_catalog.object (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalog        text        NOT NULL,
    database       text        NOT NULL DEFAULT '',
    name           text        NOT NULL DEFAULT '',
    namespace      text        NOT NULL CHECK (namespace IN
                   ('catalog', 'database', 'relation', 'function', 'model', 'connection')),
    kind           text        NOT NULL,
    text           text        NOT NULL,
    engine_text    text        NOT NULL,
    shown_text     text        NOT NULL,  -- secrets masked
    flink_version  text        NOT NULL,  -- written for
    owner          name        NOT NULL,
    comment        text,
    relid          oid,                   -- of the mirror, where there is one
    watermark      text,
    primary_key    text[],
    partition_keys text[],
    revision       integer     NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now(),
    changed_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (catalog, database, namespace, name)
);
CREATE INDEX IF NOT EXISTS object_by_name ON xuanwu_catalog.object (lower(name));
CREATE UNIQUE INDEX IF NOT EXISTS object_by_relid ON xuanwu_catalog.object (relid);

-- The rows of Flink's DESCRIBE.
CREATE TABLE IF NOT EXISTS xuanwu_catalog.object_column (
    object_id bigint  NOT NULL REFERENCES xuanwu_catalog.object ON DELETE CASCADE,
    position  integer NOT NULL,
    name      text    NOT NULL,
    type      text    NOT NULL,
    nullable  boolean NOT NULL,
    key       text,
    extras    text,
    watermark text,
    comment   text,
    PRIMARY KEY (object_id, position)
);

CREATE TABLE IF NOT EXISTS xuanwu_catalog.object_option (
    object_id bigint NOT NULL REFERENCES xuanwu_catalog.object ON DELETE CASCADE,
    key       text   NOT NULL,
    value     text   NOT NULL,
    shown     text   NOT NULL,  -- masked if it is a secret
    PRIMARY KEY (object_id, key)
);

-- An object cannot go while another needs it: Postgres itself refuses.
CREATE TABLE IF NOT EXISTS xuanwu_catalog.dependency (
    object_id bigint NOT NULL REFERENCES xuanwu_catalog.object ON DELETE CASCADE,
    on_id     bigint NOT NULL REFERENCES xuanwu_catalog.object,
    PRIMARY KEY (object_id, on_id)
);
CREATE INDEX IF NOT EXISTS dependency_on ON xuanwu_catalog.dependency (on_id);

CREATE TABLE IF NOT EXISTS xuanwu_catalog.revision (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    object_id     bigint      NOT NULL,  -- which may be gone
    catalog       text        NOT NULL,
    database      text        NOT NULL,
    name          text        NOT NULL,
    kind          text        NOT NULL,
    revision      integer     NOT NULL,
    operation     text        NOT NULL CHECK (operation IN ('CREATE', 'ALTER', 'REPLACE', 'DROP')),
    flink_version text        NOT NULL,
    role          name        NOT NULL,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    old_text      text,
    new_text      text,
    old_shown     text,
    new_shown     text
);
CREATE INDEX IF NOT EXISTS revision_of ON xuanwu_catalog.revision (object_id);

INSERT INTO xuanwu_catalog.object
       (catalog, database, namespace, kind, text, engine_text, shown_text, flink_version, owner)
VALUES ('xuanwu', '', 'catalog', 'CATALOG', '', '', '', '', 'xuanwu'),
       ('xuanwu', 'public', 'database', 'DATABASE', '', '', '', '', 'xuanwu')
ON CONFLICT DO NOTHING;

-- ── What everybody may read of what they may see ────────────────────────────────────────────────

-- May the one who asks see this object? As in information_schema: who has any right on it.
CREATE OR REPLACE FUNCTION xuanwu_catalog.visible(relid oid, database text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN relid IS NULL THEN coalesce((SELECT has_schema_privilege(current_user, n.oid, 'USAGE')
                                            FROM pg_namespace n WHERE n.nspname = database), true)
        ELSE pg_has_role(current_user,
                         (SELECT c.relowner FROM pg_class c WHERE c.oid = relid), 'USAGE')
             OR has_table_privilege(current_user, relid,
                                    'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
             OR has_any_column_privilege(current_user, relid, 'SELECT, INSERT, UPDATE, REFERENCES')
    END
$$;

CREATE OR REPLACE VIEW xuanwu.tables AS
SELECT o.catalog,
       o.database                                  AS schema,
       o.name,
       o.kind,
       (SELECT p.shown FROM xuanwu_catalog.object_option p
         WHERE p.object_id = o.id AND p.key = 'connector') AS connector,
       coalesce((SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = o.relid),
                o.owner)                           AS owner,
       o.primary_key,
       o.watermark,
       o.partition_keys,
       o.comment,
       o.flink_version,
       o.revision,
       o.created_at,
       o.changed_at,
       o.shown_text                                AS definition,
       o.relid
  FROM xuanwu_catalog.object o
 WHERE o.namespace = 'relation' AND xuanwu_catalog.visible(o.relid, o.database);
COMMENT ON VIEW xuanwu.tables IS
    'Tables and views of Flink''s catalogs, as far as the reader may see them; secrets are masked.';

CREATE OR REPLACE VIEW xuanwu.columns AS
SELECT t.catalog, t.schema, t.name AS table_name, k.position, k.name, k.type, k.nullable,
       k.key, k.extras, k.watermark, k.comment
  FROM xuanwu_catalog.object o
  JOIN xuanwu.tables t ON (t.catalog, t.schema, t.name) = (o.catalog, o.database, o.name)
  JOIN xuanwu_catalog.object_column k ON k.object_id = o.id
 WHERE o.namespace = 'relation';
COMMENT ON VIEW xuanwu.columns IS 'Columns of Flink''s tables and views, as its DESCRIBE shows them.';

CREATE OR REPLACE VIEW xuanwu.table_options AS
SELECT t.catalog, t.schema, t.name AS table_name, p.key, p.shown AS value
  FROM xuanwu_catalog.object o
  JOIN xuanwu.tables t ON (t.catalog, t.schema, t.name) = (o.catalog, o.database, o.name)
  JOIN xuanwu_catalog.object_option p ON p.object_id = o.id
 WHERE o.namespace = 'relation';
COMMENT ON VIEW xuanwu.table_options IS
    'Options of Flink''s tables, of their WITH clauses; secrets are masked.';

CREATE OR REPLACE VIEW xuanwu.objects AS
SELECT o.catalog, o.database AS schema, o.name, o.kind,
       coalesce((SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = o.relid),
                o.owner) AS owner,
       o.comment, o.flink_version, o.revision, o.created_at, o.changed_at,
       o.shown_text AS definition
  FROM xuanwu_catalog.object o
 WHERE xuanwu_catalog.visible(o.relid, o.database);
COMMENT ON VIEW xuanwu.objects IS
    'Everything that is stored of Flink''s catalogs: catalogs, databases, tables, functions…';

CREATE OR REPLACE VIEW xuanwu.object_revisions AS
SELECT r.catalog, r.database AS schema, r.name, r.kind, r.revision, r.operation, r.flink_version,
       r.role, r.at, r.old_shown AS old_text, r.new_shown AS new_text
  FROM xuanwu_catalog.revision r
  LEFT JOIN xuanwu_catalog.object o ON o.id = r.object_id
 WHERE CASE WHEN o.id IS NULL THEN pg_has_role(current_user, 'xuanwu', 'USAGE')
            ELSE xuanwu_catalog.visible(o.relid, o.database) END;
COMMENT ON VIEW xuanwu.object_revisions IS
    'Who changed which object when, its text before and after; secrets are masked.';

CREATE OR REPLACE VIEW xuanwu.dependencies AS
SELECT o.catalog, o.database AS schema, o.name, o.kind,
       d.catalog AS on_catalog, d.database AS on_schema, d.name AS on_name, d.kind AS on_kind
  FROM xuanwu_catalog.dependency e
  JOIN xuanwu_catalog.object o ON o.id = e.object_id
  JOIN xuanwu_catalog.object d ON d.id = e.on_id
 WHERE xuanwu_catalog.visible(o.relid, o.database);
COMMENT ON VIEW xuanwu.dependencies IS 'Which object needs which other one.';

GRANT SELECT ON xuanwu.tables, xuanwu.columns, xuanwu.table_options, xuanwu.objects,
                xuanwu.object_revisions, xuanwu.dependencies TO PUBLIC;
