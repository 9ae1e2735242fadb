"""Views: appended to, or made anew with rights, owner and comments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.objects import mirror
from gateway.objects.resolved import ResolvedColumn as Column

from .support import ITEMS, ORDERS, refused

pytestmark = pytest.mark.postgres


async def granted(connection: Any, oid: int) -> list[str]:
    return [
        row[0]
        for row in await connection.fetch(
            "SELECT unnest(relacl)::text FROM pg_class WHERE oid = $1::oid UNION ALL"
            " SELECT attname || ' ' || unnest(attacl)::text FROM pg_attribute"
            " WHERE attrelid = $1::oid ORDER BY 1",
            oid,
        )
    ]


@pytest.mark.parametrize(
    ("columns", "stays"),
    [
        (ITEMS.columns, True),
        ([*ITEMS.columns, Column("x", "INT", comment="new")], True),
        ([Column("id", "BIGINT", comment="one"), *ITEMS.columns[1:]], False),
        (ITEMS.columns[:1], False),
        ([*ITEMS.columns[::-1]], False),
    ],
)
async def test_a_view_keeps_rights_owner_and_comments(
    platform: Any, anna: Any, columns: list[Column], stays: bool
) -> None:
    oid = await mirror.create(platform, ITEMS)
    await platform.execute(
        "GRANT SELECT ON shop.items TO bert WITH GRANT OPTION; GRANT SELECT (id) ON shop.items"
        " TO PUBLIC; REVOKE DELETE ON shop.items FROM anna"
    )
    before = await granted(platform, oid)
    table = replace(ITEMS, columns=columns, name="things")
    now = await mirror.alter(platform, oid, table)
    assert (now == oid) is stays
    assert await granted(platform, now) == before
    assert not await mirror.differences(platform, [table])
    assert "shop.things" in str(await refused(anna, "SELECT * FROM shop.things WHERE id = 3"))


async def test_a_table_becomes_a_view(platform: Any, orders: int) -> None:
    made = await mirror.alter(platform, orders, replace(ORDERS, view=True))
    assert made != orders
    assert not await mirror.differences(platform, [replace(ORDERS, view=True)])
