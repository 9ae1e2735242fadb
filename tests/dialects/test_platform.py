"""TRANSLATE and VALIDATE: their clauses, what they are about, and what is wrong with them."""

from __future__ import annotations

import pytest

from dialects import Kind, Route, Statement, split
from dialects.versions import VERSIONS, Version
from tests.dialects.world import classified

V16, V20, V22 = Version(1, 16), Version(2, 0), Version(2, 2)


@pytest.mark.parametrize(
    ("sql", "inner", "to", "source"),
    [
        ("TRANSLATE SELECT a FROM t TO VERSION '1.16'", "SELECT a FROM t", V16, None),
        ("translate select 1 to version '2.0.1'", "select 1", V20, None),
        ("TRANSLATE SELECT 1 TO VERSION 2.0", "SELECT 1", V20, None),
        (
            "TRANSLATE SELECT 1 TO VERSION '1.16' FROM VERSION '2.2'",
            "SELECT 1",
            V16,
            V22,
        ),
        (
            "TRANSLATE SELECT 1 FROM VERSION '2.2' TO VERSION '1.16'",
            "SELECT 1",
            V16,
            V22,
        ),
        (
            "TRANSLATE SELECT 'to version ''1.16''' FROM (SELECT 1 AS version) TO VERSION '2.0'",
            "SELECT 'to version ''1.16''' FROM (SELECT 1 AS version)",
            V20,
            None,
        ),
        (
            "TRANSLATE EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2;"
            " END TO VERSION '2.2'",
            "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END",
            V22,
            None,
        ),
        (
            "TRANSLATE BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END TO VERSION '2.2'",
            "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END",
            V22,
            None,
        ),
    ],
)
def test_translate(sql: str, inner: str, to: Version, source: Version | None) -> None:
    found = classified(sql)
    assert (found.route, found.kind, found.tag) == (Route.PLATFORM, Kind.TRANSLATE, "TRANSLATE")
    assert found.inner is not None and found.inner.text == inner
    assert sql[found.inner.start :].startswith(inner)
    assert (found.options["to"], found.options["from"]) == (to, source)


@pytest.mark.parametrize(
    ("sql", "inner", "versions"),
    [
        ("VALIDATE SELECT a FROM t", "SELECT a FROM t", None),
        ("VALIDATE SELECT a FROM t FOR ALL VERSIONS", "SELECT a FROM t", VERSIONS),
        ("VALIDATE SELECT a FROM t FOR VERSIONS ('2.0')", "SELECT a FROM t", (V20,)),
        (
            "VALIDATE SELECT f(a) FOR VERSIONS ('2.0', '1.16', '2.0')",
            "SELECT f(a)",
            (V20, V16),
        ),
        ("VALIDATE SELECT f('FOR VERSIONS')", "SELECT f('FOR VERSIONS')", None),
        ("VALIDATE CREATE VIEW v AS SELECT 1", "CREATE VIEW v AS SELECT 1", None),
    ],
)
def test_validate(sql: str, inner: str, versions: tuple[Version, ...] | None) -> None:
    found = classified(sql)
    assert (found.route, found.kind, found.tag) == (Route.PLATFORM, Kind.VALIDATE, "VALIDATE")
    assert found.inner is not None and found.inner.text == inner
    assert found.options["versions"] == versions


@pytest.mark.parametrize(
    ("sql", "subject"),
    [
        ("SELECT a FROM t", "SELECT a FROM t"),
        ("SELECT 1", "SELECT 1"),
        ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT)"),
        ("DECLARE c CURSOR FOR SELECT a FROM t", "SELECT a FROM t"),
        ("COPY (SELECT a FROM t) TO STDOUT", "SELECT a FROM t"),
        ("COPY t TO STDOUT", None),  # that query is written nowhere
        ("SELECT * FROM pg_class", None),
        ("GRANT SELECT ON t TO ana", None),
        ("SET search_path = a", None),
        ("COMMIT", None),
    ],
)
def test_what_flink_sees_of_it(sql: str, subject: str | None) -> None:
    found = classified(f"VALIDATE {sql}").options["subject"]
    assert (found.text if isinstance(found, Statement) else None) == subject
    if isinstance(found, Statement):
        assert f"VALIDATE {sql}"[found.start :].startswith(found.text)


@pytest.mark.parametrize(
    ("sql", "sqlstate", "at"),
    [
        ("TRANSLATE SELECT 1", "42601", ""),
        ("TRANSLATE TO VERSION '2.0'", "42601", "TO"),
        ("TRANSLATE", "42601", ""),
        ("TRANSLATE SELECT 1 TO VERSION '2.0' TO VERSION '2.1'", "42601", "TO VERSION '2.0'"),
        ("TRANSLATE SELECT 1 TO VERSION x", "42601", "x"),
        ("TRANSLATE SELECT 1 TO VERSION '9.9'", "22023", "'9.9'"),
        ("TRANSLATE SELECT 1 TO VERSION 'new'", "22023", "'new'"),
        ("TRANSLATE SELECT $1 TO VERSION '2.0'", "0A000", "$1"),
        ("TRANSLATE VALIDATE SELECT 1 TO VERSION '2.0'", "42601", "VALIDATE"),
        ("TRANSLATE SELECT * FROM t FOR UPDATE TO VERSION '2.0'", "0A000", "FOR UPDATE"),
        ("TRANSLATE EXECUTE q TO VERSION '2.0'", "0A000", "EXECUTE"),
        ("VALIDATE", "42601", ""),
        ("VALIDATE FOR ALL VERSIONS", "42601", "FOR"),
        ("VALIDATE SELECT 1 FOR VERSIONS ()", "42601", ")"),
        ("VALIDATE SELECT 1 FOR VERSIONS ('2.0',)", "42601", ")"),
        ("VALIDATE SELECT 1 FOR VERSIONS ('2.0' '2.1')", "42601", "'2.1'"),
        ("VALIDATE SELECT 1 FOR VERSIONS ('2.0', 'b')", "22023", "'b'"),
        ("VALIDATE TRANSLATE SELECT 1", "42601", "TRANSLATE"),
        ("VALIDATE SELECT $1", "0A000", "$1"),
        ("VALIDATE EXPLAIN EXECUTE q(1)", "0A000", "EXPLAIN"),
    ],
)
def test_refused(sql: str, sqlstate: str, at: str) -> None:
    found = classified(sql)
    assert found.route is Route.REFUSED and found.error is not None
    assert found.error.sqlstate == sqlstate
    assert found.error.position == (sql.index(at) if at else len(sql)) + 1


def test_validate_tells_of_what_the_router_refuses() -> None:
    found = classified("VALIDATE SELECT * FROM t FOR UPDATE")
    error = found.options["error"]
    assert found.route is Route.PLATFORM
    assert (getattr(error, "sqlstate", ""), getattr(error, "position", 0)) == ("0A000", 17)


@pytest.mark.parametrize(
    "text",
    [
        "VALIDATE BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END FOR ALL VERSIONS",
        "TRANSLATE EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END TO VERSION '2.0'",
        "VALIDATE CREATE FUNCTION f() RETURNS int BEGIN ATOMIC DELETE FROM a; SELECT 1; END",
        "TRANSLATE SELECT 'a;b' TO VERSION '2.0'",
    ],
)
def test_no_part_of_it_is_a_statement_of_its_own(text: str) -> None:
    assert [one.text for one in split(f"{text}; SELECT 2")] == [text, "SELECT 2"]
