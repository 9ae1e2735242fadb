"""SET, RESET and SHOW: parameters of Postgres, options of Flink, and Flink's own SHOW."""

from __future__ import annotations

from dataclasses import dataclass

from dialects.classified import Classified, Kind, backend, engine, refused
from dialects.lexer import STRINGS, Token, TokenKind
from dialects.names import string_value, written
from dialects.reader import Reader
from dialects.splitter import Statement
from dialects.vocabulary import FLINK_SHOW, is_flink_key

_KEY_OPERATORS = frozenset({".", "-"})
_SHOW_PHRASES = frozenset(
    {
        ("ALL",),
        ("TIME", "ZONE"),
        ("TRANSACTION", "ISOLATION", "LEVEL"),
        ("SESSION", "AUTHORIZATION"),
    }
)


@dataclass(frozen=True, slots=True)
class FlinkOption:
    """SET or RESET of an option of Flink written without quotes. `value` None: back to default."""

    key: str
    value: str | None
    scope: str = ""  # SESSION or LOCAL


def classify_set(statement: Statement) -> Classified:
    words = Reader(statement).words
    if len(words) == 1:
        return engine(statement, Kind.SHOW, "SET")
    if statement.tokens[1].kind in STRINGS:
        return engine(statement, Kind.EXECUTE, "SET")
    option = flink_option(statement)
    if option is None:
        return backend(statement, sticky=_changes_role(words), touches=True)
    if option.scope == "LOCAL":
        return refused(
            statement,
            Kind.EXECUTE,
            "SET LOCAL is not supported for options of Flink",
            hint="Use SET: options of Flink do not follow transactions.",
        )
    return engine(statement, Kind.EXECUTE, "SET")


def classify_reset(statement: Statement) -> Classified:
    words = Reader(statement).words
    if len(words) == 1 or statement.tokens[1].kind in STRINGS or flink_option(statement):
        return engine(statement, Kind.EXECUTE, "RESET")
    return backend(statement, sticky=_changes_role(words), touches=True)


def classify_show(statement: Statement) -> Classified:
    """What has the shape of a Postgres parameter is one, unless Flink knows the word."""
    reader = Reader(statement, 1)
    if reader.word() in FLINK_SHOW and not (reader.word(1) == "." and len(reader.words) > 2):
        return engine(statement, Kind.SHOW, "SHOW")
    if tuple(reader.words[1:]) in _SHOW_PHRASES or not reader.words[1:]:
        return backend(statement)
    if reader.chain() and reader.done:
        return backend(statement)
    return engine(statement, Kind.SHOW, "SHOW")


def flink_option(statement: Statement) -> FlinkOption | None:
    """The option in `SET execution.runtime-mode = batch` or `RESET table.exec.state.ttl`.

    None if the statement is something else: a quoted key, a parameter of Postgres, `flink.*`.
    """
    reader = Reader(statement)
    verb = reader.one_of(("SET", "RESET"))
    scope = reader.one_of(("SESSION", "LOCAL")) if verb == "SET" else ""
    key = _key(reader)
    if not verb or not is_flink_key(key):
        return None
    if verb == "RESET":
        return FlinkOption(key, None) if reader.done else None
    if not reader.one_of(("=", "TO")) or reader.done:
        return None
    return FlinkOption(key, _value(statement, reader), scope)


def _key(reader: Reader) -> str:
    """Adjacent words, numbers, dots and hyphens; a dotted name in quotes as well."""
    pieces: list[str] = []
    end = -1
    while (token := reader.token) is not None and (not pieces or token.start == end):
        if not _belongs_to_key(token):
            break
        pieces.append(written(token))
        end = token.end
        reader.at += 1
    return "".join(pieces)


def _belongs_to_key(token: Token) -> bool:
    kinds = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.NUMBER)
    return token.kind in kinds or token.text in _KEY_OPERATORS


def _value(statement: Statement, reader: Reader) -> str | None:
    """One literal or identifier by its meaning, anything else as it is written."""
    first = reader.tokens[reader.at]
    if reader.at + 1 == len(reader.tokens):
        if first.kind in STRINGS:
            return string_value(first)
        if reader.words[reader.at] == "DEFAULT":
            return None
        if first.kind is TokenKind.QUOTED:
            return written(first)
    return statement.text[first.start :]


def _changes_role(words: tuple[str, ...]) -> bool:
    """SET [SESSION|LOCAL] ROLE, SET [SESSION] SESSION AUTHORIZATION and their RESET."""
    rest = words[1:]
    if rest[:1] in (("SESSION",), ("LOCAL",)) and rest[1:2] != ("AUTHORIZATION",):
        rest = rest[1:]
    return rest[:1] == ("ROLE",) or rest[:2] == ("SESSION", "AUTHORIZATION")
