"""What the rules make of the statements of the grammar matrix, the real Flinks take."""

from __future__ import annotations

import pytest

from dialects import split
from dialects.versions import Version
from gateway.engine.kit.judge import SETUP, Judge, Mode, Question, Runtime
from tests.dialects.mapping.matrix import Row, known, rows

pytestmark = [pytest.mark.flink, pytest.mark.timeout(400)]

_MODES = {"": Mode.PARSE, "E": Mode.EXPLAIN, "X": Mode.EXECUTE}


@pytest.mark.parametrize("minor", ["1.16", "1.20", "2.2"])
def test_every_text_that_is_not_refused_is_taken(minor: str) -> None:
    version, exceptions = Version.parse(minor), known()
    setup = [statement.text for statement in split(SETUP.read_text("utf-8"))]
    refused: dict[str, str | None] = {}
    asked = 0
    with Judge(minor, setup) as judge:
        for row in (row for row in rows() if row.ever and (row.key, minor) not in exceptions):
            found = row.translations(version)
            if any(one.refusal for one in found):
                continue
            if row.mode.endswith("X"):
                judge.reset(setup)
            for verdict in judge.ask([_question(row, one.text) for one in found]):
                asked += 1
                if not verdict.accepted:
                    refused[row.key] = verdict.message
    assert not refused
    assert asked > 250


def _question(row: Row, sql: str) -> Question:
    runtime = Runtime.BATCH if row.mode.startswith("B") else Runtime.STREAMING
    return Question(sql=sql, mode=_MODES[row.mode[1:]], runtime=runtime)
