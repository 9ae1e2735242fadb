"""USE and USE CATALOG: a database is the session's search_path, as SET would make it.

USE sales                ─► search_path = sales
USE CATALOG lake         ─► the session's current catalog, with its own default database
USE xuanwu.sales, USE CATALOG xuanwu ─► back to the catalog that the client is connected to
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dialects import Statement
from dialects.lexer import TokenKind
from dialects.names import written
from dialects.reader import Reader
from gateway.objects.places import default_database, keeps_nothing
from gateway.objects.stored import DEFAULT_DATABASE, Found, Place
from protocol.errors import INVALID_CATALOG_NAME, INVALID_SCHEMA_NAME, SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession


class Using:
    def __init__(self, session: StoredSession) -> None:
        self._session = session

    async def use(self, statement: Statement, settings: EngineSettings) -> Mapping[str, str] | None:
        """The parameters to set; None: it is no USE, or one of what only Flink knows."""
        reader = Reader(statement)
        if not reader.accept("USE") or reader.word() == "MODULES":
            return None
        catalog = reader.word() == "CATALOG" and reader.kind(1) is not None
        if catalog:
            reader.at += 1
        at = reader.at
        chain = reader.chain()
        parts = tuple(written(token) for token in chain)
        if not parts or not reader.done or len(parts) > 2:
            return None
        position = statement.tokens[at].start + 1
        current = self._session.current or (settings.catalog,)
        found = await self._session.store.find([], (*parts, current[0]))
        if catalog:
            return self._catalog(parts[0], found, settings, position)
        exact = chain[-1].kind is not TokenKind.WORD
        return await self._database(parts, found, settings, position, exact=exact)

    def _catalog(
        self, name: str, found: Found, settings: EngineSettings, position: int
    ) -> Mapping[str, str] | None:
        there = found.at("catalog", Place(name))
        if there is None:
            raise SqlError(
                INVALID_CATALOG_NAME, f'catalog "{name}" does not exist', position=position
            )
        session = self._session
        if name == settings.catalog:
            session.current = None
        else:
            session.current = (name, default_database(there))
        return {}

    async def _database(
        self,
        parts: tuple[str, ...],
        found: Found,
        settings: EngineSettings,
        position: int,
        *,
        exact: bool,
    ) -> Mapping[str, str] | None:
        session = self._session
        current = session.current[0] if session.current else settings.catalog
        catalog, name = parts if len(parts) == 2 else (current, parts[0])
        home = found.at("catalog", Place(catalog)) or (catalog == settings.catalog)
        if not home:
            raise SqlError(
                INVALID_CATALOG_NAME, f'catalog "{catalog}" does not exist', position=position
            )
        name = found.cased(Place(catalog, name), exact=exact).database
        known = found.at("database", Place(catalog, name)) is not None
        if not known and home is not True and not keeps_nothing(home):
            known = name in await session.external.databases(home, settings)
        if not known:
            raise SqlError(
                INVALID_SCHEMA_NAME, f'database "{name}" does not exist', position=position
            )
        if catalog == settings.catalog:
            session.current = None
            return {"search_path": '"' + name.replace('"', '""') + '"'}
        session.current = (catalog, name or DEFAULT_DATABASE)
        return {}
