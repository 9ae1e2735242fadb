"""SHOW and DESCRIBE of what is stored: answered from the store, no Flink is needed.

Columns are named as Flink names them (ShowOperation and DescribeTableOperation of its planner), so
that a script reads the same table from either. What is not stored here (objects of an external
catalog, built-in functions, a session's temporary tables) is left to Flink: `show` returns None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialects import Statement
from dialects.ddl.model import ObjectKind, Path
from dialects.lexer import STRINGS, TokenKind
from dialects.names import string_value, written
from dialects.reader import Reader
from gateway.engine.encoding import describe, row_encoder
from gateway.engine.logical import UNBOUNDED, LogicalType
from gateway.engine.pages import FlinkColumn
from gateway.engine.results import TableStream
from gateway.objects.mentions import mention_at
from gateway.objects.resolved import ResolvedColumn
from gateway.objects.resolving import Home, external, home_of, look_up, meant
from gateway.objects.stored import NAMESPACES, Found, Place, StoredObject
from gateway.objects.wording import missing, wrong_type
from protocol.errors import INVALID_CATALOG_NAME, INVALID_SCHEMA_NAME, SqlError
from session.ports import EngineSettings, ResultStream

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

_TEXT = LogicalType("VARCHAR", length=UNBOUNDED)
_BOOLEAN = LogicalType("BOOLEAN")
_RELATIONS = (ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_TABLE)
# What SHOW lists: kinds, and the name of the column.
_LISTS: dict[str, tuple[tuple[ObjectKind, ...], str]] = {
    "TABLES": (_RELATIONS, "table name"),
    "VIEWS": ((ObjectKind.VIEW,), "view name"),
    "DATABASES": ((ObjectKind.DATABASE,), "database name"),
    "CATALOGS": ((ObjectKind.CATALOG,), "catalog name"),
    "MODELS": ((ObjectKind.MODEL,), "model name"),
}
_CREATES = {
    "TABLE": ObjectKind.TABLE,
    "VIEW": ObjectKind.VIEW,
    "FUNCTION": ObjectKind.FUNCTION,
    "MODEL": ObjectKind.MODEL,
    "CATALOG": ObjectKind.CATALOG,
    "DATABASE": ObjectKind.DATABASE,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A small answer: columns and rows."""

    columns: tuple[FlinkColumn, ...]
    rows: list[list[Any]]


