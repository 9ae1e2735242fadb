"""Messages for Postgres, gathered until an answer is needed, and its answers passed on as frames.

A client's statements keep their names on the connection that its session has: Postgres itself
judges a name, keeps a plan, and says when a plan no longer fits. Should the connection have served
another session in between, it was wiped (`Backend.statements` is empty): a statement is then
prepared anew when it is used next (`restoring`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from protocol.encode import (
    encode_bind,
    encode_close_statement,
    encode_describe_portal,
    encode_execute,
    encode_flush,
    encode_parse,
    encode_sync,
)
from protocol.errors import (
    DUPLICATE_PREPARED_STATEMENT,
    IN_FAILED_SQL_TRANSACTION,
    Notice,
    SqlError,
)
from session.answers import SimpleAnswer
from session.batch import Batch, Undo
from session.context import Session
from session.copyin import pass_copy_data
from session.ports import Backend
from session.restoring import Signatures, restore
from session.statements import Prepared

# Not SQL on purpose: a transaction of Postgres is made to fail with it when Flink has failed.
POISON = "the statement failed in Flink"
_FLUSH, _SYNC = encode_flush(), encode_sync()


class Relay:
    """The way to Postgres for one session. Held from the first message to the Sync behind it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._backend: Backend | None = None
        self._batch = Batch()
        self._signatures = Signatures()

    @property
    def open(self) -> bool:
        """Something was sent or gathered since the last Sync."""
        return self._backend is not None

    @property
    def failed(self) -> bool:
        return self._backend is not None and self._backend.failed

    async def _hold(self) -> Backend:
        if self._backend is None:
            self._backend = await self._session.lease.enter()
        return self._backend

    def _release(self) -> None:
        self._backend = None
        self._batch.drop()
        self._signatures.clear()
        self._session.lease.leave()

    # ── the extended protocol ───────────────────────────────────────────────────────────────────

    async def add(self, message: bytes, kind: bytes) -> None:
        """Gather one message; it leaves with the next flush or sync."""
        await self._hold()
        self._batch.add(message, kind)

    async def parse(self, prepared: Prepared) -> None:
        """Raises SqlError 42P05 where Postgres would, if the statement of that name were there."""
        backend = await self._hold()
        before = self._session.store.prepared.get(prepared.name)
        there = backend.statements.get(prepared.name)
        if prepared.name and before is not None and before is not there:
            raise SqlError(
                DUPLICATE_PREPARED_STATEMENT,
                f'prepared statement "{prepared.name}" already exists',
            )
        self._batch.add(prepared.parse, b"P", self.give(backend, prepared))

    def give(self, backend: Backend, prepared: Prepared) -> Undo:
        """Let the name mean the statement, whose Parse is on its way."""
        name, store = prepared.name, self._session.store.prepared
        before, there = store.get(name), backend.statements.get(name)
        store[name] = backend.statements[name] = prepared
        return partial(self._not_parsed, backend, name, before, there)

    def _not_parsed(
        self,
        backend: Backend,
        name: str,
        before: Prepared | None,
        there: Prepared | None,
        reached: bool,
    ) -> None:
        """The name means again what it did, except that a Parse ends the unnamed one first."""
        for statements, old in (
            (self._session.store.prepared, before),
            (backend.statements, there),
        ):
            if old is None or (reached and not name):
                statements.pop(name, None)
            else:
                statements[name] = old

    async def close(self, name: str, prepared: Prepared | None) -> None:
        """Close a statement: Postgres is asked even for a name that it may not know."""
        backend = await self._hold()
        there = backend.statements.pop(name, None)
        self._session.store.prepared.pop(name, None)
        self._batch.add(
            encode_close_statement(name), b"C", partial(self._not_closed, prepared, there)
        )

    def _not_closed(self, prepared: Prepared | None, there: Prepared | None, reached: bool) -> None:
        if prepared is not None:
            self._session.store.prepared[prepared.name] = prepared
        if there is not None and self._backend is not None:
            self._backend.statements[there.name] = there

    async def describe(self, prepared: Prepared, message: bytes) -> None:
        """Describe a statement, and remember what the client is told of it."""
        await self.add(message, b"D")
        self._signatures.expect(prepared)

    async def need(self, prepared: Prepared) -> None:
        """Have the statement on the connection under its own name, unseen by the client. Raises
        SqlError 0A000 when it would not answer any more what the client was told."""
        backend = await self._hold()
        if backend.statements.get(prepared.name) is prepared:
            return
        if self._batch:
            await self.flush()
        if not backend.failed:
            await restore(prepared, backend, self._exchange, self._session.client)

    def forget(self, name: str | None) -> None:
        """DEALLOCATE of a name, or of all (None), was run by Postgres."""
        assert self._backend is not None
        for statements in (self._session.store.prepared, self._backend.statements):
            if name is None:
                statements.clear()
            else:
                statements.pop(name, None)

    async def flush(self) -> None:
        """Send what was gathered and pass the answers on; a failure is left for the Sync."""
        backend = self._backend
        if backend is None or not self._batch:
            return
        if backend.failed:
            self._batch.drop()
            return
        request, kinds = self._batch.take()
        await self._exchange(request + _FLUSH, kinds)
        if backend.copy_in:
            await self._copy_in(b"E")

    async def sync(self) -> bool:
        """The end of a batch: Postgres commits or rolls back what was implicit, and is let go.
        False: the batch goes on, for a Sync that comes while copy data is awaited is none."""
        backend = await self._hold()
        ended = True
        try:
            if backend.failed:
                self._batch.drop()
            request, kinds = self._batch.take()
            await self._exchange(request + _SYNC, kinds + b"S")
            if backend.copy_in:
                ended = False
                await self._copy_in(b"E")
            self._session.status = backend.status
        except BaseException:
            ended = True
            raise
        finally:
            if ended:
                self._release()
        return ended

    # ── the simple protocol ─────────────────────────────────────────────────────────────────────

    async def query(self, message: bytes) -> None:
        """One whole Query (or FunctionCall) for Postgres alone, passed on as it is."""
        backend = await self._hold()
        backend.statements.pop("", None)
        try:
            await self._exchange(message, b"Q")
            while backend.copy_in:
                await self._copy_in(b"Q")
            self._session.status = backend.status
        finally:
            self._release()

    async def assign(self, name: str, value: str) -> None:
        """SET a parameter of the session, unseen by the client. `value` is as SET takes it."""
        await self.flush()
        await self.statement(f"SET SESSION {name} TO {value}", lambda frames: None)
        self._session.lease.touch()

    async def statement(self, sql: str, write: Callable[[bytes], None] | None = None) -> str:
        """One statement of a message whose other statements are not Postgres's: run in the
        extended protocol without a Sync, so that the whole message stays one implicit transaction,
        answered as a Query is. Returns the tag. Raises SqlError as Postgres sent it."""
        backend = await self._hold()
        backend.statements.pop("", None)
        request = b"".join(
            (
                encode_parse("", sql, ()),
                encode_bind("", "", (), (), ()),
                encode_describe_portal(""),
                encode_execute("", 0),
                _FLUSH,
            )
        )
        answer = SimpleAnswer(write or self._session.client.write)
        kinds = b"PBDE"
        while True:
            await self._exchange(request, kinds, answer.take)
            if not backend.copy_in:
                break
            await self._copy_in(b"E", answer.take)
            if not backend.copy_in:
                break
        if answer.error is not None:
            raise answer.error
        return answer.tag

    async def poison(self) -> None:
        """Make the transaction of Postgres fail because a statement in Flink has failed. Needed
        where Postgres has something to lose: an open block, or a batch that it has a part in."""
        if not self.open and self._session.status != "T":
            return
        backend = await self._hold()
        self._batch.drop()
        if not backend.failed:
            backend.statements.pop("", None)
            request = encode_parse("", POISON, ()) + _FLUSH
            await self._exchange(request, b"P", lambda chunk: None)

    async def settings(self, names: Sequence[str]) -> dict[str, str]:
        """Values of parameters as the session sees them, inside a batch as well as outside."""
        await self.flush()
        return await self._session.lease.settings(names)

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    async def _exchange(
        self, request: bytes, kinds: bytes, sink: Callable[[bytes], None] | None = None
    ) -> None:
        backend = await self._hold()
        client = self._session.client
        write = sink or client.write
        self._session.on_postgres(True)
        try:
            async for chunk in backend.exchange(request, kinds):
                if self._signatures.expected:
                    self._signatures.read(chunk)
                write(chunk)
                if client.blocked:
                    await client.drain()
                else:
                    client.flush_soon()  # the rest of a short answer is about to follow
        finally:
            self._session.on_postgres(False)
            if kinds:
                self._batch.settle(backend.answered)
                self._signatures.clear()

    async def _copy_in(self, kinds: bytes, sink: Callable[[bytes], None] | None = None) -> None:
        assert self._backend is not None
        await pass_copy_data(self._session.client, self._backend, self._exchange, kinds, sink)


def aborted() -> SqlError:
    """What every statement gets in a failed transaction."""
    return SqlError(
        IN_FAILED_SQL_TRANSACTION,
        "current transaction is aborted, commands ignored until end of transaction block",
    )


def not_transactional(what: str) -> Notice:
    """Flink's statements take effect at once; said where a user may think otherwise."""
    return Notice(
        f"{what} takes effect at once, the transaction does not undo it", severity="WARNING"
    )
