"""Positions of errors, brought back from a text with full names to the text that came in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dialects import Rewritten
from protocol.errors import SqlError
from session.ports import Batch, Column, ResultStream


@contextmanager
def placed(text: Rewritten) -> Iterator[None]:
    try:
        yield
    except SqlError as error:
        if error.position is not None:
            error.position = text.position(error.position)
        raise


class PlacedStream:
    """A result whose later errors are placed too."""

    def __init__(self, stream: ResultStream, text: Rewritten) -> None:
        self._stream = stream
        self._text = text

    @property
    def columns(self) -> Sequence[Column]:
        return self._stream.columns

    async def next(self) -> Batch | None:
        with placed(self._text):
            return await self._stream.next()

    async def aclose(self) -> None:
        await self._stream.aclose()
