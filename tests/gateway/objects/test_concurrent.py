"""DDL of the same objects at once, from several sessions of two servers over one Postgres.

What needs Flink's verdict (views) gets it from a stand-in: here it is about who comes first.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gateway.app import App
from gateway.catalog.embedded import EmbeddedPostgres
from gateway.engine import pages
from gateway.engine.session import ClientSession
from tests.gateway.objects.agreement import check_agreement
from tests.gateway.objects.serving import OPTIONS, Client, clients, serving

pytestmark = pytest.mark.postgres

SESSIONS = 6
ROUNDS = 12
# Already there, gone meanwhile, another was faster, waited in vain, something depends on it, a
# column is there already or not any more.
CLEAR = {"42P07", "42P01", "40001", "55P03", "2BP01", "42701", "42703", "3F000", "42P06"}


async def _verdict(self: ClientSession, need: Any, settings: Any) -> list[pages.Row]:
    """The one column of a view is that of what it needs last."""
    await asyncio.sleep(0)  # as anything that is asked of Flink, it takes a while
    types = [re.search(r"`id` (\w+)", each.create) for each in settings.needs]
    told = [found[1] for found in types if found is not None] or ["INT"]
    return [pages.Row("+I", ["id", told[-1], True, None, None, None])] if need.described else []


@pytest.fixture(scope="module")
async def apps(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[App]]:
    folder: Path = tmp_path_factory.mktemp("shared-postgres")
    embedded = EmbeddedPostgres(folder)
    await asyncio.to_thread(embedded.start)
    patch = pytest.MonkeyPatch()
    patch.setattr(ClientSession, "define", _verdict)
    dsn = f"postgres://postgres@/postgres?host={embedded.admin.address.host}"
    try:
        async with serving(folder / "a", dsn) as first, serving(folder / "b", dsn) as second:
            yield [first, second]
    finally:
        patch.undo()
        await asyncio.to_thread(embedded.stop, force=True)


async def outcome(client: Client, sql: str) -> str:
    """ok, or the SQLSTATE."""
    try:
        await client.run(sql)
    except psycopg.Error as error:
        assert error.sqlstate in CLEAR, (sql, error.sqlstate, str(error))
        return error.sqlstate or ""
    return "ok"


async def together(them: list[Client], *statements: str) -> Counter[str]:
    """Each statement by a session of its own, at once."""
    assert len(statements) <= len(them)
    pairs = zip(them, statements, strict=False)
    return Counter(await asyncio.gather(*(outcome(each, sql) for each, sql in pairs)))


@pytest.fixture
async def them(apps: list[App]) -> AsyncIterator[list[Client]]:
    async with clients(apps, SESSIONS) as opened:
        yield opened
    await check_agreement(apps[0])


async def test_one_creates(them: list[Client]) -> None:
    for number in range(ROUNDS):
        sql = f"CREATE TABLE one_{number} (id INT) {OPTIONS}"
        assert await together(them, *[sql] * SESSIONS) == {"ok": 1, "42P07": SESSIONS - 1}


async def test_if_not_exists_is_no_error(them: list[Client]) -> None:
    for number in range(ROUNDS):
        sql = f"CREATE TABLE IF NOT EXISTS maybe_{number} (id INT) {OPTIONS}"
        assert await together(them, *[sql] * SESSIONS) == {"ok": SESSIONS}
        told = [notice for each in them for notice in each.notices()]
        assert told == [f'relation "maybe_{number}" already exists, skipping'] * (SESSIONS - 1)


async def test_no_added_column_is_lost(them: list[Client]) -> None:
    await them[0].run(f"CREATE TABLE growing (id INT) {OPTIONS}")
    added = set()
    for number in range(ROUNDS):
        names = [f"c{number}_{each}" for each in range(SESSIONS)]
        states = await asyncio.gather(
            *(
                outcome(each, f"ALTER TABLE growing ADD ({name} INT)")
                for each, name in zip(them, names, strict=True)
            )
        )
        assert "ok" in states and set(states) <= {"ok", "40001"}
        added |= {name for name, state in zip(names, states, strict=True) if state == "ok"}
    assert set(await them[1].column("DESCRIBE growing")) == added | {"id"}


async def test_one_drops(them: list[Client]) -> None:
    for number in range(ROUNDS):
        await them[0].run(f"CREATE TABLE gone_{number} (id INT) {OPTIONS}")
        outcomes = await together(them, *[f"DROP TABLE gone_{number}"] * SESSIONS)
        assert outcomes["ok"] == 1 and set(outcomes) <= {"ok", "42P01", "40001"}


async def test_a_dependency_on_what_is_being_dropped(them: list[Client]) -> None:
    for number in range(ROUNDS):
        await them[0].run(f"CREATE TABLE base_{number} (id INT) {OPTIONS}")
        outcomes = await together(
            them,
            f"CREATE VIEW over_{number} AS SELECT id FROM base_{number}",
            f"DROP TABLE base_{number}",
            f"CREATE VIEW above_{number} AS SELECT id FROM base_{number}",
        )
        left = await them[0].column(f"SHOW TABLES LIKE '%_{number}'")
        assert (f"base_{number}" in left) or not {f"over_{number}", f"above_{number}"} & set(left)
        assert outcomes["ok"] >= 1


async def test_a_dependency_on_what_changes_its_shape(them: list[Client]) -> None:
    """A view is of the columns that its table has, or it is refused, or the change is."""
    for number in range(ROUNDS):
        await them[0].run(f"CREATE TABLE shape_{number} (id INT) {OPTIONS}")
        await together(
            them,
            f"CREATE VIEW seen_{number} AS SELECT id FROM shape_{number}",
            f"ALTER TABLE shape_{number} MODIFY (id STRING)",
            f"CREATE OR REPLACE TABLE shape_{number} (id BIGINT) {OPTIONS}",
        )
        tables = await them[0].column("SHOW TABLES")
        if f"seen_{number}" in tables:
            seen = await them[0].rows(f"DESCRIBE seen_{number}")
            assert seen == await them[0].rows(f"DESCRIBE shape_{number}")


async def test_a_cascade_beside_new_dependents(them: list[Client]) -> None:
    for number in range(ROUNDS):
        await them[0].run(
            f"CREATE TABLE root_{number} (id INT) {OPTIONS}",
            f"CREATE VIEW leaf_{number} AS SELECT id FROM root_{number}",
        )
        await together(
            them,
            f"DROP TABLE root_{number} CASCADE",
            f"CREATE VIEW more_{number} AS SELECT id FROM leaf_{number}",
            f"CREATE OR REPLACE VIEW leaf_{number} AS SELECT id FROM root_{number}",
            f"DROP VIEW leaf_{number}",
        )


async def test_a_database_beside_new_tables(them: list[Client]) -> None:
    for number in range(ROUNDS):
        await them[0].run(f"CREATE DATABASE home_{number}")
        outcomes = await together(
            them,
            f"DROP DATABASE home_{number}",
            f"CREATE TABLE home_{number}.t (id INT) {OPTIONS}",
            f"DROP DATABASE home_{number} CASCADE",
            f"CREATE TABLE home_{number}.u (id INT) {OPTIONS}",
        )
        assert outcomes["ok"] >= 1
        assert f"home_{number}" not in await them[0].column("SHOW DATABASES") or outcomes["ok"] >= 1


async def test_one_database(them: list[Client]) -> None:
    for number in range(ROUNDS):
        outcomes = await together(them, *[f"CREATE DATABASE only_{number}"] * SESSIONS)
        assert outcomes == {"ok": 1, "42P06": SESSIONS - 1}


async def test_names_that_are_swapped(them: list[Client]) -> None:
    await them[0].run(f"CREATE TABLE a (id INT) {OPTIONS}", f"CREATE TABLE b (x INT) {OPTIONS}")
    for _ in range(ROUNDS):
        await together(
            them,
            "ALTER TABLE a RENAME TO swapped",
            "ALTER TABLE b RENAME TO a",
            "ALTER TABLE swapped RENAME TO b",
            "ALTER TABLE a RENAME TO b",
            "ALTER TABLE b RENAME TO swapped",
        )
    left = {"a", "b", "swapped"} & set(await them[0].column("SHOW TABLES"))
    assert len(left) == 2


async def test_everything_at_once(them: list[Client]) -> None:
    """Many short scripts of whatever may be said of three tables; the same each run."""
    dice = random.Random(7)
    forms = (
        "CREATE TABLE {t} (id INT) " + OPTIONS,
        "CREATE OR REPLACE TABLE {t} (id INT, b STRING) " + OPTIONS,
        "CREATE TABLE IF NOT EXISTS {t} (id BIGINT) " + OPTIONS,
        "ALTER TABLE {t} ADD (n{n} INT)",
        "ALTER TABLE {t} SET ('rows-per-second' = '{n}')",
        "ALTER TABLE {t} RENAME TO {u}",
        "DROP TABLE {t}",
        "DROP TABLE IF EXISTS {t} CASCADE",
        "CREATE OR REPLACE VIEW {v} AS SELECT id FROM {t}",
        "DROP VIEW IF EXISTS {v} CASCADE",
        "ALTER VIEW {v} RENAME TO {w}",
    )

    def some() -> str:
        t, u = dice.sample(("t1", "t2", "t3"), 2)
        v, w = dice.sample(("v1", "v2"), 2)
        return dice.choice(forms).format(t=t, u=u, v=v, w=w, n=dice.randrange(9))

    async def script(each: Client, statements: list[str]) -> Counter[str]:
        return Counter([await outcome(each, sql) for sql in statements])

    scripts = [[some() for _ in range(40)] for _ in them]
    outcomes = await asyncio.gather(
        *(script(each, statements) for each, statements in zip(them, scripts, strict=True))
    )
    assert sum(each["ok"] for each in outcomes) > 40


async def test_a_server_that_starts_meanwhile(apps: list[App], them: list[Client]) -> None:
    """It looks for mirrors that differ while others make and drop some: it mends none of them."""
    from gateway.objects.healing import prepare

    stop = asyncio.Event()

    async def burst(each: Client, name: str) -> None:
        while not stop.is_set():
            await outcome(each, f"CREATE TABLE {name} (id INT) {OPTIONS}")
            await outcome(each, f"ALTER TABLE {name} ADD (b INT)")
            await outcome(each, f"DROP TABLE {name}")

    bursts = [asyncio.create_task(burst(each, f"burst_{i}")) for i, each in enumerate(them[:4])]
    for _ in range(ROUNDS):
        await prepare(apps[0].store)
    stop.set()
    await asyncio.gather(*bursts)
