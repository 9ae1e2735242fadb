"""What clients send by themselves, as recorded or as their source has it: all Postgres's."""

from __future__ import annotations

import psycopg
import pytest

from dialects import Kind, Route, classify, split, to_backend
from protocol.errors import SqlError
from tests.dialects.world import NAMES
from tests.fixtures.postgres import Postgres, postgres

__all__ = ["postgres"]

PSQL = [
    """SELECT c.oid, n.nspname, c.relname
FROM pg_catalog.pg_class c
     LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname OPERATOR(pg_catalog.~) '^(orders)$' COLLATE pg_catalog.default
  AND pg_catalog.pg_table_is_visible(c.oid)
ORDER BY 2, 3;""",
    """SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers,
 c.relrowsecurity, c.relforcerowsecurity, false AS relhasoids, c.relispartition,
 pg_catalog.array_to_string(c.reloptions || array(select 'toast.' || x
   from pg_catalog.unnest(tc.reloptions) x), ', '), c.reltablespace,
 CASE WHEN c.reloftype = 0 THEN '' ELSE c.reloftype::pg_catalog.regtype::pg_catalog.text END,
 c.relpersistence, c.relreplident, am.amname
FROM pg_catalog.pg_class c
 LEFT JOIN pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid)
LEFT JOIN pg_catalog.pg_am am ON (c.relam = am.oid)
WHERE c.oid = '16386';""",
    """SELECT a.attname,
  pg_catalog.format_type(a.atttypid, a.atttypmod),
  (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true)
   FROM pg_catalog.pg_attrdef d
   WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef),
  a.attnotnull,
  (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t
   WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation)
   AS attcollation
FROM pg_catalog.pg_attribute a
WHERE a.attrelid = '16386' AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum;""",
    """SELECT pubname, NULL, NULL FROM pg_catalog.pg_publication p
     JOIN pg_catalog.pg_publication_namespace pn ON p.oid = pn.pnpubid
     JOIN pg_catalog.pg_class pc ON pc.relnamespace = pn.pnnspid
WHERE pc.oid ='16386' and pg_catalog.pg_relation_is_publishable('16386')
UNION
SELECT pubname, pg_get_expr(pr.prqual, c.oid),
 (CASE WHEN pr.prattrs IS NOT NULL THEN
   (SELECT string_agg(attname, ', ') FROM pg_catalog.generate_series(0,
      pg_catalog.array_upper(pr.prattrs::pg_catalog.int2[], 1)) s,
      pg_catalog.pg_attribute WHERE attrelid = pr.prrelid AND attnum = prattrs[s])
  ELSE NULL END)
FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel pr ON p.oid = pr.prpubid
     JOIN pg_catalog.pg_class c ON c.oid = pr.prrelid
WHERE pr.prrelid = '16386'
ORDER BY 1;""",
    """SELECT c.oid::pg_catalog.regclass FROM pg_catalog.pg_class c, pg_catalog.pg_inherits i
WHERE c.oid = i.inhparent AND i.inhrelid = '16386'
  AND c.relkind != 'p' AND c.relkind != 'I' ORDER BY inhseqno;""",
    """SELECT d.datname as "Name", pg_catalog.pg_get_userbyid(d.datdba) as "Owner",
  pg_catalog.pg_encoding_to_char(d.encoding) as "Encoding",
  CASE d.datlocprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' END AS "Locale Provider",
  pg_catalog.array_to_string(d.datacl, E'\\n') AS "Access privileges"
FROM pg_catalog.pg_database d ORDER BY 1;""",
    """SELECT name AS "Column", pg_catalog.format_type(tp, tpm) AS "Type"
FROM (VALUES ('a', '23'::pg_catalog.oid, -1), ('b', '25'::pg_catalog.oid, -1)) s(name, tp, tpm)""",
]
PGJDBC = [
    "SET extra_float_digits = 3",
    "SET application_name = 'PostgreSQL JDBC Driver'",
    """SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME,
 CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema' WHEN true THEN CASE
 WHEN n.nspname = 'pg_catalog' THEN CASE c.relkind WHEN 'r' THEN 'SYSTEM TABLE' ELSE NULL END
 ELSE NULL END ELSE NULL END AS TABLE_TYPE, d.description AS REMARKS
 FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c
 LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0)
 WHERE c.relnamespace = n.oid ORDER BY TABLE_TYPE,TABLE_SCHEM,TABLE_NAME""",
    """SELECT * FROM (SELECT n.nspname,c.relname,a.attname,a.atttypid,a.attnotnull
 OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull,a.atttypmod,a.attlen,t.typtypmod,
 row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum,
 nullif(a.attidentity, '') as attidentity,pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc
 FROM pg_catalog.pg_namespace n
 JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid)
 JOIN pg_catalog.pg_attribute a ON (a.attrelid=c.oid)
 JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid)
 LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid=def.adrelid AND a.attnum = def.adnum)
 WHERE c.relkind in ('r','p','v','f','m') and a.attnum > 0 AND NOT a.attisdropped
 AND c.relname LIKE 'orders') c WHERE true AND attname LIKE '%'
 ORDER BY nspname,c.relname,attnum""",
    """SELECT result.TABLE_CAT, result.COLUMN_NAME, result.KEY_SEQ FROM
 (SELECT NULL AS TABLE_CAT, a.attname AS COLUMN_NAME,
 (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ, i.indisprimary
 FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid)
 JOIN pg_catalog.pg_index i ON (a.attrelid = i.indrelid)) result where result.KEY_SEQ = 1""",
    """SELECT typinput='pg_catalog.array_in'::regproc as is_array, typtype, typname, pg_type.oid
 FROM pg_catalog.pg_type LEFT JOIN (select ns.oid as nspoid, ns.nspname, r.r
 from pg_namespace as ns
 join ( select s.r, (current_schemas(false))[s.r] as nspname
 from generate_series(1, array_upper(current_schemas(false), 1)) as s(r) ) as r
 using ( nspname ) ) as sp ON sp.nspoid = typnamespace
 WHERE pg_type.oid = '25' ORDER BY sp.r, pg_type.oid DESC""",
    """select string_agg(word, ',') from pg_catalog.pg_get_keywords()
 where word <> ALL ('{a,abs,absolute}'::text[])""",
]
OTHERS = [
    # DBeaver
    "SELECT current_schema(), session_user",
    "SHOW search_path",
    "SELECT db.oid,db.* FROM pg_catalog.pg_database db WHERE datname='postgres'",
    """SELECT c.oid,c.*,d.description,pg_catalog.pg_get_expr(c.relpartbound, c.oid) as part_expr,
 pg_catalog.pg_get_partkeydef(c.oid) as partition_key FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0
 AND d.classoid='pg_class'::regclass
WHERE c.relnamespace='11' AND c.relkind not in ('i','I','c')""",
    "select * from pg_catalog.pg_settings where name='standard_conforming_strings'",
    # asyncpg
    "SELECT set_config('jit', 'off', false), current_setting('jit') as cur",
    """WITH RECURSIVE typeinfo_tree(oid, ns, name, kind, basetype, elemtype, elemdelim, depth) AS (
    SELECT ti.oid, ti.typnamespace, ti.typname, ti.typtype, ti.typbasetype, ti.typelem,
        ti.typdelim, 0
    FROM (SELECT t.*, (SELECT range_t.rngsubtype FROM pg_range AS range_t
            WHERE range_t.rngtypid = t.oid) AS range_subtype
          FROM pg_catalog.pg_type AS t) AS ti
    WHERE ti.oid = any('{600}'::oid[])
    UNION ALL
    SELECT ti.oid, ti.typnamespace, ti.typname, ti.typtype, ti.typbasetype, ti.typelem,
        ti.typdelim, tt.depth + 1
    FROM pg_catalog.pg_type AS ti, typeinfo_tree tt
    WHERE (tt.elemtype IS NOT NULL AND ti.oid = tt.elemtype)
) SELECT DISTINCT *, basetype::regtype::text AS basetype_name FROM typeinfo_tree
ORDER BY depth DESC""",
    "SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;",
    # SQLAlchemy, Grafana, Superset, pgAdmin, Metabase
    "select pg_catalog.version()",
    "show transaction isolation level",
    "SELECT current_setting('server_version_num')::int/100 as version",
    """SELECT CASE WHEN quote_ident(table_schema) IN (SELECT CASE WHEN trim(s[i]) = '"$user"'
 THEN user ELSE trim(s[i]) END FROM generate_series(array_lower(string_to_array(
 current_setting('search_path'),','),1), array_upper(string_to_array(
 current_setting('search_path'),','),1)) as i, string_to_array(
 current_setting('search_path'),',') s) THEN quote_ident(table_name)
 ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS "table"
 FROM information_schema.tables""",
    "SET DateStyle=ISO; SET client_min_messages=notice; "
    "SELECT set_config('bytea_output','hex',false) FROM pg_show_all_settings()"
    " WHERE name = 'bytea_output'; SET client_encoding='UTF8';",
    "SELECT gss_authenticated, encrypted FROM pg_catalog.pg_stat_gssapi"
    " WHERE pid = pg_backend_pid()",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid='1'",
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
    # psqlodbc
    "SET DateStyle='ISO';SET extra_float_digits=2;show transaction_isolation",
    "BEGIN;select 1",
    "SAVEPOINT _EXEC_SVP_1;select n.nspname, c.relname from pg_catalog.pg_class c,"
    " pg_catalog.pg_namespace n where c.relnamespace = n.oid limit 1",
]
# These change the server or end the connection that the comparison is made over.
NOT_RUN = ("pg_terminate_backend",)


