"""Statements that Flink answers: what runs, what the client is told, in both protocols.

QUERY    rows, tag SELECT n                    SHOW     a small table
EXECUTE  tag only                              SUBMIT   a job handle: a row, or a NOTICE
"""

from __future__ import annotations

from dataclasses import replace

from dialects import Classified, Kind, Rewritten, Statement
from protocol.encode import encode_command_complete, encode_data_row
from protocol.errors import Notice, SqlError
from protocol.values.pgtypes import TEXT
from session import relay, rows
from session.context import Session
from session.ports import Column, JobHandle
from session.settings import SessionSettings
from session.statements import Portal, PortalState

HANDLE: tuple[Column, ...] = tuple(Column(name, TEXT) for name in ("job", "id", "state", "version"))
_HANDLE_VALUES = {
    "job": lambda job: job.name,
    "id": lambda job: job.job_id,
    "job_id": lambda job: job.job_id,
    "state": lambda job: job.state,
    "version": lambda job: job.version,
}
ROWS = frozenset({Kind.QUERY, Kind.SHOW, Kind.UNKNOWN})


def cut_returning(statement: Statement) -> tuple[Statement, tuple[str, ...] | None]:
    """An INSERT without its RETURNING clause, and the handle's columns that the clause asks for.
    Raises SqlError 42703 for anything else: what Flink wrote cannot be read back."""
    depth = 0
    for index, token in enumerate(statement.tokens):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.text.lower() == "returning" and index:
            names = _returning(statement, index + 1)
            text = statement.text[: token.start].rstrip()
            return replace(statement, text=text, tokens=statement.tokens[:index]), names
    return statement, None


def _returning(statement: Statement, start: int) -> tuple[str, ...]:
    """Names that tables have too (`RETURNING id`, as mappers of objects write) mean the handle's
    columns only beside one that no table has."""
    tokens = statement.tokens[start:]
    words = [token.text.strip('"').lower() for token in tokens]
    sure = not {"job_id", "*"}.isdisjoint(words)
    names: list[str] = []
    for token, name in zip(tokens, words, strict=True):
        if name == "*":
            names += [column.name for column in HANDLE]
        elif sure and name in _HANDLE_VALUES:
            names.append(name)
        elif name != ",":
            raise SqlError(
                "42703",
                f'column "{name}" cannot be returned',
                hint="RETURNING gives the job handle: job_id, beside it job, state, version; or *.",
                position=token.start + 1,
            )
    return tuple(names)


class Handle:
    """How a client is told of the job that its statement became."""

    def __init__(self, classified: Classified, settings: SessionSettings, *, simple: bool) -> None:
        self.statement, returning = cut_returning(classified.statement)
        form = settings.job_handle
        as_row = form == "row" or (form == "auto" and simple and not settings.engine.wait)
        self.names = returning or (tuple(c.name for c in HANDLE) if as_row else None)

    @property
    def columns(self) -> tuple[Column, ...] | None:
        return tuple(Column(name, TEXT) for name in self.names) if self.names else None

    def row(self, job: JobHandle) -> bytes:
        assert self.names is not None
        return encode_data_row([_HANDLE_VALUES[name](job).encode() for name in self.names])

    @staticmethod
    def notice(job: JobHandle) -> Notice:
        return Notice(f"job {job.job_id} {job.state.lower()} on Flink {job.version}: {job.name}")

    @staticmethod
    def tag(job: JobHandle) -> str:
        return f"INSERT 0 {job.rows or 0}"


async def run_simple(session: Session, classified: Classified) -> None:
    """One statement of a Query, answered whole. Raises SqlError, its position in the statement."""
    settings = await session.settings()
    handle = Handle(classified, settings, simple=True) if classified.kind is Kind.SUBMIT else None
    sql = await session.for_engine(handle.statement if handle else classified.statement)
    portal = Portal("", None, sql=sql)
    await located(
        sql,
        session.interruptible(
            _run(session, classified, portal, settings, handle),
            timeout_s=settings.statement_timeout_s,
            outlives_client=classified.kind not in ROWS,
        ),
    )


async def located(sql: Rewritten, work: object) -> object:
    """Await, and move the position of an error back to the text that the user wrote."""
    try:
        return await work  # type: ignore[misc]
    except SqlError as error:
        if error.position is not None:
            error.position = sql.position(error.position)
        raise


async def _run(
    session: Session,
    classified: Classified,
    portal: Portal,
    settings: SessionSettings,
    handle: Handle | None,
) -> None:
    client = session.client
    if classified.kind in ROWS:
        await rows.open_rows(session, portal, settings.engine, classified.kind is not Kind.QUERY)
        assert portal.columns is not None
        client.write(rows.describe(portal.columns, ()))
        client.flush()
        count, _ = await rows.pump(session, portal, 0)
        client.write(encode_command_complete(tag_of(classified, count)))
    elif handle is not None:
        job = await submit(session, portal, settings)
        if handle.columns:
            client.write(rows.describe(handle.columns, ()))
            client.write(handle.row(job))
        else:
            session.notify(handle.notice(job))
        client.write(encode_command_complete(handle.tag(job)))
    else:
        await execute(session, classified, portal, settings)
        client.write(encode_command_complete(classified.tag))


def tag_of(classified: Classified, count: int) -> str:
    return f"SELECT {count}" if classified.kind is Kind.QUERY else classified.tag


async def submit(session: Session, portal: Portal, settings: SessionSettings) -> JobHandle:
    """A job that stays. Inside a transaction the client is warned that COMMIT is not awaited."""
    assert portal.sql is not None
    if session.status == "T":
        session.notify(relay.not_transactional("a job of Flink"))
    job = await session.flink.submit(portal.sql.text, settings.engine)
    portal.advance(PortalState.DONE)
    return job


async def execute(
    session: Session, classified: Classified, portal: Portal, settings: SessionSettings
) -> None:
    assert portal.sql is not None
    if session.status == "T" and classified.tag.split()[0] in ("CREATE", "DROP", "ALTER"):
        session.notify(relay.not_transactional(classified.tag))
    changed = await session.flink.execute(portal.sql.text, settings.engine)
    for name, value in changed.items():
        await session.relay.assign(name, value)
    portal.advance(PortalState.DONE)
