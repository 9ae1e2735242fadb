"""Prepared statements and portals of one session, and the life of a portal as a table.

SQL cursors and protocol portals share one name space, as in Postgres; those that Postgres owns are
remembered by name only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from dialects import Classified, Rewritten
from protocol.encode import encode_parse
from protocol.errors import (
    DUPLICATE_CURSOR,
    DUPLICATE_PREPARED_STATEMENT,
    FEATURE_NOT_SUPPORTED,
    INVALID_CURSOR_NAME,
    INVALID_SQL_STATEMENT_NAME,
    OBJECT_NOT_IN_PREREQUISITE_STATE,
    SqlError,
)
from session.ports import Column, ResultStream, Target


@dataclass(frozen=True, slots=True)
class Signature:
    """What a client was told of a statement of Postgres: the OIDs of its parameters; name, type
    OID, size and modifier of its columns."""

    types: tuple[int, ...]
    columns: tuple[tuple[object, ...], ...]


@dataclass(slots=True)
class Prepared:
    """A prepared statement: by Parse, or by PREPARE (`by_sql`)."""

    name: str
    query: str
    classified: Classified | None  # None: the empty statement
    declared: tuple[int, ...] = ()  # parameter types that the client gave; 0: not given
    types: tuple[int, ...] | None = None  # once inferred
    targets: Mapping[int, Target] = field(default_factory=dict)  # token of a parameter → its column
    columns: tuple[Column, ...] | None = None  # once described
    by_sql: bool = False
    text: str | None = None  # as Postgres has it; None: it is not Postgres's
    plain: bool = False  # the short way is open to it
    signature: Signature | None = None
    written: Classified | None = None  # an EXECUTE; the rest is of what it stands for
    source: Prepared | None = None  # … the statement of that name

    @property
    def parse(self) -> bytes:
        """The message that prepares it on Postgres."""
        return encode_parse(self.name, self.text or "", self.declared)


class PortalState(Enum):
    READY = "ready"  # bound, nothing ran
    ACTIVE = "active"  # rows flow or wait
    DONE = "done"  # ran to its end
    CLOSED = "closed"


_MOVES: dict[PortalState, frozenset[PortalState]] = {
    PortalState.READY: frozenset({PortalState.ACTIVE, PortalState.DONE, PortalState.CLOSED}),
    PortalState.ACTIVE: frozenset({PortalState.DONE, PortalState.CLOSED}),
    PortalState.DONE: frozenset({PortalState.CLOSED}),
    PortalState.CLOSED: frozenset(),
}


@dataclass(slots=True)
class Portal:
    """A bound statement, or a cursor (`hold`: it outlives the transaction)."""

    name: str
    prepared: Prepared | None
    bound: Classified | None = None  # the statement with its parameters in place
    sql: Rewritten | None = None  # what the engine gets; None where Postgres owns the portal
    formats: tuple[int, ...] = ()
    hold: bool = False
    cursor: bool = False
    query: str = ""
    state: PortalState = PortalState.READY
    stream: ResultStream | None = None
    columns: tuple[Column, ...] | None = None
    rest: bytes = b""  # DataRow messages taken from the stream and not asked for yet
    rest_rows: int = 0
    position: int = 0  # rows given out

    def advance(self, state: PortalState) -> None:
        """Move on, or raise SqlError 55000 where the table has no such move."""
        if state is self.state:
            return
        if state not in _MOVES[self.state]:
            raise SqlError(OBJECT_NOT_IN_PREREQUISITE_STATE, f'portal "{self.name}" cannot be run')
        self.state = state


@dataclass(slots=True)
class Store:
    """The names of a session. `discard` gets every stream that has to be ended."""

    discard: Callable[[ResultStream], Awaitable[None] | None]
    prepared: dict[str, Prepared] = field(default_factory=dict)
    portals: dict[str, Portal] = field(default_factory=dict)

    def add_prepared(self, statement: Prepared) -> None:
        """Raises SqlError 42P05 for a name that is taken; the unnamed one is replaced."""
        if statement.name and statement.name in self.prepared:
            raise SqlError(
                DUPLICATE_PREPARED_STATEMENT,
                f'prepared statement "{statement.name}" already exists',
            )
        self.prepared[statement.name] = statement

    def get_prepared(self, name: str) -> Prepared:
        """Raises SqlError 26000."""
        if name not in self.prepared:
            raise missing_statement(name)
        return self.prepared[name]

    def add_portal(self, portal: Portal) -> None:
        """Raises SqlError 42P03 for a name that is taken; the unnamed one is replaced."""
        if portal.name and portal.name in self.portals:
            raise SqlError(DUPLICATE_CURSOR, f'cursor "{portal.name}" already exists')
        self.close_portal(portal.name)
        self.portals[portal.name] = portal

    def note_portal(self, portal: Portal) -> None:
        """Remember one that Postgres owns; whether its name is free there Postgres says itself.
        Raises SqlError 42P03 when the name is that of one of ours."""
        known = self.portals.get(portal.name)
        if known is not None and known.prepared is not None and known.sql is None:
            del self.portals[portal.name]
        self.add_portal(portal)

    def get_portal(self, name: str) -> Portal:
        """Raises SqlError 34000."""
        if name not in self.portals:
            raise SqlError(INVALID_CURSOR_NAME, f'portal "{name}" does not exist')
        return self.portals[name]

    def close_portal(self, name: str) -> None:
        portal = self.portals.pop(name, None)
        if portal is not None:
            self._end(portal)

    def close_all(self, which: Callable[[Portal], bool] = lambda portal: True) -> None:
        for portal in [portal for portal in self.portals.values() if which(portal)]:
            self.close_portal(portal.name)

    def end_transaction(self) -> None:
        """What was declared WITH HOLD outlives the transaction."""
        self.close_all(lambda portal: not portal.hold)

    def _end(self, portal: Portal) -> None:
        portal.state = PortalState.CLOSED
        portal.rest, portal.rest_rows = b"", 0
        if portal.stream is not None:
            self.discard(portal.stream)
            portal.stream = None


def missing_statement(name: str) -> SqlError:
    text = f'prepared statement "{name}"' if name else "unnamed prepared statement"
    return SqlError(INVALID_SQL_STATEMENT_NAME, f"{text} does not exist")


def changed_plan() -> SqlError:
    """The client knows other columns than the statement would answer now."""
    return SqlError(
        FEATURE_NOT_SUPPORTED,
        "cached plan must not change result type",
        routine="RevalidateCachedQuery",  # at this, pgjdbc and asyncpg prepare anew
    )


def format_of(formats: Sequence[int], index: int) -> int:
    """The format code of a column by Bind's rule: none is text, one is for all."""
    if not formats:
        return 0
    return formats[0] if len(formats) == 1 else formats[index]
