"""Each rule of the family: a text, a version, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialects import split
from dialects.mapping import Target, Translation, translate
from dialects.mapping.statements import RULES
from dialects.mapping.statements.table import rows
from dialects.versions import NEWEST, OLDEST, VERSIONS, Version
from tests.each import each

PRINT = "WITH ('connector' = 'print')"


def run(sql: str, version: str, source: str | None = None) -> Translation:
    known = Version.parse(source) if source else None
    return translate(split(sql)[0], Target(Version.parse(version), source=known), RULES)


def table(name: str) -> list[tuple[str, ...]]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


REWRITTEN, REFUSED = table("rewritten.tsv"), table("refused.tsv")

# Names that are words of some rule, and texts of every version: nobody touches them.
KEPT = [
    "CREATE TABLE t (unique_ INT, `default` INT, `check` STRING, x AS `default` + 1) " + PRINT,
    "CREATE TABLE t (a INT, PRIMARY KEY (a) NOT ENFORCED) " + PRINT,
    "CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED COMMENT 'PRIMARY KEY') " + PRINT,
    f"CREATE TABLE t {PRINT} AS SELECT a FROM s",
    "CREATE TABLE t LIKE s (EXCLUDING ALL INCLUDING OPTIONS)",
    "CREATE VIEW v AS SELECT replace_ FROM t",
    "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (a) NOT ENFORCED",
    "ALTER TABLE t DROP CONSTRAINT pk",
    "ALTER TABLE t RENAME TO u",
    "ALTER TABLE t SET ('a' = 'DISTRIBUTED')",
    "CREATE CATALOG c WITH ('type' = 'x')",
    "SHOW TABLES LIKE 'x'",
    "SHOW COLUMNS FROM b NOT LIKE 'x'",
    "DESCRIBE job",
    "DESCRIBE catalog",
    "EXPLAIN ESTIMATED_COST SELECT 1",
    "INSERT INTO k SELECT conflict FROM s",
    "SELECT * FROM TABLE(HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => a, SIZE => b))",
    "SELECT call FROM truncate",
    "ANALYZE TABLE b COMPUTE STATISTICS FOR COLUMNS a",
    "EXECUTE PLAN '/x'",
    "COMPILE AND EXECUTE PLAN '/x' FOR INSERT INTO a SELECT 1",
]


@pytest.mark.parametrize(("sql", "version", "expected"), REWRITTEN)
def test_a_text_is_said_in_other_words(sql: str, version: str, expected: str) -> None:
    found = run(sql, version)
    assert found.text == expected
    assert found.applied and run(found.text, version).applied == ()


def test_names_that_move_behind_as_keep_their_places() -> None:
    sql = f"CREATE TABLE x (bb, `a`) {PRINT} AS SELECT a, bb FROM s"
    found = run(sql, "1.20")
    for name in ("bb", "`a`"):
        moved = found.text.index(name) + 1
        assert found.rewritten.position(moved) == sql.index(name) + 1
        assert found.rewritten.forward(sql.index(name) + 1) == moved


@pytest.mark.parametrize(("marked", "last", "first"), REFUSED)
def test_a_text_is_refused_up_to_the_version_that_has_it(
    marked: str, last: str, first: str
) -> None:
    place = marked.index("«")
    sql = marked.replace("«", "").replace("»", "")
    refusal = run(sql, last).refusal
    assert refusal is not None and refusal.sqlstate == "0A000" and refusal.hint
    assert refusal.position == place + 1
    if first == "-":
        assert refusal.detail == "No version of Flink has it."
    else:
        assert f"Flink {last}" in refusal.message
        assert refusal.detail == f"It was added in Flink {first}."
        assert run(sql, first).refusal is None


def test_what_was_removed_is_refused_from_then_on() -> None:
    assert run("ALTER TABLE b PARTITION (a = 1) COMPACT", "1.20").refusal is None
    refusal = run("ALTER TABLE b PARTITION (a = 1) COMPACT", "2.0").refusal
    assert refusal is not None and refusal.detail == "It was removed in Flink 2.0."


@each(KEPT, [str(version) for version in VERSIONS])
def test_what_every_version_takes_stays_as_it_is(sql: str, version: str) -> None:
    assert run(sql, version).text == sql


def test_a_notice_tells_of_all_that_is_left_out() -> None:
    for row in rows():
        assert row.rule().notice == (row.action == "drop"), row.id


def test_each_row_of_the_table_is_shown_here() -> None:
    shown = {one.rule for sql, version, _ in REWRITTEN for one in run(sql, version).applied}
    texts = [(sql.replace("«", "").replace("»", ""), last) for sql, last, _ in REFUSED]
    texts.append(("ALTER TABLE b COMPACT", "2.0"))
    for row in rows():
        if row.action == "refuse":
            assert any(
                proposal
                for sql, last in texts
                for proposal in row.find(run(sql, last).result, Target(Version.parse(last)))
            ), row.id
        else:
            assert f"statement.{row.id}" in shown, row.id


# ── the name of a key ───────────────────────────────────────────────────────────────────────────

KEYED = "CREATE TABLE x (id INT, `nämé` STRING, PRIMARY KEY (id, `nämé`) NOT ENFORCED) " + PRINT


@pytest.mark.parametrize(
    ("source", "version", "name"),
    [
        ("1.18", "1.19", "PK_3604696"),
        ("2.3", "1.16", "PK_id_nämé"),
        ("1.16", "1.18", None),
        ("1.19", "2.3", None),
        (None, "2.3", None),
    ],
)
def test_a_key_keeps_the_name_that_its_source_gave_it(
    source: str | None, version: str, name: str | None
) -> None:
    named = KEYED.replace("PRIMARY", f"CONSTRAINT `{name}` PRIMARY")
    assert run(KEYED, version, source).text == (named if name else KEYED)


def test_a_key_of_a_column_is_named_too_one_that_is_added_is_not() -> None:
    sql = f"CREATE TABLE x (a INT NOT NULL PRIMARY KEY NOT ENFORCED, b INT) {PRINT}"
    found = run(sql, "1.18", "1.19").text
    assert found == sql.replace("PRIMARY", "CONSTRAINT `PK_a` PRIMARY")
    for kept in (found, "ALTER TABLE x ADD PRIMARY KEY (a) NOT ENFORCED"):
        assert run(kept, "1.18", "1.19").text == kept


# ── long texts ──────────────────────────────────────────────────────────────────────────────────

LONG = [
    "INSERT INTO k VALUES " + "(1, 'a'), " * 20_000,
    "INSERT INTO k SELECT " + "a FROM " * 20_000,
    "INSERT INTO k SELECT " + "FROM GROUP BY " * 20_000,
    "INSERT INTO k SELECT 1 " + "ON CONFLICT " * 20_000,
    "CREATE TABLE t LIKE " + "LIKE " * 20_000 + "DISTRIBUTION",
    "CREATE TABLE t (" + "a PRIMARY, " * 20_000,
    "CREATE TABLE t (" + "a INT DEFAULT, " * 20_000 + "b UNIQUE)",
    "CREATE TABLE " + "a." * 20_000 + "b (c INT UNIQUE",
    "CREATE MATERIALIZED TABLE t AS " + "AS FRESHNESS " * 20_000,
]


@pytest.mark.parametrize("sql", LONG, ids=lambda sql: sql[:30])
@pytest.mark.timeout(20)
def test_the_time_grows_as_the_text_does(sql: str) -> None:
    for version in (OLDEST, NEWEST):
        target = Target(version, source=Version(1, 18), keys=lambda name: ("id",))
        assert translate(split(sql)[0], target, RULES).result is not None
