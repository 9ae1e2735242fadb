"""Recorded tools: questions about the catalog are Postgres's, those about tables Flink's."""

from __future__ import annotations

import pytest

from tests.clients.catalog.playing import (
    FLINK,
    POSTGRES,
    REFUSED,
    answered,
    difference,
    errors,
    routes,
    session,
)
from tests.clients.catalog.recorded import Recorded, everything
from tests.clients.catalog.runs import Runs
from tests.clients.catalog.world import TABLES, World

MESSAGES = everything()
CATALOG = [one for one in MESSAGES if one.subject == "catalog"]
OVER_TABLES = [one for one in MESSAGES if one.subject != "catalog"]
ROLES = ("xuanwu", "analyst")  # the owner of all; one who may read some
# The route does not depend on the oids.
OIDS = {f"{table.schema}.{table.name}": 16384 for table in TABLES}


def named(one: Recorded) -> str:
    return one.id


def test_names_are_unique() -> None:
    ids = [one.id for one in MESSAGES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("message", CATALOG, ids=named)
def test_catalog_is_for_postgres(message: Recorded) -> None:
    assert set(routes(message, OIDS)) == {POSTGRES}


@pytest.mark.parametrize("message", OVER_TABLES, ids=named)
def test_tables_are_not_for_postgres(message: Recorded) -> None:
    """Its other statements are those of transactions and cursors."""
    assert {FLINK, REFUSED} & set(routes(message, OIDS))


@pytest.mark.postgres
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("message", CATALOG, ids=named)
async def test_catalog_is_answered_as_by_postgres(message: Recorded, role: str, runs: Runs) -> None:
    oracle, ours = (await runs.tool(message.tool, role))[message.id]
    assert not difference(oracle, ours), difference(oracle, ours)
    assert not errors(ours)  # least of all that of the guard


@pytest.mark.postgres
@pytest.mark.parametrize("message", OVER_TABLES, ids=named)
async def test_tables_handed_to_postgres_meet_the_guard(message: Recorded, world: World) -> None:
    """A mistake of the router is an error, not an empty table; a probe has no rows anyway."""
    async with session(world.addresses[0]) as client:
        told = errors(await answered(client, message, world.oids))
    if message.subject == "probe":
        assert not told
    else:
        assert [line for line in told if " C 0A000 " in line]
