"""Messages for Postgres that have been gathered, and what each means for the session's names.

A name is given out or taken back as soon as its message is gathered, for the messages behind it in
the same flight may use it. What Postgres refuses, or never comes to because of an error before it,
is undone.
"""

from __future__ import annotations

from collections.abc import Callable

Undo = Callable[[bool], None]  # told whether Postgres came to the message at all


class Batch:
    """What leaves with the next flush or sync. `kinds` as in `session.ports.Backend.exchange`."""

    __slots__ = ("_kinds", "_parts", "_undo")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._kinds = bytearray()
        self._undo: list[tuple[int, Undo]] = []  # with the place among the kinds

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def add(self, message: bytes, kind: bytes, undo: Undo | None = None) -> None:
        if undo is not None:
            self._undo.append((len(self._kinds), undo))
        self._parts.append(message)
        self._kinds += kind

    def take(self) -> tuple[bytes, bytes]:
        """The messages and their kinds, to be sent now; `settle` follows."""
        request, kinds = b"".join(self._parts), bytes(self._kinds)
        self._parts.clear()
        self._kinds.clear()
        return request, kinds

    def settle(self, answered: int) -> None:
        """So many replies have come, and then an error or nothing more to wait for."""
        undo = self._undo.copy()
        self._undo.clear()
        for place, call in reversed(undo):
            if place >= answered:
                call(place == answered)

    def drop(self) -> None:
        """Nothing of it will be sent."""
        self.take()
        self.settle(-1)
