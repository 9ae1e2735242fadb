"""Judges of the real Flink: what they say, what they forget, how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.engine.kit import judge as module
from gateway.engine.kit.judge import Judge, Mode, Question, Runtime, Verdict, main
from gateway.engine.process import identify
from protocol.errors import SYSTEM_ERROR, SqlError
from tests.fixtures.judges import CHOSEN

pytestmark = [pytest.mark.flink, pytest.mark.timeout(600)]

NEWEST = CHOSEN[-1]


def ask(judge: Judge, sql: str, mode: Mode = Mode.PARSE, **of: object) -> Verdict:
    (verdict,) = judge.ask([Question(sql=sql, mode=mode, **of)])  # type: ignore[arg-type]
    return verdict


def test_a_syntax_error_has_its_place(judge: Judge) -> None:
    verdict = ask(judge, "SELECT id\n  FROM b WHERE WHERE id > 1")
    assert (verdict.verdict, verdict.line, verdict.column) == ("p", 2, 16)
    assert verdict.message is not None
    assert verdict.message.startswith("Incorrect syntax near the keyword 'WHERE' at line 2")


def test_a_text_that_ends_too_early(judge: Judge) -> None:
    assert ask(judge, "SELECT id FROM").verdict == "p"


def test_a_later_refusal_has_its_deepest_cause(judge: Judge) -> None:
    verdict = ask(judge, "SELECT id,\n  nope FROM b")
    assert (verdict.verdict, verdict.line, verdict.column) == ("f", 2, 3)
    assert verdict.message == "Column 'nope' not found in any table"


def test_plans(judge: Judge) -> None:
    for sql in (
        "SELECT name FROM b",
        "CREATE TABLE x WITH ('connector' = 'blackhole') AS SELECT name FROM b",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO sk SELECT id, name FROM b; END",
        "EXPLAIN SELECT name FROM b",
    ):
        plan = ask(judge, sql, Mode.EXPLAIN).plan
        assert plan is not None and "TableSourceScan" in plan, sql
    verdict = ask(judge, "DROP TABLE IF EXISTS x", Mode.EXPLAIN)
    assert (verdict.accepted, verdict.plan) == (True, None)


def test_streaming_and_batch_differ(judge: Judge) -> None:
    sql = "SELECT name FROM b ORDER BY name"
    assert ask(judge, sql, Mode.EXPLAIN).verdict == "f"
    assert ask(judge, sql, Mode.EXPLAIN, runtime=Runtime.BATCH).accepted


def test_rows_of_an_execution(judge: Judge) -> None:
    sql = "SELECT x, 'ä' FROM (VALUES (1), (2)) AS q (x)"
    verdict = ask(judge, sql, Mode.EXECUTE, runtime=Runtime.BATCH)
    assert sorted(verdict.rows or ()) == ["+I[1, ä]", "+I[2, ä]"]


def test_no_rows(judge: Judge) -> None:
    assert ask(judge, "SELECT id FROM b WHERE FALSE", Mode.EXECUTE).rows == []


def test_a_job_that_fails(judge: Judge) -> None:
    sql = "INSERT INTO sk SELECT CAST(CONCAT(name, 'x') AS INT), name FROM b"
    assert ask(judge, sql, Mode.EXPLAIN).accepted
    verdict = ask(judge, sql, Mode.EXECUTE)
    assert verdict.verdict == "f"
    assert verdict.message is not None and "input string" in verdict.message


def test_a_job_without_an_end(judge: Judge) -> None:
    judge.reset(["CREATE TABLE endless (id INT) WITH ('connector' = 'datagen')"])
    sql = "SELECT id FROM endless WHERE CHAR_LENGTH(CAST(id AS STRING)) > 50"  # waits for a row
    assert ask(judge, sql, Mode.EXECUTE, seconds=1).rows == []
    sql = "CREATE TABLE hole WITH ('connector' = 'blackhole') AS SELECT id FROM endless"
    assert ask(judge, sql, Mode.EXECUTE, seconds=1).accepted


def test_options_of_one_question(judge: Judge) -> None:
    sql = "SELECT * FROM b /*+ OPTIONS('number-of-rows' = '1') */"
    without = {"table.dynamic-table-options.enabled": "false"}
    assert not ask(judge, sql, config=without).accepted
    assert ask(judge, sql).accepted


def test_a_reset_forgets_what_was_executed(judge: Judge) -> None:
    assert ask(judge, "CREATE VIEW mine AS SELECT 1 AS x", Mode.EXECUTE).accepted
    assert ask(judge, "SELECT x FROM mine").accepted
    judge.reset(["CREATE TABLE other (id INT) WITH ('connector' = 'print')"])
    assert not ask(judge, "SELECT x FROM mine").accepted
    assert ask(judge, "INSERT INTO other SELECT 1").accepted
    assert ask(judge, "INSERT INTO other SELECT 1", runtime=Runtime.BATCH).accepted


def test_a_setup_that_flink_refuses(judge: Judge) -> None:
    with pytest.raises(SqlError, match="SqlParserEOFException") as caught:
        judge.reset(["CREATE TABLE"])
    assert caught.value.sqlstate == SYSTEM_ERROR


def test_a_judge_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    with Judge(NEWEST) as judge:
        assert ask(judge, "SELECT 1").accepted
        os.kill(judge.pid, signal.SIGKILL)
        with pytest.raises(SqlError, match="the judge of Flink .* ended"):
            judge.ask([Question(sql="SELECT 1")] * 2)
        scratch = judge.scratch
        assert scratch.exists()
    assert not scratch.exists()


def test_a_judge_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ANSWER_S", 0.5)
    monkeypatch.setattr(module, "_END_S", 0.1)
    with Judge(NEWEST) as judge:
        os.kill(judge.pid, signal.SIGSTOP)
        with pytest.raises(SqlError, match="does not answer"):
            judge.ask([Question(sql="SELECT 1", seconds=0)])
    assert identify(judge.pid) is None


def test_a_long_text(judge: Judge) -> None:
    """Longer than a pipe, both ways."""
    verdict = ask(judge, f"SELECT '{'x' * 300_000}'", Mode.EXPLAIN)
    assert verdict.accepted
    assert verdict.plan is not None and len(verdict.plan) > 300_000


def test_a_long_text_that_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ANSWER_S", 0.5)
    monkeypatch.setattr(module, "_END_S", 0.1)
    with Judge(NEWEST) as judge:
        os.kill(judge.pid, signal.SIGSTOP)
        with pytest.raises(SqlError, match="does not answer"):
            judge.ask([Question(sql="x" * 1_000_000, seconds=0)])


def test_none_outlives_who_asked(tmp_path: Path) -> None:
    """A killed test run leaves no JVM: the pipe that it reads has an end."""
    code = f"import time; from gateway.engine.kit.judge import Judge; judge = Judge({NEWEST!r}); "
    code += "print(judge.pid, flush=True); time.sleep(600)"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        jvm = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    assert ended(jvm, seconds=30)


def ended(pidfd: int, seconds: float) -> bool:
    import select

    ready = select.poll()
    ready.register(pidfd, select.POLLIN)
    return bool(ready.poll(seconds * 1000))


def test_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    main(["SELECT 1 AS x", "SELEC\n1"], [NEWEST], batch=True, execute=True)
    shown = capsys.readouterr().out.splitlines()
    assert shown[:3] == [f"{NEWEST} y  SELECT 1 AS x", "        +I[1]", f"{NEWEST} p  SELEC 1"]
