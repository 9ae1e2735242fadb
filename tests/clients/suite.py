"""The common suite as data: what every client must see, whatever protocol it speaks."""

from __future__ import annotations

from dataclasses import dataclass

SETUP = (
    "CREATE TEMPORARY TABLE single (id INT) WITH ('connector' = 'datagen', "
    "'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1', "
    "'number-of-rows' = '1')",
    "CREATE TEMPORARY TABLE few (id INT) WITH ('connector' = 'datagen', "
    "'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '10', "
    "'number-of-rows' = '10')",
    "CREATE TEMPORARY TABLE endless (id INT, word STRING) WITH ('connector' = 'datagen', "
    "'rows-per-second' = '2000', 'fields.word.length' = '100')",
    "CREATE TEMPORARY TABLE void (id INT) WITH ('connector' = 'blackhole')",
)


@dataclass(frozen=True, slots=True)
class Value:
    """One column: Flink's type and expression, Postgres's type and text (None: NULL)."""

    name: str
    flink_type: str
    expression: str
    type: str  # as format_type prints it
    text: str | None

    @property
    def null(self) -> Value:
        cast = f"CAST(NULL AS {self.flink_type})"
        return Value(self.name, self.flink_type, cast, self.type, None)


SCALARS = (
    Value("flag", "BOOLEAN", "TRUE", "boolean", "t"),
    Value("tiny", "TINYINT", "CAST(-128 AS TINYINT)", "smallint", "-128"),
    Value("small", "SMALLINT", "CAST(32767 AS SMALLINT)", "smallint", "32767"),
    Value("whole", "INT", "CAST(-2147483648 AS INT)", "integer", "-2147483648"),
    Value("big", "BIGINT", "CAST(9223372036854775807 AS BIGINT)", "bigint", "9223372036854775807"),
    Value("one", "FLOAT", "CAST(0.1 AS FLOAT)", "real", "0.1"),
    Value("double", "DOUBLE", "CAST(1E300 AS DOUBLE)", "double precision", "1e+300"),
    Value("negative", "DOUBLE", "CAST(-0.000123 AS DOUBLE)", "double precision", "-0.000123"),
    Value("money", "DECIMAL(10, 2)", "CAST(1200 AS DECIMAL(10, 2))", "numeric(10,2)", "1200.00"),
    Value(
        "exact",
        "DECIMAL(38, 18)",
        "CAST('12345678901234567890.123456789012345678' AS DECIMAL(38, 18))",
        "numeric(38,18)",
        "12345678901234567890.123456789012345678",
    ),
    Value("padded", "CHAR(5)", "CAST('ab' AS CHAR(5))", "character(5)", "ab   "),
    Value("limited", "VARCHAR(10)", "CAST('ab' AS VARCHAR(10))", "character varying(10)", "ab"),
    Value(
        "prose",
        "STRING",
        "CAST('naïve ☃ it''s \"q\" \\ ,' AS STRING)",
        "text",
        'naïve ☃ it\'s "q" \\ ,',
    ),
    Value("nothing", "STRING", "CAST('' AS STRING)", "text", ""),
    Value("octets", "BYTES", "CAST(x'0001ff' AS BYTES)", "bytea", "\\x0001ff"),
    Value("day", "DATE", "DATE '2023-11-14'", "date", "2023-11-14"),
    Value("early", "DATE", "DATE '0001-01-01'", "date", "0001-01-01"),
    Value("clock", "TIME", "TIME '12:34:56'", "time(0) without time zone", "12:34:56"),
    Value(
        "milli",
        "TIMESTAMP(3)",
        "TIMESTAMP '2023-11-14 22:13:20.120'",
        "timestamp(3) without time zone",
        "2023-11-14 22:13:20.12",
    ),
    Value(
        "micro",
        "TIMESTAMP(6)",
        "CAST(TIMESTAMP '2023-11-14 22:13:20.123456' AS TIMESTAMP(6))",
        "timestamp(6) without time zone",
        "2023-11-14 22:13:20.123456",
    ),
    Value(
        "nano",  # Postgres has no more than microseconds: cut, not rounded
        "TIMESTAMP(9)",
        "CAST('2023-11-14 22:13:20.123456789' AS TIMESTAMP(9))",
        "timestamp(6) without time zone",
        "2023-11-14 22:13:20.123456",
    ),
    Value(
        "instant",
        "TIMESTAMP_LTZ(3)",
        "TO_TIMESTAMP_LTZ(1700000000123, 3)",
        "timestamp(3) with time zone",
        "2023-11-14 22:13:20.123+00",
    ),
    Value(
        "months",
        "INTERVAL YEAR TO MONTH",
        "INTERVAL '1-2' YEAR TO MONTH",
        "interval",
        "1 year 2 mons",
    ),
    Value(
        "span",
        "INTERVAL DAY TO SECOND(3)",
        "INTERVAL '01:01:01.001' HOUR TO SECOND(3)",
        "interval",
        "01:01:01.001",
    ),
)

