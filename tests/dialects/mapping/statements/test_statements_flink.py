"""The tables of the tests beside this one, held against the real Flinks at their edges."""

from __future__ import annotations

import pytest

from gateway.engine.kit.judge import Judge, Mode, Question
from tests.dialects.mapping.statements.test_conflicts import GROUPED, run
from tests.dialects.mapping.statements.test_statements import REFUSED, REWRITTEN
from tests.fixtures.judges import TABLES

pytestmark = [pytest.mark.flink, pytest.mark.timeout(240)]

_MORE = (
    "CREATE TABLE s (a INT, b STRING) WITH ('connector' = 'datagen')",
    "CREATE TABLE y (a INT) WITH ('connector' = 'print')",
    "CREATE TABLE x (a INT, c INT, d INT, y INT) WITH ('connector' = 'print')",
)
# Refused for a reason that Flink has no word for: it takes the text and does something else.
_IGNORED = {"«CREATE OR REPLACE» TABLE x WITH ('connector' = 'print') AS SELECT a, b FROM s"}


def test_what_is_refused_flink_refuses_what_is_rewritten_it_takes(judge: Judge) -> None:
    judge.reset([*TABLES, *_MORE])
    refused = [text for text, last, _ in REFUSED if last == judge.minor and text not in _IGNORED]
    taken = judge.ask([_question(text) for text in refused])
    assert not [text for text, one in zip(refused, taken, strict=True) if one.accepted]
    rewritten = [text for _, version, text in REWRITTEN if version == judge.minor]
    verdicts = zip(rewritten, judge.ask([_question(text) for text in rewritten]), strict=True)
    assert not {text: one.message for text, one in verdicts if not one.accepted}


def test_flink_2_3_asks_for_the_clause_and_takes_it() -> None:
    texts = [sql for sql in GROUPED if "c.d.k" not in sql]
    with Judge("2.3", TABLES) as judge:
        without = judge.ask([Question(sql=sql, mode=Mode.EXPLAIN) for sql in texts])
        written = judge.ask([Question(sql=run(sql).text, mode=Mode.EXPLAIN) for sql in texts])
    assert [one.verdict for one in without] == ["f"] * len(texts)
    assert not [one.message for one in written if not one.accepted]


@pytest.mark.parametrize(("minor", "name"), [("1.18", "PK_3604696"), ("1.19", "PK_id_nämé")])
def test_flink_names_a_key_as_the_rule_says(minor: str, name: str) -> None:
    sql = "CREATE TABLE n (id INT, `nämé` STRING, PRIMARY KEY (id, `nämé`) NOT ENFORCED)"
    shown = Question(sql="SHOW CREATE TABLE n", mode=Mode.EXECUTE)
    with Judge(minor, [f"{sql} WITH ('connector' = 'print')"]) as judge:
        (found,) = judge.ask([shown])
    assert found.rows is not None and f"CONSTRAINT `{name}`" in found.rows[0]


def _question(text: str) -> Question:
    return Question(sql=text.replace("«", "").replace("»", ""))
