"""A query that was read and written again: the real Flinks plan it as they planned the text."""

from __future__ import annotations

import re

import pytest
from sqlglot import exp

from dialects import split, to_engine
from dialects.flink import Flink, parse
from dialects.splitter import single
from gateway.engine.kit.judge import SETUP, Judge, Mode, Question, Runtime, Verdict
from tests.dialects.world import lines

pytestmark = [pytest.mark.flink, pytest.mark.timeout(400)]

SETTING = [statement.text for statement in split(SETUP.read_text("utf-8"))]
_FLINK = Flink()


def pairs() -> list[tuple[str, str]]:
    """Each query of the lists as Flink's lexer takes it, and as the generator writes it."""
    found: list[tuple[str, str]] = []
    for line in lines("flink_statements.txt") + lines("flink_queries.txt"):
        sql = to_engine(single(line)).text
        tree = parse(single(sql))
        if tree is not None and isinstance(tree.root, (exp.Query, exp.Values)):
            found.append((sql, _FLINK.generate(tree.root)))
    return found


def outcome(verdict: Verdict) -> tuple[str, str | None]:
    """The numbers of correlations count all that the session has planned."""
    plan = verdict.plan
    return verdict.verdict, None if plan is None else re.sub(r"\$cor\d+", "$cor", plan)


@pytest.mark.parametrize("runtime", Runtime)
@pytest.mark.parametrize("minor", ["1.16", "1.20", "2.2"])
def test_the_plan_is_the_same(minor: str, runtime: Runtime) -> None:
    planned = 0
    with Judge(minor, SETTING) as judge:
        for sql, written in pairs():
            questions = [
                Question(sql=text, mode=Mode.EXPLAIN, runtime=runtime) for text in (sql, written)
            ]
            given, again = judge.ask(questions)
            assert outcome(given) == outcome(again), (sql, written, given.message, again.message)
            planned += given.plan is not None
    assert planned > 100
