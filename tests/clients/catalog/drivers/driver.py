"""One driver: a name, a way to run it, a reason why it cannot be run here."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_RUN_S = 90
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Driver:
    """`absent`: why it cannot be run on this machine, beginning with `optional: `; or None."""

    name: str
    run: Callable[[int], Awaitable[Answers]]
    absent: Callable[[], str | None] = lambda: None


async def told(command: Sequence[str], **environment: str) -> Answers:
    """The answers that a program prints as one JSON object. Raises AssertionError if it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "LC_ALL": "C.UTF-8",
            **environment,
        },
    )
    try:
        async with asyncio.timeout(_RUN_S):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    assert process.returncode == 0, f"{command[0]} failed:\n{err.decode()}"
    answers: Answers = json.loads(out)
    return answers


def failures(answers: Answers) -> dict[str, str]:
    """The calls that failed, with what was said."""
    return {
        call: answer["error"]
        for call, answer in answers.items()
        if isinstance(answer, dict) and "error" in answer
    }
