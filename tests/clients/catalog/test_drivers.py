"""Drivers and programs at a catalog of real tables: every call answers what Postgres answers."""

from __future__ import annotations

import pytest

from tests.clients.catalog.drivers import DRIVERS, Driver
from tests.clients.catalog.drivers.driver import failures
from tests.clients.catalog.runs import Runs

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(400)]  # the first run installs them


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda one: one.name)
async def test_answers_as_by_postgres(driver: Driver, runs: Runs) -> None:
    if reason := driver.absent():
        pytest.skip(reason)
    oracle, ours = await runs.driver(driver)
    assert not failures(oracle)
    assert oracle.keys() == ours.keys()
    for call, answer in oracle.items():
        assert ours[call] == answer, call


async def test_answers_are_not_empty(runs: Runs) -> None:
    """What is compared says something: a table, a key, a comment of the world."""
    oracle, _ = await runs.driver(DRIVERS[0])
    said = str(oracle)
    for word in ("payments_pkey", "Everybody who ever", "analyst=r/xuanwu", "订单", "Sales-2024"):
        assert word in said, word
    completed, _ = await runs.driver(DRIVERS[1])
    for typed, expected in (
        ("DROP VIEW order", "order_totals"),
        ('SELECT * FROM "Mix', '"MixedCase"'),
        ("INSERT INTO payments (", "attempt"),
    ):
        assert expected in completed[typed], typed