class Shower:
    def __init__(self, session: StoredSession) -> None:
        self._session = session

    async def show(
        self, statement: Statement, settings: EngineSettings, formats: Sequence[int]
    ) -> ResultStream | None:
        """None: Flink has to answer. Raises SqlError for a name that is certainly not there."""
        reader = Reader(statement)
        table: Table | None = None
        if reader.accept("SHOW"):
            table = await self._show(reader, settings)
        elif reader.one_of(("DESCRIBE", "DESC")):
            table = await self._describe(reader, settings)
        if table is None:
            return None
        zone = self._session.inner.options.time_zone(settings)
        encode = row_encoder(table.columns, formats, zone)
        return TableStream(describe(table.columns), encode, table.rows)

    async def _show(self, reader: Reader, settings: EngineSettings) -> Table | None:
        if reader.accept("CREATE"):
            return await self._create(reader, settings)
        if reader.accept("CURRENT"):
            return await self._current(reader, settings)
        if reader.accept("COLUMNS"):
            if not reader.one_of(("FROM", "IN")):
                return None
            return await self._columns(reader, settings, listed=True)
        if reader.accept("USER", "FUNCTIONS"):
            return await self._list((ObjectKind.FUNCTION,), "function name", reader, settings)
        listed = _LISTS.get(reader.word())
        if listed is None:
            return None
        reader.at += 1
        return await self._list(*listed, reader, settings)

    # ── lists ───────────────────────────────────────────────────────────────────────────────────

    async def _list(
        self,
        kinds: tuple[ObjectKind, ...],
        title: str,
        reader: Reader,
        settings: EngineSettings,
    ) -> Table | None:
        session = self._session
        scoped = bool(reader.one_of(("FROM", "IN")))
        position = reader.token.start + 1 if scoped and reader.token is not None else None
        chain = reader.chain() if scoped else ()
        parts = tuple(map(written, chain))
        pattern = _pattern(reader)
        if not reader.done:
            return None
        found = await look_up(session.store, [(*parts, "")], settings, session.current)
        home = home_of(found, settings, session.current)
        place = _scope(kinds, parts, home)
        if (catalog := external(found, place.catalog)) is not None:
            return await self._outside(catalog, kinds, title, place, pattern, settings)
        if chain and place.database:
            place = found.cased(place, exact=chain[-1].kind is not TokenKind.WORD)
        _check_catalog(found, place, position)
        _check_database(kinds, found, place, position)
        stored = await session.store.names(place.catalog or None, place.database or None, kinds)
        names = {*stored, *self._temporary(kinds, place)}
        rows: list[list[Any]] = [[name] for name in sorted(names) if pattern(name)]
        return Table((FlinkColumn(title, _TEXT),), rows)

    async def _outside(
        self,
        catalog: StoredObject,
        kinds: tuple[ObjectKind, ...],
        title: str,
        place: Place,
        pattern: Callable[[str], bool],
        settings: EngineSettings,
    ) -> Table | None:
        """What Flink lists of a catalog that keeps its objects itself."""
        outside = self._session.external
        if kinds == (ObjectKind.DATABASE,):
            names = await outside.databases(catalog, settings)
        elif kinds == _RELATIONS and place.database:
            listed = await outside.tables(catalog, place.database, settings)
            names = sorted({*listed, *self._temporary(kinds, place)})
        else:
            return None
        return Table((FlinkColumn(title, _TEXT),), [[name] for name in names if pattern(name)])

    def _temporary(self, kinds: tuple[ObjectKind, ...], place: Place) -> set[str]:
        return {
            at.name
            for (_, at), kind in self._session.temporary.items()
            if kind in kinds and (at.catalog, at.database) == (place.catalog, place.database)
        }

    async def _current(self, reader: Reader, settings: EngineSettings) -> Table | None:
        found = await look_up(self._session.store, [("",)], settings, self._session.current)
        catalog, database = home_of(found, settings, self._session.current).flink
        if reader.accept("CATALOG"):
            return Table((FlinkColumn("current catalog name", _TEXT),), [[catalog]])
        if not reader.accept("DATABASE"):
            return None
        if not database and external(found, catalog) is not None:
            return None  # only Flink knows the default of an external catalog
        return Table((FlinkColumn("current database name", _TEXT),), [[database or None]])

    # ── one object ──────────────────────────────────────────────────────────────────────────────

    async def _object(
        self, reader: Reader, settings: EngineSettings, namespace: str, kind: ObjectKind
    ) -> StoredObject | None:
        """What the name means that is read next; None: something that Flink may know. Raises
        SqlError for a table or view that is certainly not there."""
        first = reader.at
        chain = reader.chain()
        if not chain:
            return None
        session = self._session
        mention = mention_at(reader.statement, first, first + 2 * len(chain) - 2, namespace)
        found = await look_up(session.store, [mention.parts], settings, session.current)
        home = home_of(found, settings, session.current)
        if session.is_temporary(mention, home):
            return None
        there = meant(mention, found, home, reader.statement)
        if there is None and namespace == "relation" and _certain(found, home, mention.parts):
            position = chain[0].start + 1
            path = Path(mention.parts, mention.quoted, first, mention.last, position)
            raise missing(kind, path)
        return there

    async def _describe(self, reader: Reader, settings: EngineSettings) -> Table | None:
        reader.accept("TABLE")
        reader.accept("EXTENDED")
        return await self._columns(reader, settings)

    async def _columns(
        self, reader: Reader, settings: EngineSettings, *, listed: bool = False
    ) -> Table | None:
        """`listed`: a pattern may follow."""
        start = reader.at
        chain = reader.chain()
        pattern = _pattern(reader) if listed else None
        if not chain or not reader.done:
            return None
        reader.at = start
        there = await self._object(reader, settings, "relation", ObjectKind.TABLE)
        columns = (
            await self._session.store.columns(there.id)
            if there is not None
            else await self._columns_outside(reader, start, start + 2 * len(chain) - 2, settings)
        )
        if columns is None:
            return None
        rows: list[list[Any]] = [
            [c.name, c.type, c.nullable, c.key, c.extras, c.watermark, c.comment]
            for c in columns
            if pattern is None or pattern(c.name)
        ]
        titles = ["name", "type", "null", "key", "extras", "watermark", "comment"]
        if not any(column.comment for column in columns):
            titles, rows = titles[:-1], [row[:-1] for row in rows]
        kinds = [_BOOLEAN if title == "null" else _TEXT for title in titles]
        return Table(tuple(map(FlinkColumn, titles, kinds)), rows)

    async def _columns_outside(
        self, reader: Reader, first: int, last: int, settings: EngineSettings
    ) -> list[ResolvedColumn] | None:
        session = self._session
        mention = mention_at(reader.statement, first, last, "relation")
        [named] = (await session.resolved(reader.statement, [mention], settings)).named
        if named.outside is None or named.place is None:
            return None
        return await session.external.columns(named.outside, named.place, settings)

    async def _create(self, reader: Reader, settings: EngineSettings) -> Table | None:
        kind = _CREATES.get(reader.word())
        if kind is None:
            return None
        reader.at += 1
        there = await self._container(kind, reader, settings)
        if there is None or not there.shown_text or not reader.done:
            return None
        if there.kind is not kind:
            raise wrong_type(there, kind)
        return Table((FlinkColumn("result", _TEXT),), [[there.shown_text]])

    async def _container(
        self, kind: ObjectKind, reader: Reader, settings: EngineSettings
    ) -> StoredObject | None:
        if kind not in (ObjectKind.CATALOG, ObjectKind.DATABASE):
            return await self._object(reader, settings, NAMESPACES[kind], kind)
        parts = tuple(map(written, reader.chain()))
        session = self._session
        found = await look_up(session.store, [(*parts, "")], settings, session.current)
        catalog = home_of(found, settings, session.current).catalog
        if kind is ObjectKind.CATALOG:
            return found.at("catalog", Place(*parts)) if len(parts) == 1 else None
        return found.at("database", Place(*(parts if len(parts) == 2 else (catalog, *parts))))


