"""What a script says of the runtime mode holds for what follows."""

from __future__ import annotations

import pytest

from gateway.linting.modes import modes
from gateway.linting.scripts import Script


@pytest.mark.parametrize(
    ("sets", "batch"),
    [
        ("", None),
        ("SET 'execution.runtime-mode' = 'batch'", True),
        ("SET execution.runtime-mode = STREAMING", False),
        ("SET 'execution.runtime-mode' = 'automatic'", None),
        ("SET 'execution.runtime-mode' = 'batch'; RESET 'execution.runtime-mode'", None),
        ("SET 'execution.runtime-mode' = 'batch'; RESET", None),
        ("SET 'pipeline.name' = 'batch'", None),
        ("SET flink.runtime_mode = batch", True),
        ("SET SESSION flink.runtime_mode TO 'streaming'", False),
        ("SET flink.runtime_mode = batch; SET flink.runtime_mode = auto", None),
        ("SET flink.runtime_mode = batch; RESET flink.runtime_mode", None),
        ("SET 'execution.runtime-mode' = 'batch'; SET flink.runtime_mode = streaming", False),
        ("SET flink.dml = sync; SET search_path = batch", None),
    ],
)
def test_modes(sets: str, batch: bool | None) -> None:
    *before, (last, found) = modes(Script("a.sql", f"{sets}; SELECT 1").pieces)
    assert last.text == "SELECT 1" and found is batch
    assert not before or before[0][1] is None
