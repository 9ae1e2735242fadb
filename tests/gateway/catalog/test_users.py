"""Users are roles of Postgres; reserved names never come in; no password reaches Postgres."""

from __future__ import annotations

import pytest

from gateway.catalog.catalog import Catalog
from protocol.errors import SqlError
from session.ports import Principal

from .support import Events, one

pytestmark = pytest.mark.postgres


async def test_life_of_a_user(catalog: Catalog) -> None:
    users = catalog.users
    assert not await users.any_user()
    assert await users.lookup("Анна") is None
    await users.create_user("Анна", "geheim")
    principal = await users.lookup("Анна")
    assert principal is not None and principal.verifier is not None
    assert principal.verifier.matches("geheim") and not principal.verifier.matches("other")
    assert await users.any_user()
    await users.create_user("Анна", "neu")
    renewed = await users.lookup("Анна")
    assert renewed is not None and renewed.verifier is not None
    assert renewed.verifier.matches("neu")
    lease, _ = await catalog.open(renewed, {}, Events())
    assert await one(lease, "select session_user || ' ' || current_database()") == "Анна xuanwu"
    await lease.close()
    await catalog.store.execute('DROP ROLE "Анна"')
    assert await users.lookup("Анна") is None


async def test_the_owner_has_no_password(catalog: Catalog) -> None:
    assert await catalog.users.lookup("xuanwu") == Principal("xuanwu")


@pytest.mark.parametrize("name", ["postgres", "pg_monitor", "pg_new", "xuanwu_platform"])
async def test_reserved_names_are_not_users(catalog: Catalog, name: str) -> None:
    assert await catalog.users.lookup(name) is None
    with pytest.raises(SqlError) as failure:
        await catalog.users.create_user(name, "x")
    assert failure.value.sqlstate == "22023"


async def test_roles_that_are_no_users(catalog: Catalog) -> None:
    await catalog.store.execute("CREATE ROLE crowd NOLOGIN; CREATE ROLE boss LOGIN SUPERUSER")
    try:
        assert await catalog.users.lookup("crowd") == Principal("crowd", may_login=False)
        assert await catalog.users.lookup("boss") is None
        for name in ("crowd", "boss"):
            with pytest.raises(SqlError) as failure:
                await catalog.users.create_user(name, "x")
            assert failure.value.sqlstate == "42710"
    finally:
        await catalog.store.execute("DROP ROLE crowd; DROP ROLE boss")


@pytest.mark.parametrize("name", ["", "a" * 64, "ü" * 32, "a\nb", "a\0b"])
async def test_names_that_cannot_be(catalog: Catalog, name: str) -> None:
    with pytest.raises(SqlError) as failure:
        await catalog.users.create_user(name, "x")
    assert failure.value.sqlstate == "22023"
