"""Long texts are worked on aside, a few at a time; short ones at once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from session.texts import AT_A_TIME, LONG, Texts


async def test_a_short_text_needs_no_thread() -> None:
    assert await Texts().work(LONG, threading.get_ident) == threading.get_ident()


async def test_a_long_text_leaves_the_loop_free() -> None:
    assert await Texts().work(LONG + 1, threading.get_ident) != threading.get_ident()


async def test_only_a_few_at_a_time() -> None:
    texts, go = Texts(), threading.Event()
    loop, started = asyncio.get_running_loop(), asyncio.Semaphore(0)
    running = 0

    def wait() -> None:
        nonlocal running
        running += 1
        loop.call_soon_threadsafe(started.release)
        assert go.wait(60)

    tasks = [asyncio.create_task(texts.work(LONG + 1, wait)) for _ in range(AT_A_TIME + 2)]
    for _ in range(AT_A_TIME):
        await started.acquire()
    for _ in range(100):
        await asyncio.sleep(0)
    assert running == AT_A_TIME
    go.set()
    await asyncio.gather(*tasks)
    assert running == AT_A_TIME + 2


async def test_errors_come_through() -> None:
    with pytest.raises(ZeroDivisionError):
        await Texts().work(LONG + 1, divmod, 1, 0)
