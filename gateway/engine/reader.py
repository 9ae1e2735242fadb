"""Pages of an operation, in order, fetched ahead of their consumer while rows flow.

    gateway ─► page ─► [ ready: at most AHEAD_BYTES and one page more ] ─► next() ─► rows
                 ▲                                                          │
                 └────── asked for again: there is room, and rows came ◄────┘

Flink's gateway answers in bursts: it serialises the pages of one batch, then waits for the next
batch of the job. What lies ready here keeps server and client busy meanwhile. Nothing is fetched
beyond an empty page, so that an idle stream is polled only while its client asks, and nothing
beyond the room, so that a slow client slows Flink.
"""

from __future__ import annotations

import asyncio
from collections import deque

from gateway.engine.aside import Pace, uninterrupted
from gateway.engine.flinksession import FlinkSession
from gateway.engine.operation import Operation
from gateway.engine.pages import Page, open_page
from gateway.engine.starvation import StartWatch

AHEAD_BYTES = 4 << 20  # a page of 5,000 rows of 100 bytes has about 0.7 MB


class PageReader:
    """Reads one operation to its end; one consumer at a time."""

    def __init__(self, session: FlinkSession, operation: Operation, watch: StartWatch) -> None:
        self._session = session
        self._operation = operation
        self._watch = watch
        self._pace = Pace()
        self._token = 0  # of the page to ask for next
        self._ready: deque[Page | Exception] = deque()
        self._size = 0  # bytes of what is ready
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._put(open_page(operation.first))  # it came with the statement
        operation.first = b""

    async def next(self) -> Page:
        """The next page. Raises what its request raised (Refused, SessionLost, Unreachable)."""
        while not self._ready:
            self._go_on()
            self._came.clear()
            await self._came.wait()
        page = self._ready.popleft()
        if isinstance(page, Exception):
            raise page
        self._size -= page.size
        if page.last or not page.empty:
            self._watch.running()
        if not page.empty:
            self._pace.reset()
            if not page.last and not self._stopped_at_end():
                self._go_on()
        return page

    async def pause(self) -> None:
        """Between two empty pages. Raises SqlError 53300 when the job has found no slot."""
        await self._watch.check()
        await self._pace.wait()

    async def finish(self) -> None:
        """The last page was read: the job has ended by itself."""
        await self._close()
        await self._session.finish_aside(self._operation)

    async def stop(self) -> None:
        """End the operation and its job, whatever was read; runs to its end even if cancelled."""
        await uninterrupted(self._stop(), f"close the result of {self._operation.handle}")

    async def _stop(self) -> None:
        await self._close()
        await self._session.stop(self._operation)

    async def _close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
        self._ready.clear()
        self._watch.close()

    def _stopped_at_end(self) -> bool:
        """What was fetched last ends the reading ahead: an idle moment, the end or a failure."""
        last = self._ready[-1] if self._ready else None
        return isinstance(last, Exception) or (last is not None and (last.last or last.empty))

    def _go_on(self) -> None:
        if self._task is None and self._size < AHEAD_BYTES:
            name = f"pages of {self._operation.handle}"
            self._task = asyncio.create_task(self._fetch(), name=name)

    async def _fetch(self) -> None:
        """Fetch until there is no room, or nothing more to come at once."""
        try:
            while True:
                page = open_page(await self._session.read(self._operation, self._token))
                self._put(page)
                if page.last or page.empty or self._size >= AHEAD_BYTES:
                    break
        except Exception as error:  # it is raised to whoever asks for this page
            self._ready.append(error)
        finally:
            self._task = None
            self._came.set()

    def _put(self, page: Page) -> None:
        self._token += 1
        self._ready.append(page)
        self._size += page.size
        self._came.set()
