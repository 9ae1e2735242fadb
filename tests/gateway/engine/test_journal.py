"""What is replayed into a renewed Flink session, and what is left out."""

from __future__ import annotations

import pytest

from gateway.engine.journal import MAX_STATEMENTS, Journal
from protocol.errors import SqlError


def journal(*statements: str) -> list[str]:
    found = Journal()
    for statement in statements:
        found.add(statement)
    return list(found)


@pytest.mark.parametrize(
    ("statements", "kept"),
    [
        (("SET 'a' = '1'", "SET 'b'='2'", "set 'a' = '3'"), ("SET 'b'='2'", "set 'a' = '3'")),
        (("SET 'a' = '1'", "RESET 'a'"), ("RESET 'a'",)),
        (
            ("SET 'a' = '1'", "CREATE VIEW v AS SELECT 1", "RESET"),
            ("CREATE VIEW v AS SELECT 1", "RESET"),
        ),
        (("CREATE TABLE t (a INT)", "ALTER TABLE t SET ('x'='y')", "DROP TABLE t"), ()),
        (("CREATE TEMPORARY VIEW `v` AS SELECT 1", "drop temporary view IF EXISTS v;"), ()),
        # another object, or another place: both stay
        (
            ("CREATE VIEW v AS SELECT 1", "DROP VIEW w"),
            ("CREATE VIEW v AS SELECT 1", "DROP VIEW w"),
        ),
        (
            ("CREATE TABLE t (a INT)", "USE d", "DROP TABLE t"),
            ("CREATE TABLE t (a INT)", "USE d", "DROP TABLE t"),
        ),
        # it may have been there before
        (
            ("CREATE TABLE IF NOT EXISTS t (a INT)", "DROP TABLE t"),
            ("CREATE TABLE IF NOT EXISTS t (a INT)", "DROP TABLE t"),
        ),
        (("USE CATALOG c", "USE d"), ("USE CATALOG c", "USE d")),
    ],
)
def test_kept(statements: tuple[str, ...], kept: tuple[str, ...]) -> None:
    assert journal(*statements) == list(kept)


def test_created_again_after_a_drop() -> None:
    assert journal("CREATE VIEW v AS SELECT 1", "DROP VIEW v", "CREATE VIEW v AS SELECT 2") == [
        "CREATE VIEW v AS SELECT 2"
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE lake.db.t (a INT)",
        "DROP TABLE IF EXISTS lake.db.t",
        "ALTER TABLE `lake`.db.t SET ('a'='b')",
        "CREATE DATABASE lake.d",
    ],
)
def test_persistent_objects_are_never_replayed(statement: str) -> None:
    create = "CREATE CATALOG lake WITH ('type'='paimon', 'warehouse'='/data')"
    assert journal(create, statement) == [create]


def test_current_catalog_decides_for_short_names() -> None:
    create = "CREATE CATALOG lake WITH ('type'='paimon')"
    kept = journal(create, "USE CATALOG lake", "DROP TABLE t", "USE CATALOG xuanwu", "DROP TABLE t")
    assert kept == [create, "USE CATALOG lake", "USE CATALOG xuanwu", "DROP TABLE t"]


def test_temporary_objects_and_memory_catalogs_are_replayed() -> None:
    statements = (
        "CREATE CATALOG mem WITH ('type' = 'generic_in_memory')",
        "CREATE TABLE mem.d.t (a INT)",
        "CREATE CATALOG lake WITH ('type'='paimon')",
        "CREATE TEMPORARY VIEW lake.d.v AS SELECT 1",
    )
    assert journal(*statements) == list(statements)


def test_limit() -> None:
    full = Journal()
    for number in range(MAX_STATEMENTS):
        full.add(f"USE d{number}")
    with pytest.raises(SqlError) as caught:
        full.check_room("USE d")
    assert caught.value.sqlstate == "53400"


@pytest.mark.parametrize(
    "statement",
    [
        "COMPILE PLAN '/tmp/p.json' FOR INSERT INTO a SELECT * FROM b",
        "TRUNCATE TABLE t",
        "CALL sys.compact('t')",
        "ANALYZE TABLE t COMPUTE STATISTICS",
    ],
)
def test_what_works_outside_of_the_session_is_not_replayed(statement: str) -> None:
    journal = Journal()
    assert journal.add(statement) is False
    assert list(journal) == []
