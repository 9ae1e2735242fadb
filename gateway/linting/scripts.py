"""A file of statements, each with its place; psql's own commands among them are passed over.

text ─► \\commands blanked, \\; kept as ; ─► split ─► classified, one after the other
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from dialects import Classified, Names, Statement, classify, split
from dialects.lexer import scan
from protocol.errors import SqlError

# What Postgres has by these names only a server knows; schemas of its own are known by theirs.
NAMES = Names(frozenset(), frozenset())
STDIN = "-"


class Place(NamedTuple):
    """Line and column, both from 1; columns count characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a script; or, without `one`, a text from `start` on that is none: `error`
    says why, and a `command` of psql is not one that Flink could have anything against."""

    text: str
    start: int
    one: Classified | None = None
    error: SqlError | None = None
    command: bool = False


@dataclass(frozen=True)
class Script:
    """A file by its name, and its text."""

    name: str
    text: str

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """In their order."""
        text, commands = _without_commands(self.text)
        found = [*commands, *_statements(text)]
        return tuple(sorted(found, key=lambda piece: piece.start))

    def place(self, offset: int) -> Place:
        line = bisect_right(self._lines, offset)
        return Place(line, offset - self._lines[line - 1] + 1)

    @cached_property
    def _lines(self) -> list[int]:
        """Offsets at which lines begin."""
        lengths = map(len, self.text.split("\n")[:-1])
        return [0, *accumulate(length + 1 for length in lengths)]


def read(name: str) -> Script:
    """Raises OSError, or ValueError for what is not UTF-8. `-` is standard input."""
    if name == STDIN:
        data = sys.stdin.buffer.read()
        return Script("<stdin>", data.decode("utf-8-sig"))
    try:
        return Script(name, Path(name).read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: not UTF-8: {error.reason} at byte {error.start}") from error


def _without_commands(text: str) -> tuple[str, list[Piece]]:
    """The text with psql's commands as blanks, so that all places stay. They end with their line,
    and what is in them need not be SQL."""
    parts: list[str] = []
    commands: list[Piece] = []
    done = at = 0
    while (start := _backslash(text, at)) >= 0:
        if text.startswith("\\;", start):  # to psql: the statement goes on behind it
            at = start + 2
            parts += (text[done:start], " ;")
        else:
            line = text.find("\n", start)
            at = len(text) if line < 0 else line
            commands.append(Piece(text[start:at].rstrip(), start, command=True))
            parts += (text[done:start], " " * (at - start))
        done = at
    return "".join((*parts, text[done:])), commands


def _backslash(text: str, at: int) -> int:
    """The next one outside of quotes and comments, -1 if there is none."""
    if text.find("\\", at) < 0:
        return -1
    try:
        return next((start for _, start, _ in scan(text, at) if text[start] == "\\"), -1)
    except SqlError:  # something never ends: `split` tells of it
        return -1


def _statements(text: str) -> list[Piece]:
    try:
        return _classified(split(text))
    except SqlError as error:
        whole, broken = _broken(text, error)
        return [*_classified(whole), broken]


def _classified(statements: list[Statement]) -> list[Piece]:
    names = NAMES
    found: list[Piece] = []
    for statement in statements:
        one = classify(statement, names)
        found.append(Piece(statement.text, statement.start, one, one.error))
        created = one.options.get("creates")
        if isinstance(created, str):  # a temporary table of Postgres: those behind it may name it
            names = replace(names, temp_relations=names.temp_relations | {created})
    return found


def _broken(text: str, error: SqlError) -> tuple[list[Statement], Piece]:
    """What stands before a quote that never ends, and the statement up to the quote: what follows
    may be anything, secrets too. The error's position is moved into that."""
    end = (error.position or 1) - 1
    whole = split(text[:end])
    start = end
    if whole and ";" not in text[whole[-1].start + len(whole[-1].text) : end]:
        start = whole.pop().start
    message = error.message.partition(" at or near ")[0]
    moved = SqlError(error.sqlstate, message, position=end - start + 1)
    return whole, Piece(text[start:end].rstrip(), start, error=moved)
