"""What the scripts define: functions that hide Flink's own, and columns of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dialects.ddl.model import Create, ObjectKind, TableDefinition
from dialects.mapping import Target
from dialects.verdicts import definition
from dialects.versions import Version
from gateway.linting.scripts import Piece
from protocol.errors import SqlError

Path = tuple[str, ...]
Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Definitions:
    """`tables`: by the path that each was created with; None where its columns are not known."""

    functions: frozenset[str]
    tables: Mapping[Path, Columns | None]

    def target(self, version: Version, source: Version | None) -> Target:
        return Target(version, source, functions=self.functions, columns=self.columns)

    def columns(self, name: Path) -> Columns | None:
        """Of the one table that the name can mean: scripts name a table with a database here and
        without it there."""
        if name in self.tables:
            return self.tables[name]
        alike = [path for path in self.tables if _ends_alike(path, name)]
        return self.tables[alike[0]] if len(alike) == 1 else None


def definitions(pieces: Iterable[Piece]) -> Definitions:
    """Of all scripts together, for one may use what another makes."""
    functions: set[str] = set()
    tables: dict[Path, Columns | None] = {}
    for create in map(_create, pieces):
        if create is None:
            continue
        if create.kind is ObjectKind.FUNCTION:
            functions.add(create.path.parts[-1].upper())
        elif isinstance(create.definition, TableDefinition):
            path, columns = create.path.parts, _columns(create.definition)
            # Defined twice, differently: which of the two is meant is not known.
            tables[path] = columns if tables.get(path, columns) == columns else None
    return Definitions(frozenset(functions), tables)


def _create(piece: Piece) -> Create | None:
    if piece.one is None:
        return None
    try:
        return definition(piece.one.statement)
    except SqlError:  # the verdict tells what is wrong with it
        return None


def _columns(table: TableDefinition) -> Columns | None:
    """None if any is not known: of computed ones only Flink knows the type."""
    if not table.certain or table.like or table.query:
        return None
    types = {each.name: each.type for each in table.columns}
    return {name: type_ for name, type_ in types.items() if type_} if all(types.values()) else None


def _ends_alike(path: Path, name: Path) -> bool:
    length = min(len(path), len(name))
    return path[-length:] == name[-length:]
