"""Exchanges whose answers are our own, written by hand."""

from __future__ import annotations

import pytest

from gateway.app import App
from tests.exchanges.client import Address
from tests.exchanges.player import compare, play
from tests.exchanges.script import Exchange, read_scripts

EXCHANGES = {
    folder: [
        pytest.param(exchange, id=f"{script.path.stem}: {exchange.name}")
        for script in read_scripts(folder)
        for exchange in script.exchanges
    ]
    for folder in ("own", "flink")
}


@pytest.mark.postgres
@pytest.mark.parametrize("exchange", EXCHANGES["own"])
async def test_without_flink(exchange: Exchange, plain_server: App) -> None:
    difference = compare(exchange, await play(exchange, Address(plain_server.server.port)))
    assert not difference, f"\n{difference}"


@pytest.mark.postgres
@pytest.mark.flink
@pytest.mark.timeout(300)
@pytest.mark.parametrize("exchange", EXCHANGES["flink"])
async def test_with_flink(exchange: Exchange, server: App) -> None:
    await server.ready()
    difference = compare(exchange, await play(exchange, Address(server.server.port)))
    assert not difference, f"\n{difference}"
