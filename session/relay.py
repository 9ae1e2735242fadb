"""Messages for Postgres, gathered until an answer is needed, and its answers passed on as frames.

A named statement of a client is not kept on a connection that may serve another session a moment
later: its text is parsed anew, unnamed, in the same flight as its Bind. That costs microseconds
and makes every connection of the pool as good as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from protocol.encode import (
    encode_bind,
    encode_close_portal,
    encode_close_statement,
    encode_copy_data,
    encode_copy_done,
    encode_copy_fail,
    encode_describe_portal,
    encode_execute,
    encode_flush,
    encode_parse,
    encode_sync,
)
from protocol.errors import IN_FAILED_SQL_TRANSACTION, Notice, SqlError
from protocol.frames import FrameSplitter, parse_command_tag, parse_data_row, parse_error
from protocol.messages import CopyData, CopyDone, CopyFail, Message
from session.context import Session
from session.ports import Backend
from session.statements import Prepared

PARSE_COMPLETE = b"1\0\0\0\4"
COPY_GATHER = 256 * 1024  # bytes of CopyData sent on at a time
# Not SQL on purpose: a transaction of Postgres is made to fail with it when Flink has failed.
POISON = "the statement failed in Flink"


class Relay:
    """The way to Postgres for one session. Held from the first message to the Sync behind it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stack: AsyncExitStack | None = None
        self._backend: Backend | None = None
        self._request = bytearray()
        self._kinds = bytearray()
        self._unnamed: Prepared | None = None  # what the unnamed statement of the connection is
        self._strip = False  # the first reply answers a Parse that the client did not send
        # Parse messages without a ParseComplete so far; None: one that the client did not send.
        self._parses: list[Prepared | None] = []

    @property
    def open(self) -> bool:
        """Something was sent or gathered since the last Sync."""
        return self._backend is not None

    @property
    def failed(self) -> bool:
        return self._backend is not None and self._backend.failed

    async def _hold(self) -> Backend:
        if self._backend is None:
            self._stack = AsyncExitStack()
            self._backend = await self._stack.enter_async_context(self._session.lease.hold())
        return self._backend

    async def _release(self) -> None:
        stack, self._stack, self._backend = self._stack, None, None
        self._unnamed = None
        self._request.clear()
        self._kinds.clear()
        self._strip = False
        self._forget_failed()
        if stack is not None:
            await stack.aclose()

    # ── the extended protocol ───────────────────────────────────────────────────────────────────

    async def add(self, request: bytes, kind: bytes) -> None:
        """Gather one message; it leaves with the next flush or sync."""
        await self._hold()
        self._request += request
        self._kinds += kind

    async def parse(self, prepared: Prepared, sql: str) -> None:
        await self.add(encode_parse("", sql, prepared.declared), b"P")
        self._unnamed = prepared
        self._parses.append(prepared)

    async def need(self, prepared: Prepared, sql: str) -> None:
        """Make the statement the unnamed one of the connection, unseen by the client."""
        if self._unnamed is prepared:
            return
        if self._kinds:
            await self.flush()
        await self.parse(prepared, sql)
        self._parses[-1] = None
        self._strip = True

    async def flush(self) -> None:
        """Send what was gathered and pass the answers on; a failure is left for the Sync."""
        request, kinds = bytes(self._request), bytes(self._kinds)
        self._request.clear()
        self._kinds.clear()
        if self._backend is not None and kinds and not self.failed:
            await self._exchange(request + encode_flush(), kinds)
            if self._backend.copy_in:
                await self._copy_in(self._backend, b"E")

    async def sync(self) -> bool:
        """The end of a batch: Postgres commits or rolls back what was implicit, and is let go.
        False: the batch goes on, for a Sync that comes while copy data is awaited is none."""
        backend = await self._hold()
        ended = True
        try:
            request, kinds = bytes(self._request), bytes(self._kinds)
            if backend.failed:
                request, kinds = b"", b""
            self._request.clear()
            self._kinds.clear()
            await self._exchange(request + encode_sync(), kinds + b"S")
            if backend.copy_in:
                ended = False
                await self._copy_in(backend, b"E")
            self._session.status = backend.status
        except BaseException:
            ended = True
            raise
        finally:
            if ended:
                await self._release()
        return ended

    # ── the simple protocol ─────────────────────────────────────────────────────────────────────

    async def query(self, message: bytes) -> None:
        """One whole Query (or FunctionCall) for Postgres alone, passed on as it is."""
        backend = await self._hold()
        try:
            await self._exchange(message, b"Q")
            while backend.copy_in:
                await self._copy_in(backend, b"Q")
            self._session.status = backend.status
        finally:
            await self._release()

    async def statement(self, sql: str) -> str:
        """One statement of a message whose other statements are not Postgres's: run in the
        extended protocol without a Sync, so that the whole message stays one implicit transaction,
        answered as a Query is. Returns the tag. Raises SqlError as Postgres sent it."""
        backend = await self._hold()
        request = b"".join(
            (
                encode_parse("", sql, ()),
                encode_bind("", "", (), (), ()),
                encode_describe_portal(""),
                encode_execute("", 0),
                encode_flush(),
            )
        )
        self._unnamed = None
        answer = _SimpleAnswer(self._session.client.write)
        kinds = b"PBDE"
        while True:
            await self._exchange(request, kinds, answer.take)
            if not backend.copy_in:
                break
            await self._copy_in(backend, b"E", answer.take)
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
        self._request.clear()
        self._kinds.clear()
        if not backend.failed:
            request = encode_parse("", POISON, ()) + encode_flush()
            await self._exchange(request, b"P", lambda chunk: None)

    async def settings(self, names: Sequence[str]) -> dict[str, str]:
        """Values of parameters as the session sees them, inside a batch as well as outside."""
        if not self.open:
            return await self._session.lease.settings(names)
        await self.flush()
        columns = ", ".join(f"current_setting('{name}', true)" for name in names)
        name = "xuanwu settings"  # named, so that the client's unnamed portal lives on
        request = b"".join(
            (
                encode_parse(name, f"SELECT {columns}", ()),
                encode_bind(name, name, (), (), ()),
                encode_execute(name, 0),
                encode_close_portal(name),
                encode_close_statement(name),
                encode_flush(),
            )
        )
        found: list[bytes | None] = []

        def take(chunk: bytes) -> None:
            for kind, frame in FrameSplitter().feed(chunk):
                if kind == ord("D"):
                    found.extend(parse_data_row(frame))

        await self._exchange(request, b"PBECC", take)
        return {n: (v or b"").decode() for n, v in zip(names, found, strict=False)}

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    async def _exchange(
        self, request: bytes, kinds: bytes, sink: Callable[[bytes], None] | None = None
    ) -> None:
        backend = await self._hold()
        client = self._session.client
        write = sink or client.write
        strip, self._strip = self._strip, False
        self._session.on_postgres(True)
        try:
            async for chunk in backend.exchange(request, kinds):
                if self._parses:
                    del self._parses[: _count(chunk, PARSE_COMPLETE[0])]
                if strip:
                    strip = False
                    chunk = chunk.removeprefix(PARSE_COMPLETE)
                write(chunk)
                if client.blocked:
                    await client.drain()
                else:
                    client.flush_soon()  # the rest of a short answer is about to follow
        finally:
            self._session.on_postgres(False)
        if not backend.copy_in:
            self._forget_failed()

    def _forget_failed(self) -> None:
        """A statement that Postgres did not take, or did not come to, does not exist."""
        prepared = self._session.store.prepared
        for one in self._parses:
            if one is not None and prepared.get(one.name) is one:
                del prepared[one.name]
        self._parses.clear()

    async def _copy_in(
        self, backend: Backend, kinds: bytes, sink: Callable[[bytes], None] | None = None
    ) -> None:
        """Pass the client's copy data on until it ends."""
        client = self._session.client
        client.flush()
        client.wire.copy_in()
        gathered = bytearray()
        while True:
            message: Message = await client.read()
            if isinstance(message, CopyData):
                gathered += encode_copy_data(message.data)
                if len(gathered) >= COPY_GATHER:
                    await self._exchange(bytes(gathered), b"")
                    gathered.clear()
            elif isinstance(message, CopyDone | CopyFail):
                gathered += (
                    encode_copy_done()
                    if isinstance(message, CopyDone)
                    else encode_copy_fail(message.message)
                )
                if kinds == b"E":  # unlike a Query, an Execute is answered only when asked for
                    gathered += encode_flush()
                await self._exchange(bytes(gathered), kinds, sink)
                return


def _count(frames: bytes, kind: int) -> int:
    """How many of the whole frames are of that type."""
    at = count = 0
    while at < len(frames):
        count += frames[at] == kind
        at += 1 + int.from_bytes(frames[at + 1 : at + 5], "big")
    return count


class _SimpleAnswer:
    """Turns the replies of the extended protocol into those of a Query."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._splitter = FrameSplitter()
        self.tag = ""
        self.error: SqlError | None = None

    def take(self, chunk: bytes) -> None:
        for kind, frame in self._splitter.feed(chunk):
            if kind in b"12nt":
                continue
            if kind == ord("E"):
                error = parse_error(frame)
                self.error = error if isinstance(error, SqlError) else None
                continue
            if kind == ord("C"):
                self.tag = parse_command_tag(frame)
            self._write(frame)


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
