"""A statement set that arrives in pieces: psql cuts a script at every semicolon, also at those
inside of BEGIN STATEMENT SET … END. The pieces are kept and run as one job at the END, as in
Flink's own client; run one by one, they would be as many jobs.

    EXECUTE STATEMENT SET BEGIN INSERT …;   ──► kept        ROLLBACK ──► dropped
    INSERT …;                               ──► kept
    END;                                    ──► one job

EXPLAIN, COMPILE PLAN, VALIDATE and TRANSLATE of a set likewise: no piece of it may run.
"""

from __future__ import annotations

from dialects import Classified, Route
from dialects.platform import VERBS
from dialects.vocabulary import QUERY_WORDS
from protocol.encode import encode_command_complete
from protocol.errors import PROGRAM_LIMIT_EXCEEDED, SYNTAX_ERROR, SqlError
from session import execute, platform
from session.context import Session

TAG = "STATEMENT SET"
MAX_PIECES = 1000
_OPENING = "EXECUTE STATEMENT SET BEGIN"
_QUERY = QUERY_WORDS | {"INSERT"}
_OPENERS = frozenset({"BEGIN", "EXECUTE", "EXPLAIN", "COMPILE"}) | frozenset(VERBS)
_LONGEST = 16  # words of a head: TRANSLATE COMPILE AND EXECUTE PLAN 'f' IF NOT EXISTS FOR …


def opens(one: Classified) -> bool:
    """Whether the statement is the beginning of a set whose END has not come."""
    head = _head(one)
    return head is not None and not _ends(one, head)


def _head(one: Classified) -> int | None:
    """How many tokens open a statement set; None for any other statement."""
    words = one.statement.words[:_LONGEST]
    if not words or words[0] not in _OPENERS:
        return None
    about = words[0] in VERBS
    if words[about : about + 3] == ("BEGIN", "STATEMENT", "SET"):
        return about + 3
    found = (i + 3 for i in range(len(words)) if words[i : i + 3] == ("STATEMENT", "SET", "BEGIN"))
    head = next(found, None)
    return head if head is not None and _QUERY.isdisjoint(words[:head]) else None


def _ends(one: Classified, head: int) -> bool:
    depth = 1
    for word in one.statement.words[head:]:
        depth += (word == "CASE") - (word == "END")
        if not depth:
            return True
    return False


async def take(session: Session, one: Classified) -> None:
    """One piece: the opening, an INSERT, or what ends the set. Raises SqlError."""
    word = one.statement.tokens[0].text.upper()
    if session.statement_set is None:
        session.statement_set = _first_piece(one)
        tag = TAG
    elif word == "END":
        pieces, session.statement_set = session.statement_set, None
        await _run(session, pieces, one.statement.text[len("END") :])
        return
    elif word == "ROLLBACK":
        session.statement_set = None
        tag = "ROLLBACK"
    else:
        _keep(session.statement_set, one, word)
        tag = TAG
    session.client.write(encode_command_complete(tag))


def _first_piece(one: Classified) -> list[str]:
    """What opens the set, and the INSERT that came with it."""
    text, words, start = one.statement.text, one.statement.words, _head(one)
    assert start is not None
    opening = text[: one.statement.tokens[start - 1].end]
    if words[start - 1] == "SET":  # BEGIN STATEMENT SET
        opening = f"{words[0]} {_OPENING}" if words[0] in VERBS else _OPENING
    tokens = [token for token in one.statement.tokens[start:] if token.text != ";"]
    return [opening, one.statement.text[tokens[0].start : tokens[-1].end]] if tokens else [opening]


def _keep(pieces: list[str], one: Classified, word: str) -> None:
    if word != "INSERT":
        raise SqlError(
            SYNTAX_ERROR,
            "only INSERT may stand in a statement set",
            hint="END runs the set, ROLLBACK drops it.",
            position=1,
        )
    if len(pieces) > MAX_PIECES:
        raise SqlError(PROGRAM_LIMIT_EXCEEDED, f"a statement set has at most {MAX_PIECES} INSERTs")
    pieces.append(one.statement.text)


async def _run(session: Session, pieces: list[str], tail: str) -> None:
    """`tail`: what TRANSLATE and VALIDATE say behind the END."""
    opening, *inserts = pieces
    if not inserts:
        raise SqlError(SYNTAX_ERROR, "the statement set has no INSERT")
    about = tail if opening.split(maxsplit=1)[0].upper() in VERBS else ""
    text = f"{opening}\n" + "".join(f"{piece};\n" for piece in inserts) + f"END{about}"
    one = (await session.classify(text))[0]
    try:
        if one.error is not None:
            raise one.error.copy()
        run = platform if one.route is Route.PLATFORM else execute
        await run.run_simple(session, one)
    except SqlError as error:
        error.position = None  # in a text that arrived in several messages
        raise
