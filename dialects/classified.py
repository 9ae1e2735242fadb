"""The verdict on a statement: who answers it, what it is, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from dialects.splitter import Statement
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError


class Route(Enum):
    BACKEND = "backend"  # Postgres, as it is
    ENGINE = "engine"  # Flink
    SESSION = "session"  # the session itself, over statements and cursors that it holds
    PLATFORM = "platform"  # our own code, of what is known of Flink's versions
    REFUSED = "refused"  # nobody: `error` says why


class Kind(Enum):
    QUERY = "query"  # a SELECT over Flink
    SHOW = "show"  # a small table, no job
    EXECUTE = "execute"  # answers OK: DDL, USE, SET 'k', ADD JAR…
    SUBMIT = "submit"  # becomes a background job
    UNKNOWN = "unknown"  # the engine judges; may answer rows
    BACKEND = "backend"
    TRANSACTION = "transaction"  # relayed, and the session follows the state
    DECLARE = "declare"
    FETCH = "fetch"
    MOVE = "move"
    CLOSE = "close"
    PREPARE = "prepare"
    EXECUTE_PREPARED = "execute_prepared"
    EXPLAIN_PREPARED = "explain_prepared"
    DEALLOCATE = "deallocate"
    DISCARD = "discard"
    COPY_OUT = "copy_out"
    COPY_IN = "copy_in"
    TRANSLATE = "translate"
    VALIDATE = "validate"


NO_OPTIONS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Classified:
    """What the session needs to know of a statement before it runs.

    `tag` is the CommandComplete tag where the engine or the session answers. `inner` is the query
    of DECLARE … FOR, PREPARE … AS, COPY ( … ) TO STDOUT; that of COPY table TO STDOUT is made up
    (SELECT columns FROM table), its positions are those of the table's name at best. `name` is
    the cursor or prepared statement, folded as Postgres folds. `sticky`: leaves state on the
    Postgres connection that cannot be replayed. `touches_settings`: may change a parameter.
    Options by kind:

    - DECLARE: binary, hold, insensitive (bool), scroll (bool or None: not said)
    - FETCH, MOVE: direction (NEXT, PRIOR, FIRST, LAST, ABSOLUTE, RELATIVE, FORWARD, BACKWARD),
      count (int; None: ALL)
    - CLOSE, DEALLOCATE: all (bool); DISCARD: target (ALL, PLANS, SEQUENCES, TEMP)
    - PREPARE: types, EXECUTE_PREPARED: arguments; both tuples of (text, offset in the statement)
    - EXPLAIN_PREPARED: arguments as above, head (what stands in front of EXECUTE), postgres (bool:
      with options that only Postgres has)
    - COPY_OUT: format, header, delimiter, null, quote, escape, force_quote (True: all columns, or
      a tuple of names)
    - BACKEND: creates (name of the temporary relation), drops (tuple of such names), passwords
      (indexes of the tokens that are clear texts), drops_owned (tuple of roles, folded)
    - TRANSLATE, VALIDATE: see `dialects.platform`
    """

    route: Route
    kind: Kind
    tag: str
    statement: Statement
    inner: Statement | None = None
    inner_route: Route | None = None
    name: str | None = None
    options: Mapping[str, object] = field(default_factory=lambda: NO_OPTIONS)
    sticky: bool = False
    touches_settings: bool = False
    error: SqlError | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What the router knows of the world: names as Postgres folds them, without schema."""

    pg_relations: frozenset[str]
    pg_functions: frozenset[str]
    temp_relations: frozenset[str] = frozenset()


def engine(statement: Statement, kind: Kind, tag: str) -> Classified:
    return Classified(Route.ENGINE, kind, tag, statement)


def backend(
    statement: Statement,
    kind: Kind = Kind.BACKEND,
    *,
    sticky: bool = False,
    touches: bool = False,
    options: Mapping[str, object] = NO_OPTIONS,
) -> Classified:
    tag = statement.tokens[0].text.upper() if statement.tokens else ""
    return Classified(
        Route.BACKEND,
        kind,
        tag,
        statement,
        options=options,
        sticky=sticky,
        touches_settings=touches,
    )


def refused(
    statement: Statement,
    kind: Kind,
    message: str,
    *,
    hint: str | None = None,
    position: int | None = None,
    sqlstate: str = FEATURE_NOT_SUPPORTED,
) -> Classified:
    """`position` counts characters of the statement's text from 1."""
    error = SqlError(sqlstate, message, hint=hint, position=position)
    tag = statement.tokens[0].text.upper() if statement.tokens else ""
    return Classified(Route.REFUSED, kind, tag, statement, error=error)


def refusal(statement: Statement, kind: Kind, error: SqlError) -> Classified:
    tag = statement.tokens[0].text.upper() if statement.tokens else ""
    return Classified(Route.REFUSED, kind, tag, statement, error=error)


def outer_error(inner: Classified, outer: Statement) -> SqlError | None:
    """The refusal of an inner statement, its position counted in the outer text."""
    error = inner.error
    if error is None or error.position is None:
        return error
    position = error.position + inner.statement.start - outer.start
    return SqlError(error.sqlstate, error.message, hint=error.hint, position=position)
