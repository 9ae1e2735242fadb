"""Each tool run once against both ports, kept for the tests and for the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.clients.catalog.drivers import Answers, Driver
from tests.clients.catalog.playing import answered, difference, errors, session
from tests.clients.catalog.recorded import Recorded, everything
from tests.clients.catalog.world import World
from tests.exchanges.client import Address

Pair = tuple[list[str], list[str]]  # what Postgres answers, what we answer


@dataclass(slots=True)
class Runs:
    world: World
    _drivers: dict[str, tuple[Answers, Answers]] = field(default_factory=dict)
    _tools: dict[tuple[str, str], dict[str, Pair]] = field(default_factory=dict)

    async def driver(self, driver: Driver) -> tuple[Answers, Answers]:
        """By Postgres, by us."""
        if driver.name not in self._drivers:
            oracle = await driver.run(self.world.oracle)
            self._drivers[driver.name] = oracle, await driver.run(self.world.ours)
        return self._drivers[driver.name]

    async def tool(self, tool: str, role: str) -> Mapping[str, Pair]:
        """Its recorded catalog queries, by id, in one session of that role."""
        if (tool, role) not in self._tools:
            queries = [one for one in everything() if (one.tool, one.subject) == (tool, "catalog")]
            oracle = await self._played(queries, role, self.world.oracle)
            ours = await self._played(queries, role, self.world.ours)
            pairs = zip(queries, oracle, ours, strict=True)
            self._tools[tool, role] = {one.id: (theirs, mine) for one, theirs, mine in pairs}
        return self._tools[tool, role]

    async def _played(self, queries: list[Recorded], role: str, port: int) -> list[list[str]]:
        become = Recorded("", "catalog", "role", f"SET ROLE {role}")
        async with session(Address(port=port)) as client:
            told = await answered(client, become, {})
            assert not errors(told), told
            return [await answered(client, one, self.world.oids) for one in queries]

    async def counted(self, tool: str, role: str) -> tuple[int, int]:
        """How many of a tool's catalog queries are answered as by Postgres, and of how many."""
        pairs = (await self.tool(tool, role)).values()
        same = [not difference(theirs, mine) and not errors(mine) for theirs, mine in pairs]
        return sum(same), len(same)
