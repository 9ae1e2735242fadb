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


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` is searched in a cause's message (class name in front: `Kind: message`).

    `message` is expanded with the match's groups; None takes the cause's own message.
    """

    pattern: re.Pattern[str]
    sqlstate: str
    message: str | None = None
    hint: str | None = None


def _rule(pattern: str, sqlstate: str, message: str | None = None, hint: str | None = None) -> Rule:
    return Rule(re.compile(pattern, re.DOTALL), sqlstate, message, hint)


RULES: tuple[Rule, ...] = (
    # resources and the life of jobs
    _rule(r"NoResourceAvailableException", codes.TOO_MANY_CONNECTIONS, "no free slot for the job"),
    _rule(
        r"^JobCancellationException|Job was cancell?ed", codes.QUERY_CANCELED, "job was canceled"
    ),
    _rule(r"OutOfMemoryError: (.*)", codes.OUT_OF_MEMORY, r"out of memory in Flink: \1"),
    _rule(
        r"Duplicate(?:Job|Application)SubmissionException",
        codes.DUPLICATE_OBJECT,
        "job was submitted already",
    ),
    # values met while the job ran
    _rule(
        r"ArithmeticException: (?:/ by zero|.*[Dd]ivision by zero)",
        codes.DIVISION_BY_ZERO,
        "division by zero",
    ),
    _rule(r"ArithmeticException: Division undefined", codes.DIVISION_BY_ZERO, "division by zero"),
    _rule(
        r"NumberFormatException: (?:For input string: )?(.*)",
        codes.INVALID_TEXT_REPRESENTATION,
        r"invalid input syntax for a number: \1",
    ),
    _rule(r"DateTimeParseException|DateTimeException", codes.INVALID_DATETIME_FORMAT),
    # syntax
    _rule(
        r'Encountered "<EOF>"|Encountered: <EOF>',
        codes.SYNTAX_ERROR,
        "syntax error at end of input",
    ),
    _rule(
        r'Encountered "([^"\s]+)[^"]*" at line',
        codes.SYNTAX_ERROR,
        r'syntax error at or near "\1"',
    ),
    _rule(r"Lexical error at line", codes.SYNTAX_ERROR),
    _rule(r"^SqlParserEOFException", codes.SYNTAX_ERROR, "syntax error at end of input"),
    # names
    _rule(
        r"Object '([^']*)' not found(?: within '([^']*)')?",
        codes.UNDEFINED_TABLE,
        r'relation "\1" does not exist',
    ),
    _rule(r"Table '([^']*)' not found", codes.UNDEFINED_TABLE, r'relation "\1" does not exist'),
    _rule(
        r"Cannot find table '([^']*)' in any of the catalogs",
        codes.UNDEFINED_TABLE,
        r'relation "\1" does not exist',
    ),
    _rule(
        r"(?:Table|View) (?:or view )?(?:with identifier )?'([^']*)' (?:does not exist|doesn't exist)",
        codes.UNDEFINED_TABLE,
        r'relation "\1" does not exist',
    ),
    _rule(
        r"Tables? or views? with the identifier '([^']*)' doesn't exist",
        codes.UNDEFINED_TABLE,
        r'relation "\1" does not exist',
    ),
    _rule(
        r"Column '([^']*)' not found in (?:any table|table '[^']*')",
        codes.UNDEFINED_COLUMN,
        r'column "\1" does not exist',
    ),
    _rule(
        r"Unknown (?:target column|field) '([^']*)'",
        codes.UNDEFINED_COLUMN,
        r'column "\1" does not exist',
    ),
    _rule(
        r"Column '([^']*)' is ambiguous",
        codes.AMBIGUOUS_COLUMN,
        r'column reference "\1" is ambiguous',
    ),
    _rule(r"Expression '([^']*)' is not being grouped", codes.GROUPING_ERROR),
    _rule(
        r"No match found for function signature (.*)",
        codes.UNDEFINED_FUNCTION,
        r"function \1 does not exist",
    ),
    _rule(
        r"(?:Function|Could not find (?:a )?function) '?([\w.]+)'? (?:does not exist|doesn't exist)",
        codes.UNDEFINED_FUNCTION,
        r"function \1 does not exist",
    ),
    _rule(
        r"A catalog with name \[([^\]]*)\] does not exist",
        codes.INVALID_CATALOG_NAME,
        r'catalog "\1" does not exist',
    ),
    _rule(
        r"Catalog ([\w.`]+) (?:does not|doesn't) exist",
        codes.INVALID_CATALOG_NAME,
        r'catalog "\1" does not exist',
    ),
    _rule(
        r"A database with name \[([^\]]*)\] does not exist",
        codes.INVALID_SCHEMA_NAME,
        r'database "\1" does not exist',
    ),
    _rule(
        r"Database ([\w.`]+) (?:does not|doesn't) exist",
        codes.INVALID_SCHEMA_NAME,
        r'database "\1" does not exist',
    ),
    _rule(r"Database ([\w.`]+) already exists", "42P06", r'database "\1" already exists'),
    _rule(
        r"Catalog ([\w.`]+) already exists", codes.DUPLICATE_OBJECT, r'catalog "\1" already exists'
    ),
    _rule(
        r"(?:Could not execute|Table|View|Temporary table|Temporary view).*?'([^']*)' already exists",
        codes.DUPLICATE_TABLE,
        r'relation "\1" already exists',
    ),
    _rule(
        r"Table (?:\(or view\) )?([\w.`$]+) already exists",
        codes.DUPLICATE_TABLE,
        r'relation "\1" already exists',
    ),
    _rule(r"already exists|already defined", codes.DUPLICATE_OBJECT),
    _rule(
        r"Could not find any factory(?:s)? (?:for identifier|that implement).*?'([^']+)'",
        codes.UNDEFINED_OBJECT,
        hint="The connector or format is not installed in this version's engine.",
    ),
    # types
    _rule(
        r"Cannot apply '(.*?)' to arguments of type (.*?)\. Supported",
        codes.DATATYPE_MISMATCH,
        r"cannot apply '\1' to arguments of type \2",
    ),
    _rule(
        r"Cannot apply '|Invalid function call|Invalid input arguments|Invalid argument type",
        codes.DATATYPE_MISMATCH,
    ),
    _rule(r"Cast function cannot convert value of type|Unsupported cast|Cannot cast", "42846"),
    _rule(r"Column types of query result and sink", codes.DATATYPE_MISMATCH),
    _rule(
        r"Type mismatch|Values passed to .* operator must have compatible types|different types|Parameters must be of the same type",
        codes.DATATYPE_MISMATCH,
    ),
    _rule(
        r"Number of columns must match|Column count mismatch|INSERT has (?:more|fewer|less)",
        codes.SYNTAX_ERROR,
    ),
    # what Flink cannot do
    _rule(
        r"Cannot generate a valid execution plan",
        codes.FEATURE_NOT_SUPPORTED,
        "Flink has no execution plan for this query",
    ),
    _rule(
        r"Sort on a non-time-attribute field is not supported",
        codes.FEATURE_NOT_SUPPORTED,
        "an endless stream can be ordered by a time attribute only",
        hint="Add LIMIT, or read a bounded source with SET flink.runtime_mode = 'batch'.",
    ),
    _rule(
        r"Querying an unbounded (?:table|source)? ?('[^']*')? ?in batch mode is not allowed",
        codes.FEATURE_NOT_SUPPORTED,
        hint="The table is a stream: use SET flink.runtime_mode = 'streaming' or 'auto'.",
    ),
    _rule(
        r"doesn't support consuming (?:update|delete|update and delete) changes",
        codes.FEATURE_NOT_SUPPORTED,
    ),
    _rule(
        r"[Uu]nsupported|not supported|[Nn]ot support|isn't supported|not yet supported|Not implemented",
        codes.FEATURE_NOT_SUPPORTED,
    ),
    _rule(r"^UnsupportedOperationException", codes.FEATURE_NOT_SUPPORTED),
    _rule(r"Illegal use of 'NULL'", codes.INDETERMINATE_DATATYPE),
    # options
    _rule(r"One or more required options are missing", codes.INVALID_PARAMETER_VALUE),
    _rule(
        r"Unsupported options found for|Invalid value for option|Could not parse value",
        codes.INVALID_PARAMETER_VALUE,
    ),
    _rule(r"^SqlValidatorException", codes.SYNTAX_ERROR),
    _rule(r"^SqlParserException|^SqlParseException", codes.SYNTAX_ERROR),
)

