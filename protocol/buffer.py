"""A receive buffer without quadratic copies, and a bounds-checked cursor over one message's body.

Nothing here believes a number from the wire: every read is checked against what is there, and what
is not there raises ProtocolViolation.
"""

from __future__ import annotations

import struct

from protocol.errors import CHARACTER_NOT_IN_REPERTOIRE, ProtocolViolation, SqlError

_COMPACT_ABOVE = 64 * 1024
_INT16 = struct.Struct("!h")
_UINT16 = struct.Struct("!H")
_INT32 = struct.Struct("!i")
_UINT32 = struct.Struct("!I")


class ReceiveBuffer:
    """Bytes in order of arrival. Taking from the front moves an offset; the rest moves rarely."""

    __slots__ = ("_data", "_start")

    def __init__(self) -> None:
        self._data = bytearray()
        self._start = 0

    def __len__(self) -> int:
        return len(self._data) - self._start

    def append(self, data: bytes | bytearray | memoryview) -> None:
        self._data += data

    def uint32(self, offset: int) -> int:
        """Four bytes at `offset` from the front; the caller has looked at the length."""
        return int(_UINT32.unpack_from(self._data, self._start + offset)[0])

    def byte(self) -> int:
        return self._data[self._start]

    def take(self, size: int, skip: int = 0) -> bytes:
        """The next `size` bytes after `skip` of them, all of which leave the buffer."""
        begin = self._start + skip
        taken = bytes(self._data[begin : begin + size])
        self.drop(skip + size)
        return taken

    def drop(self, size: int) -> None:
        self._start += size
        if self._start >= len(self._data):
            self._data.clear()
            self._start = 0
        elif self._start > _COMPACT_ABOVE and self._start * 2 > len(self._data):
            del self._data[: self._start]
            self._start = 0


class Cursor:
    """Reads a message's body from front to back. All methods raise ProtocolViolation."""

    __slots__ = ("_body", "_at")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._body) - self._at

    def byte(self) -> int:
        return self.take(1)[0]

    def int16(self) -> int:
        return int(_INT16.unpack(self.take(2))[0])

    def uint16(self) -> int:
        return int(_UINT16.unpack(self.take(2))[0])

    def int32(self) -> int:
        return int(_INT32.unpack(self.take(4))[0])

    def uint32(self) -> int:
        return int(_UINT32.unpack(self.take(4))[0])

    def take(self, size: int) -> bytes:
        at = self._at
        end = at + size
        if size < 0 or end > len(self._body):
            raise ProtocolViolation("insufficient data left in message")
        self._at = end
        return self._body[at:end]

    def rest(self) -> bytes:
        taken = self._body[self._at :]
        self._at = len(self._body)
        return taken

    def count(self, width: int) -> int:
        """A count of elements of at least `width` bytes each, checked before anything is built."""
        count = self.uint16()
        if count * width > self.left:
            raise ProtocolViolation("insufficient data left in message")
        return count

    def int16s(self) -> tuple[int, ...]:
        count = self.count(2)
        return struct.unpack(f"!{count}h", self.take(2 * count))

    def uint32s(self) -> tuple[int, ...]:
        count = self.count(4)
        return struct.unpack(f"!{count}I", self.take(4 * count))

    def cstring(self) -> str:
        """A NUL-terminated string. What is not UTF-8 is an ordinary error, 22021."""
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise ProtocolViolation("invalid string in message")
        taken = self._body[self._at : end]
        self._at = end + 1
        return decode_utf8(taken)

    def end(self) -> None:
        if self._at != len(self._body):
            raise ProtocolViolation("invalid message format")


def decode_utf8(data: bytes) -> str:
    """Strict UTF-8; raises SqlError 22021 with the first offending bytes, as Postgres does."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        shown = " ".join(f"0x{byte:02x}" for byte in data[error.start : error.start + 4])
        raise SqlError(
            CHARACTER_NOT_IN_REPERTOIRE, f'invalid byte sequence for encoding "UTF8": {shown}'
        ) from error
