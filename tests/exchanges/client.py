"""A client without manners: bytes out, lines of a transcript in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from protocol import messages as m
from protocol.encode import TERMINATE, encode_startup
from protocol.frames import FrameSplitter, decode_backend

SILENCE_S = 10.0  # an answer that takes longer never comes
CLOSED = "(closed)"
SILENT = "(silence)"
_REQUEST = 8  # length of SSLRequest and GSSENCRequest


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens: a folder of a Unix socket, or a port of this machine."""

    port: int = 0
    socket_dir: Path | None = None

    async def connect(self) -> RawClient:
        if self.socket_dir is not None:
            path = str(self.socket_dir / ".s.PGSQL.5432")
            return RawClient(*await asyncio.open_unix_connection(path))
        return RawClient(*await asyncio.open_connection("127.0.0.1", self.port))


class RawClient:
    """One connection. `pid` and `key` are known once BackendKeyData has passed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._splitter = FrameSplitter()
        self._frames: list[bytes] = []
        self._requests = 0  # encryption asked for and not answered: one byte each
        self.pid = 0
        self.key = b""

    async def start(self, **parameters: str) -> None:
        """Start a session; raises AssertionError when it is refused."""
        self.send(encode_startup({"user": "xuanwu", "database": "xuanwu", **parameters}))
        while (frame := await self.next_frame())[:1] != b"Z":
            assert frame and frame[:1] != b"E", f"no session: {frame!r}"

    def send(self, data: bytes, *, requests: int = 0) -> None:
        """Hand over bytes, `requests` of them SSLRequest or GSSENCRequest."""
        self._requests += requests
        if not self._writer.is_closing():
            self._writer.write(data)

    async def next_frame(self, timeout_s: float = SILENCE_S) -> bytes:
        """One message of the server, or the one byte that answers a request for encryption; empty
        at the end of the stream. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not self._frames:
                data = await self._read()
                if not data:
                    return b""
                if self._requests and data != b"E":
                    self._requests -= 1
                    return data
                self._requests = 0  # an error comes in place of the one byte
                self._frames = [frame for _, frame in self._splitter.feed(data)]
        frame = self._frames.pop(0)
        if frame[:1] == b"K":
            message = decode_backend(frame)
            assert isinstance(message, m.BackendKeyData)
            self.pid, self.key = message.pid, message.secret
        return frame

    async def _read(self) -> bytes:
        try:
            return await self._reader.read(1 if self._requests else 65536)
        except ConnectionError:  # a server that closes with our bytes unread resets
            return b""

    async def rest(self) -> list[bytes]:
        """Terminate, and everything that is still said."""
        self.send(TERMINATE)
        found = []
        while frame := await self.next_frame():
            found.append(frame)
        return found

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return  # gone is gone