UNBOUNDED_IN_BATCH = re.compile(
    r"Querying an unbounded .* in batch mode is not allowed"
    r"|Querying a table in batch mode is currently only possible for INSERT-only table sources"
)
SESSION_LOST = re.compile(r"Session '[^']*' does not exist|Can not find the session", re.IGNORECASE)
JSON_REFUSES = re.compile(r"Could not map response to JSON")  # a type that it cannot write

_HEAD = re.compile(
    r"^(?:Caused by: )?([a-zA-Z_][\w.$]*\.)?([A-Z][\w$]*(?:Exception|Error|Throwable|Failure))(?::[ ]?(.*))?$"
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
            found.append((head[2], [head[3] or ""]))
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
    message = match.expand(rule.message) if rule and match and rule.message else cause.message
    text, detail = _worded(message)
    if rule and rule.message and cause.message and rule.sqlstate not in _SELF_EXPLAINING:
        detail = _worded(_unpositioned(cause.message))[0]
        detail = None if detail.rstrip(".").lower() == text.lower() else _sentence(detail)
    return SqlError(
        rule.sqlstate if rule else fallback,
        mask(text),
        detail=mask(detail) if detail else None,
        hint=rule.hint if rule else None,
        position=position(chain, sql, skip),
    )


_SELF_EXPLAINING = frozenset(
    {codes.UNDEFINED_TABLE, codes.UNDEFINED_COLUMN, codes.UNDEFINED_FUNCTION, codes.SYNTAX_ERROR}
)
_NOISE = ("NullPointerException", "TimeoutException", "CompletionException", "ExecutionException")


def _judge(chain: Sequence[Cause]) -> tuple[Rule | None, Cause, re.Match[str] | None]:
    for rule in RULES:
        for cause in reversed(chain):
            if match := rule.pattern.search(f"{cause.kind}: {cause.message}"):
                return rule, cause, match
    return None, _telling(chain), None


def _telling(chain: Sequence[Cause]) -> Cause:
    """Without a rule: the innermost cause that says something."""
    for cause in reversed(chain):
        if cause.message and cause.kind not in _NOISE:
            return cause
    return chain[-1] if chain else Cause("", "Flink failed without saying why")


_POSITIONED = re.compile(
    r"(?:SQL validation failed\. |SQL parse failed\. )?"
    r"(?:From line \d+, column \d+ to line \d+, column \d+|At line \d+, column \d+): "
)
_PLACE = re.compile(r"(?:[Ff]rom|[Aa]t) line (\d+), column (\d+)")


def _unpositioned(message: str) -> str:
    return _POSITIONED.sub("", message)


def position(chain: Sequence[Cause], sql: str, skip: int = 0) -> int | None:
    """1-based character offset of the failure in `sql[skip:]`, where Flink tells line and column."""
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
    if word[:1].isupper() and word[1:].islower() or word in ("A", "I"):
        text = text[:1].lower() + text[1:]
    return text or "Flink failed without saying why", rest.strip()[:MAX_MESSAGE] or None


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
