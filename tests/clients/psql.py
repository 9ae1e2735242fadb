"""A psql that stays, spoken to over pipes: ask a script, get what it printed."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import os
import signal
from dataclasses import dataclass

from gateway.catalog.programs import MAJOR, binaries

_ANSWER_S = 60
NULL = "<null>"
# A wide terminal and no pager; everything else as psql does it.
_OPTIONS = ("-X", "-v", "VERBOSITY=verbose", "-v", "HISTFILE=/dev/null")
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PGCLIENTENCODING": "UTF8", "PGCONNECT_TIMEOUT": "20"}


@dataclass(frozen=True, slots=True)
class Said:
    """What psql printed on its two outputs."""

    out: str
    err: str

    @property
    def table(self) -> list[list[str | None]]:
        """The rows of a CSV answer, header first."""
        rows = list(csv.reader(io.StringIO(self.out)))
        return [[None if cell == NULL else cell for cell in row] for row in rows]


class Psql:
    """One process. `ask` is for one caller at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._marks = itertools.count()

    @classmethod
    async def start(cls, dsn: str, *options: str, major: str = MAJOR) -> Psql:
        process = await asyncio.create_subprocess_exec(
            str(binaries(major) / "psql"),
            *_OPTIONS,
            *options,
            dsn,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.environ["PATH"], **_ENVIRONMENT},
            limit=64 * 1024 * 1024,
        )
        return cls(process)

    async def ask(self, script: str) -> Said:
        """Run it; all that both outputs got until psql had read it to its end."""
        mark = f"--- {next(self._marks)} ---"
        self.send(f"{script}\n\\echo '{mark}'\n\\warn '{mark}'\n")
        return await self._until(mark)

    def send(self, script: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(script.encode())

    async def line(self) -> str:
        """The next line of its standard output."""
        assert self.process.stdout is not None
        async with asyncio.timeout(_ANSWER_S):
            return (await self.process.stdout.readline()).decode()

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    async def end(self) -> Said:
        """Close its input and read the rest."""
        async with asyncio.timeout(_ANSWER_S):
            out, err = await self.process.communicate()
        return Said(out.decode(), err.decode())

    async def close(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.communicate()

    async def _until(self, mark: str) -> Said:
        async with asyncio.timeout(_ANSWER_S):
            out, err = await asyncio.gather(
                _read(self.process.stdout, mark), _read(self.process.stderr, mark)
            )
        return Said(out, err)


async def _read(stream: asyncio.StreamReader | None, mark: str) -> str:
    assert stream is not None
    text = (await stream.readuntil(f"{mark}\n".encode())).decode()
    return text.removesuffix(f"{mark}\n")
