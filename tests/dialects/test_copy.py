"""COPY … TO STDOUT over Flink: options, and Postgres's own verdict on the same text."""

from __future__ import annotations

import psycopg
import pytest

from dialects import Kind, Route
from tests.dialects.world import classified
from tests.fixtures.postgres import Postgres, postgres

__all__ = ["postgres"]

TEXT = {"format": "text", "header": False, "delimiter": "\t", "null": "\\N", "quote": '"',
        "escape": '"', "force_quote": ()}  # fmt: skip
CSV = TEXT | {"format": "csv", "delimiter": ",", "null": ""}
BINARY = TEXT | {"format": "binary"}

ACCEPTED = [
    ("", TEXT),
    ("WITH", TEXT),
    ("BINARY", BINARY),
    ("WITH BINARY", BINARY),
    ("(FORMAT binary, HEADER false)", BINARY),
    ("(FORMAT csv)", CSV),
    ("(FORMAT CSV, HEADER)", CSV | {"header": True}),
    ("(FORMAT 'csv', HEADER 'on')", CSV | {"header": True}),
    ("(HEADER 1)", TEXT | {"header": True}),
    ("(FREEZE false)", TEXT),
    ("(FREEZE)", TEXT),
    ("WITH DELIMITER ';' FREEZE", TEXT | {"delimiter": ";"}),
    ("(FORMAT csv, HEADER true, DELIMITER ';', NULL 'x', QUOTE '''', ESCAPE 'e', FORCE_QUOTE *)",
     CSV | {"header": True, "delimiter": ";", "null": "x", "quote": "'", "escape": "e",
            "force_quote": True}),
    ("(FORMAT csv, FORCE_QUOTE (a, \"b\"))", CSV | {"force_quote": ("a", "b")}),
    ("(FORMAT csv, QUOTE '|')", CSV | {"quote": "|", "escape": "|"}),
    ("(DELIMITER E'\\t', NULL -1)", TEXT | {"null": "-1"}),
    ("(NULL 1.5)", TEXT | {"null": "1.5"}),
    ("(ENCODING 'UTF-8')", TEXT),
    ("CSV HEADER", CSV | {"header": True}),
    ("WITH CSV HEADER DELIMITER AS ';' NULL AS 'x' QUOTE '''' ESCAPE 'e' FORCE QUOTE *",
     CSV | {"header": True, "delimiter": ";", "null": "x", "quote": "'", "escape": "e",
            "force_quote": True}),
    ("CSV FORCE QUOTE a, b", CSV | {"force_quote": ("a", "b")}),
    ("DELIMITERS '|'", TEXT | {"delimiter": "|"}),
    ("USING DELIMITERS '|' WITH NULL AS 'x'", TEXT | {"delimiter": "|", "null": "x"}),
    ("WITH ENCODING 'utf-8'", TEXT),
]  # fmt: skip
REFUSED = """
    (format csv, format text)
    (format xml)
    (format "CSV")
    (foo 1)
    (delimiter 'ab')
    (delimiter '')
    (delimiter 'a')
    (delimiter 1)
    (delimiter 'é')
    (format csv, delimiter E'\\n')
    (null E'\\n')
    (quote '|')
    (format csv, quote 'ab')
    (format csv, quote '')
    (format csv, delimiter '"')
    (escape 'x')
    (format csv, escape 'xx')
    (force_quote *)
    (force_quote (a))
    (format csv, force_quote a)
    (format csv, force_quote ())
    (format csv, force_quote (a,))
    (format csv, force_not_null (a))
    (force_not_null (a))
    (format csv, force_null (a))
    (delimiter '|', null 'a|b')
    (format csv, null '"')
    (format binary, delimiter ',')
    (format binary, null 'x')
    (format binary, header)
    (header match)
    (header 2)
    (header maybe)
    (freeze maybe)
    (delimiter)
    (format)
    ()
    (format csv
    (format csv) x
    (delimiter ';', delimiter ',')
    (format csv, header, header)
    WITH CSV CSV
    WITH HEADER HEADER
    WITH OIDS
    WITH DELIMITER
    CSV FORCE
"""
REJECTED = [line.strip() for line in REFUSED.strip().splitlines()]


@pytest.mark.parametrize(("options", "expected"), ACCEPTED)
def test_options(options: str, expected: dict[str, object]) -> None:
    verdict = classified(f"COPY (SELECT a, b FROM orders) TO STDOUT {options}")
    assert (verdict.route, verdict.kind, verdict.error) == (Route.SESSION, Kind.COPY_OUT, None)
    assert dict(verdict.options) == expected
    assert verdict.inner is not None and verdict.inner.text == "SELECT a, b FROM orders"
    assert (verdict.inner.start, verdict.inner_route) == (6, Route.ENGINE)


@pytest.mark.parametrize("options", REJECTED)
def test_rejected(options: str) -> None:
    verdict = classified(f"COPY orders TO STDOUT {options}")
    assert verdict.route is Route.REFUSED and verdict.kind is Kind.COPY_OUT


@pytest.mark.postgres
def test_words_are_those_of_postgres(postgres: Postgres) -> None:
    """Same SQLSTATE, message and position for every rejected text; the accepted ones run."""
    with postgres.connect() as connection:
        connection.execute("CREATE TABLE orders (a int, b text)")
        for options, expected in ACCEPTED:
            with connection.cursor().copy(f"COPY orders TO STDOUT {options}") as copy:
                binary = b"".join(copy).startswith(b"PGCOPY")
            assert binary is (expected["format"] == "binary"), options
        for options in REJECTED:
            sql = f"COPY orders TO STDOUT {options}"
            with pytest.raises(psycopg.Error) as caught:
                with connection.cursor().copy(sql) as copy:
                    list(copy)
            theirs, ours = caught.value.diag, classified(sql).error
            assert ours is not None
            position = theirs.statement_position
            assert (ours.sqlstate, ours.message, ours.position) == (
                theirs.sqlstate,
                theirs.message_primary,
                int(position) if position else None,
            ), options


@pytest.mark.parametrize(
    ("sql", "query"),
    [
        ("COPY orders TO STDOUT", "SELECT * FROM orders"),
        ('COPY public."Orders" (a, "B") TO STDOUT', 'SELECT a, "B" FROM public."Orders"'),
        ("COPY BINARY orders TO STDOUT", "SELECT * FROM orders"),
        ("COPY orders TO STDIN", "SELECT * FROM orders"),
    ],
)
def test_table(sql: str, query: str) -> None:
    verdict = classified(sql)
    assert verdict.inner is not None and verdict.inner.text == query
    assert verdict.options["format"] == ("binary" if "BINARY" in sql else "text")


def test_other_encodings() -> None:
    error = classified("COPY orders TO STDOUT (ENCODING 'LATIN1')").error
    assert error is not None and error.sqlstate == "0A000"
