"""What the rules make of the statements of the grammar matrix, the real Flinks take."""

from __future__ import annotations

import pytest

from dialects.versions import Version
from gateway.engine.kit.judge import Judge, Mode, Question, Runtime
from tests.dialects.mapping.matrix import Row, known, rows
from tests.fixtures.judges import TABLES

pytestmark = [pytest.mark.flink, pytest.mark.timeout(400)]

_MODES = {"": Mode.PARSE, "E": Mode.EXPLAIN, "X": Mode.EXECUTE}


def test_every_text_that_is_not_refused_is_taken(judge: Judge) -> None:
    version, exceptions = Version.parse(judge.minor), known()
    refused: dict[str, str | None] = {}
    asked = 0
    for row in (row for row in rows() if row.ever and (row.key, judge.minor) not in exceptions):
        found = row.translations(version)
        if any(one.refusal for one in found):
            continue
        if row.mode.endswith("X"):
            judge.reset(TABLES)
        for verdict in judge.ask([_question(row, one.text) for one in found]):
            asked += 1
            if not verdict.accepted:
                refused[row.key] = verdict.message
    assert not refused
    assert asked > 250


def _question(row: Row, sql: str) -> Question:
    runtime = Runtime.BATCH if row.mode.startswith("B") else Runtime.STREAMING
    return Question(sql=sql, mode=_MODES[row.mode[1:]], runtime=runtime)
