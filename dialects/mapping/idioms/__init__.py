"""What Postgres writes and Flink does not: said with the same meaning, else refused.

    lexical ─ quotes, casts, strings (done by `to_engine`, explained here)
    grouping, clauses, arrays, reserved ─ GROUP BY 1, FOR UPDATE, = ANY (ARRAY[…]), AS year
    moments, formats, intervals, arithmetic ─ date_trunc, INTERVAL '1 day', d + 7, t1 - t2
    strings, numbers, matching, json ─ split_part, a ^ b, ILIKE, ~, ->>
         └─ view (tokens, spans), calls (f(x) by name), typing and columns (types where evident)

A text that Flink takes as it is keeps Flink's meaning, also where Postgres's is another: only what
Flink would refuse is rewritten. These are Flink's own, and differ:

    7 / 2, AVG(int), SUM(int), STDDEV(int)  an integer; SUM of an INT wraps round
    EXTRACT(SECOND FROM t)                  whole seconds; EPOCH likewise; DOW counts Sunday as 1
    EXTRACT(EPOCH FROM l)                   of a TIMESTAMP_LTZ: counted in the session's zone
    FLOOR, EXTRACT before 1970              rounded towards 1970 (date_trunc, date_part are exact)
    CONCAT('a', NULL), GREATEST(1, NULL)    NULL (CONCAT_WS leaves NULLs out in both)
    LOG(x)                                  the natural logarithm; LOG10 is that of Postgres
    ROUND(2.5e0)                            3: half away from zero, also of a DOUBLE
    SUBSTR(s, 0, 3), SUBSTR(s, -2)          from the first character; from the end
    LEFT(s, -2), RIGHT(s, -2)               the empty string
    REGEXP_REPLACE(s, p, r)                 all matches, by Java's patterns
    x LIKE 'a\\%'                           a backslash is a character, unless ESCAPE says otherwise
    ORDER BY x                              NULLs are the smallest, so they come first
    CURRENT_TIMESTAMP, NOW()                of the row in a stream, not of the transaction
    DATE + INTERVAL                         a DATE
    INTERVAL '1' DAY                        24 hours, also over a change of the clock
    CAST(1.5e20 AS STRING), CAST(TRUE …)    1.5E20, TRUE
"""

from __future__ import annotations

from dialects.mapping.idioms import (
    arithmetic,
    arrays,
    clauses,
    formats,
    grouping,
    intervals,
    json,
    matching,
    moments,
    numbers,
    reserved,
    strings,
)
from dialects.mapping.model import Rule

RULES: tuple[Rule, ...] = (
    *clauses.RULES,
    *intervals.RULES,
    *json.RULES,
    *matching.RULES,
    *moments.RULES,
    *formats.RULES,
    *strings.RULES,
    *numbers.RULES,
    *arithmetic.RULES,
    *arrays.RULES,
    *grouping.RULES,
    *reserved.RULES,
)
