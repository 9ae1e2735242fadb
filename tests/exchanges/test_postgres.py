"""The recorded exchanges: still what Postgres says, and what our server says."""

from __future__ import annotations

import pytest

from gateway.app import App
from tests.exchanges.accepted import DIFFERENCES, expected_of_us
from tests.exchanges.client import Address
from tests.exchanges.oracle import prepare
from tests.exchanges.player import compare, play
from tests.exchanges.script import Exchange, read_scripts
from tests.fixtures.postgres import Postgres

pytestmark = pytest.mark.postgres

EXCHANGES = [
    pytest.param(exchange, id=f"{script.path.stem}: {exchange.name}")
    for script in read_scripts("postgres")
    for exchange in script.exchanges
]


@pytest.fixture(scope="module")
def oracle(postgres: Postgres) -> Address:
    return prepare(postgres)


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_postgres_still_says_so(exchange: Exchange, oracle: Address) -> None:
    difference = compare(exchange, await play(exchange, oracle))
    assert not difference, f"\n{difference}"


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_we_say_the_same(exchange: Exchange, plain_server: App) -> None:
    played = await play(exchange, Address(port=plain_server.server.port))
    difference = compare(expected_of_us(exchange), played)
    assert not difference, f"\n{difference}"


def test_every_accepted_difference_names_an_exchange() -> None:
    names = [param.values[0].name for param in EXCHANGES]
    assert len(names) == len(set(names))
    assert {row.exchange for row in DIFFERENCES} <= set(names)
