"""What Postgres sends, cut into chunks of whole frames as large as they came, not decoded.

The scan looks at the header of each frame and hands out only the few kinds that may not be the
client's. A consumer that is behind stops the reading, so that about `_HIGH_WATER` bytes and one
frame wait here.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import Callable

from gateway.catalog.awaited import Awaited

_HEAD = struct.Struct("!BI").unpack_from
_HEADER = 5
_HIGH_WATER = 1 << 20
_MAX_FRAME = 1 << 30
_DATA_ROW, _COPY_DATA = b"Dd"
LOOKED_AT = b"ZENS"


class Incoming:
    """`passes(kind, frame)` is asked of the frames in `LOOKED_AT`, and of all but rows and copy
    data while no reply is awaited; False: the frame is not for the consumer. `broken(what)` is
    told of a stream that is none."""

    def __init__(
        self,
        awaited: Awaited,
        passes: Callable[[int, bytes], bool],
        broken: Callable[[str], None],
    ) -> None:
        self.transport: asyncio.Transport | None = None
        self.discarding = False
        self._awaited = awaited
        self._passes = passes
        self._broken = broken
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._tail = bytearray()
        self._need = 0
        self._reading = True

    def __bool__(self) -> bool:
        """Chunks wait."""
        return bool(self._chunks)

    def feed(self, data: bytes) -> None:
        if self._need:
            self._tail += data
            if len(self._tail) < self._need:
                return
            data = bytes(self._tail)
            self._tail.clear()
            self._need = 0
        self.scan(data)

    def scan(self, data: bytes) -> None:
        """Walk the frames; runs of frames that pass become one chunk each."""
        awaited = self._awaited
        size = len(data)
        last = size - _HEADER
        start = at = length = 0
        while at <= last:
            kind, length = _HEAD(data, at)
            end = at + length + 1
            if end > size or length < 4:
                break
            if kind == _DATA_ROW or kind == _COPY_DATA:
                pass
            elif kind in LOOKED_AT or awaited.done:
                if not self._passes(kind, data[at:end]):
                    if at > start:
                        self._emit(data[start:at])
                    start = end
            else:
                awaited.see(kind)
            at = end
        if at > start:
            self._emit(data[start:at])
        if at < size:
            self._keep(data[at:], length + 1 if at <= last else _HEADER)

    def _keep(self, rest: bytes, need: int) -> None:
        if not _HEADER <= need <= _MAX_FRAME:
            self._broken(f"frame of {need} bytes")
            return
        self._tail += rest
        self._need = need

    def _emit(self, frames: bytes) -> None:
        if self.discarding:
            return
        self._chunks.append(frames)
        self._size += len(frames)
        if self._size > _HIGH_WATER and self._reading and self.transport is not None:
            self._reading = False
            self.transport.pause_reading()

    def take(self) -> bytes:
        """All chunks as one; there must be some."""
        chunk = self._chunks.popleft() if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._size = 0
        if not self._reading and self.transport is not None:
            self._reading = True
            self.transport.resume_reading()
        return chunk
