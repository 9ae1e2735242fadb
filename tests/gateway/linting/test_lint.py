"""`xuanwu lint`: verdicts, what files know of one another, output, exit status."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dialects.verdicts import Ruling
from dialects.versions import Version
from gateway.linting.command import run
from gateway.linting.definitions import definitions
from gateway.linting.findings import Finding, findings
from gateway.linting.scripts import Script

OLD, NEW = Version(1, 16), Version(2, 2)
KEYS = (
    "file line column statement from to verdict sqlstate message hint position translated rules"
).split()


def found(text: str, *versions: Version) -> list[Finding]:
    return list(findings([Script("a.sql", text)], versions or (NEW,)))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM t",
        "GRANT SELECT ON t TO ana",
        "BEGIN",
        "COMMIT",
        'SET search_path = "A"',
        'SELECT "oid" FROM pg_catalog.pg_class',
        'CREATE TEMP TABLE "x" (a int4)',
    ],
)
def test_accepted_as_it_is(sql: str) -> None:
    [finding] = found(sql)
    assert (finding.ruling, finding.translated) == (Ruling.ACCEPT, sql)
    assert (finding.message, finding.rules) == (None, ())


def test_translated_with_its_rules() -> None:
    [finding] = found('SELECT 1;\n\nSELECT a,\n  "b" FROM t')[1:]
    assert (finding.ruling, finding.translated) == (Ruling.TRANSLATE, "SELECT a,\n  `b` FROM t")
    [change] = finding.rules
    assert (change.before, change.after, change.position) == ('"b"', "`b`", 13)
    assert (finding.place, change.place) == ((3, 1), (4, 3))


def test_only_the_query_of_a_cursor_is_flinks() -> None:
    [finding] = found('DECLARE "c" CURSOR FOR SELECT "b" FROM t')
    assert finding.translated == 'DECLARE "c" CURSOR FOR SELECT `b` FROM t'
    assert [change.position for change in finding.rules] == [31]


def test_refused_at_its_place() -> None:
    text = "SELECT 1;\nCREATE TABLE t (a INT)\n  WITH ('connector' = 'datagen', 'x' = '1')"
    _, finding = found(text)
    assert (finding.ruling, finding.sqlstate) == (Ruling.REFUSE, "HV00D")
    assert (finding.place, finding.position, finding.translated) == ((3, 34), 57, None)


def test_an_option_of_later_versions() -> None:
    text = "CREATE TABLE t (a INT) WITH ('connector'='filesystem', 'path'='x', 'format'='csv', "
    verdicts = {
        f.version: f.ruling for f in found(text + "'source.path.regex-pattern'='x')", OLD, NEW)
    }
    assert verdicts == {OLD: Ruling.REFUSE, NEW: Ruling.ACCEPT}


def test_what_the_router_refuses() -> None:
    [finding] = found("SELECT * FROM t FOR UPDATE")
    assert (finding.ruling, finding.sqlstate, finding.position) == (Ruling.REFUSE, "0A000", 17)


def test_a_temporary_table_of_postgres_stays_there() -> None:
    rulings = [f.ruling for f in found('CREATE TEMP TABLE s (a int4); SELECT a::int4 FROM "s"')]
    assert rulings == [Ruling.ACCEPT, Ruling.ACCEPT]


def test_a_command_of_psql_is_a_remark() -> None:
    [finding] = found("\\i other.sql")
    assert (finding.ruling, finding.sqlstate) == (Ruling.ACCEPT, "01000")
    assert finding.message == "psql command \\i is not understood"


def test_files_know_what_others_define() -> None:
    one = Script("a.sql", "CREATE FUNCTION db.Shout AS 'a.B'; CREATE TABLE db.t (a INT, b STRING)")
    two = Script("b.sql", "CREATE TABLE u (a INT, b AS a + 1, PRIMARY KEY (a) NOT ENFORCED)")
    known = definitions((*one.pieces, *two.pieces))
    assert known.functions == {"SHOUT"}
    assert known.columns(("t",)) == known.columns(("c", "db", "t")) == {"a": "INT", "b": "STRING"}
    assert known.columns(("other", "t")) is None
    assert known.columns(("u",)) is None  # the type of a computed column is Flink's to tell
    assert known.options(("t",)) == {} and known.options(("v",)) is None
    assert (known.keys(("t",)), known.keys(("u",)), known.keys(("v",))) == ((), ("a",), None)


def test_an_altered_table_is_the_one_of_another_file() -> None:
    """Of ALTER TABLE alone nobody knows whose option it is."""
    table = "CREATE TABLE t (a INT) WITH ('connector'='filesystem', 'path'='x', 'format'='csv')"
    alter = "ALTER TABLE t SET ('source.path.regex-pattern' = 'x')"
    alone = findings([Script("b.sql", alter)], (OLD,))
    both = findings([Script("b.sql", alter), Script("a.sql", table)], (OLD,))
    assert [f.ruling for f in alone] == [Ruling.ACCEPT]
    assert next(both).ruling is Ruling.REFUSE


def test_defined_twice_differently_is_not_known() -> None:
    script = Script("a.sql", "CREATE TABLE t (a INT); CREATE TABLE t (b INT)")
    assert definitions(script.pieces).columns(("t",)) is None


SECRETS = """CREATE TABLE t (a INT, "b" INT) WITH ('connector' = 'jdbc',
  'url' = 'jdbc:postgresql:x', 'table-name' = 't', 'username' = 'u',
  'password' = 'geheim!', 'x' = '1')"""


def test_secrets_are_masked_wherever_they_show() -> None:
    for text in (SECRETS, SECRETS.replace("'x' = '1'", "'driver' = 'x'")):
        [finding] = found(text)
        shown = json.dumps([str(finding), finding.statement, finding.translated])
        assert "geheim" not in shown and "******" in shown


# ── the command ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    (tmp_path / "good.sql").write_text('SELECT "a" FROM t;\nSELECT b FROM t;', "utf-8")
    (tmp_path / "bad.sql").write_text("\nSELECT * FROM t FOR UPDATE", "utf-8")
    (tmp_path / "binary.sql").write_bytes(b"SELECT '\xff'")
    return tmp_path


def test_text(scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = str(scripts / "good.sql"), str(scripts / "bad.sql")
    assert run([good, bad], ["2.2"], None, "text") == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert re.fullmatch(r'    1:8: idiom\.\w+: "a" → `a`', lines.pop(1))
    assert re.fullmatch(r"        \w.*\.", lines.pop(1))
    assert lines == [
        f"{good}:1:1: translate (2.2)",
        f"{bad}:2:17: refuse (2.2): row locks are not supported for Flink tables",
        "    hint: Leave out FOR UPDATE or FOR SHARE: Flink tables have no row locks.",
    ]
    assert err == "1 accepted, 1 translated, 1 refused\n"


def test_json(scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = str(scripts / "good.sql")
    assert run([good], ["1.16,2.2", "2.0"], "1.20", "json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(list(line) == KEYS for line in lines)
    assert [(line["line"], line["to"]) for line in lines] == [
        (n, version) for n in (1, 2) for version in ("1.16", "2.2", "2.0")
    ]
    assert {line["from"] for line in lines} == {"1.20"}
    [rule] = lines[0]["rules"]
    assert list(rule) == ["id", "before", "after", "why", "position"]
    assert (rule["before"], rule["after"], rule["position"]) == ('"a"', "`a`", 8)


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"SELECT * FROM t FOR SHARE")))
    assert run(["-"], ["2.2"], None, "text") == 1
    assert capsys.readouterr().out.startswith("<stdin>:1:17: refuse (2.2): ")


@pytest.mark.parametrize(
    ("name", "to", "source", "form", "said"),
    [
        ("nope.sql", "2.2", None, "text", "nope.sql"),
        ("binary.sql", "2.2", None, "text", "not UTF-8"),
        ("good.sql", "9.9", None, "text", "Flink 9.9 is not supported"),
        ("good.sql", "2.2,", None, "text", '"" is not a version'),
        ("good.sql", "2.2", "x", "text", '"x" is not a version'),
        ("good.sql", "2.2", None, "xml", "--format is text or json"),
    ],
)
def test_what_cannot_be_read(
    scripts: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    to: str,
    source: str | None,
    form: str,
    said: str,
) -> None:
    assert run([str(scripts / name)], [to], source, form) == 2
    out, err = capsys.readouterr()
    assert out == "" and said in err


def test_the_command_line(scripts: Path) -> None:
    def status(*arguments: str) -> int:
        line = [sys.executable, "-m", "gateway", "lint", *arguments]
        done = subprocess.run(line, cwd=scripts, capture_output=True, timeout=60, check=False)
        return done.returncode

    assert status("--to", "1.16", "--to", "2.2", "--from", "2.0", "good.sql") == 0
    assert status("--to", "1.16", "good.sql", "bad.sql") == 1
    assert status("good.sql") == 2
    assert status("--to", "1.16") == 2


def test_releases_of_the_images_decide(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "own.sql"
    script.write_text("CREATE TABLE o (id INT) WITH ('connector' = 'opensearch', 'index' = 'i')")
    assert run([str(script)], ["2.2"], None, "text") == 1
    assert run([str(script)], ["2.2"], None, "text", "opensearch 3.0.0") == 0
    assert run([str(script)], ["2.2"], None, "text", "opensearch newest") == 2
    assert "Write a connector and its release" in capsys.readouterr().err