NESTED = (
    Value("numbers", "ARRAY<INT>", "ARRAY[1, CAST(NULL AS INT), 3]", "integer[]", "{1,NULL,3}"),
    Value(
        "words",
        "ARRAY<STRING>",
        "ARRAY[CAST('a b' AS STRING), 'c,d', 'e\"f', '', 'NULL', '{}', '\\']",
        "text[]",
        '{"a b","c,d","e\\"f","","NULL","{}","\\\\"}',
    ),
    Value(
        "hollow",
        "ARRAY<BIGINT>",
        "ARRAY_REMOVE(ARRAY[CAST(1 AS BIGINT)], CAST(1 AS BIGINT))",
        "bigint[]",
        "{}",
    ),
    Value(
        "amounts",
        "ARRAY<DECIMAL(10, 2)>",
        "ARRAY[CAST(1.5 AS DECIMAL(10, 2)), CAST(-20 AS DECIMAL(10, 2))]",
        "numeric(10,2)[]",
        "{1.50,-20.00}",
    ),
    Value(
        "ragged",
        "ARRAY<ARRAY<INT>>",
        "ARRAY[ARRAY[1, 2], ARRAY[3]]",
        "jsonb",
        "[[1, 2], [3]]",
    ),
    Value(
        "record",
        "ROW<a INT, b STRING, c DECIMAL(4, 1)>",
        "CAST(ROW(1, 'x\"y', 2) AS ROW<a INT, b STRING, c DECIMAL(4, 1)>)",
        "jsonb",
        '{"a": 1, "b": "x\\"y", "c": 2.0}',
    ),
    Value("map", "MAP<STRING, INT>", "MAP['k', 1]", "jsonb", '{"k": 1}'),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A query and all that it answers: columns as (name, type), rows as texts."""

    name: str
    sql: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str | None, ...], ...]

    @property
    def oracle(self) -> str:
        """A query of Postgres with the same rows."""
        rows = [
            ", ".join(
                f'{_quoted(text)}::{type_} AS "{name}"'
                for text, (name, type_) in zip(row, self.columns, strict=True)
            )
            for row in self.rows
        ]
        return " UNION ALL ".join(f"SELECT {row}" for row in rows)


def _quoted(text: str | None) -> str:
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def values(name: str, values: tuple[Value, ...]) -> Case:
    # Prefixed, for Flink has reserved half of the dictionary.
    expressions = ", ".join(f"{value.expression} AS c_{value.name}" for value in values)
    return Case(
        name,
        f"SELECT {expressions} FROM single",
        tuple((f"c_{value.name}", value.type) for value in values),
        (tuple(value.text for value in values),),
    )


CASES = (
    Case("constant", "select 1 as x, 'a'::text as y", (("x", "integer"), ("y", "text")),
         (("1", "a"),)),
    Case("catalog", "SELECT relname FROM pg_catalog.pg_class WHERE oid = 'pg_type'::regclass",
         (("relname", "name"),), (("pg_type",),)),
    values("scalars", SCALARS),
    values("nulls", tuple(value.null for value in SCALARS)),
    values("nested", NESTED),
    values("nested nulls", tuple(value.null for value in NESTED)),
    Case("rows", "SELECT id, id * 2 AS twice FROM few WHERE id <= 3",
         (("id", "integer"), ("twice", "integer")), (("1", "2"), ("2", "4"), ("3", "6"))),
    Case("order and limit", "SELECT id FROM few ORDER BY id DESC LIMIT 2",
         (("id", "integer"),), (("10",), ("9",))),
    Case("aggregate", "SELECT COUNT(*) AS n, SUM(id) AS total FROM few",
         (("n", "bigint"), ("total", "integer")), (("10", "55"),)),
    Case("cast of Postgres", 'SELECT id::text AS "Id" FROM few WHERE id != 2 AND id < 4',
         (("Id", "text"),), (("1",), ("3",))),
    Case("no rows", "SELECT id FROM few WHERE id > 100", (("id", "integer"),), ()),
)  # fmt: skip
NAMED = {case.name: case for case in CASES}


@dataclass(frozen=True, slots=True)
class Failure:
    """A statement that fails: where, as the caret of psql points, and with a part of the text."""

    name: str
    sql: str
    sqlstate: str
    at: str | None  # the position is that of this word in the text; None: none is given
    says: str

    @property
    def position(self) -> int | None:
        return None if self.at is None else self.sql.index(self.at) + 1


FAILURES = (
    Failure("no such table of Postgres", "SELECT * FROM pg_catalog.nowhere", "42P01", "pg_catalog",
            "does not exist"),
    Failure("no such table", "SELECT id FROM nowhere", "42P01", "nowhere", "nowhere"),
    Failure("no such column", "SELECT id, idd FROM few", "42703", "idd", "idd"),
    Failure("no such function", "SELECT nonsense(id) FROM few", "42883", "nonsense", "nonsense"),
    Failure("wrong type", "SELECT id + TRUE FROM few", "42804", "id +", ""),
    Failure("syntax", "SELECT id FROM few WHERE WHERE id = 1", "42601", "WHERE id", "WHERE"),
    Failure("two worlds", "SELECT * FROM pg_catalog.pg_class, few", "0A000", "pg_catalog",
            "both Postgres and Flink"),
    Failure("row lock", "SELECT id FROM few FOR UPDATE", "0A000", "FOR", "row locks"),
    Failure("division by zero", "SELECT 10 / (id - 2) AS x FROM few", "22012", None,
            "division by zero"),
    Failure("wrong setting", "SET flink.version = '0.9'", "22023", "'0.9'", "0.9"),
)  # fmt: skip

# Bound by each client to Flink's and to Postgres's query: both must answer the same.
PARAMETERS = (
    ("BOOLEAN", "boolean", "boolean:true"),
    ("SMALLINT", "smallint", "short:-5"),
    ("INT", "integer", "int:123456"),
    ("BIGINT", "bigint", "long:-9000000000000"),
    ("FLOAT", "real", "float:1.5"),
    ("DOUBLE", "double precision", "double:-2.25"),
    ("DECIMAL(10, 2)", "numeric(10,2)", "decimal:1234.50"),
    ("STRING", "text", 'string:it\'s ☃ \\ "x" $1'),
    ("BYTES", "bytea", "bytes:0001ff"),
    ("DATE", "date", "date:2024-02-29"),
    ("TIMESTAMP(6)", "timestamp(6)", "timestamp:2024-02-29T12:34:56.123456"),
    ("INT", "integer", "null:int"),
    ("STRING", "text", "null:string"),
)


def parameter_query(placeholders: list[str], *, flink: bool) -> str:
    """A query that answers its parameters, of Flink or of Postgres."""
    casts = [
        f"CAST({mark} AS {row[0] if flink else row[1]}) AS p{number}"
        for number, (mark, row) in enumerate(zip(placeholders, PARAMETERS, strict=True))
    ]
    return f"SELECT {', '.join(casts)}{' FROM single' if flink else ''}"


_INTERNAL = {
    "boolean": "bool",
    "smallint": "int2",
    "integer": "int4",
    "bigint": "int8",
    "real": "float4",
    "double precision": "float8",
    "character": "bpchar",
    "character varying": "varchar",
    "time without time zone": "time",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
}


def internal(type_: str) -> str:
    """`numeric` of `numeric(10,2)`, `_int4` of `integer[]`: the name in pg_type."""
    array = type_.endswith("[]")
    head, parenthesis, rest = type_.removesuffix("[]").partition("(")
    base = head + (rest.partition(")")[2] if parenthesis else "")
    return ("_" if array else "") + _INTERNAL.get(base, base)
