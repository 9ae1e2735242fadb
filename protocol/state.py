"""The wire's state machine: a table of legal messages per phase and a few lines of engine.

    STARTUP ──StartupMessage──► AUTHENTICATING ──authenticated──► READY
    READY ──P B D E C──► EXTENDED ──Sync──► READY
                            │ error
                            ▼
                         SKIPPING ──Sync──► READY
    READY, EXTENDED ──copy_in──► COPY_IN, COPY_IN_EXTENDED ──CopyDone, CopyFail──► back

An absent entry is a violation of the protocol. Rules obeyed (manual, "Message Flow"):
- after an error in an extended batch everything up to Sync is discarded; Terminate still ends;
- copy messages out of copy mode are dropped in silence: a client may still be sending them after
  the copy has failed;
- Flush and Sync within copy-in are dropped: libpq sends them before it knows that it is a COPY.
"""

from __future__ import annotations

from enum import Enum, auto

from protocol.errors import ProtocolViolation


class Phase(Enum):
    STARTUP = auto()
    AUTHENTICATING = auto()
    READY = auto()
    EXTENDED = auto()
    SKIPPING = auto()
    COPY_IN = auto()
    COPY_IN_EXTENDED = auto()
    TERMINATED = auto()


class Event(Enum):
    """What the server itself does that moves the wire."""

    STARTUP = auto()
    AUTHENTICATED = auto()
    COPY_IN = auto()
    ERROR = auto()
    FATAL = auto()


# Per phase: type byte → (next phase, does the message reach the session).
_DELIVER, _DROP = True, False
Moves = dict[int, tuple[Phase, bool]]


def _moves(letters: bytes, target: Phase, deliver: bool = _DELIVER) -> Moves:
    return dict.fromkeys(letters, (target, deliver))


LEGAL: dict[Phase, Moves] = {
    Phase.STARTUP: {},
    Phase.AUTHENTICATING: _moves(b"p", Phase.AUTHENTICATING) | _moves(b"X", Phase.TERMINATED),
    Phase.READY: _moves(b"QFSH", Phase.READY)
    | _moves(b"PBDEC", Phase.EXTENDED)
    | _moves(b"dcf", Phase.READY, _DROP)
    | _moves(b"X", Phase.TERMINATED),
    Phase.EXTENDED: _moves(b"QFS", Phase.READY)
    | _moves(b"PBDECH", Phase.EXTENDED)
    | _moves(b"dcf", Phase.EXTENDED, _DROP)
    | _moves(b"X", Phase.TERMINATED),
    Phase.SKIPPING: _moves(b"S", Phase.READY)
    | _moves(b"QFPBDECHdcf", Phase.SKIPPING, _DROP)
    | _moves(b"X", Phase.TERMINATED),
    Phase.COPY_IN: _moves(b"d", Phase.COPY_IN)
    | _moves(b"cf", Phase.READY)
    | _moves(b"SH", Phase.COPY_IN, _DROP)
    | _moves(b"X", Phase.TERMINATED),
    Phase.COPY_IN_EXTENDED: _moves(b"d", Phase.COPY_IN_EXTENDED)
    | _moves(b"cf", Phase.EXTENDED)
    | _moves(b"SH", Phase.COPY_IN_EXTENDED, _DROP)
    | _moves(b"X", Phase.TERMINATED),
    Phase.TERMINATED: {},
}

EVENTS: dict[tuple[Phase, Event], Phase] = {
    (Phase.STARTUP, Event.STARTUP): Phase.AUTHENTICATING,
    (Phase.AUTHENTICATING, Event.AUTHENTICATED): Phase.READY,
    (Phase.READY, Event.COPY_IN): Phase.COPY_IN,
    (Phase.EXTENDED, Event.COPY_IN): Phase.COPY_IN_EXTENDED,
    # A failed Query or Sync is answered with ReadyForQuery; its copy data, if any, is dropped.
    (Phase.READY, Event.ERROR): Phase.READY,
    (Phase.COPY_IN, Event.ERROR): Phase.READY,
    (Phase.EXTENDED, Event.ERROR): Phase.SKIPPING,
    (Phase.COPY_IN_EXTENDED, Event.ERROR): Phase.SKIPPING,
    (Phase.SKIPPING, Event.ERROR): Phase.SKIPPING,
    (Phase.TERMINATED, Event.ERROR): Phase.TERMINATED,
} | {(phase, Event.FATAL): Phase.TERMINATED for phase in Phase}


class WireState:
    """The phase of one connection. Nothing outside this file changes it."""

    __slots__ = ("_phase",)

    def __init__(self) -> None:
        self._phase = Phase.STARTUP

    @property
    def phase(self) -> Phase:
        return self._phase

    def receive(self, kind: int) -> bool:
        """A message of that type byte came: move on; whether it is to be delivered or dropped."""
        move = LEGAL[self._phase].get(kind)
        if move is None:
            raise ProtocolViolation(self._refusal(kind))
        self._phase, deliver = move
        return deliver

    def require(self, kind: int) -> None:
        """Raise ProtocolViolation when no message of that type may come now."""
        if kind not in LEGAL[self._phase]:
            raise ProtocolViolation(self._refusal(kind))

    def on(self, event: Event) -> None:
        """The server did something. An impossible event is a bug of the caller: RuntimeError."""
        target = EVENTS.get((self._phase, event))
        if target is None:
            raise RuntimeError(f"wire event {event.name} in phase {self._phase.name}")
        self._phase = target

    def _refusal(self, kind: int) -> str:
        if self._phase is Phase.AUTHENTICATING:
            return f"expected password response, got message type {kind}"
        if self._phase in (Phase.COPY_IN, Phase.COPY_IN_EXTENDED):
            return f"unexpected message type 0x{kind:02X} during COPY from stdin"
        return f"invalid frontend message type {kind}"
