"""pgjdbc as a process: requests and answers as lines (see java/Jdbc.java)."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.clients import javac

_ANSWER_S = 90
_SOURCE = Path(__file__).parent / "java" / "Jdbc.java"


class JdbcError(Exception):
    """A SQLException, as the driver tells it."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(f"{answer['sqlstate']}: {answer['message']}")
        self.sqlstate: str = answer["sqlstate"]
        self.message: str = answer["message"]
        self.position: int | None = answer["position"] or None
        self.hint: str | None = answer["hint"]


class Jdbc:
    """One JVM with any number of named connections; requests run one after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def ask(self, verb: str, *arguments: object) -> dict[str, Any]:
        """Raises JdbcError for a SQLException."""
        words = [base64.b64encode(str(word).encode()) for word in (verb, *arguments)]
        assert self._process.stdin is not None and self._process.stdout is not None
        async with self._turn, asyncio.timeout(_ANSWER_S):
            self._process.stdin.write(b" ".join(words) + b"\n")
            line = await self._process.stdout.readline()
        assert line, f"the JVM ended at {verb}"
        answer: dict[str, Any] = json.loads(line)
        if "sqlstate" in answer:
            raise JdbcError(answer)
        return answer

    async def open(self, name: str, port: int, options: str = "", **properties: str) -> None:
        """A connection under that name; `options` go to the URL."""
        url = f"jdbc:postgresql://127.0.0.1:{port}/xuanwu?{options}"
        given = {"user": "xuanwu", **properties}
        await self.ask("open", name, url, *(f"{key}={value}" for key, value in given.items()))


@asynccontextmanager
async def started() -> AsyncIterator[Jdbc]:
    """A JVM for as long as the block lasts."""
    driver = await asyncio.to_thread(javac.jar, javac.PGJDBC)
    classes = await asyncio.to_thread(javac.compiled, _SOURCE, [driver])
    command = javac.command("Jdbc", [classes, driver])
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        limit=64 * 1024 * 1024,
    )
    try:
        yield Jdbc(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
