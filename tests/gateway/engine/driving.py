"""Helpers of the tests that drive a `FlinkEngine`: settings, rows out of frames, proofs."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from gateway.engine.flinksession import FlinkSession
from gateway.engine.session import ClientSession
from protocol.errors import Notice
from session.ports import EngineSettings, ResultStream

VERSIONS = ("2.2", "1.20", "1.16")
Row = tuple[bytes | None, ...]


def frames(data: bytes) -> list[Row]:
    """DataRow messages taken apart."""
    rows, at = [], 0
    while at < len(data):
        assert data[at : at + 1] == b"D"
        (size, count) = struct.unpack_from("!IH", data, at + 1)
        cell, row = at + 7, []
        for _ in range(count):
            (length,) = struct.unpack_from("!i", data, cell)
            cell += 4
            row.append(None if length < 0 else data[cell : cell + length])
            cell += max(length, 0)
        at += 1 + size
        assert cell == at
        rows.append(tuple(row))
    return rows


async def drain(stream: ResultStream, limit: int = 1_000_000) -> list[Row]:
    rows: list[Row] = []
    try:
        while len(rows) < limit and (batch := await stream.next()) is not None:
            found = frames(batch.data)
            assert len(found) == batch.rows
            rows += found
    finally:
        await stream.aclose()
    return rows


class Client:
    """A session of one version with its notices."""

    def __init__(self, engine: Any, version: str, pid: int = 4711) -> None:
        self.notices: list[Notice] = []
        self.session: ClientSession = engine.session(pid, self.notices.append)
        self.settings = EngineSettings(version=version, application_name="test")

    async def rows(self, sql: str, formats: Sequence[int] = (), **changed: Any) -> list[Row]:
        return await drain(await self.query(sql, formats, **changed))

    async def query(self, sql: str, formats: Sequence[int] = (), **changed: Any) -> ResultStream:
        return await self.session.query(sql, replace(self.settings, **changed), formats)

    async def execute(self, *statements: str) -> None:
        for sql in statements:
            await self.session.execute(sql, self.settings)

    async def show(self, sql: str) -> list[Row]:
        return await drain(await self.session.show(sql, self.settings, ()))

    async def forgotten(self) -> list[FlinkSession]:
        """Make the gateway forget the client's Flink sessions."""
        sessions = list(self.session._sessions.values())
        for session in sessions:
            await session.gateway.close(session.handle)
        return sessions

    async def running(self) -> list[str]:
        """Ids of this client's foreground jobs that have not ended."""
        session = await self.session.flink(self.settings)
        ended = ("FINISHED", "CANCELED", "FAILED")
        mark = f" test {self.session.pid}: "
        return [j.jid for j in await session.jobs.jobs() if mark in j.name and j.state not in ended]


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.05)


async def cancelled_while_waited_for(client: Client, insert: str) -> None:
    """Cancel a sync INSERT once its job runs: the job ends with it."""
    settings = replace(client.settings, wait=True, application_name="waiting")
    task = asyncio.create_task(client.session.submit(insert, settings))
    jobs = (await client.session.flink(client.settings)).jobs

    async def runs() -> bool:
        return any(j.name.startswith("waiting") and j.state == "RUNNING" for j in await jobs.jobs())

    await until(runs)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await runs()
