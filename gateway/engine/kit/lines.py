"""A child process that is asked and answers in lines, with a bound on every wait."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Sequence
from typing import BinaryIO

_CHUNK_BYTES = 1 << 16


class Ended(Exception):
    """The process has ended, or does not read or answer any more."""


class Lines:
    """The two pipes of a started process; one line at a time each way."""

    def __init__(self, command: Sequence[str], environ: dict[str, str], log: BinaryIO) -> None:
        """Raises OSError if it cannot be started. `log` takes its stderr."""
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, bufsize=0, env=environ, stdin=pipe, stdout=pipe, stderr=log
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self._input, self._output = self.process.stdin, self.process.stdout
        os.set_blocking(self._input.fileno(), False)
        self._rest = b""

    def exchange(self, line: bytes, seconds: float) -> bytes:
        """Send a line, without its end, and return the next one that comes. Raises Ended."""
        deadline = time.monotonic() + seconds
        try:
            self._send(line + b"\n", deadline)
            return self._receive(deadline)
        except BrokenPipeError as error:
            raise Ended("ended") from error

    def close(self, seconds: float) -> None:
        """The end of its input tells the process to end; one that does not is killed."""
        with self.process:
            self._input.close()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def _send(self, data: bytes, deadline: float) -> None:
        left = memoryview(data)
        while left:
            self._wait(self._input.fileno(), select.POLLOUT, deadline)
            left = left[os.write(self._input.fileno(), left[:_CHUNK_BYTES]) :]

    def _receive(self, deadline: float) -> bytes:
        chunks = [self._rest]
        while b"\n" not in chunks[-1]:
            self._wait(self._output.fileno(), select.POLLIN, deadline)
            chunk = os.read(self._output.fileno(), _CHUNK_BYTES)
            if not chunk:
                raise Ended("ended")
            chunks.append(chunk)
        line, _, self._rest = b"".join(chunks).partition(b"\n")
        return line

    def _wait(self, pipe: int, event: int, deadline: float) -> None:
        ready = select.poll()
        ready.register(pipe, event)
        if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
            self.process.kill()  # its answer must not be taken for that of the next question
            raise Ended("does not answer")
