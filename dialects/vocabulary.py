"""Word tables: what belongs to Flink, what to Postgres, what is only syntax."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Schemas that live in Postgres alone; pg_temp_3, pg_toast_temp_3 and the like match by prefix.
POSTGRES_SCHEMAS = _words("pg_catalog information_schema xuanwu pg_temp pg_toast")
POSTGRES_SCHEMA_PREFIXES = ("pg_temp_", "pg_toast_")

# First components of Flink's configuration keys that users set per session. `flink.` is not among
# them: those are the platform's own parameters and live in Postgres as placeholders.
FLINK_KEY_PREFIXES = _words("""
    akka blob classloader client cluster env execution fs heartbeat high-availability
    historyserver jobmanager jobstore kubernetes materialized-table metrics parallelism pekko
    pipeline python queryable-state rest restart-strategy s3 security sink sql-client sql-gateway
    state table task taskmanager user web yarn zookeeper
""")

# SHOW <word>: Flink's, none of them a parameter of Postgres.
FLINK_SHOW = _words("""
    CATALOGS COLUMNS CONNECTIONS CREATE CURRENT DATABASES FULL FUNCTIONS JARS JOBS MATERIALIZED
    MODELS MODULES PARTITIONS PROCEDURES TABLES USER VIEWS
""")

EXPLAIN_DETAILS = _words("CHANGELOG_MODE ESTIMATED_COST JSON_EXECUTION_PLAN PLAN_ADVICE AST PLAN")

QUERY_WORDS = _words("SELECT WITH VALUES TABLE (")

# CREATE TABLE … LIKE: how to take what, and what can be overwritten.
LIKE_STRATEGIES = ("INCLUDING", "EXCLUDING", "OVERWRITING")
LIKE_OVERWRITABLE = ("GENERATED", "METADATA", "OPTIONS", "WATERMARKS")
LIKE_FEATURES = (*LIKE_OVERWRITABLE, "ALL", "CONSTRAINTS", "DISTRIBUTION", "PARTITIONS")

FUNCTION_LANGUAGES = ("JAVA", "SCALA", "SQL", "PYTHON")

# Words in front of a parenthesis that do not name a function. Type names with a length are here
# as well: in an expression both sides know them.
NOT_CALLS = _words("""
    ALL AND ANY ARRAY AS ASYMMETRIC BETWEEN BY CASE CAST COALESCE COLLATION CUBE CURRENT_TIME
    CURRENT_TIMESTAMP DISTINCT ELSE END ESCAPE EXCEPT EXISTS EXTRACT FETCH FILTER FIRST FOR FROM
    GREATEST GROUP GROUPING HAVING ILIKE IN INTERSECT INTO IS JOIN LATERAL LEAST LIKE LIMIT
    LOCALTIME LOCALTIMESTAMP MATERIALIZED NEXT NORMALIZE NOT NULLIF OFFSET ON ONLY OR OVER OVERLAY
    OVERLAPS POSITION QUALIFY RECURSIVE RETURNING ROLLUP ROW ROWS SELECT SET SETS SIMILAR SOME
    SUBSTRING SYMMETRIC TABLE THEN TO TREAT TRIM UNION USING VALUES WHEN WHERE WINDOW WITH WITHIN
    XMLATTRIBUTES XMLCONCAT XMLELEMENT XMLEXISTS XMLFOREST XMLPARSE XMLPI XMLROOT XMLSERIALIZE BIT
    BPCHAR CHAR CHARACTER DEC DECIMAL FLOAT INTERVAL NUMERIC TIME TIMESTAMP TIMESTAMPTZ TIMETZ
    VARBIT VARCHAR VARYING OPERATOR
""")

# Types after CAST( … AS or :: that settle where a query without tables belongs.
FLINK_TYPES = _words("""
    STRING BYTES BINARY VARBINARY TINYINT TIMESTAMP_LTZ MULTISET MAP VARIANT BITMAP RAW STRUCTURED
""")
POSTGRES_TYPES = _words("""
    OID REGCLASS REGTYPE REGPROC REGPROCEDURE REGNAMESPACE REGROLE REGOPER REGCONFIG REGDICTIONARY
    NAME XID TID CID INET CIDR JSONPATH PG_LSN ACLITEM
""")
# Words that only Flink's grammar knows, wherever they stand.
FLINK_ONLY = _words("TRY_CAST MATCH_RECOGNIZE QUALIFY DESCRIPTOR CURRENT_ROW_TIMESTAMP")

# Functions after which the connection is not the one that it was before, and cannot be replayed.
STICKY_FUNCTIONS = _words("""
    pg_advisory_lock pg_advisory_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
    setseed nextval setval lo_open lo_creat lo_create
""")
# Functions that may change a parameter, by name or by running SQL that they are handed.
SETTING_FUNCTIONS = _words("""
    set_config query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml
    cursor_to_xmlschema ts_stat ts_rewrite pg_reload_conf
""")


# Types of arguments of built-in functions, as far as they are not text: what a parameter there is
# taken for. `same`: that of the other arguments marked so. `-`: not known.
_ARGUMENTS = """
    CHR int4
    COT float8
    COS float8
    DEGREES float8
    EXP float8
    FROM_UNIXTIME int8 text
    IF bool same same
    LAG same int4 same
    LEAD same int4 same
    LEFT text int4
    LN float8
    LOCATE text text int4
    LOG float8 float8
    LOG10 float8
    LOG2 float8
    LPAD text int4 text
    NTH_VALUE - int4
    NTILE int4
    POWER float8 float8
    RADIANS float8
    REGEXP_EXTRACT text text int4
    REPEAT text int4
    RIGHT text int4
    ROUND - int4
    RPAD text int4 text
    SIN float8
    SPLIT_INDEX text text int4
    SPLIT_PART text text int4
    SQRT float8
    SUBSTR text int4 int4
    SUBSTRING text int4 int4
    TAN float8
    TIMESTAMPADD - int4 -
    TO_TIMESTAMP_LTZ int8 int4
    TRUNC - int4
    TRUNCATE - int4
"""
ARGUMENTS = {row[0]: tuple(row[1:]) for row in map(str.split, _ARGUMENTS.strip().splitlines())}


@cache
def flink_functions() -> frozenset[str]:
    """Names of Flink's built-in functions, lower case (`TableEnvironment.listFunctions`)."""
    text = files("dialects").joinpath("data/builtin-functions.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def is_postgres_schema(name: str) -> bool:
    return name in POSTGRES_SCHEMAS or name.startswith(POSTGRES_SCHEMA_PREFIXES)


def is_flink_key(name: str) -> bool:
    """A configuration key of Flink, by its first component: `table.local-time-zone`."""
    head = name.split(".", 1)[0].lower()
    return head in FLINK_KEY_PREFIXES and ("." in name or "-" in name)
