"""Built-in functions in versions that do not have them."""

from __future__ import annotations

import pytest

from dialects.mapping.functions.table import forms
from dialects.versions import Version
from dialects.versions.functions import added
from tests.dialects.mapping.saying import said, translated

WRITTEN = [
    ("STARTSWITH(a, 'x')", "1.20", "(INSTR(a, 'x') = 1)"),
    ("STARTSWITH(a, 'x')", "2.0", "STARTSWITH(a, 'x')"),
    ("NOT endswith(a, b || 'c')", "1.16", "NOT (INSTR(REVERSE(a), REVERSE(b || 'c')) = 1)"),
    ("BTRIM(a)", "1.16", "TRIM(a)"),
    ("BTRIM(a, 'xy')", "1.20", "TRIM(BOTH 'xy' FROM a)"),
    ("`BTRIM`(a)", "1.20", "TRIM(a)"),
    ("REGEXP_SUBSTR(a, 'b+')", "1.16", "REGEXP_EXTRACT(a, 'b+', 0)"),
    ("ELT(n, 'a', b)", "1.20", "CASE n WHEN 1 THEN 'a' WHEN 2 THEN b END"),
    ("TO_TIMESTAMP_LTZ(n)", "1.20", "TO_TIMESTAMP_LTZ(n, 3)"),
    ("TO_TIMESTAMP_LTZ(n, 0)", "1.20", "TO_TIMESTAMP_LTZ(n, 0)"),
    ("ARRAY_APPEND(a, 1)", "1.18", "ARRAY_CONCAT(a, ARRAY[1])"),
    ("ARRAY_PREPEND(a, 1)", "1.19", "ARRAY_CONCAT(ARRAY[1], a)"),
    ("ARRAY_APPEND(a, 1)", "1.20", "ARRAY_APPEND(a, 1)"),
    ("STARTSWITH(BTRIM(a), BTRIM(b))", "1.16", "(INSTR(TRIM(a), TRIM(b)) = 1)"),
    ("c.d.STARTSWITH(a, 'x')", "1.16", "c.d.STARTSWITH(a, 'x')"),
    ("LAG(a) OVER (ORDER BY b)", "1.16", "LAG(a) OVER (ORDER BY b)"),
    ("LISTAGG(a), NOW(), a LIKE 'x'", "1.16", "LISTAGG(a), NOW(), a LIKE 'x'"),
]
REFUSED = [
    ("ARRAY_CONCAT(a, b)", "1.17", "0A000 function ARRAY_CONCAT is not supported by", "1.18"),
    ("ARRAY_APPEND(a, 1)", "1.17", "0A000 function ARRAY_APPEND", "1.20"),
    ("ARRAY_AGG(a)", "1.19", "0A000 function ARRAY_AGG", "1.20"),
    ("URL_DECODE(a)", "1.20", "0A000 function URL_DECODE is", "2.0"),
    ("MAP_KEYS(m)", "1.16", "0A000 function MAP_KEYS is", "1.18"),
    ("PARSE_JSON(a)", "2.0", "0A000 function PARSE_JSON is", "2.1"),
    ("OBJECT_OF('a.B')", "2.1", "0A000 function OBJECT_OF is", "2.2"),
    ("BITMAP_BUILD(a)", "2.2", "0A000 function BITMAP_BUILD is", "2.3"),
    ("ELT(RAND_INTEGER(3), 'a')", "1.20", "0A000 function ELT", "2.0"),
    ("TO_TIMESTAMP_LTZ('2020-01-01')", "1.20", "0A000 function TO_TIMESTAMP_LTZ with 1 arg", "2.0"),
    ("TO_TIMESTAMP_LTZ(a, 'yyyy')", "1.20", "0A000 function TO_TIMESTAMP_LTZ with 2 arg", "2.0"),
    ("TRANSLATE(a, 'x', 'y')", "1.20", "0A000 function TRANSLATE is", "2.0"),
    ("JSON_OBJECT('a' VALUE JSON('{}'))", "2.0", "0A000 function JSON is", "2.1"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "version", "expected"), WRITTEN)
def test_a_call_in_other_words(call: str, version: str, expected: str) -> None:
    assert said(f"SELECT {call} FROM t", version) == f"SELECT {expected} FROM t"


@pytest.mark.parametrize(("call", "version", "message", "first"), REFUSED)
def test_a_call_that_has_no_other_words(call: str, version: str, message: str, first: str) -> None:
    result = translated(f"SELECT a, {call} FROM t", version)
    assert result.refusal is not None
    assert f"{result.refusal.sqlstate} {result.refusal.message}".startswith(message)
    assert result.refusal.detail == f"It was added in Flink {first}."
    assert said(f"SELECT a, {call} FROM t", first) == f"SELECT a, {call} FROM t"


def test_a_refusal_points_at_the_call() -> None:
    sql = "SELECT BTRIM(a), URL_DECODE(b) FROM t"
    result = translated(sql, "1.16")
    assert result.refusal is not None
    assert result.refusal.position == sql.index("URL_DECODE") + 1


def test_the_users_own_function_is_called_where_none_is_built_in() -> None:
    sql = "SELECT SPLIT(a, ','), BTRIM(a) FROM t"
    own = frozenset({"SPLIT", "BTRIM"})
    assert said(sql, "1.16", functions=own) == sql


def test_the_user_is_told_of_a_built_in_function_that_hides_the_own() -> None:
    sql, own = "SELECT SPLIT(a, ','), c.d.BTRIM(a) FROM t", frozenset({"SPLIT", "BTRIM"})
    (notice,) = translated(sql, "1.20", functions=own).notices()
    assert (notice.rule, notice.position) == ("function.hidden", 8)
    assert not list(translated(sql, "1.19", functions=own).notices())


def test_a_call_that_would_reach_another_function_is_refused() -> None:
    own, old = frozenset({"SPLIT"}), Version(1, 19)
    sql = "SELECT SPLIT(a, ',') FROM t"
    expected = "42725 function SPLIT is not the same in Flink 2.0 @ SPLIT(a,"
    assert said(sql, "2.0", functions=own, source=old) == expected
    assert said(sql, "2.0", functions=own, source=Version(1, 20)) == sql
    assert said(sql, "2.0", source=old) == sql


def test_a_name_in_front_of_a_bracket_need_not_be_a_call() -> None:
    for sql in (
        "CREATE TABLE split (id INT) WITH ('connector' = 'print')",
        "INSERT INTO elt (id) SELECT id FROM b",
        "WITH btrim (id) AS (SELECT id FROM b) SELECT * FROM btrim",
    ):
        assert said(sql, "1.16") == sql


def test_places_are_kept_in_what_is_moved() -> None:
    sql = "SELECT BTRIM(name, chars) FROM t"
    result = translated(sql, "1.16")
    for word in ("name", "chars", "FROM t"):
        assert result.rewritten.position(result.text.rindex(word) + 1) == sql.index(word) + 1


def test_the_forms_agree_with_what_the_versions_list() -> None:
    """TRANSLATE is listed by its Calcite name, the others by no name at all or by the wrong one."""
    unlisted = {"TRANSLATE", "ML_PREDICT", "ML_EVALUATE", "VECTOR_SEARCH"}
    listed = added()
    for form in forms():
        if form.name not in unlisted:
            assert listed[form.name] == form.added, form.name
    assert listed["ARRAY_MIN"] == Version(1, 19)
    assert "dateFormat" not in listed and "UPPER" not in listed
