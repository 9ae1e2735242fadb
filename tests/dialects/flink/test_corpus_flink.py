"""What is written of a tree, the real Flink takes as it took the text: same verdict, same plan."""

from __future__ import annotations

import re

import pytest

from dialects import split, to_engine
from dialects.flink import parse
from dialects.splitter import single
from gateway.engine.kit.judge import SETUP, Judge, Mode, Question, Verdict
from tests.dialects.flink.test_corpus import UNDERSTOOD
from tests.dialects.world import lines

pytestmark = [pytest.mark.flink, pytest.mark.timeout(400)]

SETTING = [statement.text for statement in split(SETUP.read_text("utf-8"))]
# In Flink's own lexis; `written` says the same of every one.
TEXTS = [to_engine(single(sql)).text for sql in (*UNDERSTOOD, *lines("statement_forms.txt"))]


def plan(verdict: Verdict) -> str:
    """Flink counts correlations through a session: `$cor3`."""
    return re.sub(r"\$cor\d+", "$cor", verdict.plan or "")


def written(sql: str) -> str:
    tree = parse(single(sql))
    assert tree is not None
    return tree.root.sql(dialect="flink")


@pytest.mark.parametrize("minor", ["1.16", "1.20", "2.3"])
def test_a_written_text_is_taken_as_the_one_that_was_read(minor: str) -> None:
    with Judge(minor, SETTING) as judge:
        given = judge.ask([Question(sql=sql, mode=Mode.EXPLAIN) for sql in TEXTS])
        again = judge.ask([Question(sql=written(sql), mode=Mode.EXPLAIN) for sql in TEXTS])
    pairs = zip(TEXTS, given, again, strict=True)
    differ = {
        sql: (one.verdict, other.verdict, other.message)
        for sql, one, other in pairs
        if (one.verdict, plan(one)) != (other.verdict, plan(other))
    }
    assert not differ
    assert sum(one.plan is not None for one in given) > 150
