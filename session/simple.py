"""A Query message: its statements one after the other, the first error ends it.

A message for Postgres alone is passed on as it came. One that mixes routes is run statement by
statement; what of it is Postgres's stays one implicit transaction (`Relay.statement`).
"""

from __future__ import annotations

from dialects import Classified, Kind, Route, mentions_activity, to_backend
from protocol.encode import encode_empty_query_response, encode_query
from protocol.errors import SqlError
from session import cursors, execute, platform, roles, settings, statement_set
from session.context import Session, at
from session.relay import aborted

_BLOCK = {"begin": "T", "start": "T", "commit": "I", "end": "I", "abort": "I", "rollback": "I"}


async def handle_query(session: Session, query: str) -> None:
    """Answer one message but for its ReadyForQuery. Raises SqlError, position in the message."""
    session.store.prepared.pop("", None)
    session.store.close_portal("")
    statements = await session.classify(query)
    if not statements:
        session.client.write(encode_empty_query_response())
        return
    if session.statement_set is None and all(_as_it_is(session, one) for one in statements):
        texts = [await prepare_backend(session, one) for one in statements]
        if all(text is one.statement.text for text, one in zip(texts, statements, strict=True)):
            for one in statements:
                await cursors.need_named(session, one)
            if session.relay.failed:  # the client has been told why
                return
            await session.relay.query(encode_query(query))
            for one in statements:
                after_backend(session, one)
            return
    session.in_message = len(statements) > 1
    for one in statements:
        try:
            await _run(session, one)
        except SqlError as error:
            raise at(error, one.statement.start) from error.__cause__


def _as_it_is(session: Session, one: Classified) -> bool:
    """A password makes another text of it, each time that it is prepared."""
    return _for_postgres(session, one) and "passwords" not in one.options


def _for_postgres(session: Session, one: Classified) -> bool:
    """Postgres alone answers it, and it leaves nothing to be done here when it succeeds."""
    if one.route is Route.BACKEND:
        return True
    named = one.name is not None and cursors.belongs_to_postgres(session, one)
    return named and not (one.kind is Kind.DEALLOCATE and one.name in session.store.prepared)


async def _run(session: Session, one: Classified) -> None:
    if session.status == "E" and one.route is not Route.BACKEND:
        raise aborted()
    if session.statement_set is not None or statement_set.opens(one):
        await statement_set.take(session, one)
    elif one.route is Route.BACKEND:
        await session.relay.statement(await prepare_backend(session, one))
        after_backend(session, one)
        after_block(session, one)
    elif one.route is Route.ENGINE:
        await execute.run_simple(session, one)
    elif one.route is Route.SESSION:
        await cursors.run_simple(session, one)
    elif one.route is Route.PLATFORM:
        await platform.run_simple(session, one)
    else:
        assert one.error is not None
        raise one.error.copy()


async def prepare_backend(session: Session, one: Classified) -> str:
    """The text for Postgres, after what has to be true before it runs. Raises SqlError 22023."""
    settings.check_assignment(one.statement, session.engine.versions)
    await roles.check_drop_owned(session, one)
    if "passwords" in one.options:
        return await roles.concealed(session, one)
    if mentions_activity(one.statement):
        await session.backends.publish_activity(
            session.registry.activities(), session.lease.database
        )
    length = len(one.statement.text)
    rewritten = await session.texts.work(length, to_backend, one.statement, session.pid)
    return one.statement.text if rewritten.text == one.statement.text else rewritten.text


def after_backend(session: Session, one: Classified) -> None:
    """What a statement of Postgres leaves behind for the session to remember."""
    if one.touches_settings:
        session.lease.touch()
    if one.sticky:
        session.lease.sticky = True
    created = one.options.get("creates")
    if isinstance(created, str):
        session.temp_relations |= {created}
    dropped = one.options.get("drops")
    if isinstance(dropped, tuple):
        session.temp_relations -= frozenset(dropped)


def after_block(session: Session, one: Classified) -> None:
    """Transaction control inside a message: the status until Postgres tells it at the Sync."""
    words = [token.text.lower() for token in one.statement.tokens[:4]]
    if one.kind is Kind.TRANSACTION and "to" not in words and words[0] in _BLOCK:
        session.status = _BLOCK[words[0]]
        if session.status == "I":
            session.store.end_transaction()
