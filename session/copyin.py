"""Copy data on its way from the client to Postgres.

Both sides may speak: the client until its CopyDone or CopyFail, Postgres at any time, when it
refuses what it has read so far. Its error goes to the client at once; what the client still sends
of its data is then dropped by the wire, as Postgres drops it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from protocol.encode import encode, encode_copy_data, encode_flush
from protocol.messages import CopyData
from session.client import Client
from session.ports import Backend

GATHER = 256 * 1024  # bytes of CopyData sent on at a time
Sink = Callable[[bytes], None]
Exchange = Callable[[bytes, bytes, Sink | None], Awaitable[None]]


async def pass_copy_data(
    client: Client, backend: Backend, exchange: Exchange, kinds: bytes, sink: Sink | None
) -> None:
    """Until it ends, one way or the other, and `kinds` is answered."""
    client.flush()
    client.wire.copy_in()
    backend.on_copy_error = client.wake
    try:
        ending = await _pass(client, backend, exchange)
    finally:
        backend.on_copy_error = None
    if backend.copy_failed:
        client.wire.error()
        ending = b""
    elif kinds == b"E":  # unlike a Query, an Execute is answered only when asked for
        ending += encode_flush()
    await exchange(ending, kinds, sink)


async def _pass(client: Client, backend: Backend, exchange: Exchange) -> bytes:
    """All but the last bytes, which are returned; those do not matter once Postgres has failed."""
    gathered = bytearray()
    while True:
        message = await client.read_unless(lambda: backend.copy_failed)
        if message is None:
            return b""
        if not isinstance(message, CopyData):
            return bytes(gathered) + encode(message)
        gathered += encode_copy_data(message.data)
        if len(gathered) >= GATHER or not client.wire.has_message:
            await exchange(bytes(gathered), b"", None)
            gathered.clear()
