"""The recorded exchanges: still what Postgres says, and what our server says."""

from __future__ import annotations

import pytest

from gateway.app import App
from session import shortcut
from tests.exchanges.accepted import DEFECTS, DIFFERENCES, expected_of_us
from tests.exchanges.client import Address
from tests.exchanges.oracle import prepare
from tests.exchanges.player import compare, play
from tests.exchanges.script import Exchange, read_scripts
from tests.fixtures.postgres import Postgres

pytestmark = pytest.mark.postgres

EXCHANGES = [
    (f"{script.path.stem}: {exchange.name}", exchange)
    for script in read_scripts("postgres")
    for exchange in script.exchanges
]
RECORDED = [pytest.param(exchange, id=name) for name, exchange in EXCHANGES]
DEMANDED = [
    pytest.param(
        exchange,
        id=name,
        marks=pytest.mark.xfail(reason=DEFECTS[exchange.name], raises=AssertionError)
        if exchange.name in DEFECTS
        else (),
    )
    for name, exchange in EXCHANGES
]


@pytest.fixture(scope="module")
def oracle(postgres: Postgres) -> Address:
    return prepare(postgres)


@pytest.mark.parametrize("exchange", RECORDED)
async def test_postgres_still_says_so(exchange: Exchange, oracle: Address) -> None:
    difference = compare(exchange, await play(exchange, oracle))
    assert not difference, f"\n{difference}"


@pytest.mark.parametrize("exchange", DEMANDED)
@pytest.mark.parametrize("way", ["short", "long"])
async def test_we_say_the_same(
    exchange: Exchange, way: str, plain_server: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "long":
        monkeypatch.setattr(shortcut, "MOST_BYTES", 0)
    played = await play(exchange, Address(port=plain_server.server.port))
    difference = compare(expected_of_us(exchange), played)
    assert not difference, f"\n{difference}"


def test_every_row_of_the_tables_names_an_exchange() -> None:
    names = [exchange.name for _, exchange in EXCHANGES]
    assert len(names) == len(set(names))
    assert {row.exchange for row in DIFFERENCES} | set(DEFECTS) <= set(names)
