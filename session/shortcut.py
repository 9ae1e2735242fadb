"""The short way: what is plainly Postgres's goes there and back without waking the session's task.

    client's bytes ──► take ──► Backend.begin … take ──► client        all in callbacks of the loop

Only a whole Query, or a whole batch that ends with its Sync, whose statements Postgres alone
answers and which leave nothing for the session to remember; anything else takes the long way
(`connection`, `relay`), and so does whatever arrives while an answer is on its way. Bytes pass
unchanged, so that Postgres itself judges what is in them.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import NamedTuple

from dialects import Classified, Kind, Names, Route, mentions_activity, to_backend
from protocol.decode import decode
from protocol.encode import encode_ready_for_query
from protocol.errors import ProtocolViolation, SqlError
from protocol.messages import Parse, Query
from session.batch import Batch
from session.context import Session, classify
from session.ports import Backend
from session.restoring import Signatures
from session.statements import Prepared

MOST_BYTES = 16 * 1024  # of a request; what is longer may take longer
CACHED_BYTES = 8192  # longer texts are looked at anew each time
_LENGTH = struct.Struct("!I").unpack_from
_QUERY, _PARSE, _BIND, _DESCRIBE, _SYNC = b"QPBDS"
_STATEMENT = ord("S")
_OF_PORTAL = b"DE"
_READY = {status: encode_ready_for_query(status) for status in "ITE"}


class Shortcut:
    """Of one session. `take` is asked while the session's task waits for a message."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._backend: Backend | None = None
        self._batch = Batch()
        self._signatures = Signatures()
        self._touches = False  # transaction control: it may change parameters

    def take(self, data: bytes) -> bool:
        """Whether the bytes have been taken: the client is `away` until they are answered."""
        session = self._session
        if not 5 < len(data) <= MOST_BYTES or session.statement_set is not None or session.ending:
            return False
        backend = session.lease.enter_now()
        if backend is None:
            return False
        query = self._query(data) if data[0] == _QUERY else self._messages(data, backend)
        if query is None:
            self._batch.drop()
            self._signatures.clear()
            self._touches = False
            session.lease.leave()
            return False
        self._begin(backend, data, query)
        return True

    # ── what may pass ───────────────────────────────────────────────────────────────────────────

    def _query(self, data: bytes) -> str | None:
        """The text of a Query that may pass."""
        if _LENGTH(data, 1)[0] + 1 != len(data):
            return None
        found = _passage(data, self._session.names)
        if found is None:
            return None
        self._touches = found.touches
        self._batch.add(b"", b"Q")
        return found.query

    def _messages(self, data: bytes, backend: Backend) -> str | None:
        """The text of the last statement that is bound in a batch that may pass."""
        at, size = 0, len(data)
        bound: Prepared | None = None
        while size - at >= 5:
            kind, end = data[at], at + 1 + int(_LENGTH(data, at + 1)[0])
            if kind == _SYNC:
                return bound.query if bound is not None and end == size == at + 5 else None
            if end > size or end < at + 6 + (kind == _DESCRIBE):
                return None
            if kind == _BIND:
                bound = self._bound(data, at + 5, end, backend)
                passes = bound is not None
                if bound is not None and bound.classified is not None:
                    self._touches = self._touches or bound.classified.touches_settings
            elif kind == _PARSE:
                passes = self._parsed(data[at:end], backend)
            elif kind == _DESCRIBE and data[at + 5] == _STATEMENT:
                passes = self._described(data[at + 6 : end - 1], backend)
            else:  # of the unnamed portal, which is that of the Bind before
                letter = at + 5 + (kind == _DESCRIBE)
                passes = kind in _OF_PORTAL and bound is not None and data[letter] == 0
            if not passes:
                return None
            if kind != _PARSE:
                self._batch.add(b"", data[at : at + 1])
            at = end
        return None

    def _parsed(self, frame: bytes, backend: Backend) -> bool:
        found = _passage(frame, self._session.names)
        if found is None or found.one is None:
            return False
        store = self._session.store.prepared
        if found.name and (found.name in store or found.name in backend.statements):
            return False  # Postgres judges a name that is taken, the long way
        prepared = Prepared(found.name, found.query, found.one, found.types)
        prepared.text, prepared.plain = found.query, True
        self._batch.add(b"", b"P", self._session.relay.give(backend, prepared))
        return True

    def _known(self, name: bytes, backend: Backend) -> Prepared | None:
        """A statement that may pass and that the connection has."""
        try:
            prepared = self._session.store.prepared.get(name.decode())
        except UnicodeDecodeError:
            return None
        if prepared is None or not prepared.plain:
            return None
        return prepared if backend.statements.get(prepared.name) is prepared else None

    def _bound(self, data: bytes, start: int, end: int, backend: Backend) -> Prepared | None:
        """The statement of a Bind to the unnamed portal."""
        if data[start] != 0:
            return None
        return self._known(data[start + 1 : data.find(b"\0", start + 1, end)], backend)

    def _described(self, name: bytes, backend: Backend) -> bool:
        prepared = self._known(name, backend)
        if prepared is not None:
            self._signatures.expect(prepared)
        return prepared is not None

    # ── there and back ──────────────────────────────────────────────────────────────────────────

    def _begin(self, backend: Backend, data: bytes, query: str) -> None:
        session = self._session
        session.store.close_portal("")
        session.active(query)
        session.on_postgres(True)
        session.client.away = True
        session.client.on_writable = self._advance
        self._backend = backend
        backend.listener = self._advance
        kinds = self._batch.take()[1]
        if kinds == b"Q":
            session.store.prepared.pop("", None)
            backend.statements.pop("", None)
        else:
            kinds += b"S"
        try:
            backend.begin(data, kinds)
        except SqlError as error:
            self._end(backend)
            session.client.fail(error)

    def _advance(self) -> None:
        """Something has come, the client can take more, or the connection is lost."""
        backend, client = self._backend, self._session.client
        if backend is None:
            return
        if not client.blocked and (chunk := backend.take()):
            if self._signatures.expected:
                self._signatures.read(chunk)
            client.write(chunk)
        try:
            done = backend.done
        except SqlError as error:
            self._end(backend)
            client.fail(error)
            return
        if done:
            self._finish(backend)
        else:
            client.flush_soon()

    def _finish(self, backend: Backend) -> None:
        session, client = self._session, self._session.client
        session.status = backend.status
        self._end(backend)
        if session.status != "T" and session.store.portals:
            session.store.end_transaction()
        client.write(_READY[session.status])
        client.flush()
        if client.wire.buffered:
            client.wake()
        else:
            session.active(None)

    def _end(self, backend: Backend) -> None:
        if self._touches:
            self._touches = False
            self._session.lease.touch()
        self._backend = backend.listener = None
        self._batch.settle(backend.answered)
        self._signatures.clear()
        self._session.on_postgres(False)
        self._session.client.away = False
        self._session.lease.leave()


