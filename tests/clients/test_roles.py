"""Roles made through SQL, by real clients: over the embedded Postgres, and over one that asks for
passwords, whose pg_authid may be read or not. No Flink is needed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from gateway.app import App
from gateway.catalog import verifiers
from gateway.catalog.address import Admin
from gateway.catalog.admin import connected
from gateway.catalog.embedded import EmbeddedPostgres
from gateway.config import Config, Listen
from tests.clients.psql import Psql
from tests.fixtures.server import NoEngines

pytestmark = pytest.mark.postgres

ADMIN = "topsecret"
CLEAR = "klartext"
KINDS = ("embedded", "reading pg_authid", "asking for the salt")


@dataclass(frozen=True, slots=True)
class Served:
    app: App
    data: Path

    def dsn(self, user: str = "xuanwu", password: str = "") -> str:
        given = {"user": user, "password": password} if password else {"user": user}
        return psycopg.conninfo.make_conninfo(
            "", host="127.0.0.1", port=str(self.app.server.port), dbname="xuanwu", **given
        )

    async def connect(
        self, user: str = "xuanwu", password: str = "", *, autocommit: bool = True
    ) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(
            self.dsn(user, password), autocommit=autocommit
        )

    async def run(self, *statements: str, user: str = "xuanwu", password: str = "") -> None:
        async with await self.connect(user, password) as connection:
            for sql in statements:
                await connection.execute(sql)

    async def who(self, user: str, password: str = "") -> str:
        """Whom a client becomes, or the last line of the refusal."""
        try:
            async with await self.connect(user, password) as connection:
                row = await (await connection.execute("SELECT session_user")).fetchone()
        except psycopg.OperationalError as error:
            return str(error).strip().rpartition("FATAL:  ")[2]
        assert row is not None
        return str(row[0])


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
async def configured(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str | None]:
    """The DSN of a Postgres that asks everybody for a password."""
    if kind == "embedded":
        yield None
        return
    folder = tmp_path_factory.mktemp("configured")
    patch = pytest.MonkeyPatch()
    if kind == "asking for the salt":
        patch.setattr(verifiers, "_PRIVILEGED", "SELECT false")
    embedded = EmbeddedPostgres(folder)
    await asyncio.to_thread(embedded.start)
    try:
        yield await _guarded(embedded, folder)
    finally:
        patch.undo()
        await asyncio.to_thread(embedded.stop, force=True)


async def _guarded(embedded: EmbeddedPostgres, folder: Path) -> str:
    async with connected(embedded.admin) as connection:
        await connection.execute(f"ALTER ROLE postgres PASSWORD '{ADMIN}'")
        (folder / "postgres" / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        await connection.execute("SELECT pg_reload_conf()")
    admin: Admin = replace(embedded.admin, password=ADMIN)
    async with connected(admin):
        return f"postgres://postgres:{ADMIN}@/postgres?host={admin.address.host}"


@asynccontextmanager
async def serving(data: Path, dsn: str | None, auth: str | None = None) -> AsyncIterator[Served]:
    listen = Listen(port=0)
    config = Config(data, listen, engine="static", postgres=dsn, auth=auth, warm=False)
    async with App(config, provider=NoEngines()) as app:  # type: ignore[arg-type]
        yield Served(app, data)


@pytest.fixture(scope="module")
async def served(
    configured: str | None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    async with serving(tmp_path_factory.mktemp("roles"), configured) as running:
        yield running


@pytest.fixture
async def anna(served: Served) -> AsyncIterator[str]:
    await served.run(f"CREATE ROLE anna LOGIN PASSWORD '{CLEAR}'")
    yield "anna"
    await served.run("DROP ROLE IF EXISTS anna, berta")


WRONG = 'password authentication failed for user "{}"'


async def test_a_password_is_asked_for(served: Served, anna: str) -> None:
    assert await served.who(anna, CLEAR) == anna
    assert await served.who(anna, "wrong") == WRONG.format(anna)
    assert "password" in await served.who(anna)
    assert await served.who("stranger") == "xuanwu"


async def test_a_role_without_a_password(served: Served) -> None:
    await served.run("CREATE ROLE nopass LOGIN", "CREATE ROLE nologin")
    try:
        assert await served.who("nopass") == "xuanwu"
        assert await served.who("nologin") == 'role "nologin" is not permitted to log in'
    finally:
        await served.run("DROP ROLE nopass, nologin")


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
async def test_a_password_holds_if_its_transaction_does(
    served: Served, anna: str, end: str
) -> None:
    async with await served.connect() as connection:
        await connection.execute("BEGIN")
        await connection.execute(f"ALTER ROLE {anna} PASSWORD 'neu'")
        await connection.execute("CREATE ROLE berta LOGIN PASSWORD 'x'")
        assert await served.who(anna, CLEAR) == anna
        assert await served.who(anna, "neu") == WRONG.format(anna)
        await connection.execute(end)
    now, before = ("neu", CLEAR) if end == "COMMIT" else (CLEAR, "neu")
    assert await served.who(anna, now) == anna
    assert await served.who(anna, before) == WRONG.format(anna)
    assert await served.who("berta", "x") == ("berta" if end == "COMMIT" else "xuanwu")


async def test_a_failed_message_sets_nothing(served: Served, anna: str) -> None:
    async with await served.connect() as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await connection.execute(f"ALTER ROLE {anna} PASSWORD 'neu'; SELECT 1 / 0")
    assert await served.who(anna, CLEAR) == anna


async def test_extended_protocol(served: Served, anna: str) -> None:
    async with await served.connect() as connection, connection.pipeline():
        await connection.execute(f"ALTER ROLE {anna} PASSWORD 'eins'")
        await connection.execute(f"ALTER ROLE {anna} PASSWORD 'zwei'", prepare=True)
    assert await served.who(anna, "zwei") == anna
    assert await served.who(anna, "eins") == WRONG.format(anna)


async def test_life_of_a_role(served: Served, anna: str) -> None:
    async with await served.connect(anna, CLEAR) as connection:
        await served.run(f"ALTER ROLE {anna} PASSWORD 'neu'", f"ALTER ROLE {anna} RENAME TO berta")
        row = await (await connection.execute("SELECT session_user")).fetchone()
        assert row == ("berta",)  # as in Postgres, a session goes on
    assert await served.who("berta", "neu") == "berta"
    assert await served.who(anna, "neu") == "xuanwu"
    await served.run("DROP ROLE berta", f"CREATE ROLE {anna} LOGIN")
    assert await served.who(anna, "neu") == "xuanwu"  # the name alone has no password
    await served.run(f"ALTER ROLE {anna} PASSWORD 'drei'", f"ALTER ROLE {anna} PASSWORD NULL")
    assert await served.who(anna) == "xuanwu"


async def test_attributes_of_a_login(served: Served, anna: str) -> None:
    await served.run(f"ALTER ROLE {anna} VALID UNTIL '2020-01-01'")
    assert await served.who(anna, CLEAR) == WRONG.format(anna)
    assert "password" in await served.who(anna)
    await served.run(f"ALTER ROLE {anna} VALID UNTIL 'infinity' NOLOGIN")
    assert await served.who(anna, CLEAR) == f'role "{anna}" is not permitted to log in'
    assert await served.who(anna, "wrong") == WRONG.format(anna)
    await served.run(f"ALTER ROLE {anna} LOGIN CONNECTION LIMIT 1")
    async with await served.connect(anna, CLEAR):
        assert await served.who(anna, CLEAR) == f'too many connections for role "{anna}"'


async def test_users_change_their_own_password(served: Served, anna: str) -> None:
    await served.run(f"ALTER ROLE {anna} PASSWORD 'neu'", user=anna, password=CLEAR)
    assert await served.who(anna, "neu") == anna
    async with await served.connect(anna, "neu") as connection:
        for sql in ("ALTER ROLE xuanwu PASSWORD 'x'", "CREATE ROLE other"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(sql)


async def test_an_owner_with_a_password_gives_it(
    served: Served, configured: str | None, tmp_path: Path
) -> None:
    await served.run("ALTER ROLE xuanwu PASSWORD 'mine'")
    try:
        assert await served.who("xuanwu", "mine") == "xuanwu"
        assert "password" in await served.who("xuanwu")
        assert await served.who("stranger", "mine") == WRONG.format("stranger")
        if configured is not None:  # another server, another bootstrap
            async with serving(tmp_path, configured) as other:
                assert await other.who("xuanwu", "mine") == "xuanwu"
        assert await served.who("xuanwu", "mine") == "xuanwu"
    finally:
        await served.run("ALTER ROLE xuanwu PASSWORD NULL", password="mine")
    assert await served.who("xuanwu") == "xuanwu"


async def test_md5_is_refused(served: Served) -> None:
    async with await served.connect() as connection:
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="MD5"):
            await connection.execute(f"CREATE ROLE m PASSWORD 'md5{'0' * 32}'")


async def test_scram_lets_nobody_else_in(
    served: Served, configured: str | None, anna: str, tmp_path: Path
) -> None:
    data = served.data if configured is None else tmp_path
    async with serving(data, configured, auth="scram") as strict:
        assert await strict.who(anna, CLEAR) == anna
        for user in ("xuanwu", "stranger", "postgres"):
            assert await strict.who(user, "x") == WRONG.format(user)


async def test_passwords_of_the_past_are_forgotten(
    served: Served, configured: str | None, anna: str, tmp_path: Path
) -> None:
    store = served.app.catalog.store
    if configured is None:  # pg_authid alone holds them
        assert await store.fetchval("SELECT to_regclass('verifiers')") is None
        return
    await served.run(f"ALTER ROLE {anna} PASSWORD 'neu'")
    await store.execute("UPDATE verifiers SET made = made - interval '2 days'")
    async with await served.connect(autocommit=False) as pending:
        await pending.execute("CREATE ROLE berta LOGIN PASSWORD 'pending'")
        async with serving(tmp_path, configured) as other:
            assert await store.fetchval("SELECT count(*) FROM verifiers") == 2
            await pending.commit()
            assert await other.who("berta", "pending") == "berta"
            assert await other.who(anna, "neu") == anna


@pytest.fixture
async def psql(served: Served) -> AsyncIterator[Psql]:
    client = await Psql.start(served.dsn())
    yield client
    await client.close()


async def test_psql(served: Served, psql: Psql, anna: str) -> None:
    listed = await psql.ask("\\du")
    assert "Create role" in listed.out
    assert re.search(r"^ anna +\| +$", listed.out, re.MULTILINE)
    await psql.ask("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anna;")
    assert "anna=r/xuanwu" in (await psql.ask("\\ddp")).out
    refused = await psql.ask("DROP ROLE anna;")
    assert "2BP01" in refused.err
    assert (await psql.ask("DROP OWNED BY anna;")).out.strip() == "DROP OWNED"
    assert (await psql.ask("DROP ROLE anna;")).out.strip() == "DROP ROLE"


async def test_drop_owned_keeps_what_flink_knows(served: Served) -> None:
    async with await served.connect() as connection:
        for sql in ("DROP OWNED BY xuanwu", "DROP OWNED BY stranger, current_user CASCADE"):
            with pytest.raises(psycopg.errors.FeatureNotSupported, match="DROP OWNED would drop"):
                await connection.execute(sql)


async def test_no_clear_text_is_shown(served: Served, anna: str) -> None:
    async with await served.connect() as connection:
        for sql in (
            f"ALTER ROLE no_such_role PASSWORD '{CLEAR}'",
            f"ALTER ROLE {anna} PASSWORD '{CLEAR}' BOGUS",
        ):
            with pytest.raises(psycopg.Error):
                await connection.execute(sql)
        await connection.execute(f"ALTER ROLE {anna} PASSWORD '{CLEAR}'")
        shown = await _shown(served)
    assert f"ALTER ROLE {anna} PASSWORD …" in shown
    assert CLEAR not in "".join(shown)
    logged = "".join(path.read_text(errors="replace") for path in _logs(served.data))
    assert CLEAR not in logged


async def _shown(served: Served) -> list[str]:
    async with await served.connect() as other:
        rows = await (await other.execute("SELECT query FROM pg_stat_activity")).fetchall()
    return [row[0] for row in rows]


def _logs(data: Path) -> Iterator[Path]:
    yield from data.rglob("*.log")
