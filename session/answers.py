"""Answers of the extended protocol given to a client that asked in the simple one."""

from __future__ import annotations

from collections.abc import Callable

from protocol.errors import SqlError
from protocol.frames import iter_frames, parse_command_tag, parse_error

_COMPLETE, _ERROR = b"CE"


class SimpleAnswer:
    """Turns the replies of the extended protocol into those of a Query. An error is kept."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self.tag = ""
        self.error: SqlError | None = None

    def take(self, chunk: bytes) -> None:
        for kind, frame in iter_frames(chunk):
            if kind in b"12nt":
                continue
            if kind == _ERROR:
                self.error = parse_error(frame)
                continue
            if kind == _COMPLETE:
                self.tag = parse_command_tag(frame)
            self._write(frame)
