"""Names of statements, looked up in a store that is a list: what Flink is sent in their place."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from dialects import single
from dialects.ddl.model import ObjectKind
from gateway.objects.mentions import mentions
from gateway.objects.resolving import Resolved, resolve
from gateway.objects.stored import Found, Place, StoredObject
from protocol.errors import SqlError
from session.ports import EngineSettings

CATALOGS = ("xuanwu", "lake")
DATABASES = (("xuanwu", "public"), ("xuanwu", "sales"), ("lake", "default"))
TABLES = (
    ("xuanwu", "public", "Orders"),
    ("xuanwu", "public", "plain"),
    ("xuanwu", "public", "Twice"),
    ("xuanwu", "public", "tWICE"),
    ("xuanwu", "sales", "plain"),
    ("xuanwu", "sales", "rates"),
    ("xuanwu", "sales", "lateR"),
    ("lake", "default", "fish"),
)
SETTINGS = EngineSettings("2.2", search_path=("public", "sales", "nowhere"))


def _objects() -> Iterable[StoredObject]:
    places = [
        *((ObjectKind.CATALOG, Place(name)) for name in CATALOGS),
        *((ObjectKind.DATABASE, Place(*parts)) for parts in DATABASES),
        *((ObjectKind.TABLE, Place(*parts)) for parts in TABLES),
    ]
    for number, (kind, place) in enumerate(places, start=1):
        yield StoredObject(number, place, kind, "", "", "", "2.2", "xuanwu")


class Shelf:
    """The store as the lookup sees it."""

    async def find(self, names: Iterable[str], around: Iterable[str], on: object = None) -> Found:
        return Found({each.id: each for each in _objects()})


async def resolved(sql: str, settings: EngineSettings = SETTINGS) -> Resolved:
    statement = single(sql)
    found = mentions(statement)
    return await resolve(Shelf(), statement, found, settings, None, {})  # type: ignore[arg-type]


ORDERS = "`xuanwu`.`public`.`Orders`"
RATES = "`xuanwu`.`sales`.`rates`"
REWRITTEN = {
    "SELECT * FROM plain": "SELECT * FROM plain",
    "SELECT * FROM Orders": "SELECT * FROM Orders",
    "SELECT * FROM orders": f"SELECT * FROM {ORDERS} AS `orders`",
    'SELECT * FROM "Orders"': 'SELECT * FROM "Orders"',
    "SELECT * FROM orders o": f"SELECT * FROM {ORDERS} o",
    "SELECT * FROM ORDERS AS o": f"SELECT * FROM {ORDERS} AS o",
    "SELECT ORDERS.id FROM ORDERS WHERE 1 = 1": (
        f"SELECT ORDERS.id FROM {ORDERS} AS `ORDERS` WHERE 1 = 1"
    ),
    "SELECT * FROM rates": f"SELECT * FROM {RATES}",
    "SELECT * FROM public.orders": f"SELECT * FROM {ORDERS} AS `orders`",
    "SELECT * FROM XUANWU.PUBLIC.ORDERS x": f"SELECT * FROM {ORDERS} x",
    "SELECT * FROM sales.plain": "SELECT * FROM sales.plain",
    "SELECT * FROM lake.default.Fish": "SELECT * FROM `lake`.`default`.`fish` AS `Fish`",
    # Hints and FOR SYSTEM_TIME stand between a table and its alias.
    "SELECT * FROM orders /*+ OPTIONS('a'='1') */ WHERE true": (
        f"SELECT * FROM {ORDERS} /*+ OPTIONS('a'='1') */ AS `orders` WHERE true"
    ),
    "SELECT * FROM orders /*+ OPTIONS('a'='1') */ o": (
        f"SELECT * FROM {ORDERS} /*+ OPTIONS('a'='1') */ o"
    ),
    "SELECT * FROM plain p JOIN RATES FOR SYSTEM_TIME AS OF p.ts ON p.c = RATES.c": (
        f"SELECT * FROM plain p JOIN {RATES} FOR SYSTEM_TIME AS OF p.ts AS `RATES` ON p.c = RATES.c"
    ),
    "SELECT * FROM plain p JOIN RATES FOR SYSTEM_TIME AS OF p.ts AS r ON true": (
        f"SELECT * FROM plain p JOIN {RATES} FOR SYSTEM_TIME AS OF p.ts AS r ON true"
    ),
    "SELECT * FROM plain p JOIN RATES FOR SYSTEM_TIME AS OF p.ts r ON true": (
        f"SELECT * FROM plain p JOIN {RATES} FOR SYSTEM_TIME AS OF p.ts r ON true"
    ),
    "SELECT * FROM RATES FOR SYSTEM_TIME AS OF TIMESTAMP '2020-01-01 00:00:00'": (
        f"SELECT * FROM {RATES} FOR SYSTEM_TIME AS OF TIMESTAMP '2020-01-01 00:00:00' AS `RATES`"
    ),
    "SELECT * FROM RATES FOR SYSTEM_TIME AS OF now() - INTERVAL '1' DAY r": (
        f"SELECT * FROM {RATES} FOR SYSTEM_TIME AS OF now() - INTERVAL '1' DAY r"
    ),
    "SELECT * FROM orders MATCH_RECOGNIZE (ORDER BY t PATTERN (A) DEFINE A AS true)": (
        f"SELECT * FROM {ORDERS} AS `orders`"
        " MATCH_RECOGNIZE (ORDER BY t PATTERN (A) DEFINE A AS true)"
    ),
    "SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(t), INTERVAL '1' HOUR))": (
        f"SELECT * FROM TABLE(TUMBLE(TABLE {ORDERS}, DESCRIPTOR(t), INTERVAL '1' HOUR))"
    ),
    "SELECT * FROM HOP(DATA => TABLE orders, TIMECOL => DESCRIPTOR(t)) h": (
        f"SELECT * FROM HOP(DATA => TABLE {ORDERS}, TIMECOL => DESCRIPTOR(t)) h"
    ),
    # What only looks like a name of a table.
    "WITH orders AS (SELECT 1) SELECT * FROM orders": (
        "WITH orders AS (SELECT 1) SELECT * FROM orders"
    ),
    "SELECT orders FROM plain orders": "SELECT orders FROM plain orders",
    "SELECT EXTRACT(DAY FROM orders) FROM plain": "SELECT EXTRACT(DAY FROM orders) FROM plain",
    "SELECT 'FROM orders' /* FROM orders */ FROM plain": (
        "SELECT 'FROM orders' /* FROM orders */ FROM plain"
    ),
    # Where a table may stand.
    "INSERT INTO orders SELECT * FROM orders": (
        f"INSERT INTO {ORDERS} SELECT * FROM {ORDERS} AS `orders`"
    ),
    "INSERT INTO orders (a) SELECT * FROM plain": f"INSERT INTO {ORDERS} (a) SELECT * FROM plain",
    "INSERT OVERWRITE orders SELECT 1": f"INSERT OVERWRITE {ORDERS} SELECT 1",
    "INSERT INTO orders VALUES (1)": f"INSERT INTO {ORDERS} VALUES (1)",
    "INSERT INTO orders PARTITION (d='x') SELECT 1": (
        f"INSERT INTO {ORDERS} PARTITION (d='x') SELECT 1"
    ),
    "DELETE FROM orders WHERE a = 1": f"DELETE FROM {ORDERS} WHERE a = 1",
    "UPDATE orders SET a = 1": f"UPDATE {ORDERS} SET a = 1",
    "SHOW PARTITIONS orders": f"SHOW PARTITIONS {ORDERS}",
    "SHOW PARTITIONS public.orders PARTITION (d='x')": (
        f"SHOW PARTITIONS {ORDERS} PARTITION (d='x')"
    ),
    "TRUNCATE TABLE orders": f"TRUNCATE TABLE {ORDERS}",
    "EXPLAIN SELECT * FROM orders": f"EXPLAIN SELECT * FROM {ORDERS} AS `orders`",
    "EXPLAIN PLAN FOR INSERT INTO orders VALUES (1)": (
        f"EXPLAIN PLAN FOR INSERT INTO {ORDERS} VALUES (1)"
    ),
    "SELECT * FROM plain WHERE EXISTS (SELECT 1 FROM orders)": (
        f"SELECT * FROM plain WHERE EXISTS (SELECT 1 FROM {ORDERS} AS `orders`)"
    ),
    "SELECT * FROM plain, LATERAL (SELECT * FROM orders) x": (
        f"SELECT * FROM plain, LATERAL (SELECT * FROM {ORDERS} AS `orders`) x"
    ),
    "SELECT * FROM orders UNION ALL SELECT * FROM orders": (
        f"SELECT * FROM {ORDERS} AS `orders` UNION ALL SELECT * FROM {ORDERS} AS `orders`"
    ),
    "EXECUTE STATEMENT SET BEGIN INSERT INTO plain SELECT * FROM orders;"
    " INSERT INTO orders SELECT * FROM plain; END": (
        f"EXECUTE STATEMENT SET BEGIN INSERT INTO plain SELECT * FROM {ORDERS} AS `orders`;"
        f" INSERT INTO {ORDERS} SELECT * FROM plain; END"
    ),
}


@pytest.mark.parametrize("sql", REWRITTEN)
async def test_rewritten(sql: str) -> None:
    assert (await resolved(sql)).text.text == REWRITTEN[sql]


@pytest.mark.parametrize("sql", [sql for sql in REWRITTEN if sql != REWRITTEN[sql]])
async def test_every_position_leads_back(sql: str) -> None:
    """What was not replaced is found where it stood."""
    text = (await resolved(sql)).text
    replaced = {at for edit in text.edits for at in range(edit.start, edit.end)}
    for offset in range(len(sql)):
        if offset not in replaced:
            there = text.forward(offset + 1)
            assert text.text[there - 1] == sql[offset]
            assert text.position(there) == offset + 1


@pytest.mark.parametrize(
    ("sql", "position"),
    [
        ("SELECT * FROM twice", 15),
        ("SELECT * FROM public.twice", 15),
        ("INSERT INTO twice SELECT 1", 13),
    ],
)
async def test_ambiguous(sql: str, position: int) -> None:
    with pytest.raises(SqlError) as caught:
        await resolved(sql)
    error = caught.value
    assert (error.sqlstate, error.position) == ("42P09", position)
    assert '"Twice"' in (error.detail or "") and '"tWICE"' in (error.detail or "")


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ('SELECT * FROM "orders"', []),
        ("SELECT * FROM `ORDERS`", []),
        ('SELECT * FROM public."orders"', []),
        ('SELECT * FROM PUBLIC."Orders"', ["Orders"]),
        ("SELECT * FROM fish", []),
        ("SELECT * FROM sales.orders", []),
        ("SELECT * FROM later", ["lateR"]),
        ("SELECT * FROM plain", ["plain"]),
    ],
)
async def test_meant(sql: str, names: list[str]) -> None:
    assert [each.place.name for each in (await resolved(sql)).objects] == names


async def test_search_path_in_order() -> None:
    first = await resolved("SELECT * FROM plain")
    assert [o.place.database for o in first.objects] == ["public"]
    settings = EngineSettings("2.2", search_path=("nowhere", "sales", "public"))
    second = await resolved("SELECT * FROM plain", settings)
    assert [o.place.database for o in second.objects] == ["sales"]
    assert second.home.flink == ("xuanwu", "sales")


async def test_user_in_the_search_path() -> None:
    settings = EngineSettings("2.2", role="sales", search_path=("$user", "public"))
    assert (await resolved("SELECT * FROM rates", settings)).home.flink == ("xuanwu", "sales")