@pytest.mark.parametrize("sql", PSQL + PGJDBC + OTHERS)
def test_goes_to_postgres(sql: str) -> None:
    for statement in split(sql):
        verdict = classify(statement, NAMES)
        held = (Route.SESSION, Kind.CLOSE)  # of both sides: the session asks Postgres too
        assert verdict.route is Route.BACKEND or (verdict.route, verdict.kind) == held


def test_one_message_of_all_kinds() -> None:
    """psqlodbc with UseDeclareFetch: transaction control, a cursor over Flink, its first page."""
    sql = (
        'BEGIN;declare "SQL_CUR1" cursor with hold for select * from orders;fetch 100 in "SQL_CUR1"'
    )
    verdicts = [classify(statement, NAMES) for statement in split(sql)]
    assert [(v.route.name, v.kind.name, v.name) for v in verdicts] == [
        ("BACKEND", "TRANSACTION", None),
        ("SESSION", "DECLARE", "SQL_CUR1"),
        ("SESSION", "FETCH", "SQL_CUR1"),
    ]
    assert (verdicts[1].options["hold"], verdicts[2].options["count"]) == (True, 100)


@pytest.mark.postgres
def test_the_pieces_run_in_postgres(postgres: Postgres) -> None:
    """What the splitter cuts out is whole: Postgres parses each piece, as relayed."""
    with postgres.connect() as connection:
        for sql in PSQL + PGJDBC + OTHERS:
            for statement in split(sql):
                if any(word in statement.text for word in NOT_RUN):
                    continue
                if to_backend(statement, 1).text != statement.text:
                    continue  # speaks of the platform's schema, which this server lacks
                try:
                    connection.execute(statement.text)
                except psycopg.errors.SyntaxError as error:
                    pytest.fail(f"{error}\n{statement.text}")
                except psycopg.errors.NoActiveSqlTransaction:
                    assert statement.text.startswith("SAVEPOINT")
            connection.execute("ROLLBACK")


@pytest.mark.postgres
def test_lexical_errors_are_those_of_postgres(postgres: Postgres) -> None:
    texts = [
        "select 'abc",
        "select 1 + E'ab",
        "select x'12",
        "select b'1",
        'select "abc',
        "select $a$x",
        "select /* x /* y */ z",
        "select U&'x",
        'select U&"x',
        "select n'x",
    ]
    with postgres.connect() as connection:
        for sql in texts:
            with pytest.raises(psycopg.Error) as theirs:
                connection.execute(sql)
            with pytest.raises(SqlError) as ours:
                split(sql)
            diag = theirs.value.diag
            assert str(ours.value) == f"{diag.sqlstate}: {diag.message_primary}"
            assert str(ours.value.position) == diag.statement_position
