"""Work that must end even when whoever asked for it is cancelled, and the pace of polling."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger(__name__)

# (until so many seconds have passed, wait so many milliseconds). Fine while a small query plans and
# starts (0.1 s each); later a finer poll buys nothing, because Flink's own collect client sleeps
# 100 ms after an empty pull.
_LADDER_MS = ((0.2, 3), (1.0, 50), (5.0, 100), (30.0, 250))
_LAST_MS = 500


async def uninterrupted(work: Coroutine[Any, Any, T], name: str) -> T:
    """Run `work` to its end; a cancellation of the caller is raised only after it. `work` must be
    bounded by itself."""
    task = asyncio.create_task(work, name=name)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as e:
            cancelled = e
    if cancelled is None:
        return task.result()
    if not task.cancelled() and (error := task.exception()):
        log.warning("engine.aside_failed", work=name, error=str(error))
    raise cancelled


class Pace:
    """How long to wait before asking again: short at first, longer as nothing comes."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._since = time.monotonic()

    async def wait(self) -> None:
        await asyncio.sleep(self._delay_ms() / 1000)

    def _delay_ms(self) -> int:
        elapsed = time.monotonic() - self._since
        return next((ms for limit, ms in _LADDER_MS if elapsed < limit), _LAST_MS)
