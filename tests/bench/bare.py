"""The least that a proxy on this event loop costs: `python -m tests.bench.bare PATH`.

Bytes go between a TCP port and the Unix socket of a Postgres, unread. Prints the port.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop


class Side(asyncio.Protocol):
    """One end of a pair; what it receives, the other end sends."""

    def __init__(self, other: Side | None = None) -> None:
        self.transport: asyncio.Transport | None = None
        self.other = other
        self.early = bytearray()  # received before the other end was connected

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        if self.other is not None:
            self.other.joined(self)

    def joined(self, other: Side) -> None:
        self.other = other
        assert other.transport is not None
        other.transport.write(self.early)

    def data_received(self, data: bytes) -> None:
        if self.other is None or self.other.transport is None:
            self.early += data
        else:
            self.other.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


class Front(Side):
    def __init__(self, path: str, dialling: set[asyncio.Task[object]]) -> None:
        super().__init__()
        self._path = path
        self._dialling = dialling

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        loop = asyncio.get_running_loop()
        task: asyncio.Task[object] = loop.create_task(
            loop.create_unix_connection(lambda: Side(self), self._path)
        )
        self._dialling.add(task)
        task.add_done_callback(self._dialling.discard)


async def main(path: str) -> None:
    dialling: set[asyncio.Task[object]] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: Front(path, dialling), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
