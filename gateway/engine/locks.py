"""A lock between processes, as a file.

flock(2) goes when its holder dies, so a crash never leaves a stale lock behind. Waiting is polling
with a bound: a blocking flock could not be given up.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

_POLL_S = 0.1


class LockTimeout(Exception):
    """Another holder kept the lock for longer than the caller wanted to wait."""


@contextmanager
def held(
    path: Path,
    timeout_s: float,
    *,
    waiting: Callable[[], None] = lambda: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[None]:
    """Hold the lock at `path`, blocking the calling thread while another has it.

    `waiting` is called once if another has it. Raises LockTimeout after `timeout_s`, or when
    `cancelled` answers true while waiting.
    """
    with _opened(path) as descriptor:
        for wait_s in _attempts(descriptor, path, timeout_s, waiting):
            if cancelled():
                raise LockTimeout(path.name)
            time.sleep(wait_s)
        yield


@asynccontextmanager
async def held_async(
    path: Path, timeout_s: float, *, waiting: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """The same for a coroutine."""
    with _opened(path) as descriptor:
        for wait_s in _attempts(descriptor, path, timeout_s, waiting):
            await asyncio.sleep(wait_s)
        yield


def locked_by_jvm(path: Path) -> bool:
    """Does a JVM hold the lock at `path`? Java's FileLock is a POSIX record lock, not flock.

    Asking takes the lock for a moment: the caller makes sure that no JVM is starting.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _attempts(
    descriptor: int, path: Path, timeout_s: float, waiting: Callable[[], None]
) -> Iterator[float]:
    """Yield seconds to wait until the lock is taken."""
    deadline = time.monotonic() + timeout_s
    told = False
    while not _taken(descriptor):
        if not told:
            waiting()
            told = True
        if time.monotonic() > deadline:
            raise LockTimeout(path.name)
        yield _POLL_S


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
