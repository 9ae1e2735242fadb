"""Pure work on SQL texts that does not hold other sessions up.

A text of ordinary length is worked on at once. A long one (a script, 50,000 rows of VALUES) takes
up to a second for each megabyte: that runs in a thread, a few at a time, while the event loop goes
on with the other sessions.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from dialects.lexer import MAX_TOKENS

P = ParamSpec("P")
T = TypeVar("T")

LONG = 32 * 1024  # characters; a few milliseconds of work
AT_A_TIME = 2
# How long the thread keeps the interpreter while the event loop waits for it: each step of another
# session's statement may wait as long.
SWITCH_S = 0.0005


class Texts:
    """Shared by all sessions of a process."""

    def __init__(self, max_tokens: int = MAX_TOKENS) -> None:
        self.max_tokens = max_tokens
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def work(
        self, length: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The function's result; `length` is that of the text that it works on."""
        if length <= LONG:
            return function(*args, **kwargs)
        async with self._turns:
            sys.setswitchinterval(SWITCH_S)
            return await asyncio.to_thread(function, *args, **kwargs)
