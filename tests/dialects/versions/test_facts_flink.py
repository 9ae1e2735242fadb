"""The tables of facts are what the real Flinks say: made by hand they would drift."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.engine.kit.facts import TABLES, facts_of, questions
from gateway.engine.kit.judge import Judge, Verdict
from gateway.engine.kit.tables import Table
from gateway.engine.versions import catalogue
from tests.fixtures.judges import VERSIONS, Judges

pytestmark = [pytest.mark.flink, pytest.mark.timeout(600)]

# Jars of the release that are on no engine's class path.
OPTIONAL = ("python.", "sql-client.")


def table(name: str) -> Table:
    return Table.load(TABLES[name], list(catalogue().versions))


@pytest.fixture(scope="module")
def verdicts(judges: Judges) -> dict[str, list[Verdict]]:
    """All versions are asked at once: half of the time goes into waiting for small jobs."""
    asked = questions(table("statements"))
    with ThreadPoolExecutor(3) as pool:
        answers = pool.map(lambda version: judges[version].ask(asked), VERSIONS)
        return dict(zip(VERSIONS, answers, strict=True))


@pytest.mark.parametrize("version", VERSIONS)
def test_statements(version: str, verdicts: dict[str, list[Verdict]]) -> None:
    rows = table("statements").rows
    assert len(rows) > 500
    answered = zip(rows, verdicts[version], strict=True)
    differing = [(row["id"], row[version], v) for row, v in answered if v.verdict != row[version]]
    assert not differing


@pytest.mark.parametrize("name", ["functions", "words"])
def test_names(name: str, judge: Judge) -> None:
    found = facts_of(judge, name)
    assert len(found) > 100
    assert found == marks(name, judge.minor)


def test_options(judge: Judge) -> None:
    written = marks("options", judge.minor)
    assert len(written) > 800
    here = {key: mark for key, mark in written.items() if not key.startswith(OPTIONAL)}
    assert facts_of(judge, "options") == here


def marks(name: str, version: str) -> dict[str, str]:
    rows, key = table(name).rows, table(name).columns[0]
    return {row[key]: row[version] for row in rows if row[version]}
