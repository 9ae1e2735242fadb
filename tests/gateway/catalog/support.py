"""What the tests of the catalog share: recorded events, a lease that answers in rows, waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from gateway.catalog.login import Login
from gateway.catalog.pool import Pool
from protocol.encode import encode_query
from protocol.errors import SqlError
from protocol.frames import iter_frames, parse_command_tag, parse_data_row, parse_error
from session.ports import Backend, Lease


class Events:
    def __init__(self) -> None:
        self.parameters: list[tuple[str, str]] = []
        self.frames = b""
        self.signals: list[tuple[str, int]] = []

    def on_parameter(self, name: str, value: str) -> None:
        self.parameters.append((name, value))

    def on_async(self, frames: bytes) -> None:
        self.frames += frames

    def on_signal(self, verb: str, pid: int) -> None:
        self.signals.append((verb, pid))


async def collect(backend: Backend, request: bytes, kinds: bytes) -> bytes:
    return b"".join([chunk async for chunk in backend.exchange(request, kinds)])


async def rows(backend: Backend, sql: str) -> list[list[str | None]]:
    """The rows of a simple query as text. Raises the first error among the answers."""
    found = []
    for kind, frame in iter_frames(await collect(backend, encode_query(sql), b"Q")):
        if kind == ord("E"):
            raise parse_error(frame)
        if kind == ord("D"):
            found.append([None if v is None else v.decode() for v in parse_data_row(frame)])
    return found


async def ask(lease: Lease, sql: str) -> list[list[str | None]]:
    async with lease.hold() as backend:
        return await rows(backend, sql)


async def one(lease: Lease, sql: str) -> str | None:
    [[value]] = await ask(lease, sql)
    return value


async def refusal(lease: Lease, sql: str) -> SqlError:
    try:
        await ask(lease, sql)
    except SqlError as failure:
        return failure
    raise AssertionError(f"not refused: {sql}")


def kinds_of(data: bytes) -> str:
    return "".join(chr(kind) for kind, _ in iter_frames(data))


def tags(data: bytes) -> list[str]:
    return [parse_command_tag(frame) for kind, frame in iter_frames(data) if kind == ord("C")]


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for a condition that another task brings about."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is watched sets no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def leases(
    pool: Pool, count: int, *, parameters: Sequence[tuple[str, str]] = ()
) -> AsyncIterator[list[tuple[Lease, Events]]]:
    """So many leases of the owner on a pool."""
    login = Login("xuanwu", "xuanwu", tuple(parameters))
    opened: list[tuple[Lease, Events]] = []
    try:
        for _ in range(count):
            events = Events()
            lease, _ = await pool.open(login, events)
            opened.append((lease, events))
        yield opened
    finally:
        for lease, _ in opened:
            await lease.close()
