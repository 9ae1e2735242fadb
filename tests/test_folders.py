"""The temporary files of a run lie apart from those of other runs, and stay if it failed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("test", "kept"), [("assert tmp_path", 0), ("assert not tmp_path", 1)])
def test_a_folder_of_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, test: str, kept: int
) -> None:
    temporary = pytester.mkdir("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    (temporary / "of another run").touch()
    pytester.makepyfile(f"def test_it(tmp_path): {test}")
    options = ("-p", "tests.fixtures.folders", "-p", "no:asyncio")
    pytester.run(sys.executable, "-m", "pytest", *options)
    found = sorted(path.name for path in temporary.iterdir())
    assert len(found) == 1 + kept and found[0] == "of another run"
    assert all(name.startswith("xuanwu-tests-") for name in found[1:])
