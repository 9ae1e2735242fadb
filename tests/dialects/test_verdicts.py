"""What the rules alone say: verdicts, their places, and what else there is to tell."""

from __future__ import annotations

from dialects import split
from dialects.mapping import Applied, Target
from dialects.verdicts import Ruling, Verdict, judge, remark
from dialects.versions import Version
from protocol.errors import Notice

OLD, NEW = Version(1, 16), Version(2, 3)


def verdict(sql: str, version: Version = NEW) -> Verdict:
    return judge(split(sql)[0], Target(version))


def test_accepted_is_the_text_itself() -> None:
    found = verdict("SELECT  a -- b\nFROM t")
    assert (found.ruling, found.text) == (Ruling.ACCEPT, "SELECT  a -- b\nFROM t")
    assert found.applied == () and found.error is None and found.understood


def test_options_are_checked_in_the_text_of_the_version() -> None:
    sql = "CREATE TABLE t (\"aaaa\" int4) WITH ('connector' = 'datagen', 'x' = '1')"
    found = verdict(sql)
    assert found.ruling is Ruling.REFUSE and found.text is None
    assert found.error is not None and found.error.sqlstate == "HV00D"
    assert found.error.position == sql.index("'x'") + 1


def test_a_broken_definition_is_refused() -> None:
    found = verdict("CREATE TABLE t (a INT,, b INT) WITH ('connector' = 'datagen')")
    assert found.error is not None and found.error.sqlstate == "42601"


def test_an_ignored_option_is_a_remark() -> None:
    sql = (
        "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv',"
        " 'csv.nope' = '1')"
    )
    found = verdict(sql)
    said = remark(found)
    assert found.ruling is Ruling.ACCEPT
    assert said is not None and said.message == 'option "csv.nope" is ignored'


def test_what_a_rule_has_to_say_is_a_remark() -> None:
    applied = Applied("some.rule", "INTO\n t", "INTO\n t", "It keeps the last row.", 8)
    found = Verdict(NEW, Ruling.ACCEPT, "INSERT INTO t SELECT 1", (applied,))
    expected = Notice(
        "INTO t stays as it is for Flink 2.3", "WARNING", "01000", detail="It keeps the last row."
    )
    assert remark(found) == remark(found, by_flink=True) == expected


def test_what_is_not_understood_is_a_remark_unless_flink_has_judged() -> None:
    found = Verdict(NEW, Ruling.ACCEPT, "X", understood=False)
    said = remark(found)
    assert said is not None and said.message == "the statement is not understood as a whole"
    assert remark(found, by_flink=True) is None


def test_nothing_left_to_send_is_understood() -> None:
    found = verdict("SET 'table.exec.unbounded-over.version' = '2'", OLD)
    assert (found.ruling, found.text, found.understood) == (Ruling.TRANSLATE, "", True)
