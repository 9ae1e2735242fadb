"""The runtime mode that each statement of a script runs in, as far as the script sets it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dialects import Route, to_engine
from gateway.engine.configuration import RUNTIME_MODE, ClientOptions
from gateway.linting.scripts import Piece
from protocol.errors import SqlError

_PARAMETER = re.compile(
    r"(?:SET\s+(?:SESSION\s+)?flink\s*\.\s*runtime_mode\s*(?:=|\bTO\b)\s*'?(\w+)'?"
    r"|RESET\s+flink\s*\.\s*runtime_mode)\s*\Z",
    re.IGNORECASE,
)
_BATCH = {"batch": True, "streaming": False}


def modes(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, bool | None]]:
    """Each piece, and whether it runs as a batch; None: nothing has said so. The session's own
    parameter outranks Flink's option, as on the server."""
    options = ClientOptions()
    parameter = ""
    for piece in pieces:
        mode = parameter or options.values.get(RUNTIME_MODE, "")
        yield piece, _BATCH.get(mode.lower())
        if piece.one is None or piece.one.statement.words[0] not in ("SET", "RESET"):
            continue
        if piece.one.route is Route.ENGINE:
            _take(options, piece)
        elif found := _PARAMETER.match(piece.text):
            parameter = (found[1] or "").lower().replace("auto", "")


def _take(options: ClientOptions, piece: Piece) -> None:
    """A text that Flink has no words for sets nothing: the verdict tells of it."""
    assert piece.one is not None
    try:
        options.take(to_engine(piece.one.statement).text)
    except SqlError:
        return
