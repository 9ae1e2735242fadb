"""Which reply answers which request: when an exchange of frames is over, and in what state.

    P ParseComplete    B BindComplete    C CloseComplete    D RowDescription | NoData
    E CommandComplete | EmptyQueryResponse | PortalSuspended          S, Q ReadyForQuery

Pure: it is told the type byte of each backend message but DataRow and CopyData, which decide
nothing. After an ErrorResponse Postgres skips every message up to Sync (manual, 55.2.3 "Extended
Query"), a Query included; an error within a Query is followed by its ReadyForQuery.
"""

from __future__ import annotations

_ANSWERS = {
    ord("1"): b"P",
    ord("2"): b"B",
    ord("3"): b"C",
    ord("T"): b"D",
    ord("n"): b"D",
    ord("C"): b"E",
    ord("I"): b"E",
    ord("s"): b"E",
    ord("Z"): b"SQ",
}
_ERROR = ord("E")
_COPY_IN = ord("G")
_READY = ord("Z")
_SYNC = ord("S")
_QUERY = ord("Q")


class Awaited:
    """The replies still missing in an exchange.

    `answered`: how many came, up to the first error if there was one.
    `failed`: an error came and no ReadyForQuery since; Postgres skips all but Sync.
    `copy_in`: the exchange ended at a CopyInResponse.
    `synced`: the last thing seen was a ReadyForQuery, nothing has been sent since.
    """

    __slots__ = ("_at", "_kinds", "answered", "copy_in", "done", "failed", "synced")

    def __init__(self) -> None:
        self._kinds = b""
        self._at = 0
        self.answered = 0
        self.done = True
        self.failed = False
        self.copy_in = False
        self.synced = True

    def expect(self, kinds: bytes) -> None:
        self._kinds = kinds
        self._at = 0
        self.answered = 0
        self.done = not kinds
        self.synced = False
        if kinds:
            self.copy_in = False
        if self.failed:
            self._skip()

    def see(self, kind: int) -> None:
        """Note a backend message. Unknown ones and those that answer nothing change nothing."""
        if kind == _ERROR:
            self._fail()
        elif kind == _COPY_IN:
            self.copy_in = self.done = True
        elif not self.done and self._kinds[self._at] in _ANSWERS.get(kind, b""):
            self._answer(kind)

    def _answer(self, kind: int) -> None:
        self._at += 1
        self.done = self._at == len(self._kinds)
        if not self.failed:
            self.answered = self._at
        if kind == _READY:
            self.failed = False
            self.synced = self.done

    def _fail(self) -> None:
        if not self.done and self._kinds[self._at] in b"SQ":
            return  # its ReadyForQuery still comes
        self.failed = True
        self._skip()

    def _skip(self) -> None:
        """Postgres discards everything up to the next Sync."""
        sync = self._kinds.find(_SYNC, self._at)
        self._at = len(self._kinds) if sync < 0 else sync
        self.done = sync < 0
