"""Rows with edge values, and expressions of Postgres over them, whose values must be the same."""

from __future__ import annotations

COLUMNS = {
    "id": ("INT", "int"),
    "n": ("INT", "int"),
    "m": ("BIGINT", "bigint"),
    "p": ("DECIMAL(10, 2)", "numeric(10, 2)"),
    "b": ("BOOLEAN", "boolean"),
    "s": ("STRING", "text"),
    "t": ("TIMESTAMP(6)", "timestamp"),
    "u": ("TIMESTAMP(3)", "timestamp(3)"),
    "l": ("TIMESTAMP_LTZ(6)", "timestamptz"),
    "k": ("TIMESTAMP_LTZ(3)", "timestamptz(3)"),
    "d": ("DATE", "date"),
    "e": ("DATE", "date"),
    "j": ("STRING", "json"),
}
"""Name → Flink's type, Postgres's type."""

_MOMENTS = """
    1960-02-29 13:14:15.678901
    1969-12-28 23:59:59.999999
    1969-12-31 00:00:00
    1970-01-01 00:00:00
    2000-12-31 12:00:00
    2020-12-31 23:59:59.999
    2021-01-01 01:02:03.5
    2024-02-29 23:00:00.000001
    2024-03-03 00:00:00
    2024-03-10 16:30:00
    2024-11-03 05:30:00
    2024-07-31 12:00:00
    2024-03-04 00:00:00
""".strip().splitlines()
_TEXTS = [
    "", "a,b,c", ",a", "a,", "ÄöX", "a%b_c\\d", "line\nbreak", "abc", "xAb.c", "ABC\n", "x",
    "b,b", "Q",
]  # fmt: skip
_NUMBERS = [0, -7, 7, 1, 2, -1, 100, 3, 12, 5, 9, 4, 6]
_JSON = [
    '{}', '{"a":1,"b":{"c":"x"}}', '{"a":null}', '{"a":"ä \\"q\\""}', '{"a":{"d":1}}', '[1,2]',
    '{"a":true,"x y":5}', '{"b":5}', '{"a":[]}', '{"a":"","b":{"c":null}}',
    '{"b":1}', '{"a":7}', '{}',
]  # fmt: skip


def rows() -> list[dict[str, object]]:
    """As JSON writes them; the last row is all NULLs."""
    moments = [one.strip() for one in _MOMENTS]
    found: list[dict[str, object]] = []
    for index, moment in enumerate(moments):
        number = _NUMBERS[index]
        found.append({
            "id": index, "n": number, "m": number * 1000, "p": f"{number}.5", "b": number > 0,
            "s": _TEXTS[index], "t": moment, "u": moments[-1 - index][:23],
            "l": moment + "Z", "k": moments[-1 - index][:23] + "Z",
            "d": moment[:10], "e": moments[-1 - index][:10], "j": _JSON[index],
        })  # fmt: skip
    return [*found, {"id": len(found)}]


_UNITS = "day week month quarter year hour minute second milliseconds decade century millennium"
_FIELDS = """
    epoch second millisecond microsecond minute hour day dow isodow doy week month quarter year
    isoyear decade century millennium
""".split()
VALUES: dict[str, list[str]] = {
    "date_trunc": [
        f"date_trunc('{unit}', {column})" for column in "tl" for unit in _UNITS.split()
    ] + ["date_trunc('month', d)", "date_trunc('week', d)"],
    "date_part": [f"date_part('{field}', {column})" for column in "tl" for field in _FIELDS],
    "date_part of a date": [
        f"date_part('{field}', d)" for field in _FIELDS[6:] + ["epoch"]
    ],
    "arithmetic": [
        "d + 1", "d - 7", "3 + d", "d - e", "d - (n + 1)", "n + 2 + d", "d + n", "d - 400000",
        "u - u", "k - u", "u - k", "d - u", "date_part('epoch', k - d)",
        "u - date_trunc('day', u)", "EXTRACT(EPOCH FROM u - TIMESTAMP '2020-01-01')",
        "date_part('epoch', u - TIMESTAMP '2020-01-01')",
        "date_part('hour', u - TIMESTAMP '2020-01-01')",
    ],
    "intervals": [
        "t + INTERVAL '1 day'", "t - INTERVAL '90 minutes'", "t + INTERVAL '1 year 2 mons'",
        "t + INTERVAL '1 mon 2 days'", "t - INTERVAL '1 mon 1 day 02:03:04.5'",
        "t + INTERVAL 'P1DT2H'", "t - INTERVAL '-3 days'", "t + INTERVAL '1500 days'",
        "t + INTERVAL '2 weeks ago'", "t + INTERVAL '100 hours' * 2", "t + '1.5 hours'::interval",
        "t + INTERVAL '1-2'", "t + INTERVAL '1 12:00'", "t + INTERVAL '30'",
    ],
    "to_char": [
        "to_char(t, 'YYYY-MM-DD HH24:MI:SS.MS')", "to_char(t, 'US HH12 AM DDD')",
        "to_char(t, '\"day\" DD/MM/YY Mon Dy')", "to_char(d, 'YYYY-MM')",
    ],
    "texts": [
        "split_part(s, ',', 1)", "split_part(s, ',', 2)", "split_part(s, 'b', 3)",
        "strpos(s, 'b')", "strpos(s, '')", "length(s)", "starts_with(s, 'a')", "s || n", "n || s",
        "regexp_replace(s, '[a-c]', '-', 'g')", "regexp_replace(s, 'x*', '+', 'gi')",
        "to_timestamp(m)", "s || p || d", "s || b", "concat_ws('-', s, n)",
    ],
    "matching": [
        "s ILIKE 'äÖ%'", "s NOT ILIKE '%B%'", "s ILIKE 'a\\%b%'", "s ILIKE 'a!%b%' ESCAPE '!'",
        "s ~ '^a'", "s ~ 'c$'", "s ~* '^abc$'", "s !~ 'b.c'", "s !~* 'B|X'", "s ~ 'e.b'",
        "s ~ '[a-c]{2,}'", "s ~ '\\.'", "s ~* 'ÄÖ'", "NOT s ~ 'a'", "s ~ '^(a|x)?,'",
    ],
    "numbers": [
        "n ^ 2", "-n ^ 2", "2 * n ^ 2 ^ 2", "trunc(p)", "trunc(p, 1)", "n = ANY(ARRAY[1, 7])",
        "n <> ALL(ARRAY[1, 7])", "n = ANY(ARRAY[1, NULL])", "n ISNULL", "n NOTNULL",
    ],
    "json": [
        "j ->> 'a'", "j -> 'b' ->> 'c'", "j #>> '{b,c}'", "j ->> 'x y'", "j ->> 0",
    ],
    "aggregates": ["bool_and(b)", "bool_or(b)", "every(n > 100)"],
}  # fmt: skip
"""Subject → expressions."""
