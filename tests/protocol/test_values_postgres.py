"""Every type in both formats against a real Postgres: the same values must give the same bytes."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from protocol.errors import SqlError
from protocol.frames import parse_data_row
from protocol.values import ColumnCodec, PgType, RawJson, compile_row_encoder, decode_parameter
from protocol.values import pgtypes as t
from tests.fixtures.postgres import Postgres

pytestmark = pytest.mark.postgres

DAY_MS = 86_400_000

# (type, neutral value, the same value in SQL)
CASES: list[tuple[PgType, object, str]] = [
    *[(t.BOOL, v, f"{v}::bool") for v in (True, False)],
    *[(t.INT2, v, f"({v})::int2") for v in (0, -1, 32767, -32768)],
    *[(t.INT4, v, f"({v})::int4") for v in (0, 7, 2**31 - 1, -(2**31))],
    *[(t.INT8, v, f"({v})::int8") for v in (0, -7, 2**63 - 1, -(2**63))],
    (t.OID, 4294967295, "4294967295::oid"),
    *[
        (type_, v, f"'{v}'::{name}")
        for type_, name in ((t.FLOAT4, "float4"), (t.FLOAT8, "float8"))
        for v in ("0.1", "1.0E8", "100000", "999999", "1234567.5", "1e15", "1e14", "1E-5", "0.0001")
        + ("0", "-0.0", "NaN", "Infinity", "-Infinity", "33575968", "1.5e-20", "-2.25", "1e-38")
    ],
    (t.FLOAT8, "1.0E300", "'1e300'::float8"),
    (t.FLOAT8, 2.359238801495799e16, "'2.359238801495799e16'::float8"),
    *[
        (t.numeric(10, 2), v, f"'{v}'::numeric(10,2)")
        for v in ("1.2E+3", "1.5", "0", "-0.00", "-0.01", "12345678.90", "99999999.99", "10000")
    ],
    *[
        (t.numeric(38, 18), v, f"'{v}'::numeric(38,18)")
        for v in ("1E-18", "1234567890123456789.012345678901234567", "-1E+19", "10000.0001")
    ],
    (t.numeric(5, 0), "12345", "12345::numeric(5,0)"),
    *[
        (t.NUMERIC, v, f"'{v}'::numeric")
        for v in ("0", "1.50", "1E+30", "-1E-30", "NaN", "100000000", "0.00010000", "12.000")
    ],
    *[
        (t.TEXT, v, _literal)
        for v, _literal in (
            ("", "''::text"),
            ("héllo 世界 😀", "'héllo 世界 😀'::text"),
            ("x" * 5000, "repeat('x', 5000)"),
            ("a\tb\\c\n'", "E'a\\tb\\\\c\\n'''::text"),
        )
    ],
    (t.varchar(5), "añb", "'añb'::varchar(5)"),
    (t.bpchar(5), "ab", "'ab'::char(5)"),
    (t.bpchar(3), "世", "'世'::char(3)"),
    (t.NAME, "pg_class", "'pg_class'::name"),
    (t.CHAR, "r", "'r'::\"char\""),
    (t.BYTEA, b"", "''::bytea"),
    (t.BYTEA, b"\x00\x01\xff'\\", "'\\x0001ff275c'::bytea"),
    *[
        (t.DATE, iso, f"'{pg}'::date")
        for iso, pg in (
            ("2023-11-14", "2023-11-14"),
            ("0001-01-01", "0001-01-01"),
            ("0000-02-29", "0001-02-29 BC"),
            ("-0044-03-15", "0045-03-15 BC"),
            ("+12345-01-01", "12345-01-01"),
            ("9999-12-31", "9999-12-31"),
            ("-4712-01-01", "4713-01-01 BC"),
            ("+5874897-12-31", "5874897-12-31"),
        )
    ],
    *[
        (t.TIME, iso, f"'{pg}'::time")
        for iso, pg in (
            ("00:00", "00:00"),
            ("12:34:56", "12:34:56"),
            ("12:34:56.789", "12:34:56.789"),
            ("12:34:56.100", "12:34:56.1"),
            ("23:59:59.999999999", "23:59:59.999999"),
        )
    ],
    *[
        (t.TIMESTAMP, iso, f"'{pg}'::timestamp")
        for iso, pg in (
            ("2023-11-14T22:13:20.123", "2023-11-14 22:13:20.123"),
            ("2023-11-14T22:13:20.120", "2023-11-14 22:13:20.12"),
            ("2023-11-14T22:13:20.000", "2023-11-14 22:13:20"),
            ("2023-11-14T22:13", "2023-11-14 22:13:00"),
            ("1999-12-31T23:59:59.999999999", "1999-12-31 23:59:59.999999"),
            ("0000-01-01T00:00:00", "0001-01-01 00:00:00 BC"),
            ("-0044-03-15T12:00:00.5", "0045-03-15 12:00:00.5 BC"),
            ("+294276-12-31T23:59:59.999999", "294276-12-31 23:59:59.999999"),
        )
    ],
    *[
        (t.TIMESTAMPTZ, iso, f"'{pg}'::timestamptz")
        for iso, pg in (
            ("2023-11-14T22:13:20.123Z", "2023-11-14 22:13:20.123+00"),
            ("2023-07-14T22:13:20.000Z", "2023-07-14 22:13:20+00"),
            ("2023-07-14T22:13:20Z", "2023-07-14 22:13:20+00"),
            ("2023-10-29T00:59:59.999999Z", "2023-10-29 00:59:59.999999+00"),
            ("2023-10-29T01:00:00Z", "2023-10-29 01:00:00+00"),
            ("1890-01-01T00:00:00Z", "1890-01-01 00:00:00+00"),
            ("0001-01-01T00:00:00Z", "0001-01-01 00:00:00+00"),
            ("-0044-03-15T12:00:00Z", "0045-03-15 12:00:00+00 BC"),
            ("+12345-07-01T12:00:00.25Z", "12345-07-01 12:00:00.25+00"),
            ("9999-12-31T23:59:59Z", "9999-12-31 23:59:59+00"),
        )
    ],
    *[
        (t.INTERVAL, v, f"make_interval(months => {v[0]}, days => {_days}, secs => {_secs})")
        for v, _days, _secs in (
            ((14, 0), 0, 0),
            ((-14, 0), 0, 0),
            ((1, 0), 0, 0),
            ((0, 0), 0, 0),
            ((0, DAY_MS + 3_661_001), 1, 3661.001),
            ((0, -DAY_MS - 3_661_001), -1, -3661.001),
            ((0, 3 * DAY_MS), 3, 0),
            ((0, -1), 0, -0.001),
            ((0, 86_399_999), 0, 86399.999),
            ((-1, DAY_MS), 1, 0),
            ((-1, 5000), 0, 5),
            ((12, -5000), 0, -5),
        )
    ],
    (
        t.UUID,
        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
    ),
    (t.JSON, {"b": [1, None, True], "a": 'é"'}, """'{"b":[1,null,true],"a":"é\\""}'::json"""),
    (t.JSON, RawJson('{"x" : 1.50}'), """'{"x" : 1.50}'::json"""),
    (t.array_of(t.INT4), [1, None, -3], "'{1,NULL,-3}'::int4[]"),
    (t.array_of(t.INT4), [], "'{}'::int4[]"),
    (
        t.array_of(t.TEXT),
        ["", "null", "NULL", "a b", 'q"', "b\\", "{x}", "c,d", "é", None, "\u00a0", "\t", "plain"],
        "ARRAY['', 'null', 'NULL', 'a b', 'q\"', E'b\\\\', '{x}', 'c,d', 'é', NULL, U&'\\00a0', "
        "E'\\t', 'plain']",
    ),
    (t.array_of(t.BOOL), [True, False], "'{t,f}'::bool[]"),
    (t.array_of(t.FLOAT8), ["1e300", 0.5], "'{1e300,0.5}'::float8[]"),
    (t.array_of(t.numeric(5, 1)), ["1", "2.5"], "'{1,2.5}'::numeric(5,1)[]"),
    (t.array_of(t.BYTEA), [b"\x01"], "ARRAY['\\x01'::bytea]"),
    (t.array_of(t.DATE), ["2023-01-01", "0000-01-01"], "'{2023-01-01,0001-01-01 BC}'::date[]"),
    (t.array_of(t.TIMESTAMP), ["2023-01-01T00:00:00"], "'{2023-01-01 00:00:00}'::timestamp[]"),
    (t.array_of(t.INTERVAL), [(0, DAY_MS + 1)], "ARRAY[make_interval(days => 1, secs => 0.001)]"),
    (t.array_of(t.JSON), [{"a": 1}], "ARRAY['{\"a\":1}'::json]"),
]
ZONES = ["UTC", "Asia/Shanghai", "Asia/Kolkata", "Europe/Paris", "America/New_York", "<+03>-03"]


@pytest.fixture(scope="module")
def connection(postgres: Postgres) -> Iterator[psycopg.Connection]:
    with postgres.connect() as connection:
        yield connection


def ask(connection: psycopg.Connection, query: str, format: int) -> bytes | None:
    """The field of a one-value query exactly as it came over the wire."""
    with connection.cursor(binary=bool(format)) as cursor:
        cursor.execute(query)
        assert cursor.pgresult is not None
        return cursor.pgresult.get_value(0, 0)


def encoded(type_: PgType, format: int, value: object, zone: str = "UTC") -> bytes | None:
    encode = compile_row_encoder([ColumnCodec(type_, format)], time_zone=zone)
    return parse_data_row(encode([(value,)]))[0]


@pytest.mark.parametrize("format", [0, 1], ids=["text", "binary"])
def test_same_bytes_as_postgres(connection: psycopg.Connection, format: int) -> None:
    connection.execute("set timezone to 'UTC'")
    different = [
        (t.type_name(type_.oid), value, ours, theirs)
        for type_, value, query in CASES
        if (ours := encoded(type_, format, value))
        != (theirs := ask(connection, f"select {query}", format))
    ]
    assert different == []


@pytest.mark.parametrize("zone", ZONES)
def test_instants_in_time_zones(connection: psycopg.Connection, zone: str) -> None:
    connection.execute(sql.SQL("set timezone to {}").format(zone))
    for type_, value, query in CASES:
        if type_ == t.TIMESTAMPTZ:
            theirs = ask(connection, f"select {query}", 0)
            assert encoded(type_, 0, value, zone) == theirs, (zone, value)


def test_random_instants(connection: psycopg.Connection) -> None:
    random_ = random.Random(7)
    zone = "America/New_York"
    connection.execute(sql.SQL("set timezone to {}").format(zone))
    seconds = [random_.randint(-(10**10), 2 * 10**11) for _ in range(5000)]
    rows = connection.execute(
        "select to_char(x at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), x::text"
        " from (select to_timestamp(unnest(%s::bigint[]))) as _(x) where x < '9999-12-31'",
        (seconds,),
    ).fetchall()
    column = [ColumnCodec(t.TIMESTAMPTZ)]
    encode = compile_row_encoder(column, time_zone=zone)
    assert len(rows) > 4000
    different = [
        (iso, shown) for iso, shown in rows if parse_data_row(encode([(iso,)]))[0] != shown.encode()
    ]
    assert different == []


def test_jsonb_has_the_same_binary_form(connection: psycopg.Connection) -> None:
    # jsonb reorders and spaces its text, which we do not; a value without either is the same.
    assert encoded(t.JSONB, 1, [1]) == ask(connection, "select '[1]'::jsonb", 1)
    assert encoded(t.JSONB, 0, [1]) == ask(connection, "select '[1]'::jsonb", 0)
    with pytest.raises(SqlError) as refused:
        encoded(t.JSONB, 0, "a\0b")
    assert refused.value.sqlstate == "22P05"


def test_random_floats_are_printed_alike(connection: psycopg.Connection) -> None:
    random_ = random.Random(1)
    singles = [struct.unpack("!f", random_.randbytes(4))[0] for _ in range(20_000)]
    singles += [
        struct.unpack("!f", struct.pack("!I", (e << 23) + d))[0]
        for e in range(1, 255)
        for d in (-1, 0, 1)
    ]
    doubles = [struct.unpack("!d", random_.randbytes(8))[0] for _ in range(20_000)]
    doubles += [2.0**e for e in range(-1074, 1024)]
    doubles += [random_.randint(0, 10**18) / 10 ** random_.randint(0, 18) for _ in range(5000)]
    for name, type_, values in (("float4", t.FLOAT4, singles), ("float8", t.FLOAT8, doubles)):
        finite = [v for v in values if v == v and abs(v) != float("inf")]
        row = connection.execute(
            f"select array(select x::text from unnest(%s::float8[]::{name}[]) x)", (finite,)
        ).fetchone()
        assert row is not None
        encode = compile_row_encoder([ColumnCodec(type_)])
        ours = [parse_data_row(encode([(value,)]))[0] for value in finite]
        assert [o for o, p in zip(ours, row[0], strict=True) if o != p.encode()] == []


# Parameters: what Postgres makes of a text, ours must be able to print back to the same.
PARAMETERS: list[tuple[str, PgType, list[str]]] = [
    ("boolean", t.BOOL, ["t", " TRUE ", "f", "yes", "of", "o", "2", "", "1", "on", "tru", "truee"]),
    (
        "integer",
        t.INT4,
        ["1", " -7 ", "+5", "0x1F", "1_000", "1__0", "2147483648", "", "1.0", "-0b11"],
    ),
    (
        "bigint",
        t.INT8,
        ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "0o17"],
    ),
    ("real", t.FLOAT4, ["1.5", "1e39", "1e-46", "nan", "-inf", "16777217", "0.1"]),
    (
        "double precision",
        t.FLOAT8,
        ["1e400", "1e-400", "inf", "Infinity", " 1.5 ", "1.", ".5", "x"],
    ),
    (
        "numeric",
        t.NUMERIC,
        ["1.50", "1e5", "1_0.5", "0x1f", ".5", "5.", "nan", "-0.0", "1e-3", "a"],
    ),
    ("bytea", t.BYTEA, ["\\x00ff", "\\x 00 ff", "\\x0", "\\xzz", "abc", "a\\\\b", "\\001", "\\9"]),
    ("date", t.DATE, ["2023-11-14", "2023-02-29", "0044-03-15 BC", "2023-1-5", "12345-01-01"]),
    ("time", t.TIME, ["12:34", "12:34:56.7890125", "24:00:00", "24:00:01", "1:02:03"]),
    (
        "timestamp",
        t.TIMESTAMP,
        ["2023-11-14", "2023-11-14T22:13:20.1234567", "2023-11-14 22:13:20+08", "2023-13-01"]
        + ["0001-01-01 00:00:00 BC", "2023-11-14 23:59:60", "2023-11-14 22:13:20.9999999"],
    ),
    (
        "timestamptz",
        t.TIMESTAMPTZ,
        ["2023-11-14 22:13:20+08", "2023-11-14T22:13:20.5-05:30", "2023-11-14 22:13:20Z"]
        + [
            "2023-07-01 12:00:00",
            "2023-10-29 02:30:00",
            "2023-03-26 02:30:00",
            "2023-11-14 1:00+0530",
        ],
    ),
    (
        "uuid",
        t.UUID,
        ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc999c0b4ef8bb6d6bb9bd380a11}", "x"],
    ),
    ("json", t.JSON, ['{"a": 1.50}', "[1,]", "NaN", ""]),
    (
        "text[]",
        t.array_of(t.TEXT),
        ["{}", '{a,"b c",NULL,"NULL"}', "{a", "{a,}", '{"a\\"b", c d }']
        + ["[0:1]={a,b}", "{ }", '{a"b"}', "{{}", "x", "{a}b", "{\\a}"],
    ),
    ("int4[]", t.array_of(t.INT4), ["{1, 2 ,NULL}", "{1.5}", "{1,null}"]),
]


@pytest.mark.parametrize(("name", "type_", "texts"), PARAMETERS, ids=[p[0] for p in PARAMETERS])
def test_text_parameters_mean_the_same(
    connection: psycopg.Connection, name: str, type_: PgType, texts: list[str]
) -> None:
    connection.execute("set timezone to 'Europe/Paris'")
    for text in texts:
        theirs: object
        try:
            theirs = ask(
                connection, sql.SQL("select {}::text::" + name).format(text).as_string(), 0
            )
            # The lower bound is not part of the value for us.
            theirs = theirs[theirs.index(b"=") + 1 :] if theirs and theirs[:1] == b"[" else theirs
        except psycopg.Error as error:
            theirs = error.sqlstate
        ours: object
        try:
            value = decode_parameter(type_.oid, 0, text.encode(), time_zone="Europe/Paris")
            value = RawJson(value) if type_ == t.JSON else value
            ours = encoded(type_, 0, value, "Europe/Paris")
        except SqlError as error:
            ours = error.sqlstate
        assert ours == theirs, (name, text)


def test_binary_parameters_come_back(connection: psycopg.Connection) -> None:
    """What Postgres sends in binary is read to a value that prints as Postgres prints it."""
    connection.execute("set timezone to 'UTC'")
    for type_, _, query in CASES:
        data = ask(connection, f"select {query}", 1)
        value = decode_parameter(type_.oid, 1, data)
        if type_.oid in (t.INTERVAL.oid, t.array_of(t.INTERVAL).oid):
            continue  # comes back in microseconds, see the next test
        if type_.oid == t.JSON.oid:
            value = RawJson(value)
        if type_.oid == t.array_of(t.JSON).oid:
            value = [RawJson(each) for each in value]  # type: ignore[attr-defined]
        assert encoded(type_, 0, value) == ask(connection, f"select {query}", 0), query


def test_intervals_in_both_formats(connection: psycopg.Connection) -> None:
    for text, months, micros in (
        ("1 year 2 mons -3 days +04:05:06.7", 14, -3 * 86_400_000_000 + 14_706_700_000),
        ("P1Y2M3DT4H5M6.7S", 14, 3 * 86_400_000_000 + 14_706_700_000),
        ("90", 0, 90_000_000),
        ("1 day ago", 0, -86_400_000_000),
        ("-01:30", 0, -5_400_000_000),
        ("1.5 months", 1, 15 * 86_400_000_000),
        ("@ 2 weeks", 0, 14 * 86_400_000_000),
    ):
        query = sql.SQL("select {}::interval").format(text).as_string()
        assert decode_parameter(t.INTERVAL.oid, 1, ask(connection, query, 1)) == (months, micros)
        assert decode_parameter(t.INTERVAL.oid, 0, text.encode()) == (months, micros), text
