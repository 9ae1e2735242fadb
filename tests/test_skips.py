"""What absent parts of the machine do to a run, with CI=true and without."""

from __future__ import annotations

import pytest

TESTS = """
import pytest

def test_needed(): pytest.skip("no Flink here")

@pytest.mark.skipif(True, reason="optional: no driver here")
def test_optional(): assert False

@pytest.fixture
def absent(): pytest.importorskip("absent_module")

def test_setup(absent): pass

@pytest.mark.xfail
def test_known(): assert False
"""


@pytest.mark.parametrize(
    ("ci", "outcomes"),
    [
        ("true", {"failed": 1, "errors": 1, "skipped": 1, "xfailed": 1}),
        ("", {"skipped": 3, "xfailed": 1}),
    ],
)
def test_a_skip_under_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcomes: dict[str, int]
) -> None:
    monkeypatch.setenv("CI", ci)
    pytester.makepyfile(TESTS)
    run = pytester.runpytest_inprocess("-p", "tests.fixtures.skips", "-p", "no:asyncio", "-rs")
    run.assert_outcomes(**outcomes)
    run.stdout.fnmatch_lines(["*SKIPPED*optional: no driver here*"])
