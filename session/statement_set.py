"""A statement set that arrives in pieces: psql cuts a script at every semicolon, also at those
inside of BEGIN STATEMENT SET … END. The pieces are kept and run as one job at the END, as in
Flink's own client; run one by one, they would be as many jobs.

    EXECUTE STATEMENT SET BEGIN INSERT …;   ──► kept        ROLLBACK ──► dropped
    INSERT …;                               ──► kept
    END;                                    ──► one job
"""

from __future__ import annotations

from dialects import Classified
from protocol.encode import encode_command_complete
from protocol.errors import PROGRAM_LIMIT_EXCEEDED, SYNTAX_ERROR, SqlError
from session import execute
from session.context import Session

TAG = "STATEMENT SET"
MAX_PIECES = 1000
_HEADS = (("BEGIN", "STATEMENT", "SET"), ("EXECUTE", "STATEMENT", "SET", "BEGIN"))


def opens(one: Classified) -> bool:
    """Whether the statement is the beginning of a set whose END has not come."""
    return _head(one) is not None and one.statement.tokens[-1].text.upper() != "END"


def _head(one: Classified) -> int | None:
    """How many tokens open a statement set; None for any other statement."""
    words = tuple(token.text.upper() for token in one.statement.tokens[:4])
    return next((len(head) for head in _HEADS if words[: len(head)] == head), None)


async def take(session: Session, one: Classified) -> None:
    """One piece: the opening, an INSERT, or what ends the set. Raises SqlError."""
    word = one.statement.tokens[0].text.upper()
    if session.statement_set is None:
        session.statement_set = _first_piece(one)
        tag = TAG
    elif word == "END":
        pieces, session.statement_set = session.statement_set, None
        await _run(session, pieces)
        return
    elif word == "ROLLBACK":
        session.statement_set = None
        tag = "ROLLBACK"
    else:
        _keep(session.statement_set, one, word)
        tag = TAG
    session.client.write(encode_command_complete(tag))


def _first_piece(one: Classified) -> list[str]:
    start = _head(one)
    tokens = [token for token in one.statement.tokens[start:] if token.text != ";"]
    return [one.statement.text[tokens[0].start : tokens[-1].end]] if tokens else []


def _keep(pieces: list[str], one: Classified, word: str) -> None:
    if word != "INSERT":
        raise SqlError(
            SYNTAX_ERROR,
            "only INSERT may stand in a statement set",
            hint="END runs the set, ROLLBACK drops it.",
            position=1,
        )
    if len(pieces) >= MAX_PIECES:
        raise SqlError(PROGRAM_LIMIT_EXCEEDED, f"a statement set has at most {MAX_PIECES} INSERTs")
    pieces.append(one.statement.text)


async def _run(session: Session, pieces: list[str]) -> None:
    if not pieces:
        raise SqlError(SYNTAX_ERROR, "the statement set has no INSERT")
    text = "EXECUTE STATEMENT SET BEGIN\n" + "".join(f"{piece};\n" for piece in pieces) + "END"
    try:
        await execute.run_simple(session, (await session.classify(text))[0])
    except SqlError as error:
        error.position = None  # in a text that arrived in several messages
        raise
