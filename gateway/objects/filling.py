"""CREATE TABLE … AS: the table is stored first, then filled by a job as any INSERT is.

query ─► its columns, of Flink ─► the table ─ stored ─► INSERT INTO it ─► job handle
                                  └ refused: the table goes again, or what it replaced comes back
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dialects import Statement, single
from dialects.ddl import read_ddl, render
from dialects.ddl.model import (
    ColumnDefinition,
    ColumnKind,
    Create,
    Drop,
    ObjectKind,
    TableDefinition,
)
from dialects.names import quote_name
from gateway.engine.aside import uninterrupted
from gateway.engine.targets import sql_type
from gateway.objects.defining import Definer
from gateway.objects.places import is_stored_here
from gateway.objects.placing import placed
from gateway.objects.stored import Place, StoredObject
from gateway.objects.wording import exists, skipped
from protocol.errors import (
    CONNECTION_FAILURE,
    FEATURE_NOT_SUPPORTED,
    UNDEFINED_COLUMN,
    SqlError,
)
from session.ports import EngineSettings, JobHandle

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession


def creates_and_fills(statement: Statement) -> Create | None:
    """CREATE [OR REPLACE] TABLE … AS query, REPLACE TABLE … AS query."""
    if statement.words[:1] not in (("CREATE",), ("REPLACE",)):
        return None
    ddl = read_ddl(statement)
    if not isinstance(ddl, Create) or ddl.kind is not ObjectKind.TABLE or ddl.temporary:
        return None
    definition = ddl.definition
    return ddl if isinstance(definition, TableDefinition) and definition.query else None


class Filler:
    def __init__(self, session: StoredSession, definer: Definer) -> None:
        self._session = session
        self._definer = definer

    async def run(
        self, statement: Statement, create: Create, settings: EngineSettings
    ) -> JobHandle | None:
        """None: the table would not be stored here, Flink does it all."""
        session = self._session
        found, place = await self._definer.place(create, settings)
        if not is_stored_here(found, place):
            return None
        there = found.at("relation", place)
        if there is not None and not create.replace:
            if not create.if_not_exists:
                raise exists(there, create.path)
            session.notify(skipped(there))
            return JobHandle("", place.shown, settings.version, "SKIPPED", rows=0)
        definition, names = await self._table(statement, create, place, settings)
        table = single(render(ObjectKind.TABLE, place.sql, definition))
        written = read_ddl(table)
        assert isinstance(written, Create)
        try:
            await self._definer.create(table, replace(written, replace=create.replace), settings)
        except SqlError as error:
            error.position = None  # in a text that the client never saw
            raise
        return await self._fill(statement, create, names, place, there, settings)

    async def _fill(
        self,
        statement: Statement,
        create: Create,
        names: Sequence[str],
        place: Place,
        before: StoredObject | None,
        settings: EngineSettings,
    ) -> JobHandle:
        session = self._session
        query = create.definition.query  # type: ignore[union-attr]
        assert query is not None
        columns = ", ".join(map(quote_name, names))
        insert = f"INSERT INTO {place.sql} ({columns})\n{statement.text[query.start :]}"
        try:
            resolved, ready = await session.prepared(insert, settings)
            ready = replace(ready, written=statement.text)
            return await session.inner.submit(resolved.text.text, ready)
        except (SqlError, asyncio.CancelledError) as error:
            if isinstance(error, SqlError) and error.sqlstate == CONNECTION_FAILURE:
                raise  # Flink was lost: a job may run that fills it
            undo = self._undo(place, before, settings)
            await uninterrupted(undo, f"undo CREATE TABLE {place.shown} AS")
            raise

    async def _undo(
        self, place: Place, before: StoredObject | None, settings: EngineSettings
    ) -> None:
        if before is not None:
            return await self._restore(before, settings)
        drop = single(f"DROP TABLE IF EXISTS {place.sql}")
        ddl = read_ddl(drop)
        assert isinstance(ddl, Drop)
        await self._definer.run(drop, ddl, settings)

    async def _restore(self, before: StoredObject, settings: EngineSettings) -> None:
        """What stood there, as one more revision; unless another session was faster."""
        session, text = self._session, single(before.engine_text)
        create = read_ddl(text)
        assert isinstance(create, Create)
        found = await session.store.find([before.place.name], [])
        now = found.at("relation", before.place)
        if now is None or now.revision != before.revision + 1:
            return
        drafted = await self._definer.drafted(text, create, before.place, settings)
        told = replace(drafted.object, text=before.text, shown_text=before.shown_text)
        await self._definer.write(replace(drafted, object=told), settings, now, create)

    async def _table(
        self, statement: Statement, create: Create, place: Place, settings: EngineSettings
    ) -> tuple[TableDefinition, tuple[str, ...]]:
        """The table without AS, and the names of the query's columns: declared columns first, then
        those of the query that are not declared; a list of mere names gives the order."""
        definition = create.definition
        assert isinstance(definition, TableDefinition) and definition.query is not None
        query = statement.text[definition.query.start :]
        resolved, ready = await self._session.prepared(query, settings)
        if any(each.place == place for each in resolved.found.needed_by(resolved.objects)):
            raise SqlError(
                FEATURE_NOT_SUPPORTED,
                f'table "{place.shown}" cannot be replaced by what is read from it',
                position=create.path.position,
            )
        with moved(definition.query.start), placed(resolved.text):
            rows = await self._session.inner.described_query(resolved.text.text, ready)
        found = {row.fields[0]: _plain(row.fields) for row in rows}
        columns: dict[str, ColumnDefinition] = {}
        for column in definition.columns:
            given = column.type is not None or column.kind is not ColumnKind.PHYSICAL
            if not given and column.name not in found:
                raise SqlError(
                    UNDEFINED_COLUMN,
                    f'column "{column.name}" does not exist in the query',
                    position=column.position or None,
                )
            columns[column.name] = column if given else found[column.name]
        columns |= {name: each for name, each in found.items() if name not in columns}
        return replace(definition, columns=tuple(columns.values()), query=None), tuple(found)


def _plain(fields: Sequence[Any]) -> ColumnDefinition:
    """A query's column as one of a table: a time attribute is a plain timestamp there."""
    return ColumnDefinition(fields[0], type=sql_type(fields[1]), nullable=bool(fields[2]))


@contextmanager
def moved(offset: int) -> Iterator[None]:
    """Positions in a query, counted in the statement that it is part of."""
    try:
        yield
    except SqlError as error:
        if error.position is not None:
            error.position += offset
        raise