# ── texts ───────────────────────────────────────────────────────────────────────────────────────


class _Passage(NamedTuple):
    """A Query or Parse that may pass. `one`: the only statement of a Parse."""

    query: str
    touches: bool
    one: Classified | None = None
    name: str = ""
    types: tuple[int, ...] = ()


def _passage(frame: bytes, names: Names) -> _Passage | None:
    return _judged(frame, names) if len(frame) <= CACHED_BYTES else None


@lru_cache(maxsize=1024)
def _judged(frame: bytes, names: Names) -> _Passage | None:
    """None: the long way, where errors are told as well."""
    try:
        message = decode(frame[0], frame[5:])
        assert isinstance(message, Query | Parse)
        statements = classify(message.query, names)
    except (ProtocolViolation, SqlError):
        return None
    if not statements or not all(map(is_plain, statements)):
        return None
    touches = any(one.touches_settings for one in statements)
    if isinstance(message, Query):
        return _Passage(message.query, touches)
    if len(statements) > 1:
        return None
    return _Passage(message.query, touches, statements[0], message.name, tuple(message.param_oids))


def is_plain(one: Classified) -> bool:
    """Postgres answers it as it was written, and nothing but its answer and the state of the
    transaction comes of it."""
    statement = one.statement
    return not (
        one.route is not Route.BACKEND
        or one.sticky
        or (one.touches_settings and one.kind is not Kind.TRANSACTION)
        or one.options
        or one.tag == "COPY"
        or mentions_activity(statement)
        or to_backend(statement, 0).text != statement.text
    )
