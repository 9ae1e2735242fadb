"""Strategies for queries of Flink, as texts: each rule of the grammar that composes with others."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = st.sampled_from(
    ["a", "b", "Ts", "`a b`", "`x``y`", "value", "offset", "filter", "first", "date", "`select`"]
)
LITERALS = st.sampled_from(
    ["1", "1.5", "1e3", "'x'", "'it''s'", "NULL", "TRUE", "DATE '2020-01-01'", "X'ff'", "?",
     "TIMESTAMP '2020-01-01 00:00:00'", "INTERVAL '1' DAY", "INTERVAL '1 2' DAY TO HOUR",
     "CURRENT_DATE", "U&'\\00e4'"]
)  # fmt: skip
_SIGNS = st.sampled_from(
    ["+", "-", "*", "/", "%", "||", "=", "<>", "<", ">=", "AND", "OR", "LIKE", "NOT LIKE",
     "IS DISTINCT FROM", "IS NOT DISTINCT FROM", "SIMILAR TO"]
)  # fmt: skip
_STATES = st.sampled_from(
    ["IS NULL", "IS NOT NULL", "IS TRUE", "IS NOT UNKNOWN", "IS JSON", "IS NOT JSON OBJECT"]
)
_FUNCTIONS = st.sampled_from(["COUNT", "LEFT", "my_udf", "c.d.F", "`F g`", "COALESCE", "IF", "MAP"])
_LEAVES = st.sampled_from(
    ["INT", "BIGINT", "STRING", "DECIMAL(10, 2)", "VARCHAR(3)", "TIMESTAMP(3)", "TIMESTAMP_LTZ",
     "TIMESTAMP(3) WITH LOCAL TIME ZONE", "BYTES", "DOUBLE PRECISION", "INTERVAL DAY TO SECOND(3)",
     "RAW('a', 'b')"]
)  # fmt: skip
TYPES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds("ARRAY<{}>".format, inner),
        st.builds("MAP<{}, {} NOT NULL>".format, inner, inner),
        st.builds("MULTISET<{}>".format, inner),
        st.builds("ROW<{} {}, x {} 'note'>".format, NAMES, inner, inner),
    ),
    max_leaves=4,
)


def _listed(items: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(items, min_size=1, max_size=most).map(", ".join)


def _maybe(text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), text.map(" {}".format))


def _more_expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    listed = _listed(inner)
    over = st.builds("(PARTITION BY {} ORDER BY {} DESC)".format, listed, inner)
    return st.one_of(
        st.builds("{} {} {}".format, inner, _SIGNS, inner),
        st.builds("({})".format, inner),
        st.builds("({}, {})".format, inner, listed),
        st.builds("{} {}".format, inner, _STATES),
        st.builds("NOT {}".format, inner),
        st.builds("(-{})".format, inner),
        st.builds("{}({})".format, _FUNCTIONS, listed),
        st.builds("COUNT(DISTINCT {}) FILTER (WHERE {})".format, inner, inner),
        st.builds("SUM({}) OVER {}".format, inner, over),
        st.builds("SUM({}) OVER w".format, inner),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, inner, inner, inner),
        st.builds("CASE {} WHEN {} THEN {} END".format, inner, inner, inner),
        st.builds("CAST({} AS {})".format, inner, TYPES),
        st.builds("TRY_CAST({} AS {})".format, inner, TYPES),
        st.builds("({} IN ({}))".format, inner, listed),
        st.builds("({} NOT IN ({}))".format, inner, listed),
        st.builds("({} NOT BETWEEN {} AND {})".format, inner, NAMES, LITERALS),
        st.builds("ARRAY[{}][1]".format, listed),
        st.builds("MAP[{}, {}]['k']".format, inner, inner),
        st.builds("({}).{}.{}".format, inner, NAMES, NAMES),
        st.builds("TRIM(BOTH 'x' FROM {})".format, inner),
        st.builds("EXTRACT(YEAR FROM {})".format, inner),
        st.builds("FLOOR({} TO DAY)".format, inner),
        st.builds("JSON_VALUE({}, '$.a' RETURNING INT NULL ON EMPTY)".format, inner),
        st.builds("JSON_OBJECT(KEY {} VALUE {} ABSENT ON NULL)".format, LITERALS, inner),
        st.builds("f({} => {}, y => DESCRIPTOR({}))".format, st.just("x"), inner, NAMES),
    )


COLUMNS = st.one_of(NAMES, st.builds("{}.{}".format, NAMES, NAMES))
EXPRESSIONS = st.recursive(st.one_of(COLUMNS, LITERALS), _more_expressions, max_leaves=8)
_WINDOW = st.builds(
    "TUMBLE(DATA => TABLE {}, TIMECOL => DESCRIPTOR({}), SIZE => INTERVAL '1' MINUTE)".format,
    NAMES,
    NAMES,
)
_ALIAS = st.builds("AS {}".format, NAMES)


def _sources(query: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.one_of(
        st.builds("{}{}".format, NAMES, _maybe(_ALIAS)),
        st.builds("{} /*+ OPTIONS('k'='v') */ AS {}".format, NAMES, NAMES),
        st.builds("{} FOR SYSTEM_TIME AS OF {} AS {}".format, NAMES, COLUMNS, NAMES),
        st.builds("({}) AS {}({})".format, query, NAMES, _listed(NAMES)),
        st.builds("TABLE({})".format, _WINDOW),
        _WINDOW,
        st.builds("LATERAL TABLE(f({})) AS {}".format, EXPRESSIONS, NAMES),
        st.builds("UNNEST({}) AS {}".format, EXPRESSIONS, NAMES),
        st.builds("(VALUES ({})) AS {}".format, _listed(EXPRESSIONS), NAMES),
        st.builds(
            "{} MATCH_RECOGNIZE (ORDER BY {} MEASURES {} AS x PATTERN (A B+?)"
            " DEFINE A AS {})".format,
            NAMES, NAMES, EXPRESSIONS, EXPRESSIONS,
        ),
    )  # fmt: skip
    join = st.one_of(
        st.builds("{} LEFT JOIN {} ON {}".format, one, one, EXPRESSIONS),
        st.builds("{} JOIN {} USING ({})".format, one, one, NAMES),
        st.builds("{} CROSS JOIN {}".format, one, one),
        st.builds("{}, {}".format, one, one),
    )
    return st.one_of(one, join)


@st.composite
def _selects(draw: st.DrawFn, query: st.SearchStrategy[str]) -> str:
    one = st.one_of(EXPRESSIONS, st.builds("{} AS {}".format, EXPRESSIONS, NAMES))
    items = draw(st.one_of(st.sampled_from(["*", "a.*"]), _listed(one)))
    parts = [draw(st.sampled_from(["SELECT", "SELECT DISTINCT", "SELECT /*+ BROADCAST(a) */"]))]
    parts.append(items)
    if draw(st.booleans()):
        parts.append(f"FROM {draw(_sources(query))}")
        parts.append(draw(_maybe(st.builds("WHERE {}".format, EXPRESSIONS))))
        group = st.one_of(EXPRESSIONS, st.just("GROUPING SETS ((a, b), ())"), st.just("CUBE (a)"))
        parts.append(draw(_maybe(st.builds("GROUP BY {}".format, _listed(group)))))
        parts.append(draw(_maybe(st.builds("HAVING {}".format, EXPRESSIONS))))
        parts.append(draw(_maybe(st.just("WINDOW w AS (ORDER BY a)"))))
        parts.append(draw(_maybe(st.builds("QUALIFY {}".format, EXPRESSIONS))))
    return " ".join(part.strip() for part in parts if part)


def _more_queries(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sets = st.sampled_from(["UNION", "UNION ALL", "EXCEPT", "INTERSECT", "INTERSECT ALL"])
    return st.one_of(
        _selects(inner),
        st.builds("({}) {} ({})".format, inner, sets, inner),
        st.builds("SELECT a FROM t {} SELECT b FROM u".format, sets),
        st.builds("WITH {} AS ({}) SELECT {} FROM {}".format, NAMES, inner, EXPRESSIONS, NAMES),
        st.builds("SELECT ({}), EXISTS ({})".format, inner, inner),
        st.builds("SELECT * FROM ({}) ORDER BY {} DESC NULLS LAST LIMIT 3 OFFSET 1".format,
                  inner, EXPRESSIONS),
    )  # fmt: skip


QUERIES = st.recursive(
    st.one_of(_selects(st.just("SELECT 1")), st.just("VALUES (1, 'a'), (2, 'b')")),
    _more_queries,
    max_leaves=3,
)
