"""Flink's failures as `SqlError`: a Java stack in, SQLSTATE, one clear sentence and a position out.

    stack ──► chain of causes ──► first rule of RULES that fits ──► SqlError
                                                  └──► the whole stack: our log, never the client

The gateway answers a failed statement with HTTP 500 and the whole Java stack as text. Which cause
is the useful one differs by kind of failure (a syntax error's is not the last), so RULES are tried
in order against every cause, innermost first. Shapes seen on Flink 1.16, 1.20 and 2.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from gateway.engine.failures import RULES, Rule
from gateway.engine.secrets import mask
from protocol import errors as codes
from protocol.errors import SqlError

log = structlog.get_logger(__name__)

MAX_MESSAGE = 1000  # characters; Flink repeats whole statements and plans in some messages


@dataclass(frozen=True, slots=True)
class Cause:
    """One exception of a chain: its simple class name and its message, possibly of many lines."""

    kind: str
    message: str


UNBOUNDED_IN_BATCH = re.compile(
    r"Querying an unbounded .* in batch mode is not allowed"
    r"|Querying a table in batch mode is currently only possible for INSERT-only table sources"
)
SESSION_LOST = re.compile(r"Session '[^']*' does not exist|Can not find the session", re.IGNORECASE)
JSON_REFUSES = re.compile(r"Could not map response to JSON")  # a type that it cannot write

_HEAD = re.compile(
    r"^(?:Caused by: )?(?:[a-zA-Z_][\w.$]*\.)?"
    r"([A-Z][\w$]*(?:Exception|Error|Throwable|Failure))(?::[ ]?(.*))?$"
)
_FRAME = re.compile(r"^\s+at |^\s+\.\.\. \d+ (?:more|common)|^\s+Suppressed: ")


def causes(stack: str) -> list[Cause]:
    """The exceptions of a Java stack, outermost first."""
    found: list[tuple[str, list[str]]] = []
    open_message = False
    for line in (
        stack.replace("\r\n", "\n").removeprefix("<Exception on server side:\n").split("\n")
    ):
        if _FRAME.match(line):
            open_message = False
            continue
        head = _HEAD.match(line) if not open_message or line.startswith("Caused by: ") else None
        if head:
            found.append((head[1], [head[2] or ""]))
            open_message = True
        elif open_message:
            found[-1][1].append(line)
    return [Cause(kind, "\n".join(lines).strip()) for kind, lines in found]


def from_stack(
    stack: str, sql: str, *, skip: int = 0, fallback: str = codes.INTERNAL_ERROR
) -> SqlError:
    """What a failed statement tells its user; the stack goes to the log.

    `sql` is the text that Flink was given, of which the first `skip` characters are ours.
    """
    chain = causes(stack)
    log.info("flink.failure", stack=mask(stack), sql=mask(sql))
    rule, cause, match = _judge(chain)
    if rule is None or match is None:
        text, detail = _worded(cause.message)
    elif rule.message is None:
        text, detail = _worded(cause.message)
    else:
        text = match.expand(rule.message).replace("`", "")[:MAX_MESSAGE]
        detail = None if rule.sqlstate in _SELF_EXPLAINING else _sentence(cause.message)
    at_end = text.endswith("at end of input")
    return SqlError(
        rule.sqlstate if rule else fallback,
        mask(text),
        detail=mask(detail) if detail else None,
        hint=rule.hint if rule else None,
        position=len(sql) - skip + 1 if at_end else position(chain, sql, skip),
    )


# Their message says it all; Flink's own adds nothing.
_SELF_EXPLAINING = frozenset(
    {
        codes.SYNTAX_ERROR,
        codes.UNDEFINED_TABLE,
        codes.UNDEFINED_COLUMN,
        codes.UNDEFINED_FUNCTION,
        codes.AMBIGUOUS_COLUMN,
        codes.GROUPING_ERROR,
        codes.DIVISION_BY_ZERO,
        codes.INVALID_CATALOG_NAME,
    }
)
_NOISE = ("NullPointerException", "TimeoutException", "CompletionException", "ExecutionException")
_GAVE_UP = "Recovery is suppressed by "  # said of every job that failed for good


def _judge(chain: Sequence[Cause]) -> tuple[Rule | None, Cause, re.Match[str] | None]:
    for rule in RULES:
        for cause in reversed(chain):
            if match := rule.pattern.search(f"{cause.kind}: {cause.message}"):
                return rule, cause, match
    return None, _telling(chain), None


def _telling(chain: Sequence[Cause]) -> Cause:
    """Without a rule: the innermost cause that says something."""
    said = [c for c in chain if c.message and not c.message.startswith(_GAVE_UP)]
    for cause in reversed(said):
        if cause.kind not in _NOISE:
            return cause
    if said:
        return said[-1]
    return chain[-1] if chain else Cause("", "Flink failed without saying why")


_POSITIONED = re.compile(
    r"(?:SQL validation failed\. |SQL parse failed\. )?"
    r"(?:From line \d+, column \d+ to line \d+, column \d+|At line \d+, column \d+): "
)
_PLACE = re.compile(r"(?:[Ff]rom|[Aa]t) line (\d+), column (\d+)")


def _unpositioned(message: str) -> str:
    return _POSITIONED.sub("", message)


def position(chain: Sequence[Cause], sql: str, skip: int = 0) -> int | None:
    """1-based character offset of the failure in `sql[skip:]`, where Flink tells it."""
    for cause in reversed(chain):
        if place := _PLACE.search(cause.message):
            at = offset(sql, int(place[1]), int(place[2])) - skip
            return at + 1 if 0 <= at <= len(sql) - skip else None
    return None


def offset(sql: str, line: int, column: int) -> int:
    """0-based offset of JavaCC's line and column: tabs count one, columns count UTF-16 units."""
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", sql))]
    if not 1 <= line <= len(starts):
        return -1
    at, units = starts[line - 1], column - 1
    while units > 0 and at < len(sql):
        units -= 2 if ord(sql[at]) > 0xFFFF else 1
        at += 1
    return at


def _worded(message: str) -> tuple[str, str | None]:
    """Postgres's style: lower case, no full stop, one line; further lines are the detail."""
    first, _, rest = _unpositioned(message).strip().partition("\n")
    text = first.strip().rstrip(".:").strip()[:MAX_MESSAGE]
    word = text.split(" ", 1)[0]
    if word == "A" or (word[:1].isupper() and word[1:].islower() and word != "Flink"):
        text = text[:1].lower() + text[1:]
    return text or "Flink failed without saying why", rest.strip()[:MAX_MESSAGE] or None


def _sentence(message: str) -> str | None:
    text = _unpositioned(message).strip()[:MAX_MESSAGE]
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else None
