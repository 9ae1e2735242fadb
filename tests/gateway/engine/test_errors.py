"""Java stacks recorded on Flink 1.16, 1.20 and 2.2 against what the client shall see.

`recorded_failures.json`: per case the statement and, per version, the stack as the SQL Gateway gave
it (all causes with their messages, one frame of each).
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from gateway.engine import errors
from gateway.engine.errors import causes, from_stack, offset
from gateway.engine.secrets import mask

RECORDED: dict[str, Any] = json.loads(
    files("tests.gateway.engine").joinpath("recorded_failures.json").read_text("utf-8")
)

# case: SQLSTATE, message (its beginning), position
EXPECTED: dict[str, tuple[str, str, int | None]] = {
    "syntax": ("42601", 'syntax error at or near "x"', 15),
    "syntax_eof": ("42601", "syntax error at end of input", 14),
    "syntax_line": ("42601", 'syntax error at or near "x"', 18),
    "syntax_word": ("42601", "the text is neither a query nor a statement", None),
    "lexical": ("42601", 'syntax error at or near "\'"', 8),
    "no_table": ("42P01", 'relation "nope" does not exist', 15),
    "no_column": ("42703", 'column "nope" does not exist', 8),
    "emoji": ("42703", 'column "nope" does not exist', 13),
    "ambiguous": ("42702", 'column reference "a" is ambiguous', 8),
    "no_function": ("42883", "function nope(<NUMERIC>) does not exist", 8),
    "bad_args": ("42804", "cannot apply '+' to arguments of type '<INTEGER> + <BOOLEAN>'", 8),
    "bad_args2": ("42883", "invalid number of arguments to function 'UPPER'", 8),
    "bad_cast": ("42846", "cast function cannot convert value of type BOOLEAN", 8),
    "group": ("42803", 'column "a" must appear in the GROUP BY clause', 8),
    "group_alias": ("42703", 'column "x" does not exist', 31),
    "exists": ("42P07", 'relation "default_database.g" already exists', None),
    "exists_view": ("42P07", 'relation "default_catalog.default_database.vw" already', None),
    "exists_db": ("42P06", 'database "default_database" already exists', None),
    "exists_cat": ("42710", 'catalog "default_catalog" already exists', None),
    "exists_fn": ("42704", "class nope.Nope is not on the engine's class path", None),
    "drop_no_table": ("42P01", 'relation "default_catalog.default_database.nope" does', None),
    "drop_no_view": ("42P01", 'relation "default_catalog.default_database.nope" does', None),
    "drop_no_fn": ("42883", "function default_database.nope does not exist", None),
    "alter_no": ("42P01", 'relation "default_catalog.default_database.nope" does', None),
    "no_db": ("3F000", 'database "nope" does not exist', None),
    "no_cat": ("3D000", 'catalog "nope" does not exist', None),
    "no_connector": ("42704", 'connector or format "nope" is not installed', None),
    "no_option": ("22023", "one or more required options are missing", None),
    "bad_option": ("22023", "unsupported options found for 'datagen'", None),
    "set_bad": ("22023", "could not parse value for enum", None),
    "unbounded": ("0A000", "table 'default_catalog.default_database.g' is a stream", None),
    "order": ("0A000", "an endless stream can be ordered by a time attribute only", None),
    "sink_types": ("42804", "column types of query result and sink for", None),
    "sink_count": ("42804", "column types of query result and sink for", None),
    "dup_col": ("42701", 'column "a" specified more than once', None),
    "div0": ("22012", "division by zero", None),
    "div0_col": ("22012", "division by zero", None),
    "cast_run": ("22P02", 'invalid input syntax for a number: "x"', None),
    "cast_const": ("22P02", 'invalid input syntax for a number: "x"', None),
    "cast_date": ("22007", 'invalid input syntax for a date or time: "x"', None),
    "overflow": ("22P02", "invalid input syntax for a number", None),
    "values_mismatch": ("42804", "values passed to VALUES operator must have compatible", 16),
    "union_mismatch": ("42601", "column count mismatch in UNION ALL", 30),
    "subquery": ("21000", "more than one row returned by a subquery", None),
    "null": ("42601", 'syntax error at or near "+"', 13),
    "delete": ("0A000", "", None),
    "upsert": ("0A000", "table sink 'default_catalog.default_database.pr' doesn't", None),
    "bool": ("42804", "WHERE clause must be a condition", 23),
    "explain_bad": ("42703", 'column "nope" does not exist', 16),
    "lateral": ("42883", "function nope(<NUMERIC>) does not exist", 21),
    "window": ("42804", "the window function TUMBLE", None),
    "json": ("22P02", "invalid input syntax for JSON", None),
}
ROWS = [(case, v) for case in EXPECTED for v in RECORDED[case]["stacks"]]


@pytest.mark.parametrize(("case", "version"), ROWS)
def test_recorded_failure(case: str, version: str) -> None:
    recorded = RECORDED[case]
    sqlstate, message, position = EXPECTED[case]
    error = from_stack(recorded["stacks"][version], recorded["sql"])
    assert (error.sqlstate, error.position) == (sqlstate, position)
    assert error.message.startswith(message)
    assert not error.message.endswith(".")
    assert "\n" not in error.message
    assert "\tat " not in (error.detail or "")


def test_every_version_has_most_cases() -> None:
    assert {version for _, version in ROWS} == {"1.16", "1.20", "2.2"}
    assert len(ROWS) > 130


def test_unbounded_source_is_recognised_everywhere() -> None:
    for stack in RECORDED["unbounded"]["stacks"].values():
        assert errors.UNBOUNDED_IN_BATCH.search(stack)
    assert not errors.UNBOUNDED_IN_BATCH.search(RECORDED["order"]["stacks"]["2.2"])


def test_skipped_prefix_moves_the_position() -> None:
    recorded = RECORDED["explain_bad"]
    error = from_stack(recorded["stacks"]["2.2"], recorded["sql"], skip=len("EXPLAIN "))
    assert error.position == 8


def test_chain_keeps_messages_of_many_lines() -> None:
    chain = causes(RECORDED["no_option"]["stacks"]["2.2"])
    assert any("Missing required options are:" in cause.message for cause in chain)
    assert chain[0].kind.endswith("Exception")


def test_unknown_failure_tells_its_innermost_message() -> None:
    stack = (
        "java.lang.RuntimeException: Outer words.\n\tat x.Y.z(Y.java:1)\n"
        "Caused by: org.acme.StrangeFailureException: The disk is on fire.\n\tat x.Y.z(Y.java:2)\n"
        "Caused by: java.lang.NullPointerException\n\tat x.Y.z(Y.java:3)\n"
    )
    error = from_stack(stack, "SELECT 1")
    assert (error.sqlstate, error.message) == ("XX000", "the disk is on fire")


def test_no_stack_at_all() -> None:
    error = from_stack("", "SELECT 1")
    assert (error.sqlstate, error.message) == ("XX000", "Flink failed without saying why")


@pytest.mark.parametrize(
    ("sql", "line", "column", "expected"),
    [
        ("SELECT x", 1, 8, 7),
        ("SELECT\n\t\tx", 2, 3, 9),  # a tab counts one
        ("SELECT\r\nx", 2, 1, 8),
        ("SELECT '😀', x", 1, 14, 12),  # the emoji counts two
        ("SELECT 1", 7, 1, -1),
    ],
)
def test_offset(sql: str, line: int, column: int, expected: int) -> None:
    assert offset(sql, line, column) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'password' = 'a''b', 'x'='y'", "'password' = '******', 'x'='y'"),
        ("'s3.secret-key'='k'", "'s3.secret-key'='******'"),
        ("jdbc:postgresql://me:pw@host/db", "jdbc:postgresql://me:******@host/db"),
        ("password=geheim, user=me", "password=******, user=me"),
    ],
)
def test_mask(text: str, expected: str) -> None:
    assert mask(text) == expected


def test_secrets_do_not_leave_in_errors() -> None:
    stack = "a.ValidationException: Cannot do it with 'password'='hunter2' here.\n\tat x.Y.z(Y:1)"
    error = from_stack(stack, "CREATE TABLE t (a INT) WITH ('password'='hunter2')")
    assert "hunter2" not in f"{error.message}{error.detail}{error.hint}"
