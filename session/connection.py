"""One client from start-up to its end: its messages in a loop, its errors in one place.

    greet ─► lease on Postgres ─► ParameterStatus…, BackendKeyData, ReadyForQuery ─► messages ─► end

What a handler raises becomes an ErrorResponse here and nowhere else: SqlError as it is, anything
else as XX000 with its trace in the log.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from dataclasses import dataclass, field

import structlog

from protocol.encode import (
    encode,
    encode_backend_key_data,
    encode_error,
    encode_parameter_status,
    encode_ready_for_query,
)
from protocol.errors import INTERNAL_ERROR, ProtocolViolation, SqlError
from protocol.messages import (
    CancelRequest,
    FunctionCall,
    Message,
    Parse,
    Query,
    Sync,
    Terminate,
)
from protocol.state import Phase
from session.auth import Policy
from session.client import Client, Disconnected
from session.context import Session
from session.extended import BatchFailed, Extended
from session.ports import Authenticator, Backends, Engine
from session.registry import Registry
from session.relay import Relay
from session.shortcut import Shortcut
from session.simple import handle_query
from session.startup import Greeting, greet
from session.texts import Texts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Peers:
    """What every session of a listener is given."""

    registry: Registry
    backends: Backends
    engine: Engine
    authenticator: Authenticator
    policy: Policy
    tls: ssl.SSLContext | None = None
    require_tls: bool = False
    handshake_s: float = 60.0  # authentication_timeout of Postgres
    texts: Texts = field(default_factory=Texts)


async def serve(client: Client, peers: Peers) -> None:
    """The whole life of one connection. Never raises; returns when the socket is closed."""
    session: Session | None = None
    try:
        async with asyncio.timeout(peers.handshake_s):
            greeting = await greet(
                client,
                peers.policy,
                peers.authenticator,
                peers.tls,
                require_tls=peers.require_tls,
            )
            if isinstance(greeting, CancelRequest):
                peers.registry.cancel(greeting.pid, greeting.secret)
                return
            session = await start(client, peers, greeting)
        await _messages(session)
    except SqlError as error:
        error.severity = "FATAL"
        client.write(encode_error(error))
        log.info("session ended", pid=session and session.pid, error=str(error))
    except TimeoutError:
        log.info("handshake timed out", peer=client.peername)
    except (Disconnected, ConnectionError, ssl.SSLError) as error:
        log.debug("client gone", peer=client.peername, cause=repr(error))
    except Exception:
        log.exception("session failed", pid=session and session.pid)
    finally:
        await _end(client, peers, session)


async def _end(client: Client, peers: Peers, session: Session | None) -> None:
    if session is not None:
        peers.registry.remove(session.pid)
        try:
            await session.close()
        except (SqlError, OSError) as error:
            log.warning("session not closed cleanly", pid=session.pid, error=repr(error))
    await client.close()


async def start(client: Client, peers: Peers, greeting: Greeting) -> Session:
    """From who it is to the first ReadyForQuery. Raises SqlError (FATAL)."""
    session = Session(
        pid=peers.registry.admit(greeting.principal),
        client=client,
        principal=greeting.principal,
        registry=peers.registry,
        backends=peers.backends,
        engine=peers.engine,
        texts=peers.texts,
    )
    given = dict(greeting.startup.parameters)
    given.setdefault("database", given["user"])
    session.database = given["database"]
    parameters = {k: v for k, v in given.items() if k not in ("user", "replication")}
    session.lease, session.parameters = await peers.backends.open(
        greeting.principal, parameters, session, user=given["user"]
    )
    session.relay = Relay(session)
    client.on_lost = session.on_client_lost
    secret = secrets.token_bytes(client.wire.cancel_key_length)
    peers.registry.add(session.pid, secret, session)
    client.wire.authenticated()
    for name, value in session.parameters.items():
        client.write(encode_parameter_status(name, value))
    client.write(encode_backend_key_data(session.pid, secret))
    await session.flink.begin(session.lease.database, session.engine_settings)
    client.write(encode_ready_for_query(session.status))
    client.flush()
    log.info("session started", pid=session.pid, role=session.role, peer=client.peername)
    return session


async def _messages(session: Session) -> None:
    """Until Terminate, the loss of the client, or a FATAL error."""
    extended = Extended(session)
    shortcut = Shortcut(session).take
    client = session.client
    skipping = False  # a batch failed where its Query was to begin
    while True:
        if not client.wire.buffered:
            session.active(None)
        message: Message | None = None
        between = client.wire.phase is Phase.READY and not session.relay.open
        client.shortcut = shortcut if between and not skipping else None
        try:
            message = await _read(client, extended)
            client.shortcut = None
            if isinstance(message, Terminate):
                return
            session.check_alive()
            if skipping and not isinstance(message, Sync):
                continue
            skipping = False
            await _dispatch(session, extended, message)
            if not client.wire.buffered:  # an error is told before the client asks for answers
                await extended.catch_up()
        except BatchFailed:
            skipping = client.wire.phase is Phase.READY
            client.wire.error()
            client.flush()
        except ProtocolViolation:
            raise
        except SqlError as error:
            await _report(session, error, message)
        except Disconnected:
            raise
        except Exception as error:
            log.exception("statement failed", pid=session.pid)
            internal = SqlError(INTERNAL_ERROR, f"internal error: {type(error).__name__}")
            await _report(session, internal, message)


async def _read(client: Client, extended: Extended) -> Message:
    try:
        return await client.read()
    except ProtocolViolation:
        raise
    except SqlError:
        await extended.catch_up()
        raise


async def _dispatch(session: Session, extended: Extended, message: Message) -> None:
    if isinstance(message, Query | FunctionCall):
        await extended.catch_up()
    if isinstance(message, Query):
        session.active(message.query)
        await handle_query(session, message.query)
        await _ready(session)
    elif isinstance(message, Sync):
        await _ready(session)
    elif isinstance(message, FunctionCall):
        await session.relay.query(encode(message))
        await _ready(session)
    else:
        if isinstance(message, Parse):
            session.active(message.query)
        await extended.handle(message)


async def _ready(session: Session) -> None:
    """The end of a Query or a batch: Postgres's status is the session's; what does not outlive
    the transaction goes."""
    if session.relay.open and not await session.relay.sync():
        return
    if session.status != "T":
        session.store.end_transaction()
    if not session.client.wire.buffered:
        session.active(None)
    session.client.write(encode_ready_for_query(session.status))
    await session.client.drain()


async def _report(session: Session, error: SqlError, message: Message | None) -> None:
    """Write the error at once (drivers read before they send Sync), then get back in step."""
    if error.severity == "FATAL":
        raise error
    client = session.client
    try:
        await session.relay.poison()
    except SqlError as lost:
        log.warning("transaction not marked as failed", pid=session.pid, error=str(lost))
        session.status = "I"
    client.write(encode_error(error))
    client.flush()
    in_batch = client.wire.phase is Phase.EXTENDED
    client.wire.error()
    if not in_batch:
        await _ready(session)
