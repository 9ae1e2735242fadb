"""What the scripts define: functions that hide Flink's own; columns, keys, options of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dialects.ddl.model import Create, ObjectKind, TableDefinition
from dialects.mapping import Target
from dialects.verdicts import definition
from dialects.versions import Version
from gateway.linting.scripts import Piece
from protocol.errors import SqlError

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: their types; None if any is not known. `key`: the columns of the primary key,
    empty for none. `options`: as they are written."""

    columns: Mapping[str, str] | None
    key: tuple[str, ...]
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Definitions:
    """`tables`: by the path that each was created with; None where nothing is known. `releases`:
    of connectors in the images, by family, where they are not the usual ones."""

    functions: frozenset[str]
    tables: Mapping[Path, Table | None]
    releases: Mapping[str, str] = field(default_factory=dict)

    def target(self, version: Version, source: Version | None, batch: bool | None) -> Target:
        return Target(
            version,
            source,
            self.releases,
            batch,
            functions=self.functions,
            columns=self.columns,
            keys=self.keys,
            options=self.options,
        )

    def columns(self, name: Path) -> Mapping[str, str] | None:
        table = self._table(name)
        return table.columns if table is not None else None

    def keys(self, name: Path) -> tuple[str, ...] | None:
        table = self._table(name)
        return table.key if table is not None else None

    def options(self, name: Path) -> Mapping[str, str] | None:
        table = self._table(name)
        return table.options if table is not None else None

    def _table(self, name: Path) -> Table | None:
        """The one table that the name can mean: scripts name a table with a database here and
        without it there."""
        if name in self.tables:
            return self.tables[name]
        alike = [path for path in self.tables if _ends_alike(path, name)]
        return self.tables[alike[0]] if len(alike) == 1 else None


def definitions(pieces: Iterable[Piece]) -> Definitions:
    """Of all scripts together, for one may use what another makes."""
    functions: set[str] = set()
    tables: dict[Path, Table | None] = {}
    for create in map(_create, pieces):
        if create is None:
            continue
        if create.kind is ObjectKind.FUNCTION:
            functions.add(create.path.parts[-1].upper())
        elif isinstance(create.definition, TableDefinition):
            path, table = create.path.parts, _table(create.definition)
            # Defined twice, differently: which of the two is meant is not known.
            tables[path] = table if tables.get(path, table) == table else None
    return Definitions(frozenset(functions), tables)


def _create(piece: Piece) -> Create | None:
    if piece.one is None:
        return None
    try:
        return definition(piece.one.statement)
    except SqlError:  # the verdict tells what is wrong with it
        return None


def _table(table: TableDefinition) -> Table | None:
    """None of one that takes columns and key from elsewhere; of computed columns only Flink knows
    the type."""
    if table.like or table.query:
        return None
    types = {each.name: each.type for each in table.columns}
    known = {name: type_ for name, type_ in types.items() if type_}
    key = table.primary_key.columns if table.primary_key is not None else ()
    columns = known if table.certain and len(known) == len(types) else None
    return Table(columns, key, {each.key: each.value for each in table.options})


def _ends_alike(path: Path, name: Path) -> bool:
    length = min(len(path), len(name))
    return path[-length:] == name[-length:]
