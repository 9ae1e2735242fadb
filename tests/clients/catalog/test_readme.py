"""The table of clients in the README says what the runs say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.catalog.recorded import everything
from tests.clients.catalog.runs import Runs
from tests.clients.catalog.table import CLIENTS, DRIVERS, HEADER, drivers_of, row

README = Path(__file__).parents[3] / "README.md"


def test_every_client_has_a_row() -> None:
    assert {one.tool for one in everything()} <= CLIENTS.keys()
    assert {one for client in CLIENTS for one in drivers_of(client)} == set(DRIVERS)


@pytest.mark.postgres
@pytest.mark.timeout(400)  # where it is run alone, it installs the drivers
async def test_the_readme_has_the_table(runs: Runs) -> None:
    """Rows of clients that cannot be run here are not judged."""
    text = README.read_text("utf-8")
    assert HEADER in text
    lines = text.split(HEADER, 1)[1].lstrip("\n").split("\n\n", 1)[0].splitlines()
    assert [line.split(" | ")[0] for line in lines] == [f"| {name}" for name in CLIENTS.values()]
    for line, client in zip(lines, CLIENTS, strict=True):
        made = await row(client, runs)
        assert made in (None, line)