def _scope(kinds: tuple[ObjectKind, ...], parts: tuple[str, ...], home: Home) -> Place:
    """Where SHOW … [FROM parts] looks."""
    if kinds == (ObjectKind.CATALOG,):
        return Place("")
    if kinds == (ObjectKind.DATABASE,):
        return Place(parts[0] if parts else home.catalog)
    if len(parts) == 2:
        return Place(*parts)
    return Place(home.catalog, parts[0] if parts else home.flink[1])


def _check_catalog(found: Found, place: Place, position: int | None) -> None:
    if place.catalog and found.at("catalog", Place(place.catalog)) is None:
        raise SqlError(
            INVALID_CATALOG_NAME, f'catalog "{place.catalog}" does not exist', position=position
        )


def _check_database(
    kinds: tuple[ObjectKind, ...], found: Found, place: Place, position: int | None
) -> None:
    if kinds in ((ObjectKind.CATALOG,), (ObjectKind.DATABASE,)):
        return
    if not place.database:
        raise SqlError(
            INVALID_SCHEMA_NAME,
            "no database has been selected",
            hint="Use USE, or SET search_path, with one that is there (SHOW DATABASES).",
        )
    if found.at("database", place) is None:
        raise SqlError(
            INVALID_SCHEMA_NAME, f'database "{place.database}" does not exist', position=position
        )


def _certain(found: Found, home: Home, parts: Sequence[str]) -> bool:
    """Whether a name that is not stored cannot be known to Flink either."""
    catalog = parts[0] if len(parts) == 3 else home.catalog
    return found.at("catalog", Place(catalog)) is not None and external(found, catalog) is None


def _pattern(reader: Reader) -> Callable[[str], bool]:
    """[NOT] LIKE | ILIKE 'pattern' (% and _, as in Flink's SqlLikeUtils)."""
    negated = reader.accept("NOT")
    how = reader.one_of(("LIKE", "ILIKE"))
    if not how or reader.kind() not in STRINGS:
        reader.at -= bool(negated) + bool(how)
        return lambda name: True
    token = reader.take()
    assert token is not None
    parts = re.split(r"([%_])", string_value(token))
    text = "".join({"%": ".*", "_": "."}.get(part, re.escape(part)) for part in parts)
    compiled = re.compile(text, re.DOTALL | (re.IGNORECASE if how == "ILIKE" else 0))
    return lambda name: (compiled.fullmatch(name) is not None) != negated
