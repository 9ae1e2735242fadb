"""A table and a view to mirror, statements that read and write them, and how to ask Postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from gateway.catalog.address import Admin
from gateway.objects.mirror import MirrorTable
from gateway.objects.resolved import ResolvedColumn as Column

DATABASE = "mirrors"
ORDERS = MirrorTable(
    "shop",
    "Orders",
    [
        Column("id", "INT", False, comment="the key"),
        Column("item", "STRING"),
        Column("price", "DECIMAL(10, 2)", False),
        Column("at", "TIMESTAMP(3) *ROWTIME*", False),
        Column("twice", "DECIMAL(11, 2)", False, extras="AS `price` * 2"),
        Column("offset", "BIGINT", False, extras="METADATA VIRTUAL"),
        Column("stamp", "TIMESTAMP_LTZ(9)", False, extras="METADATA FROM 'timestamp'"),
        Column("tags", "ARRAY<VARCHAR(20)>"),
        Column("nested", "ROW<`a` INT>"),
        Column("odd", "NOSUCHTYPE"),
    ],
    ("id",),
    "it's an order",
    "anna",
)
ITEMS = MirrorTable(
    "shop",
    "items",
    [Column("id", "INT", comment="one"), Column("price", "DECIMAL(10, 2)", False)],
    comment="a view",
    owner="anna",
    view=True,
)


READS = [
    "SELECT * FROM {t}",
    "SELECT count(*) FROM {t}",
    "SELECT 1 FROM {t} WHERE id = 5",
    "SELECT 1 FROM {t} WHERE id IS NOT NULL AND price > 3",
    "SELECT 1 FROM {t} WHERE item IS NOT NULL",
    "SELECT 1 FROM {t} WHERE item IS NULL",
    "SELECT 1 FROM {t} WHERE id = 5 AND price IS NULL",
    "SELECT 1 FROM {t} WHERE id IN (5, 6)",
    "SELECT 1 FROM {t} WHERE id > 3 AND id < 7 ORDER BY id DESC",
    "SELECT 1 FROM {t} WHERE id = (SELECT 5)",
    "SELECT DISTINCT id FROM {t} GROUP BY id HAVING count(*) > 3",
    "SELECT (SELECT max(id) FROM {t})",
    "SELECT * FROM (VALUES (1)) v (i), LATERAL (SELECT 1 FROM {t} WHERE id = i LIMIT 1) l",
    "SELECT * FROM (VALUES (1)) v (i) WHERE i NOT IN (SELECT id FROM {t})",
    "SELECT 1 FROM {t} a JOIN {t} b USING (id)",
    "SELECT 1 FROM {t} WHERE id = 5 FOR UPDATE",
    "SELECT EXISTS (SELECT FROM {t})",
    "SELECT NOT EXISTS (SELECT FROM {t} WHERE id = 3)",
    "SELECT * FROM (VALUES (1)) v (i) LEFT JOIN {t} ON id = i",
    "SELECT i FROM (VALUES (1)) v (i) LEFT JOIN {t} ON id = i",
    "SELECT * FROM generate_series(1, 5000) i JOIN {t} ON id = i",
    "SELECT max(id) FROM {t}",
    "SELECT id FROM {t} ORDER BY id LIMIT 1",
    "SELECT 1 UNION ALL SELECT id FROM {t}",
    "WITH a AS MATERIALIZED (SELECT * FROM {t}) SELECT * FROM a",
    "COPY {t} TO STDOUT",
    "COPY (SELECT id FROM {t}) TO STDOUT",
    "CREATE TEMP TABLE copied AS SELECT * FROM {t}",
    "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM {t}; FETCH c",
    "DO $$ BEGIN PERFORM FROM {t}; END $$",
]
WRITES = [
    "INSERT INTO {t} (id, price, at, stamp) VALUES (1, 2, now(), now())",
    "INSERT INTO {t} DEFAULT VALUES",
    "UPDATE {t} SET price = 3",
    "UPDATE {t} SET price = 3 WHERE id = 5",
    "DELETE FROM {t} WHERE id = 5",
    "MERGE INTO {t} USING (VALUES (1)) v (i) ON id = i WHEN MATCHED THEN DELETE",
    "TRUNCATE {t}",
    "COPY {t} (id) FROM STDIN",
]
SILENT = [
    "SELECT * FROM {t} LIMIT 0",
    "SELECT * FROM {t} WHERE 1 = 0",
    "SELECT * FROM {t} WHERE 1 <> 1",
    "EXPLAIN SELECT * FROM {t} WHERE id = 5",
    "SELECT has_table_privilege('{t}', 'SELECT')",
    "CREATE TEMP VIEW later AS SELECT * FROM {t}",
    "PREPARE p AS SELECT * FROM {t} WHERE id = $1",
]


@asynccontextmanager
async def connected(admin: Admin, role: str | None = None) -> AsyncIterator[Any]:
    arguments = admin.asyncpg(DATABASE) | ({"user": role} if role else {})
    connection = await asyncpg.connect(**arguments)
    try:
        yield connection
    finally:
        await connection.close()


async def refused(connection: Any, sql: str) -> asyncpg.PostgresError:
    """In a transaction that is rolled back, whatever comes."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(sql)
    except asyncpg.PostgresError as error:
        return error
    finally:
        await transaction.rollback()
    raise AssertionError(f"not refused: {sql}")


async def shown(connection: Any, relation: str) -> list[tuple[str, str, bool, str]]:
    rows = await connection.fetch(
        "SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull, attgenerated::text"
        " FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
        " AND NOT attisdropped ORDER BY attnum",
        relation,
    )
    return [tuple(row) for row in rows]
